"""An item being answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import uuid4

from attrs import evolve, frozen

from cact_tui.delivery.actions import Respond
from cact_tui.delivery.item_desk import LETTERS, ItemDesk, open_desk, press, repaginate
from cact_tui.delivery.views import ItemView, Saving
from cact_tui.i18n import translator
from cact_tui.tui.lines import BLANK, Span, Tone, beside, length
from cact_tui.tui.participant.hints import menu_hints
from cact_tui.tui.participant.item_layout import GUTTER, ItemLayout, is_numeric, lay_out
from cact_tui.tui.participant.paging import page_hints, page_number
from cact_tui.tui.participant.stage import (
    LEAST_COLUMNS,
    WIDE_COLUMNS,
    Act,
    Command,
    Hint,
    Page,
    Stage,
    Step,
    headline,
)

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line
    from cact_tui.tui.participant.item_layout import ItemPage
    from cact_tui.tui.participant.stage import Area

ItemKey = tuple[str, int, bool]

_FIELD_COLUMNS = 12
_MARKS = {False: ("( )", "(*)"), True: ("[ ]", "[x]")}


@frozen(kw_only=True)
class Answering(Stage):
    """An item, its layout and the answer in the making.

    `answer` is the id under which `sent` was sent; the same answer keeps it however often it is
    sent. `busy` is true while an answer is on its way; `hasty` after an Enter that came before
    there was an answer.
    """

    view: ItemView
    layout: ItemLayout
    desk: ItemDesk
    answer: str = ""
    sent: tuple[str, ...] = ()
    busy: bool = False
    hasty: bool = False

    @property
    def commands(self) -> tuple[Command, ...]:
        """Return everything that may be asked for; little while an answer is on its way."""
        if self.busy:
            return (Command.HELP, Command.CLOCK)
        case = (Command.CASE,) if self.view.stimulus else ()
        leave = (Command.LEAVE,) if self.view.may_leave else ()
        return (Command.HELP, *case, Command.CLOCK, Command.COMMENT, Command.PROCTOR, *leave)

    @property
    def item(self) -> ItemKey:
        """Return what tells this item from every other."""
        return item_key(self.view)

    @property
    def page(self) -> ItemPage:
        """Return the page it is opened at."""
        return self.layout.pages[self.desk.page]

    def see(self, view: ItemView) -> Answering:
        """Return it after the flow said something new about the same item."""
        return evolve(self, view=view)

    def settled(self) -> Answering:
        """Return it once the flow is done with the answer and the item is still there."""
        return evolve(self, busy=False, desk=evolve(self.desk, send=False, armed=False))

    def disarmed(self) -> Answering:
        """Return it without the question whether to send."""
        return evolve(self, desk=evolve(self.desk, armed=False), hasty=False)

    def fit(self, area: Area) -> Self:
        """Return it laid out anew, with choice and page kept."""
        if area == self.area:
            return self
        layout = _layout(self.view, area)
        desk = repaginate(self.desk, len(layout.pages))
        return evolve(self, area=area, layout=layout, desk=desk)

    def press(self, key: Key) -> Step:
        """Choose, turn pages, ask, send; Esc takes the question back or opens the menu."""
        if key.name == "escape" and (self.busy or not self.desk.armed):
            return Step(self, Command.MENU)
        if self.busy:
            return Step(self)
        desk = press(self.desk, key.character if key.character.strip() else key.name)
        hasty = key.name == "enter" and self.page.answers and not self.desk.complete
        after = evolve(self, desk=desk, hasty=hasty)
        return after.sending() if desk.send else Step(after)

    def sending(self) -> Step:
        """Return the step that sends the answer, under a new id unless it was sent before."""
        given = self.desk.given
        answer = self.answer if self.sent == given else uuid4().hex
        action = Respond(
            answer=answer, item=self.view.item, position=self.view.position, given=given
        )
        return Step(evolve(self, answer=answer, sent=given, busy=True), Act(action))

    def draw(self) -> Page:
        """Return the page of the item, options and all."""
        view, page = self.view, self.page
        language = view.language
        return Page(
            language=language,
            heading=headline(self.area, view.heading, view.place, _trial(view)),
            label=self._label(),
            number=self._number(),
            body=self._body(),
            columns=self._columns(),
            status=_status(view),
            state=self._state(),
            urgent=view.saving is Saving.NOT_SAVED,
            question=self._question(),
            left=() if self.busy else self._hints(page),
            right=menu_hints(language, self._hinted()),
        )

    # What stands where

    def _columns(self) -> int:
        return self.area.columns if self.page.beside else self.area.text_columns

    def _body(self) -> tuple[Line, ...]:
        page = self.page
        own = (*page.lines, *(self._answers(page) if page.answers else ()))
        if not page.beside:
            return own
        return beside(page.beside, own, page.beside_columns, GUTTER)

    def _answers(self, page: ItemPage) -> tuple[Line, ...]:
        if is_numeric(self.view):
            return self._number_field()
        rows: list[Line] = []
        for index in range(len(self.view.options)):
            rows += [*self._option(index), *((BLANK,) if page.loose else ())]
        return tuple(rows[:-1] if page.loose else rows)

    def _option(self, index: int) -> list[Line]:
        chosen = self.desk.options[index] in self.desk.chosen
        mark = _MARKS[self.view.choose > 1][chosen]
        here = self.view.choose > 1 and index == self.desk.cursor
        tone = Tone.STRONG if chosen else Tone.PLAIN
        first, *others = self.layout.options[index]
        head = Span(f"{mark}{'>' if here else ' '}{LETTERS[index]}  ", tone)
        indent = Span(" " * length((head,)))
        return [(head, Span(first, tone)), *((indent, Span(text, tone)) for text in others)]

    def _number_field(self) -> tuple[Line, ...]:
        _ = translator(self.view.language).gettext
        typed = self.desk.typed
        rest = "_" * max(_FIELD_COLUMNS - len(typed) - 1, 0)
        label = Span(_("Your answer:"), Tone.STRONG)
        field = (Span(f"  [{typed}"), Span("_", Tone.CURSOR), Span(f"{rest}] {self.view.unit}"))
        return (label, *field), BLANK, (Span(self._number_rule()),)

    def _number_rule(self) -> str:
        _ = translator(self.view.language).gettext
        if not self.view.decimals:
            return _("A whole number, without a decimal comma.")
        sentence = _("At most {n} decimals; a comma or a point separates them.")
        return sentence.format(n=self.view.decimals)

    def _label(self) -> str:
        _ = translator(self.view.language).gettext
        item = _("Item {n}").format(n=self.view.position)
        if not self.page.shows_case or not self.view.stimulus_title:
            return item
        return _("{item} · Case: {title}").format(item=item, title=self.view.stimulus_title)

    def _number(self) -> str:
        """Return how many to choose, or which page this is."""
        _ = translator(self.view.language).gettext
        page = page_number(self.view.language, self.desk.page, self.desk.pages)
        if self.view.choose == 1 or not self.page.answers:
            return page
        several = _("choose {n}").format(n=self.view.choose)
        return f"{several} · {page}" if page else several

    def _state(self) -> str:
        _ = translator(self.view.language).gettext
        waiting = self.busy and not self.view.closed
        return _("saving…") if waiting else self.view.status

    def _question(self) -> str:
        if self.hasty:
            return self._reminder()
        if not self.desk.armed or self.busy:
            return ""
        _ = translator(self.view.language).gettext
        return _("Send answer {answer}?  Enter yes · Esc back").format(answer=self._spoken())

    def _reminder(self) -> str:
        """Return what is missing before anything can be sent."""
        _ = translator(self.view.language).gettext
        if is_numeric(self.view):
            return _("First type your answer.")
        if self.view.choose == 1:
            return _("First choose an answer: {letters}").format(letters=self._letters)
        missing = _("First choose {n} answers: {letters}")
        return missing.format(n=self.view.choose, letters=self._letters)

    @property
    def _letters(self) -> str:
        return f"{LETTERS[0]}-{LETTERS[len(self.desk.options) - 1]}"

    def _spoken(self) -> str:
        if is_numeric(self.view):
            return f"{self.desk.typed} {self.view.unit}".strip()
        return self.desk.letters

    def _hints(self, page: ItemPage) -> tuple[Hint, ...]:
        language = self.view.language
        _ = translator(language).gettext
        turn = page_hints(language, self.desk.page, self.desk.pages)
        if not page.answers:
            locked = () if self.desk.last_seen else (Hint("", _("answer on the last page")),)
            return (*turn[:1], *locked)
        send = Hint("Enter", _("send answer {answer}").format(answer=self._spoken()))
        return (self._hint_choose(), *((send,) if self.desk.ready else ()), *turn)

    def _hinted(self) -> tuple[Command, ...]:
        """Return the commands worth a hint: not the case while it is in sight."""
        hidden = (Command.CASE,) if self.page.shows_case else ()
        return tuple(command for command in self.commands if command not in hidden)

    def _hint_choose(self) -> Hint:
        _ = translator(self.view.language).gettext
        if is_numeric(self.view):
            return Hint("0-9", _("type a number"))
        if self.view.choose == 1:
            return Hint(self._letters, _("choose"))
        chosen = _("choose {n} (so far {chosen})")
        return Hint(self._letters, chosen.format(n=self.view.choose, chosen=len(self.desk.chosen)))


def item_key(view: ItemView) -> ItemKey:
    """Return what tells an item of a test from every other: id, position, practice or not."""
    return view.item, view.position, view.practice


def answering(view: ItemView, area: Area, *, case_known: bool = False) -> Answering:
    """Return the stage of an item; with its case known it opens where the question begins."""
    layout = _layout(view, area)
    desk = ItemDesk(
        form=view.form,
        options=tuple(option.id for option in view.options),
        choose=view.choose,
        decimals=view.decimals,
        pages=len(layout.pages),
        page=layout.first_question if case_known else 0,
    )
    return Answering(area=area, view=view, layout=layout, desk=open_desk(desk))


def _layout(view: ItemView, area: Area) -> ItemLayout:
    wide = area.columns >= WIDE_COLUMNS - (LEAST_COLUMNS - 76)
    return lay_out(view, area, wide=wide)


def _trial(view: ItemView) -> str:
    _ = translator(view.language).gettext
    return _("trial") if view.trial else ""


def _status(view: ItemView) -> str:
    _ = translator(view.language).gettext
    if view.practice:
        return _("PRACTICE – not scored")
    if not view.at_most:
        return ""
    sentence = _("answered {answered} · at most {at_most}")
    return sentence.format(answered=view.answered, at_most=view.at_most)
