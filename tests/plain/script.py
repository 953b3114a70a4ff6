"""A flow that shows what a test says, and sessions typed by a script or by a person."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.banks.items import Form
from cact_tui.delivery.views import (
    Choice,
    ClockReading,
    ConfirmView,
    EndView,
    Fact,
    IdentityView,
    ItemView,
    LanguageView,
    MessageView,
    Passage,
    PassageView,
    Saving,
    Standstill,
    StandstillView,
)
from cact_tui.plain.face import PlainFace
from cact_tui.plain.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from cact_tui.delivery.actions import Action
    from cact_tui.delivery.views import View

LANGUAGES = LanguageView(
    titles=("Tes Kompetensi ASN", "Competency test"),
    languages=(Choice("id", "Bahasa Indonesia"), Choice("en", "English")),
    unfinished=(Choice("K7QF-2MXD", "K7QF-2MXD · 0231"),),
)
IDENTITY = IdentityView(
    language="en",
    title="WHO ARE YOU?",
    text="Type your participant number.",
    ask_name=True,
    groups=(Choice("jpt", "Senior"), Choice("pelaksana", "Executive")),
)
PIN = evolve(IDENTITY, ask_name=False, groups=(), ask_pin=True)
MESSAGE = MessageView(
    language="en", message="m-1", title="MESSAGE FROM THE PROCTOR", text="Please speak to me."
)
PRIVACY = PassageView(
    language="en", passage=Passage.PRIVACY, title="PRIVACY NOTICE", text="What is kept.\n\nLong."
)
SECTION = PassageView(
    language="en",
    passage=Passage.SECTION,
    title="DIGITAL LITERACY",
    text="About this section.",
    facts=(Fact("Items", "at most 20"), Fact("Time", "30 minutes")),
    step="section 2 of 5",
    may_leave=True,
)
CONFIRM = ConfirmView(
    language="en",
    title="IS THIS YOU?",
    facts=(Fact("Number", "0231"), Fact("Name", "SITI")),
    text="If this is you, type AGREE.",
    word="AGREE",
)
ITEM = ItemView(
    language="en",
    heading="Digital literacy",
    place="section 2 of 5",
    item="dl-008",
    position=8,
    form=Form.SINGLE_CHOICE,
    stem="What is the first step?",
    options=(
        Choice("o1", "Reply to it."),
        Choice("o2", "Report it."),
        Choice("o3", "Open it."),
        Choice("o4", "Forward it."),
    ),
    answered=7,
    at_most=20,
    saving=Saving.SAVED,
    status="answer 7 saved",
)
NEXT_ITEM = evolve(ITEM, item="dl-009", position=9, stem="And then?", status="answer 8 saved")
CASE_ITEM = evolve(ITEM, stimulus_title="One counter", stimulus="A long case.\n\nIt goes on.")
MULTIPLE = evolve(ITEM, item="dl-m", form=Form.MULTIPLE_RESPONSE, choose=2)
NUMERIC = evolve(ITEM, item="dl-n", form=Form.NUMERIC, options=(), unit="kg", decimals=1)
PRACTICE = evolve(
    ITEM,
    heading="PRACTICE – not scored",
    place="item 1 of 3",
    practice=True,
    at_most=0,
    saving=Saving.NONE,
    status="",
)
PAUSED = StandstillView(
    language="en", why=Standstill.PAUSED, title="TEST PAUSED", text="Please stay seated."
)
LEFT = StandstillView(
    language="en", why=Standstill.LEFT, title="TEST PAUSED", text="You have left your test."
)
LEFT_FOR_GOOD = evolve(LEFT, closing=True)
TAKEN_OVER = StandstillView(
    language="en",
    why=Standstill.TAKEN_OVER,
    title="CONTINUED ELSEWHERE",
    text="Your test goes on at another terminal.",
    closing=True,
)
END = EndView(
    language="en",
    title="FINISHED",
    reference="K7QF-2MXD",
    text="Thank you.",
    profile="Your profile.",
)
ALL_VIEWS: tuple[View, ...] = (
    LANGUAGES,
    IDENTITY,
    PIN,
    MESSAGE,
    PRIVACY,
    SECTION,
    CONFIRM,
    ITEM,
    CASE_ITEM,
    MULTIPLE,
    NUMERIC,
    PRACTICE,
    PAUSED,
    LEFT,
    TAKEN_OVER,
    END,
)


class FakeFlow:
    """Shows views one after the other: each action that `moves` leads to the next."""

    def __init__(self, *views: View, moves: tuple[type[Action], ...] = ()) -> None:
        self._views = list(views)
        self._moves = moves
        self.view: View = views[0]
        self.clock = ClockReading(left=None)
        self.actions: list[Action] = []
        self.told: list[str] = []
        self.closed = 0
        self.meanwhile: Callable[[FakeFlow], Awaitable[None]] | None = None
        self._on_view: Callable[[View], None] = lambda _: None
        self._on_clock: Callable[[ClockReading], None] = lambda _: None
        self.on_fault: Callable[[Exception], None] = lambda _: None

    def listen(
        self,
        on_view: Callable[[View], None],
        on_clock: Callable[[ClockReading], None],
        on_fault: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self._on_view, self._on_clock, self.on_fault = on_view, on_clock, on_fault

    async def start(self) -> None:
        self.show(self._views.pop(0))

    async def act(self, action: Action) -> None:
        self.actions.append(action)
        if self.meanwhile is not None:
            await self.meanwhile(self)
        elif self._views and (not self._moves or isinstance(action, self._moves)):
            self.show(self._views.pop(0))

    def show(self, view: View) -> None:
        self.view = view
        self._on_view(view)

    def tick(self, reading: ClockReading) -> None:
        self.clock = reading
        self._on_clock(reading)

    def appeared(self) -> None:
        self.told.append("appeared")

    def hidden(self) -> None:
        self.told.append("hidden")

    def saw_last_page(self) -> None:
        self.told.append("last page")

    def changed_choice(self) -> None:
        self.told.append("choice")

    def laid_out(self, pages: int) -> None:
        self.told.append(f"pages {pages}")

    async def close(self) -> None:
        self.closed += 1


class Sheet:
    """Keeps what is written, and lets a test react to it."""

    def __init__(self, on_text: Callable[[str], None] = lambda _: None) -> None:
        self.text = ""
        self.on_text = on_text

    def write(self, text: str) -> int:
        self.text += text
        self.on_text(text)
        return len(text)

    def flush(self) -> None:
        pass


async def scripted(
    flow: FakeFlow, lines: Iterable[str], *, columns: int = 76, ascii_only: bool = False
) -> tuple[str, int]:
    """Return what is written, and how it ended, when a pipe holds these lines and then ends."""
    intake = Intake(interactive=False)
    intake.feed("".join(f"{line}\n" for line in lines).encode())
    intake.end()
    sheet = Sheet()
    face = PlainFace(flow, intake, sheet, columns=columns, ascii_only=ascii_only)
    code = await asyncio.wait_for(face.run(), 5)
    return sheet.text, code


class Person:
    """Sits at a terminal and reacts to what is written.

    Once a prompt stands there the next of `lines` is typed, or done if it is a call; after the last
    one the terminal hangs up. `on_words` does something when words appear.
    """

    def __init__(self, flow: FakeFlow, *lines: str | Callable[[], None]) -> None:
        self._lines = list(lines)
        self.on_words: dict[str, Callable[[], None]] = {}
        self.intake = Intake(interactive=True)
        self.sheet = Sheet(self._on_text)
        self.face = PlainFace(flow, self.intake, self.sheet)

    async def sit(self) -> tuple[str, int]:
        """Return what was written, and how it ended."""
        code = await asyncio.wait_for(self.face.run(), 5)
        return self.sheet.text, code

    def type(self, text: str) -> None:
        """Type, without Enter unless the text has it."""
        self.intake.feed(text.encode())

    def _on_text(self, text: str) -> None:
        loop = asyncio.get_running_loop()
        for words in [words for words in self.on_words if words in text]:
            loop.call_soon(self.on_words.pop(words))
        if text.endswith(" "):
            loop.call_soon(self._next)

    def _next(self) -> None:
        line = self._lines.pop(0) if self._lines else self.intake.end
        if isinstance(line, str):
            self.type(f"{line}\n")
        else:
            line()
