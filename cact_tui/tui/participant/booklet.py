"""A text laid over the test: help, or the case once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from attrs import evolve, frozen

from cact_tui.i18n import translator
from cact_tui.tui.lines import paragraph
from cact_tui.tui.participant.paging import page_hints, page_number, paginate, turned
from cact_tui.tui.participant.stage import Command, Hint, Page, Stage, Step

if TYPE_CHECKING:
    from cact_tui.delivery.views import ItemView
    from cact_tui.tui.keys import Key
    from cact_tui.tui.participant.paging import Pages
    from cact_tui.tui.participant.stage import Area


@frozen(kw_only=True)
class Booklet(Stage):
    """Pages to leaf through; Esc, or Enter on the last, goes back."""

    language: str
    heading: str
    text: str
    page: int = 0

    @property
    def pages(self) -> Pages:
        """Return the text as pages."""
        return paginate(paragraph(self.text, self.area.text_columns), self.area.rows)

    def fit(self, area: Area) -> Self:
        """Return it for another room, on a page that exists."""
        fitted = evolve(self, area=area)
        return evolve(fitted, page=min(self.page, len(fitted.pages) - 1))

    def press(self, key: Key) -> Step:
        """Leaf, or go back."""
        pages = len(self.pages)
        done = key.name == "enter" and self.page == pages - 1
        if key.name == "escape" or done:
            return Step(self, Command.CLOSE)
        forward = 1 if key.name == "enter" else 0
        return Step(evolve(self, page=turned(key, self.page, pages) + forward))

    def draw(self) -> Page:
        """Return the page it is opened at."""
        pages = self.pages
        _ = translator(self.language).gettext
        return Page(
            language=self.language,
            heading=self.heading,
            number=page_number(self.language, self.page, len(pages)),
            body=pages[self.page],
            left=(Hint("Esc", _("back")), *page_hints(self.language, self.page, len(pages))),
        )


def help_booklet(language: str, area: Area) -> Booklet:
    """Return the help."""
    _ = translator(language).gettext
    parts = (
        _(
            "ANSWERING\n"
            "  A, B, C ...     choose an option; the up and down arrows do too\n"
            "  Space           where several are to be chosen: mark or unmark an option\n"
            "  0-9 , -         type a number where one is asked for\n"
            "  Enter           asks whether to send the answer\n"
            "  Enter again     sends it; Esc takes you back to change it"
        ),
        _(
            "READING\n"
            "  Space, PgDn, right arrow     next page\n"
            "  PgUp, left arrow             previous page\n"
            "You can answer once you have seen the last page of an item."
        ),
        _(
            "EVERYTHING ELSE\n"
            "  Esc     menu with every command, chosen by digit\n"
            "  F1 help   F2 the case   F3 clock   F4 comment   F9 proctor\n"
            "F-keys are only short cuts: whatever they do is in the menu too."
        ),
        _(
            "ABOUT THIS TEST\n"
            "Every next item depends on your answers, so everybody meets items that are hard for "
            "them, and the number of items differs from person to person. An answer that has been "
            "sent cannot be changed. The lower right corner says whether your answer is saved. "
            "The time runs only while an item is on the screen."
        ),
    )
    return Booklet(area=area, language=language, heading=_("HELP"), text="\n\n".join(parts))


def case_booklet(view: ItemView, area: Area) -> Booklet:
    """Return the case of an item."""
    _ = translator(view.language).gettext
    title = view.stimulus_title
    heading = _("CASE: {title}").format(title=title) if title else _("CASE")
    return Booklet(area=area, language=view.language, heading=heading, text=view.stimulus)
