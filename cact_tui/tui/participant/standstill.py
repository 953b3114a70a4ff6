"""The test stands still, a message from the proctor, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from attrs import evolve, frozen

from cact_tui.delivery.actions import Acknowledge, Return
from cact_tui.delivery.views import EndView, MessageView, Standstill, StandstillView
from cact_tui.i18n import translator
from cact_tui.tui.lines import BLANK, centred, centred_block, paragraph, strong
from cact_tui.tui.participant.hints import menu_hints
from cact_tui.tui.participant.paging import page_hints, page_number, paginate, turned
from cact_tui.tui.participant.stage import Act, Command, Hint, Page, Stage, Step, headline

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line
    from cact_tui.tui.participant.paging import Pages
    from cact_tui.tui.participant.stage import Area

_TEXT_COLUMNS = 60


@frozen(kw_only=True)
class Standing(Stage):
    """Nothing can be answered now."""

    view: StandstillView

    @property
    def commands(self) -> tuple[Command, ...]:
        """Whoever waits may call the proctor and write a comment."""
        return (Command.COMMENT, Command.PROCTOR) if self.view.held else ()

    def press(self, key: Key) -> Step:
        """Enter returns from a leave, or closes a terminal that is done."""
        if key.name == "escape" and self.commands:
            return Step(self, Command.MENU)
        if key.name == "enter" and self.view.closing:
            return Step(self, Command.QUIT)
        if key.name == "enter" and self.view.why is Standstill.LEFT:
            return Step(self, Act(Return()))
        return Step(self)

    def draw(self) -> Page:
        """Return title and text in the middle."""
        columns = self.area.text_columns
        text = centred_block(self.view.text, _TEXT_COLUMNS, columns)
        rows = (centred(strong(self.view.title), columns), BLANK, *text)
        above = max((self.area.rows - len(rows)) // 3, 0)
        return Page(
            language=self.view.language,
            body=(*(BLANK,) * above, *rows),
            left=self._hints(),
            right=menu_hints(self.view.language, self.commands) if self.commands else (),
        )

    def _hints(self) -> tuple[Hint, ...]:
        _ = translator(self.view.language).gettext
        if self.view.closing:
            return (Hint("Enter", _("close this screen")),)
        if self.view.why is Standstill.LEFT:
            return (Hint("Enter", _("go on")),)
        return ()


@frozen(kw_only=True)
class Told(Stage):
    """A proctor's message, until Enter says that it was read."""

    view: MessageView

    def press(self, key: Key) -> Step:
        """Enter acknowledges."""
        if key.name == "enter":
            return Step(self, Act(Acknowledge(self.view.message)))
        return Step(self)

    def draw(self) -> Page:
        """Return the message in the middle, in the author's lines."""
        columns = self.area.text_columns
        text = centred_block(self.view.text, _TEXT_COLUMNS, columns)
        rows = (centred(strong(self.view.title), columns), BLANK, *text)
        above = max((self.area.rows - len(rows)) // 3, 0)
        _ = translator(self.view.language).gettext
        return Page(
            language=self.view.language,
            body=(*(BLANK,) * above, *rows),
            left=(Hint("Enter", _("I have read this")),),
        )


@frozen(kw_only=True)
class Ended(Stage):
    """Thanks, the reference number, what happens next; closing is asked for twice."""

    view: EndView
    page: int = 0
    asked: bool = False

    @property
    def pages(self) -> Pages:
        """Return reference and text, then the profile on pages of its own."""
        columns, rows = self.area.text_columns, self.area.rows
        text = (*self._reference(), BLANK, *paragraph(self.view.text, columns))
        profile = paragraph(self.view.profile, columns)
        return (*paginate(text, rows), *(paginate(profile, rows) if profile else ()))

    def _reference(self) -> tuple[Line, ...]:
        """Return the reference number in a box that is found at a glance."""
        _ = translator(self.view.language).gettext
        label = _("reference number")
        text = f"   {label}   {self.view.reference}   "
        edge = "─" * len(text)
        return strong(f"┌{edge}┐"), strong(f"│{text}│"), strong(f"└{edge}┘")

    def fit(self, area: Area) -> Self:
        """Return it for another room, on a page that exists."""
        fitted = evolve(self, area=area)
        return evolve(fitted, page=min(self.page, len(fitted.pages) - 1))

    def press(self, key: Key) -> Step:
        """Turn pages; Enter on the last asks whether to close, a second one closes."""
        last = len(self.pages) - 1
        if key.name == "enter" and self.asked:
            return Step(self, Command.QUIT)
        if key.name == "enter" and self.page == last:
            return Step(evolve(self, asked=True))
        page = self.page + 1 if key.name == "enter" else turned(key, self.page, last + 1)
        return Step(evolve(self, page=page, asked=False))

    def draw(self) -> Page:
        """Return the page it is opened at."""
        pages = self.pages
        language = self.view.language
        _ = translator(language).gettext
        trial = _("trial") if self.view.trial else ""
        close = (Hint("Enter", _("close this screen")),) if self.page == len(pages) - 1 else ()
        return Page(
            language=language,
            heading=headline(self.area, self.view.title, trial),
            number=page_number(language, self.page, len(pages)),
            body=pages[self.page],
            question=_("Close this screen?  Enter yes · Esc back") if self.asked else "",
            left=(*close, *page_hints(language, self.page, len(pages))),
        )
