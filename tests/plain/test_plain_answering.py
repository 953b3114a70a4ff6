"""Nothing is sent but what was chosen, repeated and confirmed with an empty line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from attrs import evolve

from cact_tui.delivery.actions import CallForProctor, Leave, Respond, WriteComment
from cact_tui.delivery.views import Choice, ClockReading, Saving
from tests.plain import script
from tests.plain.script import FakeFlow, Person, scripted

if TYPE_CHECKING:
    from cact_tui.delivery.views import ItemView


def responses(flow: FakeFlow) -> list[Respond]:
    return [action for action in flow.actions if isinstance(action, Respond)]


async def test_a_letter_is_repeated_in_words_and_enter_sends_it() -> None:
    flow = FakeFlow(script.ITEM, script.NEXT_ITEM)
    text, _ = await scripted(flow, ["b", "", "a"])
    (sent,) = responses(flow)
    assert (sent.item, sent.position, sent.given) == ("dl-008", 8, ("o2",))
    assert UUID(hex=sent.answer).version == 4
    assert "You chose:\nB. Report it.\n" in text
    assert "Send answer B? Press Enter alone to send it, or type another letter:\n" in text
    assert "\nAnswer 8 saved.\nDIGITAL LITERACY, section 2 of 5. Item 9, at most 20.\n" in text


async def test_another_letter_changes_the_choice_before_it_is_sent() -> None:
    flow = FakeFlow(script.ITEM)
    await scripted(flow, ["b", "B", "d.", ""])
    assert [sent.given for sent in responses(flow)] == [("o4",)]
    assert flow.told == ["pages 1", "appeared", "last page", "choice", "choice"]


@pytest.mark.parametrize("line", ["n", "tidak", "E", "AB", "1", "b c", "\x00", "\x1b[A", "kasus"])
async def test_anything_else_takes_the_choice_back(line: str) -> None:
    flow = FakeFlow(script.ITEM)
    text, _ = await scripted(flow, ["b", line, "", ""])
    assert responses(flow) == []
    assert "The answer was not sent.\n" in text


async def test_an_empty_line_without_a_choice_only_explains() -> None:
    flow = FakeFlow(script.ITEM)
    text, _ = await scripted(flow, ["", ""])
    assert flow.actions == []
    assert text.count("Type a letter from A to D and press Enter.\n") == 2


async def test_commands_between_choice_and_enter_keep_the_choice() -> None:
    flow = FakeFlow(script.ITEM)
    text, _ = await scripted(flow, ["b", "waktu", "ulang", "?", ""])
    assert [sent.given for sent in responses(flow)] == [("o2",)]
    assert text.count("Send answer B?") == 4


@pytest.mark.parametrize("line", ["A D", "da", "d, a", "D;A", "a.d."])
async def test_several_letters_choose_several_options_in_the_order_shown(line: str) -> None:
    flow = FakeFlow(script.MULTIPLE)
    text, _ = await scripted(flow, [line, ""])
    assert [sent.given for sent in responses(flow)] == [("o1", "o4")]
    assert "Choose 2 options.\n" in text
    assert "You chose:\nA. Reply to it.\nD. Forward it.\n" in text
    assert "Send answers A, D?" in text


@pytest.mark.parametrize("line", ["A", "A A", "ABC", "A E", "A dan D"])
async def test_too_few_too_many_or_unknown_letters_choose_nothing(line: str) -> None:
    flow = FakeFlow(script.MULTIPLE)
    text, _ = await scripted(flow, [line, ""])
    assert flow.actions == []
    assert "Type 2 letters from A to D, for example A B, and press Enter.\n" in text


@pytest.mark.parametrize(
    ("line", "given"), [("12,5", "12.5"), ("12.5", "12.5"), ("-3", "-3"), ("\u22123", "-3")]
)
async def test_a_number_is_typed_with_comma_or_point(line: str, given: str) -> None:
    flow = FakeFlow(script.NUMERIC)
    text, _ = await scripted(flow, [line, ""])
    assert [sent.given for sent in responses(flow)] == [(given,)]
    assert "Your answer, a number in kg:\n" in text
    assert f"You typed {given} kg.\n" in text


@pytest.mark.parametrize("line", ["12,55", "1e3", "twelve", "1 000", "9" * 13, "A", "-", "\u0661"])
async def test_what_is_no_number_is_not_taken(line: str) -> None:
    flow = FakeFlow(script.NUMERIC)
    text, _ = await scripted(flow, [line, ""])
    assert flow.actions == []
    assert "At most 1 decimals; a comma or a point separates them.\n" in text


async def test_a_number_is_repeated_with_the_comma_of_the_language() -> None:
    text, _ = await scripted(FakeFlow(evolve(script.NUMERIC, language="id")), ["12.5"])
    assert "12,5 kg" in text


async def test_a_whole_number_is_asked_for_where_there_are_no_decimals() -> None:
    flow = FakeFlow(evolve(script.NUMERIC, decimals=0, unit=""))
    text, _ = await scripted(flow, ["1,5", "2", ""])
    assert [sent.given for sent in responses(flow)] == [("2",)]
    assert "A whole number, without a decimal comma.\n" in text


async def test_true_and_false_have_letters_too() -> None:
    item = evolve(script.ITEM, options=(Choice("t", "True"), Choice("f", "False")))
    flow = FakeFlow(item)
    await scripted(flow, ["c", "b", ""])
    assert [sent.given for sent in responses(flow)] == [("f",)]


async def test_the_same_answer_keeps_its_id_when_it_is_sent_again() -> None:
    flow = FakeFlow(script.ITEM, moves=(Leave,))
    text, _ = await scripted(flow, ["b", "", "b", "", "c", ""])
    first, again, other = responses(flow)
    assert first == again
    assert other.answer != first.answer
    assert text.count("The answer was not taken. Please try again.\n") == 3


async def test_the_id_outlives_a_standstill_and_the_item_is_said_again() -> None:
    flow = FakeFlow(script.ITEM, script.PAUSED, moves=(Respond,))
    person = Person(flow, "b", "", "b", "")
    person.on_words["Please stay seated."] = lambda: flow.show(script.ITEM)
    text, _ = await person.sit()
    first, again = responses(flow)
    assert first == again
    assert text.count("What is the first step?") == 2


async def test_the_item_counts_as_seen_again_once_a_refused_answer_is_explained() -> None:
    async def refuse(flow: FakeFlow) -> None:
        flow.show(evolve(script.ITEM, saving=Saving.SAVING, status="saving…"))
        flow.show(evolve(script.ITEM, status="This answer cannot be taken. Please choose again."))

    flow = FakeFlow(script.ITEM)
    flow.meanwhile = refuse
    text, _ = await scripted(flow, ["b", "", ""])
    assert flow.told.count("appeared") == 2
    assert "This answer cannot be taken. Please choose again.\n" in text
    assert "saving" not in text
    assert len(flow.actions) == 1


async def test_trouble_while_saving_is_said_once_and_at_once() -> None:
    async def trouble(flow: FakeFlow) -> None:
        for _ in range(3):
            item: ItemView = evolve(script.ITEM, saving=Saving.NOT_SAVED, status="NOT SAVED YET")
            flow.show(item)
            await asyncio.sleep(0)
        flow.show(script.NEXT_ITEM)

    flow = FakeFlow(script.ITEM)
    flow.meanwhile = trouble
    text, _ = await scripted(flow, ["b", "", "x"])
    assert text.count("NOT SAVED YET.\n") == 1
    assert flow.told.count("appeared") == 2


async def test_long_saving_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(flow: FakeFlow) -> None:
        await asyncio.sleep(0.05)
        flow.show(script.NEXT_ITEM)

    monkeypatch.setattr("cact_tui.plain.face.PATIENCE_SECONDS", 0.01)
    flow = FakeFlow(script.ITEM)
    flow.meanwhile = slow
    text, _ = await scripted(flow, ["b", "", "x"])
    assert text.count("One moment, please.\n") == 1


async def test_lines_typed_ahead_of_the_next_item_do_not_answer_it() -> None:
    flow = FakeFlow(script.ITEM, script.NEXT_ITEM)
    person = Person(flow, "b", lambda: person.type("\na\n\n"))
    _, _ = await person.sit()
    assert [sent.item for sent in responses(flow)] == ["dl-008"]
    assert flow.told.count("choice") == 1


async def test_a_bouncing_enter_key_does_not_send() -> None:
    flow = FakeFlow(script.ITEM)
    person = Person(flow, lambda: person.type("b\n\n"))
    await person.sit()
    assert flow.actions == []


async def test_a_line_begun_before_the_prompt_is_dropped_whole() -> None:
    flow = FakeFlow(script.ITEM)

    def begin() -> None:
        person.type("b\nx")

    person = Person(flow, begin, lambda: person.type("\n"))
    await asyncio.wait_for(_sit_until_quiet(person), 5)
    assert flow.actions == []


async def _sit_until_quiet(person: Person) -> None:
    sitting = asyncio.ensure_future(person.face.run())
    for _ in range(20):
        await asyncio.sleep(0)
    person.intake.end()
    await sitting


async def test_an_item_that_ends_by_itself_takes_the_question_with_it() -> None:
    flow = FakeFlow(script.ITEM)
    person = Person(flow, "b", lambda: flow.show(script.NEXT_ITEM), "")
    text, _ = await person.sit()
    assert flow.actions == []
    assert "or type another letter: \n\nAnswer 8 saved.\n" in text


async def test_the_proctor_is_called_and_it_is_said_once() -> None:
    called = evolve(script.ITEM, saving=Saving.NONE, status="the proctor has been called")
    flow = FakeFlow(script.ITEM, called)
    text, _ = await scripted(flow, ["panggil"])
    assert text.count("The proctor has been called.\n") == 1
    text, _ = await scripted(flow := FakeFlow(script.SECTION), ["call"])
    assert text.count("The proctor has been called.\n") == 1
    assert flow.actions == [CallForProctor()]


async def test_a_comment_is_one_line_or_is_asked_for() -> None:
    flow = FakeFlow(script.ITEM)
    text, _ = await scripted(
        flow, ["catatan Soal ini tidak jelas", "note", "waktu", "note", "", "NOTE: b"]
    )
    comments = ["Soal ini tidak jelas", "waktu", "b"]
    assert flow.actions == [WriteComment(text) for text in comments]
    assert text.count("Your comment is saved.\n") == 3


async def test_leaving_needs_the_word_typed_out() -> None:
    flow = FakeFlow(script.ITEM, script.LEFT, moves=(Leave,))
    text, _ = await scripted(flow, ["keluar", "", "leave", "ya", "leave", "leave", ""])
    assert flow.actions[0] == Leave("LEAVE")
    assert text.count("You have not left.\n") == 2
    assert text.count("Your answer, A to D:\n") == 3


async def test_leaving_that_is_refused_is_said() -> None:
    text, _ = await scripted(FakeFlow(script.ITEM, moves=(Respond,)), ["leave", "LEAVE"])
    assert "You cannot leave now.\n" in text


async def test_where_leaving_is_forbidden_it_is_no_command() -> None:
    flow = FakeFlow(evolve(script.ITEM, may_leave=False))
    text, _ = await scripted(flow, ["leave", "LEAVE", "?"])
    assert flow.actions == []
    assert "leave for now" not in text


async def test_the_item_may_end_while_leaving_is_asked_about() -> None:
    flow = FakeFlow(script.ITEM)
    called = evolve(script.ITEM, status="the proctor has been called")
    person = Person(
        flow,
        "leave",
        lambda: flow.show(called),
        lambda: flow.show(script.NEXT_ITEM),
        "leave now",
    )
    text, _ = await person.sit()
    assert text.count("Type LEAVE to leave, or Enter alone to stay:") == 2
    assert text.count("Your answer, A to D:") == 3
    assert flow.actions == []


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, "No time limit runs at the moment."),
        (0, "Time left: 0 seconds."),
        (61, "Time left: 1 minute 1 second."),
        (1062, "Time left: 17 minutes 42 seconds."),
        (3600, "Time left: 1 hour."),
    ],
)
async def test_the_time_is_told_when_asked_for(left: int | None, words: str) -> None:
    flow = FakeFlow(script.ITEM)
    flow.clock = ClockReading(left=left)
    text, _ = await scripted(flow, ["time"])
    assert f"{words}\n" in text


async def test_the_clock_never_ticks_and_warnings_wait_for_the_next_prompt() -> None:
    flow = FakeFlow(script.ITEM)

    def ticks() -> None:
        flow.tick(ClockReading(left=301))
        flow.tick(ClockReading(left=300, warning="5 minutes left"))
        flow.tick(ClockReading(left=299))
        person.type("b\n")

    person = Person(flow, ticks)
    text, _ = await person.sit()
    assert text.count("5 minutes left.\nSend answer B?") == 1
    assert "299" not in text


async def test_a_warning_that_waited_too_long_gives_the_time_really_left() -> None:
    flow = FakeFlow(script.ITEM)

    def ticks() -> None:
        flow.tick(ClockReading(left=300, warning="5 minutes left"))
        flow.tick(ClockReading(left=200))
        person.type("b\n")

    person = Person(flow, ticks)
    text, _ = await person.sit()
    assert "5 minutes left" not in text
    assert "Time left: 3 minutes 20 seconds.\nSend answer B?" in text
