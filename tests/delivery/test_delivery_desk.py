from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from cact_tui.banks.items import Form
from cact_tui.delivery.item_desk import (
    ItemDesk,
    open_desk,
    press,
    repaginate,
    turn_to,
    valid_number,
)

OPTIONS = ("b3", "b1", "b2")
KEYS = [
    *"abcdefgh",
    *"ABCZ",
    *"0123456789",
    *("comma", "full_stop", "minus", "decimal", "backspace"),
    *("up", "down", "left", "right", "pageup", "pagedown", "space", "enter", "escape", "f9", "q"),
]


def desk(**changes: Any) -> ItemDesk:
    fields: dict[str, Any] = {"form": Form.SINGLE_CHOICE, "options": OPTIONS, **changes}
    return open_desk(ItemDesk(**fields))


def several(**changes: Any) -> ItemDesk:
    return desk(form=Form.MULTIPLE_RESPONSE, choose=2, **changes)


def number(**changes: Any) -> ItemDesk:
    return desk(form=Form.NUMERIC, options=(), decimals=1, **changes)


def typed(at: ItemDesk, *keys: str) -> ItemDesk:
    for key in keys:
        at = press(at, key)
    return at


@pytest.mark.parametrize(("key", "option"), [("a", "b3"), ("B", "b1"), ("c", "b2")])
def test_a_letter_chooses_the_option_at_its_place(key: str, option: str) -> None:
    chosen = press(desk(), key)
    assert chosen.given == (option,)
    assert chosen.letters == key.upper()


def test_a_letter_without_an_option_chooses_nothing() -> None:
    assert press(desk(), "d") == desk()


def test_arrows_choose_and_go_round() -> None:
    assert typed(desk(), "down").letters == "A"
    assert typed(desk(), "up").letters == "C"
    assert typed(desk(), "down", "down").letters == "B"
    assert typed(desk(), "up", "down").letters == "A"
    assert typed(desk(), "down", "up").letters == "C"


def test_the_first_enter_asks_and_the_second_sends() -> None:
    asked = typed(desk(), "b", "enter")
    assert (asked.armed, asked.send) == (True, False)
    assert press(asked, "enter").send


@pytest.mark.parametrize("key", ["escape", "a", "down", "pageup", "left"])
def test_anything_between_the_two_enters_takes_the_question_back(key: str) -> None:
    sent = typed(desk(), "b", "enter", key, "enter")
    assert not sent.send


def test_an_unknown_key_changes_nothing_even_while_asked() -> None:
    asked = typed(desk(), "b", "enter")
    assert press(asked, "f9") == asked


def test_nothing_is_asked_without_an_answer() -> None:
    assert press(desk(), "enter") == desk()
    assert not typed(several(), "a", "enter").armed


def test_where_several_are_chosen_arrows_only_move_and_space_marks() -> None:
    moved = typed(several(), "down", "down")
    assert (moved.chosen, moved.cursor) == ((), 1)
    assert typed(moved, "space", "down", "space").letters == "B, C"


def test_a_mark_set_twice_is_taken_off() -> None:
    assert typed(several(), "a", "b", "a").letters == "B"


def test_one_mark_too_many_replaces_the_oldest() -> None:
    assert typed(several(), "c", "a", "b").letters == "A, B"


def test_the_answer_stands_in_the_order_shown_however_it_was_chosen() -> None:
    assert typed(several(), "c", "a").given == ("b3", "b2")


def test_space_before_any_arrow_marks_nothing() -> None:
    assert press(several(), "space") == several()
    assert press(desk(), "space") == desk()


@pytest.mark.parametrize("key", ["enter", "space", "down", "pagedown", "right"])
def test_keys_turn_pages_until_the_last_and_choose_nothing_on_the_way(key: str) -> None:
    before = desk(pages=3)
    assert not before.last_seen
    once = press(before, key)
    assert (once.page, once.last_seen, once.chosen) == (1, False, ())
    assert press(once, key).last_seen


def test_letters_choose_nothing_before_the_last_page() -> None:
    assert press(desk(pages=2), "a") == desk(pages=2)


def test_pages_end_at_the_first_and_the_last() -> None:
    assert press(desk(pages=2), "pageup").page == 0
    assert typed(desk(pages=2), *["pagedown"] * 5).page == 1


def test_a_page_seen_once_stays_seen_and_the_choice_stays() -> None:
    back = typed(desk(pages=2), "pagedown", "b", "pageup")
    assert (back.page, back.last_seen, back.letters) == (0, True, "B")


def test_another_layout_keeps_the_answer_and_the_page_with_the_options() -> None:
    chosen = typed(desk(pages=2), "pagedown", "b", "enter")
    wider = repaginate(chosen, 1)
    assert (wider.page, wider.letters, wider.armed) == (0, "B", False)
    narrower = repaginate(chosen, 5)
    assert (narrower.page, narrower.pages) == (4, 5)
    assert repaginate(desk(pages=5), 3).page == 0


def test_turning_to_a_page_that_is_not_there_stops_at_the_end() -> None:
    assert turn_to(desk(pages=3), 99).page == 2
    assert turn_to(desk(pages=3), -5).page == 0


def test_a_number_is_typed_corrected_and_given_with_a_point() -> None:
    made = typed(number(), "1", "2", "comma", "5", "7", "backspace")
    assert made.typed == "12,5"
    assert made.given == ("12.5",)
    assert typed(made, "enter", "enter").send


def test_typing_takes_the_question_back() -> None:
    asked = typed(number(), "1", "enter")
    assert asked.armed
    assert not press(asked, "2").armed
    assert not press(asked, "backspace").armed


def test_letters_are_no_numbers_and_entries_do_not_grow_without_end() -> None:
    assert press(number(), "a") == number()
    assert len(typed(number(), *"1" * 40).typed) == 12


@pytest.mark.parametrize("text", ["0", "-3", "2,5", "2.5", "12345"])
def test_numbers_that_can_be_sent(text: str) -> None:
    assert valid_number(text, 1)


@pytest.mark.parametrize(
    "text", ["", "-", ",5", "5,", "1,23", "1,2,3", "--1", "1-", "\u0661", "1,\u0661", "1e3", " 1"]
)
def test_numbers_that_cannot_be_sent(text: str) -> None:
    assert not valid_number(text, 1)


DESKS = st.builds(
    desk,
    form=st.sampled_from([Form.SINGLE_CHOICE, Form.TRUE_FALSE, Form.GRADED_CHOICE]),
    pages=st.integers(1, 4),
) | st.builds(several, pages=st.integers(1, 4))
DESKS |= st.builds(number, pages=st.integers(1, 4))


@given(at=DESKS, keys=st.lists(st.sampled_from(KEYS) | st.text(max_size=3), max_size=40))
@settings(max_examples=300)
def test_whatever_keys_are_pressed_nothing_is_sent_unseen_unasked_or_incomplete(
    at: ItemDesk, keys: list[str]
) -> None:
    seen = at.page == at.pages - 1
    for key in keys:
        before, at = at, press(at, key)
        seen = seen or at.page == at.pages - 1
        assert 0 <= at.page < at.pages
        assert at.last_seen == seen
        assert len(set(at.chosen)) == len(at.chosen) <= at.choose
        assert set(at.chosen) <= set(at.options)
        if at.chosen != before.chosen or at.typed != before.typed or at.page != before.page:
            assert not at.armed
        assert not at.armed or (at.complete and seen)
        if at.send:
            assert key == "enter"
            assert before.armed
            assert before.ready
            assert at.given == before.given
            return


@given(at=DESKS, keys=st.lists(st.sampled_from(KEYS), max_size=30))
def test_whatever_is_sent_is_an_answer(at: ItemDesk, keys: list[str]) -> None:
    at = typed(at, *keys)
    if not at.complete:
        return
    if at.form is Form.NUMERIC:
        float(at.given[0])
    else:
        assert len(at.given) == at.choose
