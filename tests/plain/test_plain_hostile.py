"""Whatever is typed or shown: no crash, no control character, no answer without confirmation."""

from __future__ import annotations

import asyncio

from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cact_tui.delivery.actions import Leave, Respond
from cact_tui.delivery.views import Choice, ItemView, View
from cact_tui.plain.ascii import to_ascii
from cact_tui.plain.commands import Command, asked_in, word
from cact_tui.plain.face import GONE, PlainFace
from cact_tui.plain.intake import Intake
from cact_tui.plain.replies import reply_in
from cact_tui.text import clean_line
from tests.plain import script
from tests.plain.script import FakeFlow, Sheet, scripted

VIEWS = (script.ITEM, script.MULTIPLE, script.NUMERIC, script.CASE_ITEM, script.SECTION)
WORDS = ("", "a", "b", "a d", "7,5", "?", "ulang", "kasus", "waktu", "call", "note", "note x")
LINES = st.one_of(
    st.sampled_from((*WORDS, "keluar", "LEAVE", "back", "1", "agree", "0231")),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8),
)


def harmless(text: str) -> bool:
    return all(character == "\n" or character.isprintable() for character in text)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(script.ALL_VIEWS), min_size=1), st.lists(LINES, max_size=20))
def test_no_line_breaks_any_view(views: list[View], lines: list[str]) -> None:
    flow = FakeFlow(*views)
    text, _ = asyncio.run(scripted(flow, lines))
    assert all(character == "\n" or character >= " " for character in text)
    assert flow.closed == 1


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(VIEWS), st.lists(LINES, max_size=20))
@example(script.ITEM, ["b", "\x00", ""])
@example(script.ITEM, ["b", "leave", ""])
@example(script.ITEM, ["note", "b", ""])
def test_an_answer_is_sent_only_by_an_empty_line_after_the_same_choice(
    view: View, lines: list[str]
) -> None:
    flow = FakeFlow(view, moves=(Leave,))
    text, _ = asyncio.run(scripted(flow, lines))
    sent = [action for action in flow.actions if isinstance(action, Respond)]
    assert len(sent) <= sum(not line.strip() for line in lines)
    assert len(sent) <= text.count("Press Enter alone to send")
    if isinstance(view, ItemView):
        typed = {reply_in(clean_line(line), view) for line in lines}
        assert all(answer.given in typed for answer in sent)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8), st.booleans())
def test_no_bytes_break_it(chunks: list[bytes], interactive: bool) -> None:  # noqa: FBT001
    flow = FakeFlow(script.ITEM, script.NEXT_ITEM, script.END)

    async def attack() -> str:
        intake, sheet = Intake(interactive=interactive), Sheet()
        running = asyncio.ensure_future(PlainFace(flow, intake, sheet).run())
        for chunk in chunks:
            intake.feed(chunk)
            await asyncio.sleep(0)
        intake.end()
        await running
        return sheet.text

    text = asyncio.run(attack())
    assert all(character == "\n" or character >= " " for character in text)


async def test_texts_from_files_and_people_carry_no_escape_sequence() -> None:
    evil = "\x1b]52;c;x\x07 \x9b6n \u202e \x1bc \r\x08 \ud800 end"
    item = evolve(
        script.ITEM,
        heading=evil,
        place=evil,
        stem=evil,
        status=evil,
        options=(Choice("o1", evil), Choice("o2", evil)),
        stimulus=evil,
        stimulus_title=evil,
    )
    text, _ = await scripted(FakeFlow(item), ["a", "kasus", "?", ""])
    assert harmless(text)
    assert text.count("end") > 5
    text, _ = await scripted(FakeFlow(evolve(script.IDENTITY, number=evil, problem=evil)), ["?"])
    assert harmless(text)


async def test_the_end_of_input_anywhere_closes_the_flow_and_does_nothing_else() -> None:
    lines = ["b", "leave", "", "note", "", "?"]
    for count in range(len(lines) + 1):
        for view in script.ALL_VIEWS:
            flow = FakeFlow(view, moves=(Leave,))
            await scripted(flow, lines[:count])
            assert flow.closed == 1
            assert not any(isinstance(action, Respond) for action in flow.actions)


async def test_a_terminal_that_takes_no_more_is_gone() -> None:
    class Torn(Sheet):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    flow = FakeFlow(script.ITEM)
    assert await PlainFace(flow, Intake(interactive=True), Torn()).run() == GONE
    assert flow.closed == 1


async def test_a_fault_of_the_flow_still_closes_it() -> None:
    async def fail(_: FakeFlow) -> None:
        raise LookupError("a fault")

    flow = FakeFlow(script.SECTION)
    flow.meanwhile = fail
    try:
        await scripted(flow, [""])
    except LookupError:
        assert flow.closed == 1
    else:
        raise AssertionError("the fault was swallowed")


@given(st.text())
def test_ascii_is_ascii_and_keeps_what_was(text: str) -> None:
    assert to_ascii(text).isascii()
    assert to_ascii(to_ascii(text)) == to_ascii(text)


def test_accents_and_typography_have_a_likeness() -> None:
    assert to_ascii("“Résumé” – 3 ≥ 2 … ½ €\u00a0x\u0301") == '"Resume" - 3 >= 2 ... 1/2 EUR x'
    assert to_ascii("日") == "?"


def test_no_command_can_be_mistaken_for_letters() -> None:
    everything = tuple(Command)
    for command in everything:
        for language in ("id", "en"):
            typed = word(command, language)
            assert asked_in(typed.upper(), everything) is not None
            assert not set(typed.upper()) <= set("ABCDEFGH")
            for view in (script.ITEM, script.MULTIPLE, script.NUMERIC):
                assert reply_in(typed, view) == ()
