"""Questions laid over a stage: leaving and a comment; and what each command leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.delivery import wording
from cact_tui.delivery.actions import CallForProctor, Leave, WriteComment
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.plain.commands import Asked, Command, command_help
from cact_tui.plain.phrases import sentence
from cact_tui.plain.stage import Stage, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cact_tui.delivery.views import View


@frozen(kw_only=True)
class Aside(Stage):
    """A question over another stage, which goes on afterwards. Every line is its answer."""

    under: Stage

    @property
    def language(self) -> str:
        """Return the language of the stage beneath."""
        return self.under.language

    @property
    def beneath(self) -> Stage:
        """Return the stage beneath."""
        return self.under

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return no command: here their words are text."""
        return ()

    @property
    def how(self) -> tuple[str, ...]:
        """Return the question again."""
        return self.whole

    def see(self, view: View) -> Step | None:
        """The stage beneath may learn something new meanwhile."""
        seen = self.under.see(view)
        return seen and evolve(seen, stage=evolve(self, under=seen.stage))


@frozen(kw_only=True)
class Leaving(Aside):
    """Leaving for now, by typing a word out."""

    @property
    def whole(self) -> tuple[str, ...]:
        """Return what leaving means."""
        _ = translator(self.language).gettext
        if not self.under.begun:
            return (_("Your test has not begun here. Leaving closes this terminal."),)
        return (
            _(
                "Leaving pauses your test. Your saved answers are kept and your time stands "
                "still; an answer that was not sent is lost.\n\n"
                "To go on later, sign in again with the same number, at this terminal or another "
                "one. After a while the proctor has to allow it."
            ),
        )

    @property
    def prompt(self) -> str:
        """Return what asks for the word."""
        _ = translator(self.language).gettext
        word = wording.word_of_leaving(translator(self.language))
        return _("Type {word} to leave, or Enter alone to stay:").format(word=word)

    def answer(self, line: str) -> Step:
        """Leave if the word is right, in either language; stay otherwise."""
        _ = translator(self.language).gettext
        words = {wording.word_of_leaving(translator(code)).casefold() for code in LANGUAGES}
        if line.casefold() not in words:
            return Step(stage=self.under, say=(_("You have not left."),))
        leave = Leave(wording.word_of_leaving(translator(self.language)))
        return Step(stage=self.under, action=leave, otherwise=_("You cannot leave now."))


@frozen(kw_only=True)
class Commenting(Aside):
    """A comment on one line."""

    @property
    def whole(self) -> tuple[str, ...]:
        """Return what a comment is for."""
        _ = translator(self.language).gettext
        return (
            _(
                "Write what the organisers should know, for example that an item is unclear. "
                "A comment does not change your result."
            ),
        )

    @property
    def prompt(self) -> str:
        """Return what asks for the comment."""
        return translator(self.language).gettext("Your comment, or Enter alone for none:")

    def answer(self, line: str) -> Step:
        """Send the comment; an empty line is none."""
        return comment(self.under, line) if line else Step(stage=self.under)


def comment(stage: Stage, text: str) -> Step:
    """Return the step that sends a comment."""
    saved = translator(stage.language).gettext("your comment is saved")
    return Step(stage=stage, action=WriteComment(text), otherwise=sentence(saved))


def obey(stage: Stage, asked: Asked) -> Step:
    """Return what a command leads to."""
    return _LEADS_TO[asked.command](stage, asked.text)


def _over(aside: Aside) -> Step:
    return Step(stage=aside, say=aside.whole)


def _help(stage: Stage) -> tuple[str, ...]:
    """Return how to answer, and the commands in each language of the stage."""
    return (*stage.how, *(line for code in stage.languages for line in _commands(stage, code)))


def _commands(stage: Stage, language: str) -> tuple[str, ...]:
    _ = translator(language).gettext
    lines = (command_help(command, language) for command in stage.offered)
    return (_("Commands, each on a line of its own:"), *lines)


def _call(stage: Stage) -> Step:
    called = translator(stage.language).gettext("the proctor has been called")
    return Step(stage=stage, action=CallForProctor(), otherwise=sentence(called))


def _note(stage: Stage, text: str) -> Step:
    return comment(stage, text) if text else _over(Commenting(under=stage))


_LEADS_TO: Mapping[Command, Callable[[Stage, str], Step]] = {
    Command.HELP: lambda stage, _: Step(stage=stage, say=_help(stage)),
    Command.REPEAT: lambda stage, _: Step(stage=stage, say=stage.whole),
    Command.CASE: lambda stage, _: Step(stage=stage, say=stage.case),
    Command.TIME: lambda stage, _: Step(stage=stage, time=True),
    Command.CALL: lambda stage, _: _call(stage),
    Command.NOTE: _note,
    Command.BACK: lambda stage, _: stage.back(),
    Command.LEAVE: lambda stage, _: _over(Leaving(under=stage)),
}
