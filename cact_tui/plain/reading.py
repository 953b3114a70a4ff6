"""A text that is read before going on."""

from __future__ import annotations

from attrs import frozen

from cact_tui.delivery.actions import Continue
from cact_tui.delivery.views import Passage, PassageView
from cact_tui.i18n import translator
from cact_tui.plain.commands import Command, word
from cact_tui.plain.phrases import fact_lines, sentence
from cact_tui.plain.stage import Stage, Step


@frozen(kw_only=True)
class Reading(Stage):
    """A passage, said whole; Enter alone goes on."""

    view: PassageView

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def begun(self) -> bool:
        """Return whether the test has begun: only the notice comes before it."""
        return self.view.passage is not Passage.PRIVACY

    @property
    def whole(self) -> tuple[str, ...]:
        """Return title, text and facts, and how what the text says is done here."""
        view = self.view
        title = sentence(", ".join(filter(None, (view.title, view.step))))
        status = (sentence(view.status),) if view.status else ()
        return (*status, title, "", view.text, *self._here(), *fact_lines(view.facts))

    @property
    def how(self) -> tuple[str, ...]:
        """Return that Enter alone goes on."""
        return (translator(self.language).gettext("Press Enter on an empty line to go on."),)

    @property
    def prompt(self) -> str:
        """Return what asks for Enter."""
        return translator(self.language).gettext("Press Enter to go on:")

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken: before the test the way back, in it the proctor."""
        if self.view.passage is Passage.PRIVACY:
            return (Command.HELP, Command.REPEAT, Command.BACK, Command.LEAVE)
        leave = (Command.LEAVE,) if self.view.may_leave else ()
        return (Command.HELP, Command.REPEAT, Command.TIME, Command.CALL, Command.NOTE, *leave)

    def answer(self, line: str) -> Step:
        """Go on with an empty line."""
        if line:
            return Step(stage=self, say=self.how)
        return Step(stage=self, action=Continue())

    def _here(self) -> tuple[str, ...]:
        """Return what takes the place of the keys of the screens."""
        if self.view.passage is Passage.RULES:
            return ("", self._commands())
        if self.view.passage is Passage.PRACTICE:
            return ("", self._answers())
        return ()

    def _commands(self) -> str:
        _ = translator(self.language).gettext
        text = _(
            "In the linear mode there are no function keys and no menu: commands are words. Type "
            "? for all of them, {call} for the proctor, {leave} to leave; then press Enter."
        )
        call, leave = (word(each, self.language) for each in (Command.CALL, Command.LEAVE))
        return text.format(call=call, leave=leave)

    def _answers(self) -> str:
        _ = translator(self.language).gettext
        return _(
            "In the linear mode you type the letter of an option, or a number, and press Enter. "
            "Your choice is repeated; Enter on an empty line then sends it."
        )
