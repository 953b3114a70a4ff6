"""How a participant takes the test: from the first screen on, in one language or the other."""

from __future__ import annotations

import asyncio
import re
from itertools import cycle
from typing import TYPE_CHECKING

from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.rehearsal import Mind, SimulatedParticipant
from cact_tui.delivery.views import ItemView
from cact_tui.errors import Problems
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.delivery.views import View
    from tests.e2e.person import Person
    from tests.e2e.record import Record

NUMBER, NAME = "0231", "SITI RAHMAWATI"
POSITION = "administrator"


class Candidate:
    """A person who takes the test in a language; answers in every way the keys allow."""

    def __init__(self, person: Person, language: str = "id") -> None:
        self.person = person
        self.language = language
        self.say = translator(language).gettext
        self.ways: set[str] = set()
        self.asked = ""
        self._one = cycle((("letter", "b"), ("arrows", "down", "down", "up")))
        self._several = cycle((("letters", "b", "a"), ("space", "a", "down", "down", " ")))

    # The way in

    def sign_in(self) -> None:
        """Choose the language, say who one is, read the notice, agree."""
        self.say_who()
        self.read("PRIVACY NOTICE")
        self.agree()

    def say_who(self) -> None:
        """Choose the language and fill in the form."""
        person = self.person
        person.wait_for("Pilih bahasa", "Choose a language")
        person.press(str(list(LANGUAGES).index(self.language) + 1))
        person.wait_for(self.say("WHO ARE YOU?"))
        person.type(NUMBER)
        person.press("enter")
        person.type(NAME)
        person.press("enter", "3")

    def come_back(self) -> None:
        """Sign in again in a hall, which offers nobody's test, and go on as far as its item."""
        self.say_who()
        self.person.press_until("enter", lambda: self.sees("IS THIS YOU?"))
        self.agree()
        self.person.wait_until(lambda: self.on_item)
        self.person.settle()

    def go_on(self) -> None:
        """Go on with the test that the first screen offers, as far as its item."""
        self.person.wait_for("Pilih bahasa", "Choose a language", NUMBER)
        self.person.press("3")
        self.agree()
        self.person.wait_until(lambda: self.on_item)
        self.person.settle()

    def agree(self) -> None:
        """Type out the word of agreement."""
        self.person.wait_for(self.say("IS THIS YOU?"), NUMBER, NAME)
        self.person.type(self.say("AGREE"))
        self.person.press_until("enter", lambda: not self.sees("IS THIS YOU?"))

    def read(self, title: str) -> None:
        """Read a text to its last page and go on."""
        self.person.press_until("enter", lambda: self.sees(title))
        self.person.press_until("enter", lambda: not self.sees(title))

    def prepare(self) -> None:
        """Read the rules, practise, and go on to the first item."""
        self.person.wait_for(self.say("RULES OF THE TEST"))
        self.read("RULES OF THE TEST")
        self.person.wait_for(self.say("PRACTICE"))
        self.person.press("enter")
        place = self.say("item {number} of {count}")
        for number in range(1, 5):
            self.person.wait_for(place.format(number=number, count=4))
            self.answer()
        self.begin_section()

    def begin_section(self) -> None:
        """Go on from the introduction of a section, and from a break before it."""
        self.person.press_until("enter", lambda: self.on_item)

    # The screen

    def sees(self, message: str) -> bool:
        """Return whether a message stands on the screen, up to the first thing filled in."""
        return self.person.sees(self.say(message).partition("{")[0].strip())

    def wait_for(self, message: str) -> None:
        """Wait for a message, up to the first thing filled in."""
        self.person.wait_for(self.say(message).partition("{")[0].strip())

    @property
    def on_item(self) -> bool:
        """Return whether an item that counts is on the screen."""
        item = self.say("Item {n}").partition("{")[0]
        labelled = re.match(rf"[─-] {item}\d", self.person.rows[1]) is not None
        return labelled and not self.sees("PRACTICE – not scored")

    @property
    def on_options(self) -> bool:
        """Return whether the options, or the field for a number, are on the screen."""
        return bool(self.person.letters) or self.sees("Your answer:")

    # Items

    def answer(self) -> None:
        """Answer what is on the screen, in the way its form asks for, and send it."""
        self.choose()
        self.send()

    def choose(self) -> None:
        """Choose or type an answer."""
        self.turn_to_the_options()
        person = self.person
        if not person.letters:
            self.ways.add("number")
            person.type("12")
            return
        way, *keys = next(self._several if person.sees("[ ] A") else self._one)
        self.ways.add(way)
        person.press(*keys)
        assert person.text.count("[x]") == 2 or person.text.count("(*)") == 1

    def turn_to_the_options(self) -> None:
        """Read an item to its last page."""
        while not self.on_options:
            self.person.press("pgdn")

    def send(self) -> None:
        """Ask, and say yes."""
        question = "Send answer {answer}?  Enter yes · Esc back"
        self.asked = self.person.rows[1]
        self.person.press_until("enter", lambda: self.sees(question))
        self.person.press_until("enter", lambda: not self.sees(question))

    def wait_until_saved(self, count: int) -> None:
        """Wait for the word that the n-th answer of a section is saved, and for what comes next.

        The word comes while the item answered is still on the screen; the end says it of all.
        """
        saved = self.say("answer {n} saved").format(n=count)
        self.person.wait_until(
            lambda: (
                (self.person.sees(saved) and self.person.rows[1] != self.asked)
                or self.sees("FINISHED")
            )
        )
        self.person.settle()

    def look_at(self, record: Record) -> None:
        """Check that the item on record is on the screen, with every option in its order."""
        self.turn_to_the_options()
        assert self.person.letters == "ABCDEFGH"[: len(record.shown.options)]
        texts = [" ".join(text.split()) for text in record.option_texts(self.language)]
        places = [self.person.words.find(text) for text in texts]
        assert -1 not in places, f"{texts} are not all on\n{self.person.text}"
        assert places == sorted(places)


def begun(config: Path, *, answers: int = 0, language: str = "id") -> None:
    """Begin a session without a terminal, up to an item, and leave it as a cut line would."""
    asyncio.run(_begin(config, answers, language))


class _LineCut(Exception):
    pass


async def _begin(config: Path, answers: int, language: str) -> None:
    materials = read_event(config, Problems())
    assert materials is not None
    event = Event(config, materials)
    terminal = Terminal(
        mode="screen", terminal="none", columns=80, rows=24, charset="utf8", colours="mono"
    )
    flow = ParticipantFlow(event.services(None), terminal)
    participant = SimulatedParticipant(
        flow,
        Mind(event.exam.plan, "begun").answer,
        number=NUMBER,
        name=NAME,
        language=language,
        position_group=POSITION,
    )

    def watch(view: View) -> None:
        if isinstance(view, ItemView) and not view.practice and view.answered == answers:
            raise _LineCut

    try:
        await participant.run(watch)
    except _LineCut:
        await flow.close()
    finally:
        await event.store.close()
