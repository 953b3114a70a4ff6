"""The participant's way through the screens, on a scripted flow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import Passage, Saving, Standstill
from tests.tui.participant_flow import (
    ScriptedFlow,
    case_item,
    confirm_view,
    end_view,
    finished_view,
    identity_view,
    item,
    language_view,
    message_view,
    multiple_item,
    numeric_item,
    passage_view,
    pin_view,
    standstill_view,
)

if TYPE_CHECKING:
    from tests.tui.seat import Sit


async def test_the_whole_way_from_language_to_end(sit: Sit) -> None:
    views = (
        language_view(),
        identity_view(),
        passage_view(4, passage=Passage.PRIVACY, facts=()),
        confirm_view(),
        item(),
        end_view(),
    )
    async with sit(*views) as seat:
        await seat.press("1")
        await seat.type("0231")
        await seat.press("enter")
        await seat.type("Siti R")
        await seat.press("enter", "2", "enter")
        await seat.press("space", "enter")
        await seat.type("setuju")
        await seat.press("enter")
        await seat.press("b", "enter", "enter")
        actions = seat.flow.actions
        assert actions[0] == a.ChooseLanguage("id")
        assert actions[1] == a.Identify(
            number="0231", name="Siti R", position_group="administrator"
        )
        assert actions[2:4] == [a.Continue(), a.Confirm("setuju")]
        assert seat.flow.responses[0].given == ("o2",)
        assert "K7QF-2MXD" in seat.text
        await seat.press("enter", "enter")
        assert seat.app.return_code == 0
    assert seat.flow.closed


async def test_an_unfinished_test_is_gone_on_with_by_its_digit(sit: Sit) -> None:
    async with sit(language_view(2), confirm_view()) as seat:
        await seat.press("4")
        assert seat.flow.actions == [a.GoOnWith("K7QF-2MX1")]


async def test_arrows_and_enter_choose_a_language_too(sit: Sit) -> None:
    async with sit(language_view(), identity_view()) as seat:
        await seat.press("down", "enter")
        assert seat.flow.actions == [a.ChooseLanguage("en")]


async def test_an_empty_field_is_named_and_nothing_is_sent(sit: Sit) -> None:
    async with sit(identity_view()) as seat:
        await seat.press("enter", "enter", "enter")
        assert "! Bagian ini harus diisi." in seat.rows[6]
        assert seat.flow.actions == []


async def test_what_was_typed_stays_when_the_flow_finds_a_problem(sit: Sit) -> None:
    async with sit(identity_view(roster=True)) as seat:
        await seat.type("99")
        await seat.press("enter")
        seat.flow.show(identity_view("Nomor ini tidak ada dalam daftar.", roster=True))
        await seat.settle()
        assert "[99" in seat.text
        assert "! Nomor ini tidak ada" in seat.text


@pytest.mark.parametrize("language", ["id", "en"])
async def test_whoever_has_finished_sees_the_whole_reference(sit: Sit, language: str) -> None:
    view = finished_view(language)
    async with sit(view) as seat:
        told = " ".join(seat.text.split())
        assert view.problem in told
        assert any(row.rstrip().endswith("K7QF-2MXD.") for row in seat.rows)


async def test_a_wrong_word_is_typed_anew(sit: Sit) -> None:
    async with sit(confirm_view()) as seat:
        await seat.type("stuju")
        await seat.press("enter")
        await seat.type("setuju")
        await seat.press("enter")
        assert seat.flow.actions == [a.Confirm("stuju"), a.Confirm("setuju")]


async def test_a_paste_into_a_field_is_cleaned(sit: Sit) -> None:
    async with sit(identity_view(roster=True)) as seat:
        seat.app.pasted("19\x1b[2J87\u202e\n01 ")
        await seat.press("enter")
        assert seat.flow.actions == [a.Identify(number="19 [2J87 01", name="", position_group="")]


async def test_escape_is_a_step_back_before_the_test(sit: Sit) -> None:
    for view in (identity_view(), confirm_view(), passage_view(1, passage=Passage.PRIVACY)):
        async with sit(view) as seat:
            await seat.press("escape")
            assert seat.flow.actions == [a.Back()]


async def test_a_passage_goes_on_only_from_its_last_page(sit: Sit) -> None:
    async with sit(passage_view(6, facts=()), item()) as seat:
        assert "halaman 1 dari 3" in seat.rows[1]
        await seat.press("enter")
        assert seat.flow.actions == []
        await seat.press("pagedown", "pageup", "pagedown", "enter")
        assert seat.flow.actions == [a.Continue()]


async def test_enter_asks_and_a_second_enter_sends(sit: Sit) -> None:
    async with sit(item(), item(position=9, item="dl-009")) as seat:
        await seat.press("b", "enter")
        assert "Kirim jawaban B?  Enter ya · Esc kembali" in seat.rows[23]
        assert seat.flow.responses == []
        await seat.press("escape")
        assert "Kirim jawaban B?" not in seat.text
        await seat.press("enter", "enter")
        (sent,) = seat.flow.responses
        assert (sent.item, sent.position, sent.given) == ("dl-001", 8, ("o2",))
        assert len(sent.answer) == 32
        assert "(*)" not in seat.text


async def test_nothing_is_asked_before_something_is_chosen(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("enter", "enter", "enter")
        assert seat.flow.responses == []
        assert "Pilih dahulu satu jawaban: A-E" in seat.rows[23]
        await seat.press("b")
        assert "Pilih dahulu" not in seat.text


async def test_several_options_are_chosen_by_letters_or_arrows(sit: Sit) -> None:
    async with sit(multiple_item(), end_view()) as seat:
        assert "pilih 2" in seat.rows[1]
        await seat.press("a")
        assert "(terpilih 1)" in seat.text
        await seat.press("down", "down", "space", "enter", "enter")
        assert seat.flow.responses[0].given == ("o1", "o3")


async def test_a_number_is_typed_with_a_comma(sit: Sit) -> None:
    async with sit(numeric_item(), end_view()) as seat:
        await seat.press("6", "6", "comma", "x", "enter")
        assert "Ketik dahulu jawaban Anda." in seat.rows[23]
        await seat.press("0", "enter")
        assert "Kirim jawaban 66,0 orang?" in seat.text
        await seat.press("enter")
        assert seat.flow.responses[0].given == ("66.0",)


async def test_a_case_is_read_to_its_last_page_before_answering(sit: Sit) -> None:
    async with sit(case_item(paragraphs=3), end_view()) as seat:
        await seat.press("b", "enter")
        assert "halaman 2 dari 3" in seat.rows[1]
        assert "jawab di halaman terakhir" in seat.rows[23]
        assert seat.flow.told == ["3 pages", "appeared"]
        await seat.press("space")
        assert seat.flow.told[-1] == "last page"
        assert "(*)" not in seat.text
        await seat.press("b", "enter", "enter")
        assert seat.flow.responses[0].given == ("o2",)


async def test_the_next_item_of_a_case_opens_at_its_question(sit: Sit) -> None:
    second = evolve(case_item(paragraphs=3), item="mp-002", position=9)
    async with sit(case_item(paragraphs=3), second) as seat:
        await seat.press("space", "space", "b", "enter", "enter")
        assert "halaman 3 dari 3" in seat.rows[1]
        await seat.press("f2")
        assert "KASUS: Layanan satu pintu" in seat.rows[0]
        assert "hidden" not in seat.flow.told
        await seat.press("escape")
        assert "Soal 9" in seat.rows[1]


async def test_saving_is_said_and_keys_wait(sit: Sit) -> None:
    flow = ScriptedFlow([item(), item(position=9, item="dl-009")])
    flow.hold = asyncio.Event()
    async with sit(flow=flow) as seat:
        await seat.press("b", "enter", "enter")
        assert "menyimpan…" in seat.rows[22]
        await seat.press("c", "enter", "enter")
        assert len(flow.responses) == 1
        flow.hold.set()
        await seat.settle()
        assert "Soal 9" in seat.rows[1]
        assert "(*)" not in seat.text


async def test_a_durable_answer_is_said_at_once_while_the_next_item_is_found(
    sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = item()
    flow = ScriptedFlow([first, item(position=9, item="dl-009")])
    flow.hold = asyncio.Event()
    drawn: list[tuple[int, int, str]] = []
    async with sit(flow=flow) as seat:
        await seat.press("b", "enter", "enter")
        monkeypatch.setattr(
            seat.app._driver,
            "overlay",
            lambda x, y, text, _style: drawn.append((x, y, text)),
            raising=False,
        )
        status = "jawaban 8 tersimpan"
        flow.show(evolve(first, saving=Saving.DURABLE, answered=8, status=status))
        await seat.settle()
        assert (60, 22, f"{status} ") in drawn
        assert seat.rows[22].endswith(status)
        assert seat.rows[22].startswith(" terjawab 8")
        await seat.press("c", "enter", "enter")
        assert len(flow.responses) == 1
        flow.hold.set()
        await seat.settle()
        assert "Soal 9" in seat.rows[1]


async def test_the_same_answer_is_sent_again_under_its_id(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("b", "enter", "enter", "enter", "enter")
        await seat.press("c", "enter", "enter")
        first, again, other = seat.flow.responses
        assert first == again
        assert other.answer != first.answer


async def test_not_saved_is_said_where_saved_is_said(sit: Sit) -> None:
    view = item(saving=Saving.NOT_SAVED, status="BELUM TERSIMPAN")
    async with sit(view) as seat:
        assert seat.rows[22].endswith("BELUM TERSIMPAN")


async def test_practice_and_trial_are_marked(sit: Sit) -> None:
    async with sit(item(practice=True, trial=True)) as seat:
        assert "LATIHAN – tidak dinilai" in seat.rows[22]
        assert "uji coba" in seat.rows[0]


async def test_a_long_heading_gives_way_to_the_mark_of_a_trial(sit: Sit) -> None:
    async with sit(item(trial=True, heading="Pengembangan Diri dan Orang Lain " * 2)) as seat:
        assert "... · bagian 2 dari 5 · uji coba" in seat.rows[0]
        assert seat.rows[0].endswith("sisa 00:17:42  [F3]")


async def test_the_text_cursor_is_told_to_the_terminal(sit: Sit) -> None:
    async with sit(identity_view(roster=True)) as seat:
        await seat.type("02")
        assert seat.app.sheet.cursor_screen_offset == (2 + 26 + 1 + 2, 5)
    async with sit(item()) as seat:
        assert seat.app.sheet.cursor_screen_offset is None


async def test_a_pause_covers_the_item_and_returns_to_the_choice(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("c")
        seat.flow.show(standstill_view(Standstill.PAUSED))
        await seat.settle()
        assert "TES DIJEDA" in seat.text
        await seat.press("enter", "b")
        seat.flow.show(item())
        await seat.settle()
        assert "(*) C" in seat.text
        assert seat.flow.responses == []
        assert seat.flow.told.count("appeared") == 2


async def test_choosing_the_next_item_does_not_flicker(sit: Sit) -> None:
    async with sit(item()) as seat:
        seat.flow.show(standstill_view(Standstill.CHOOSING))
        await seat.settle()
        assert "Soal 8" in seat.text
        await seat.press("b")
        assert "(*)" not in seat.text
        await asyncio.sleep(0.5)
        await seat.settle()
        assert "MOHON TUNGGU" in seat.text


async def test_a_terminal_that_is_done_closes_with_enter(sit: Sit) -> None:
    view = standstill_view(Standstill.TAKEN_OVER, closing=True)
    async with sit(view) as seat:
        await seat.press("escape", "x")
        assert seat.app.return_code is None
        await seat.press("enter")
        assert seat.app.return_code == 0


async def test_returning_after_leaving(sit: Sit) -> None:
    async with sit(standstill_view(Standstill.LEFT)) as seat:
        await seat.press("enter")
        assert seat.flow.actions == [a.Return()]


async def test_an_end_of_several_pages_closes_only_when_asked_twice(sit: Sit) -> None:
    profile = "\n".join(f"Kompetensi {n}" for n in range(20))
    async with sit(end_view(profile=profile, trial=True)) as seat:
        assert "uji coba" in seat.rows[0]
        await seat.press("enter", "enter", "enter")
        assert "Tutup layar ini?" in seat.text
        await seat.press("escape")
        assert "Tutup layar ini?" not in seat.text
        await seat.press("enter", "enter")
        assert seat.app.return_code == 0


async def test_a_pin_is_shown_as_marks_sent_once_and_forgotten(sit: Sit) -> None:
    flow = ScriptedFlow([pin_view(), pin_view("Nomor atau PIN tidak cocok.")])
    async with sit(flow=flow) as seat:
        await seat.type("0231")
        await seat.press("enter")
        await seat.type("482913")
        assert "482913" not in seat.text
        assert "[******" in seat.text
        await seat.press("enter")
        assert seat.flow.actions == [a.Identify(number="0231", pin="482913")]
        assert "482913" not in repr(seat.flow.actions)
        assert "tidak cocok" in seat.text
        assert "0231" in seat.text
        assert "******" not in seat.text


async def test_a_message_lies_over_everything_until_it_was_read(sit: Sit) -> None:
    async with sit(item(), item()) as seat:
        await seat.press("c")
        seat.flow.show(message_view("Mohon \x1b[31mtenang."))
        await seat.settle()
        assert "PESAN DARI PENGAWAS" in seat.text
        assert "Soal 8" not in seat.text
        await seat.press("escape", "f4", "x", "space")
        assert seat.flow.actions == []
        await seat.press("enter")
        assert seat.flow.actions == [a.Acknowledge("m-1")]
        await seat.settle()
        assert "(*) C" in seat.text
        assert seat.flow.told.count("appeared") == 2


async def test_a_comment_in_the_making_outlives_a_message(sit: Sit) -> None:
    async with sit(item(), item()) as seat:
        await seat.press("f4")
        await seat.type("soal ini")
        seat.flow.show(message_view("Halo."))
        await seat.settle()
        await seat.press("enter")
        await seat.press("f4")
        assert "soal ini" in seat.text
