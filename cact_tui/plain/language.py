"""The first view, in both languages: which one, or which test to go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.delivery.actions import ChooseLanguage, GoOnWith
from cact_tui.delivery.views import LanguageView
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.plain.commands import Command
from cact_tui.plain.phrases import numbered
from cact_tui.plain.replies import picked
from cact_tui.plain.stage import Stage, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.actions import Action


@frozen(kw_only=True)
class ChoosingLanguage(Stage):
    """Languages first, then the tests that were cut off; one row of numbers for both."""

    view: LanguageView

    @property
    def language(self) -> str:
        """Return the first language; nobody has chosen yet."""
        return next(iter(LANGUAGES))

    @property
    def languages(self) -> tuple[str, ...]:
        """Return all of them."""
        return tuple(LANGUAGES)

    @property
    def whole(self) -> tuple[str, ...]:
        """Return titles, languages and unfinished tests."""
        languages, unfinished = self.view.languages, self.view.unfinished
        resume = (*_bilingual(_resume), *numbered(unfinished, len(languages) + 1))
        return (
            *dict.fromkeys(self.view.titles),
            *_bilingual(_hint),
            "",
            *_bilingual(_ask),
            *numbered(languages),
            *(resume if unfinished else ()),
        )

    @property
    def how(self) -> tuple[str, ...]:
        """Return the range of numbers."""
        count = len(self.view.languages) + len(self.view.unfinished)
        return tuple(sentence.format(n=count) for sentence in _bilingual(_how))

    @property
    def prompt(self) -> str:
        """Return what asks for a number."""
        return f"{' / '.join(_bilingual(_prompt))}:"

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken here."""
        return (Command.HELP, Command.REPEAT, Command.LEAVE)

    def answer(self, line: str) -> Step:
        """A number chooses; so does a language's name."""
        names = {choice.label.casefold(): choice.id for choice in self.view.languages}
        if line.casefold() in names:
            return Step(stage=self, action=ChooseLanguage(names[line.casefold()]))
        action = self._numbered(line)
        return Step(stage=self, action=action, say=() if action else self.how)

    def _numbered(self, line: str) -> Action | None:
        actions: list[Action] = [ChooseLanguage(choice.id) for choice in self.view.languages]
        actions += [GoOnWith(choice.id) for choice in self.view.unfinished]
        index = picked(line, len(actions))
        return None if index is None else actions[index]


def _bilingual(sentence: Callable[[str], str]) -> tuple[str, ...]:
    """Return a sentence in every language, each once."""
    return tuple(dict.fromkeys(sentence(language) for language in LANGUAGES))


def _hint(language: str) -> str:
    _ = translator(language).gettext
    return _("This is the linear mode: line by line. Type ? and press Enter for help at any time.")


def _ask(language: str) -> str:
    _ = translator(language).gettext
    return _("Choose a language by its number.")


def _resume(language: str) -> str:
    _ = translator(language).gettext
    return _("Or go on with a test that was cut off:")


def _how(language: str) -> str:
    _ = translator(language).gettext
    return _("Type a number from 1 to {n} and press Enter.")


def _prompt(language: str) -> str:
    _ = translator(language).gettext
    return _("Number")
