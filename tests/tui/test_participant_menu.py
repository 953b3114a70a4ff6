"""The menu, its dialogs, the clock and the short cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import Standstill
from tests.tui.participant_flow import case_item, item, passage_view, standstill_view

if TYPE_CHECKING:
    from tests.tui.seat import Sit


async def test_the_menu_lists_every_command_by_digit(sit: Sit) -> None:
    async with sit(case_item()) as seat:
        await seat.press("escape")
        offered = [row.strip("> ")[:1] for row in seat.rows[3:20] if row]
        assert offered == list("1234567")
        await seat.press("1")
        assert "Soal 8" in seat.text


async def test_the_menu_covers_the_item_and_stops_its_time(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("escape")
        assert seat.flow.told[-1] == "hidden"
        await seat.press("escape")
        assert seat.flow.told[-1] == "appeared"


async def test_letters_do_nothing_to_an_item_under_the_menu(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("escape", "b", "escape")
        assert "(*)" not in seat.text


async def test_the_proctor_is_called_by_a_second_key(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("f9", "escape", "f9")
        assert seat.flow.actions == []
        await seat.press("enter")
        assert seat.flow.actions == [a.CallForProctor()]
        assert "Soal 8" in seat.text


async def test_a_call_from_a_passage_is_acknowledged(sit: Sit) -> None:
    async with sit(passage_view(1)) as seat:
        await seat.press("f9", "enter")
        assert "! pengawas sudah dipanggil" in seat.rows[22]


async def test_a_comment_keeps_its_draft_until_it_is_sent(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("f4")
        await seat.type("soal kurang")
        await seat.press("escape", "f4")
        assert "soal kurang" in seat.text
        await seat.type(" jelas")
        await seat.press("enter")
        assert seat.flow.actions == [a.WriteComment("soal kurang jelas")]
        await seat.press("f4")
        assert "soal kurang" not in seat.text


async def test_leaving_takes_the_word_typed_out(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("escape", "6")
        await seat.type("kelar")
        await seat.press("enter")
        assert "! Kata itu tidak sesuai. Anda belum keluar." in seat.text
        assert seat.flow.actions == []
        await seat.type("keluar")
        await seat.press("enter")
        assert seat.flow.actions == [a.Leave("keluar")]
        assert "Untuk melanjutkan, masuk kembali" in seat.text


async def test_leaving_is_not_offered_where_it_is_forbidden(sit: Sit) -> None:
    async with sit(item(may_leave=False)) as seat:
        await seat.press("escape")
        assert "Keluar" not in seat.text
        await seat.press("6")
        assert "KELUAR" not in seat.text


async def test_help_is_leafed_through(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("f1")
        assert "BANTUAN" in seat.rows[0]
        await seat.press("enter", "enter")
        assert "Soal 8" in seat.text


@pytest.mark.parametrize("key", ["f1", "f2", "f4", "f9", "escape"])
async def test_a_short_cut_takes_the_question_back(sit: Sit, key: str) -> None:
    async with sit(case_item()) as seat:
        await seat.press("space", "b", "enter")
        assert "Kirim jawaban B?" in seat.text
        await seat.press(key, "escape")
        assert "Kirim jawaban B?" not in seat.text
        assert seat.flow.responses == []


async def test_the_clock_ticks_alone_and_hides(sit: Sit) -> None:
    async with sit(item()) as seat:
        assert seat.rows[0].endswith("sisa 00:17:42  [F3]")
        seat.flow.tick(1061)
        assert seat.rows[0].endswith("sisa 00:17:41  [F3]")
        await seat.press("f3")
        assert seat.rows[0].endswith("jam disembunyikan  [F3]")
        seat.flow.tick(290, forced=True)
        assert seat.rows[0].endswith("sisa 00:04:50  [F3]")


async def test_without_a_budget_there_is_no_clock(sit: Sit) -> None:
    async with sit(item()) as seat:
        seat.flow.tick(None)
        assert "F3" not in seat.rows[0]


async def test_a_warning_is_said_and_steals_no_key(sit: Sit) -> None:
    async with sit(item()) as seat:
        seat.flow.tick(300, "waktu tersisa 5 menit")
        await seat.settle()
        assert seat.rows[22].startswith(" ! waktu tersisa 5 menit")
        assert seat.rows[22].endswith("jawaban 7 tersimpan")
        await seat.press("b", "enter", "enter")
        assert len(seat.flow.responses) == 1


async def test_the_layer_closes_when_the_proctor_pauses(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("f4")
        await seat.type("belum selesai")
        seat.flow.show(standstill_view(Standstill.PAUSED))
        await seat.settle()
        assert "TES DIJEDA" in seat.text
        seat.flow.show(item())
        await seat.settle()
        await seat.press("f4")
        assert "belum selesai" in seat.text
