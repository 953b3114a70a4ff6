"""Who are you: one question after the other, then the word that confirms it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.delivery.actions import Back, Confirm, Identify
from cact_tui.delivery.views import ConfirmView, IdentityView
from cact_tui.i18n import translator
from cact_tui.plain.commands import Command, word
from cact_tui.plain.phrases import fact_lines, numbered
from cact_tui.plain.replies import picked
from cact_tui.plain.stage import Stage, Step
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from cact_tui.delivery.views import View

NUMBER_LIMIT = 41
NAME_LIMIT = 80
PIN_LIMIT = 12

_OFFERED = (Command.HELP, Command.REPEAT, Command.BACK, Command.LEAVE)


class Question(StrEnum):
    """What is asked."""

    NUMBER = "number"
    PIN = "pin"
    NAME = "name"
    GROUP = "group"


@frozen(kw_only=True)
class Identifying(Stage):
    """The questions; `at` counts those that are answered."""

    view: IdentityView
    number: str
    name: str
    at: int = 0
    pin: str = field(default="", repr=False)

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return what is asked here, in order."""
        pin = (Question.PIN,) if self.view.ask_pin else ()
        name = (Question.NAME,) if self.view.ask_name else ()
        return (Question.NUMBER, *pin, *name, *((Question.GROUP,) if self.view.groups else ()))

    @property
    def question(self) -> Question:
        """Return what is asked now."""
        return self.questions[self.at]

    @property
    def whole(self) -> tuple[str, ...]:
        """Return title, text and what was wrong so far."""
        problem = (self.view.problem,) if self.view.problem else ()
        return (self.view.title, self.view.text, *problem, *self.listed)

    @property
    def how(self) -> tuple[str, ...]:
        """Return what is expected now."""
        _ = translator(self.language).gettext
        if self.question is not Question.GROUP:
            return (_("Please fill this in."),)
        sentence = _("Type a number from 1 to {n} and press Enter.")
        return (sentence.format(n=len(self.view.groups)),)

    @property
    def prompt(self) -> str:
        """Return the question, with what Enter alone keeps."""
        _ = translator(self.language).gettext
        label, kept = self._label(), self._kept()
        if not kept:
            return f"{label}:"
        return _("{label}, Enter keeps {value}:").format(label=label, value=kept)

    @property
    def secret(self) -> bool:
        """Return whether a PIN is asked for."""
        return self.question is Question.PIN

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken here."""
        return _OFFERED

    def answer(self, line: str) -> Step:
        """Fill in what was asked; after the last question the flow is told."""
        if self.question is Question.GROUP:
            chosen = picked(line, len(self.view.groups))
            if chosen is None:
                return Step(stage=self, say=self.how)
            return self._identify(self.view.groups[chosen].id)
        value = line or self._kept()
        if not value:
            return Step(stage=self, say=self.how)
        if self.question is Question.NUMBER:
            return evolve(self, number=clean_line(value, NUMBER_LIMIT)).proceed()
        if self.question is Question.PIN:
            return evolve(self, pin=clean_line(value, PIN_LIMIT)).proceed()
        return evolve(self, name=clean_line(value, NAME_LIMIT)).proceed()

    def see(self, view: View) -> Step | None:
        """Take the flow's complaint up and ask again from the first question."""
        if not isinstance(view, IdentityView) or view.language != self.language:
            return None
        return Step(stage=identifying(view), say=(view.problem,) if view.problem else ())

    def back(self) -> Step:
        """Return to the question before; from the first one to the view before."""
        if self.at:
            return Step(stage=evolve(self, at=self.at - 1))
        return Step(stage=self, action=Back())

    def proceed(self) -> Step:
        """Ask the next question, or tell the flow after the last."""
        if self.at == len(self.questions) - 1:
            return self._identify("")
        after = evolve(self, at=self.at + 1)
        return Step(stage=after, say=after.listed)

    def _identify(self, group: str) -> Step:
        told = Identify(
            number=self.number,
            name=self.name if self.view.ask_name else "",
            position_group=group,
            pin=self.pin,
        )
        # The same mistake twice is the same view twice: its complaint is said again.
        return Step(stage=evolve(self, at=0, pin=""), action=told, otherwise=self.view.problem)

    @property
    def listed(self) -> tuple[str, ...]:
        """Return the groups where one is asked for."""
        return numbered(self.view.groups) if self.question is Question.GROUP else ()

    def _kept(self) -> str:
        kept = {Question.NUMBER: self.number, Question.NAME: self.name}
        return kept.get(self.question, "")

    def _label(self) -> str:
        _ = translator(self.language).gettext
        labels = {
            Question.NUMBER: _("Participant number / NIP"),
            Question.PIN: _("PIN"),
            Question.NAME: _("Full name"),
            Question.GROUP: _("Position group"),
        }
        return labels[self.question]


def identifying(view: IdentityView) -> Identifying:
    """Return the questions of a view, with what was answered before."""
    return Identifying(view=view, number=view.number, name=view.name)


@frozen(kw_only=True)
class Confirming(Stage):
    """Facts and a text, confirmed by a typed word."""

    view: ConfirmView

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def whole(self) -> tuple[str, ...]:
        """Return title, facts, text and what was wrong so far."""
        view = self.view
        problem = (view.problem,) if view.problem else ()
        return (view.title, *fact_lines(view.facts), view.text, *problem)

    @property
    def how(self) -> tuple[str, ...]:
        """Return the word that is expected."""
        _ = translator(self.language).gettext
        both = _("Type {word} and press Enter if this is right; type {back} if it is not.")
        back = word(Command.BACK, self.language)
        return (both.format(word=self.view.word, back=back),)

    @property
    def prompt(self) -> str:
        """Return what asks for the word."""
        _ = translator(self.language).gettext
        return _("Type {word}, then press Enter:").format(word=self.view.word)

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken here."""
        return _OFFERED

    def answer(self, line: str) -> Step:
        """Confirm with the word; anything else only repeats what is expected."""
        if line.casefold() != self.view.word.casefold():
            return Step(stage=self, say=self.how)
        return Step(stage=self, action=Confirm(line), otherwise=self.view.problem)

    def see(self, view: View) -> Step | None:
        """Take the flow's complaint up."""
        if not isinstance(view, ConfirmView) or evolve(view, problem="") != self._unspoilt():
            return None
        return Step(stage=Confirming(view=view), say=(view.problem,) if view.problem else ())

    def _unspoilt(self) -> ConfirmView:
        return evolve(self.view, problem="")
