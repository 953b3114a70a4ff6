"""The test stands still, a message from the proctor, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.delivery.actions import Acknowledge, Return
from cact_tui.delivery.views import EndView, MessageView, Standstill, StandstillView
from cact_tui.i18n import translator
from cact_tui.plain.commands import Command
from cact_tui.plain.phrases import sentence, spelled, undrawn
from cact_tui.plain.stage import Stage, Step

if TYPE_CHECKING:
    from cact_tui.delivery.views import View


@frozen(kw_only=True)
class Standing(Stage):
    """Nothing can be answered now; most often the view changes by itself."""

    view: StandstillView

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def whole(self) -> tuple[str, ...]:
        """Return why the test stands still."""
        closed = (self._closed(),) if self.view.closing else ()
        return (sentence(self.view.title), self.view.text, *closed)

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken: whoever waits may call the proctor."""
        speaking = (Command.CALL, Command.NOTE) if self.view.held else ()
        return (Command.HELP, Command.REPEAT, *speaking)

    @property
    def how(self) -> tuple[str, ...]:
        """Return whether Enter helps, or only patience."""
        _ = translator(self.language).gettext
        if self._may_return:
            return (_("Press Enter on an empty line to go on."),)
        return (_("Please wait. The test goes on by itself, and you will hear it."),)

    @property
    def prompt(self) -> str:
        """Return what asks for Enter, where one may return."""
        return (
            translator(self.language).gettext("Press Enter to go on:") if self._may_return else ""
        )

    def answer(self, line: str) -> Step:
        """Return with an empty line, where that is possible."""
        if line or not self._may_return:
            return Step(stage=self, say=self.how)
        return Step(stage=self, action=Return())

    def see(self, view: View) -> Step | None:
        """The same standstill may become the last word of this terminal."""
        if not isinstance(view, StandstillView) or view != evolve(self.view, closing=True):
            return None
        return Step(stage=Standing(view=view), say=(self._closed(),))

    @property
    def _may_return(self) -> bool:
        return self.view.why is Standstill.LEFT and not self.view.closing

    def _closed(self) -> str:
        return translator(self.language).gettext("This terminal is closed now.")


@frozen(kw_only=True)
class Told(Stage):
    """A proctor's message, until an empty line says that it was read."""

    view: MessageView

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def whole(self) -> tuple[str, ...]:
        """Return the message."""
        return (sentence(self.view.title), self.view.text)

    @property
    def how(self) -> tuple[str, ...]:
        """Return that Enter acknowledges."""
        _ = translator(self.language).gettext
        return (_("Press Enter on an empty line when you have read the message."),)

    @property
    def prompt(self) -> str:
        """Return what asks for Enter."""
        return translator(self.language).gettext("Press Enter when you have read this:")

    def answer(self, line: str) -> Step:
        """Acknowledge with an empty line."""
        if line:
            return Step(stage=self, say=self.how)
        return Step(stage=self, action=Acknowledge(self.view.message))


@frozen(kw_only=True)
class Ended(Stage):
    """Thanks, the reference number, what happens next, the profile where there is one."""

    view: EndView

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def whole(self) -> tuple[str, ...]:
        """Return everything, the reference number also letter by letter."""
        _ = translator(self.language).gettext
        view = self.view
        trial = _("trial") if view.trial else ""
        letters = spelled(self.language, view.reference)
        return (
            sentence(", ".join(filter(None, (view.title, trial)))),
            _("Reference number: {reference}.").format(reference=view.reference),
            _("Letter by letter: {letters}.").format(letters=letters),
            "",
            view.text,
            *(("", undrawn(view.profile)) if view.profile else ()),
        )

    @property
    def how(self) -> tuple[str, ...]:
        """Return that Enter closes."""
        return (translator(self.language).gettext("Press Enter on an empty line to close."),)

    @property
    def prompt(self) -> str:
        """Return what asks for Enter."""
        return translator(self.language).gettext("Press Enter to close:")

    def answer(self, line: str) -> Step:
        """Close with an empty line."""
        if line:
            return Step(stage=self, say=self.how)
        return Step(stage=self, action=Return(), close=True)
