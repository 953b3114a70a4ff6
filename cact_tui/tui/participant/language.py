"""The first screen, in both languages: which one, or which test to go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.delivery.actions import ChooseLanguage, GoOnWith
from cact_tui.delivery.views import LanguageView
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.tui.lines import BLANK, indent, line, strong
from cact_tui.tui.participant.pick import Pick, pick_lines
from cact_tui.tui.participant.stage import Act, Hint, Page, Stage, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.actions import Action
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line
    from cact_tui.tui.participant.stage import Area


@frozen(kw_only=True)
class ChoosingLanguage(Stage):
    """Languages first, then the tests that were cut off; one row of digits for both."""

    view: LanguageView
    pick: Pick

    def press(self, key: Key) -> Step:
        """A digit chooses; arrows and Enter do too."""
        pick = self.pick.press(key)
        chosen = pick.at if key.name == "enter" else pick.by_digit
        after = evolve(self, pick=pick)
        return Step(after, Act(self._action(chosen))) if chosen >= 0 else Step(after)

    def _action(self, chosen: int) -> Action:
        languages = self.view.languages
        if chosen < len(languages):
            return ChooseLanguage(languages[chosen].id)
        return GoOnWith(self.view.unfinished[chosen - len(languages)].id)

    def draw(self) -> Page:
        """Return titles, then languages, then unfinished tests."""
        top = (*(strong(title) for title in self.view.titles), BLANK, *_bilingual(_ask))
        rows = self.area.rows - len(top) - 1
        return Page(
            language=next(iter(LANGUAGES)),
            heading=self.view.titles[0] if self.view.titles else "",
            body=(*top, BLANK, *self._choices(rows)),
            left=(Hint(f"1-{self.pick.count}", " / ".join(map(_choose, LANGUAGES))),),
        )

    def _choices(self, rows: int) -> tuple[Line, ...]:
        languages = tuple(choice.label for choice in self.view.languages)
        labels = (*languages, *(choice.label for choice in self.view.unfinished))
        between = (BLANK, *_bilingual(_resume), BLANK) if self.view.unfinished else ()
        rows -= len(between)
        lines = pick_lines(labels, self.pick, self.area.text_columns - 2, rows)
        if len(lines) < len(labels):
            return (*between[1:], *lines)
        placed = tuple(indent(row, 2) for row in lines)
        return (*placed[: len(languages)], *between, *placed[len(languages) :])


def choosing_language(view: LanguageView, area: Area) -> ChoosingLanguage:
    """Return the stage for a view."""
    count = len(view.languages) + len(view.unfinished)
    return ChoosingLanguage(area=area, view=view, pick=Pick(count))


def _bilingual(sentence: Callable[[str], str]) -> tuple[Line, ...]:
    return tuple(line(sentence(language)) for language in LANGUAGES)


def _ask(language: str) -> str:
    _ = translator(language).gettext
    return _("Choose a language by its number.")


def _resume(language: str) -> str:
    _ = translator(language).gettext
    return _("Or go on with a test that was cut off:")


def _choose(language: str) -> str:
    _ = translator(language).gettext
    return _("choose")
