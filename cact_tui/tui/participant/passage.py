"""A text read to its last page, and the word that confirms one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from attrs import evolve, frozen

from cact_tui.delivery.actions import Back, Confirm, Continue
from cact_tui.delivery.views import ConfirmView, Passage, PassageView
from cact_tui.i18n import translator
from cact_tui.tui.entry import Entry, field_line
from cact_tui.tui.lines import BLANK, Span, Tone, line, paragraph
from cact_tui.tui.participant.hints import menu_hints
from cact_tui.tui.participant.paging import (
    fact_lines,
    page_hints,
    page_number,
    paginate,
    turned,
)
from cact_tui.tui.participant.stage import Act, Command, Hint, Page, Stage, Step, headline

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line
    from cact_tui.tui.participant.paging import Pages
    from cact_tui.tui.participant.stage import Area

WORD_LIMIT = 20
NO_WORD = Entry(limit=WORD_LIMIT)

_CONFIRM_ROWS = 4


@frozen(kw_only=True)
class Reading(Stage):
    """A passage. Enter turns pages and goes on only from the last."""

    view: PassageView
    page: int = 0

    @property
    def pages(self) -> Pages:
        """Return the text, then the facts, as pages."""
        columns = self.area.text_columns
        facts = fact_lines(self.view.facts, columns)
        between = (BLANK,) if self.view.text and facts else ()
        return paginate((*paragraph(self.view.text, columns), *between, *facts), self.area.rows)

    @property
    def commands(self) -> tuple[Command, ...]:
        """A test that runs can be interrupted here; before it there is only help."""
        if self._before_test:
            return (Command.HELP,)
        leave = (Command.LEAVE,) if self.view.may_leave else ()
        return (Command.HELP, Command.COMMENT, Command.PROCTOR, *leave)

    @property
    def _before_test(self) -> bool:
        return self.view.passage is Passage.PRIVACY

    def fit(self, area: Area) -> Self:
        """Return it for another room, on a page that exists."""
        fitted = evolve(self, area=area)
        return evolve(fitted, page=min(self.page, len(fitted.pages) - 1))

    def press(self, key: Key) -> Step:
        """Turn pages and go on; Esc opens the menu, or is a step back before the test."""
        last = len(self.pages) - 1
        if key.name == "escape":
            return Step(self, Act(Back()) if self._before_test else Command.MENU)
        if key.name != "enter":
            return Step(evolve(self, page=turned(key, self.page, last + 1)))
        if self.page < last:
            return Step(evolve(self, page=self.page + 1))
        return Step(self, Act(Continue()))

    def draw(self) -> Page:
        """Return the page it is opened at."""
        pages = self.pages
        language = self.view.language
        _ = translator(language).gettext
        back = (Hint("Esc", _("back")),) if self._before_test else ()
        on = () if self.page < len(pages) - 1 else (Hint("Enter", _("go on")),)
        return Page(
            language=language,
            heading=headline(self.area, self.view.title, self.view.step),
            number=page_number(language, self.page, len(pages)),
            body=pages[self.page],
            state=self.view.status,
            left=(*on, *page_hints(language, self.page, len(pages)), *back),
            right=menu_hints(language, self.commands, menu=not self._before_test),
        )


@frozen(kw_only=True)
class Confirming(Stage):
    """Facts and a text, confirmed by a typed word on the last page."""

    view: ConfirmView
    entry: Entry = NO_WORD
    page: int = 0

    @property
    def pages(self) -> Pages:
        """Return facts and text as pages; the last leaves room for the word."""
        columns = self.area.text_columns
        facts = fact_lines(self.view.facts, columns)
        between = (BLANK,) if self.view.text and facts else ()
        lines = (*facts, *between, *paragraph(self.view.text, columns))
        return paginate(lines, self.area.rows, _CONFIRM_ROWS)

    @property
    def commands(self) -> tuple[Command, ...]:
        """Help is all there is before the test."""
        return (Command.HELP,)

    def see(self, view: ConfirmView) -> Confirming:
        """Return it after the flow's answer."""
        return evolve(self, view=view)

    def refused(self) -> Confirming:
        """Return it after a wrong word, which is typed anew."""
        return evolve(self, entry=NO_WORD)

    def fit(self, area: Area) -> Self:
        """Return it for another room, on a page that exists."""
        fitted = evolve(self, area=area)
        return evolve(fitted, page=min(self.page, len(fitted.pages) - 1))

    def press(self, key: Key) -> Step:
        """Letters go into the word once the last page is seen; Esc is a step back."""
        if key.name == "escape":
            return Step(self, Act(Back()))
        pages = len(self.pages)
        if self.page < pages - 1:
            forward = 1 if key.name == "enter" else 0
            return Step(evolve(self, page=turned(key, self.page, pages) + forward))
        if key.name in ("pageup", "pagedown"):
            return Step(evolve(self, page=turned(key, self.page, pages)))
        if key.name == "enter":
            return Step(self, Act(Confirm(self.entry.value)) if self.entry.value else None)
        return Step(evolve(self, entry=self.entry.press(key)))

    def draw(self) -> Page:
        """Return facts, text and the field for the word."""
        pages = self.pages
        language = self.view.language
        _ = translator(language).gettext
        last = self.page == len(pages) - 1
        enter = (Hint("Enter", _("confirm")),) if last else ()
        return Page(
            language=language,
            heading=self.view.title.upper(),
            number=page_number(language, self.page, len(pages)),
            body=(*pages[self.page], *(self._foot() if last else ())),
            left=(*enter, *page_hints(language, self.page, len(pages)), Hint("Esc", _("back"))),
            right=(Hint("F1", _("help")),),
        )

    def _foot(self) -> tuple[Line, ...]:
        _ = translator(self.view.language).gettext
        ask = _("Type {word}, then press Enter:").format(word=self.view.word)
        field = field_line(self.entry, WORD_LIMIT + 3, active=True)
        problem = line(f"! {self.view.problem}", Tone.ALERT) if self.view.problem else BLANK
        return (BLANK, (Span(ask, Tone.STRONG), Span("  "), *field), problem)
