"""Who are you: number and PIN, or name and position group where no roster knows them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from attrs import evolve, field, frozen

from cact_tui.delivery.actions import Back, Identify
from cact_tui.delivery.views import IdentityView
from cact_tui.i18n import translator
from cact_tui.tui.entry import Entry, field_line, filled, masked
from cact_tui.tui.lines import BLANK, Span, Tone, indent, paragraph
from cact_tui.tui.participant.pick import Pick, pick_lines
from cact_tui.tui.participant.stage import Act, Command, Hint, Page, Stage, Step

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line
    from cact_tui.tui.participant.stage import Area

NUMBER_LIMIT = 32
NAME_LIMIT = 80
PIN_LIMIT = 12

_FIELD_COLUMNS = 44
_LABEL_COLUMNS = 26
_MARKS = ("(*)", "( )")
NO_PIN = Entry(limit=PIN_LIMIT)


class Field(StrEnum):
    """What is asked."""

    NUMBER = "number"
    PIN = "pin"
    NAME = "name"
    GROUP = "group"


@frozen(kw_only=True)
class Identifying(Stage):
    """The form. `missing` is a field that was left empty; no group is chosen at -1."""

    view: IdentityView
    number: Entry
    name: Entry
    group: Pick
    pin: Entry = field(default=NO_PIN, repr=False)
    at: Field = Field.NUMBER
    missing: Field | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return what is asked here, in order."""
        pin = (Field.PIN,) if self.view.ask_pin else ()
        name = (Field.NAME,) if self.view.ask_name else ()
        return (Field.NUMBER, *pin, *name, *((Field.GROUP,) if self.view.groups else ()))

    @property
    def commands(self) -> tuple[Command, ...]:
        """Help is all there is before the test."""
        return (Command.HELP,)

    def see(self, view: IdentityView) -> Identifying:
        """Return the form after the flow's answer; what was typed stays, but for a PIN."""
        return evolve(self, view=view, missing=None, pin=NO_PIN)

    def press(self, key: Key) -> Step:
        """Tab and Enter move on; Enter in the last field sends what is complete."""
        if key.name == "escape":
            return Step(self, Act(Back()))
        if key.name == "enter":
            return self._enter()
        if key.name in ("tab", "shift+tab"):
            return Step(self._moved(1 if key.name == "tab" else -1))
        if self.at is not Field.GROUP and key.name in ("up", "down"):
            return Step(self._moved(1 if key.name == "down" else -1))
        if key.name == "up" and self.group.at <= 0:
            return Step(self._moved(-1))
        return Step(self._edit(key))

    def paste(self, text: str) -> Self:
        """Put a pasted text into the field."""
        if self.at is Field.NUMBER:
            return evolve(self, number=self.number.insert(text), missing=None)
        if self.at is Field.PIN:
            return evolve(self, pin=self.pin.insert(text), missing=None)
        if self.at is Field.NAME:
            return evolve(self, name=self.name.insert(text), missing=None)
        return self

    def _edit(self, key: Key) -> Identifying:
        if self.at is Field.NUMBER:
            return evolve(self, number=self.number.press(key), missing=None)
        if self.at is Field.PIN:
            return evolve(self, pin=self.pin.press(key), missing=None)
        if self.at is Field.NAME:
            return evolve(self, name=self.name.press(key), missing=None)
        return evolve(self, group=self.group.press(key), missing=None)

    def _moved(self, step: int) -> Identifying:
        fields = self.fields
        return evolve(self, at=fields[(fields.index(self.at) + step) % len(fields)])

    def _enter(self) -> Step:
        if self.at is not self.fields[-1]:
            return Step(self._moved(1))
        empty = next((field for field in self.fields if not self._value(field)), None)
        if empty is not None:
            return Step(evolve(self, at=empty, missing=empty))
        return Step(self, Act(self._identify()))

    def _identify(self) -> Identify:
        group = self._value(Field.GROUP) if self.view.groups else ""
        name = self.name.value if self.view.ask_name else ""
        pin = self.pin.value if self.view.ask_pin else ""
        return Identify(number=self.number.value, name=name, position_group=group, pin=pin)

    def _value(self, field: Field) -> str:
        if field is Field.NUMBER:
            return self.number.value
        if field is Field.PIN:
            return self.pin.value
        if field is Field.NAME:
            return self.name.value
        return self.view.groups[self.group.at].id if self.group.at >= 0 else ""

    def draw(self) -> Page:
        """Return the form with the problem next to its field."""
        top = (*paragraph(self.view.text, self.area.text_columns), BLANK)
        fields = [row for field in self.fields for row in self._text_field(field)]
        rows = self.area.rows - len(top) - len(fields)
        return Page(
            language=self.view.language,
            heading=self.view.title,
            body=(*top, *fields, *(self._groups(rows) if self.view.groups else ())),
            left=self._hints(),
            right=(self._hint_help(),),
        )

    def _text_field(self, field: Field) -> tuple[Line, ...]:
        if field is Field.GROUP:
            return ()
        entry = self._entries[field]
        typed = field_line(entry, _FIELD_COLUMNS, active=self.at is field)
        problem = (indent(row, _LABEL_COLUMNS) for row in self._problem(field))
        return ((*self._label(field), *typed), *problem, BLANK)

    @property
    def _entries(self) -> dict[Field, Entry]:
        """Return the texts as they are shown: a PIN by one mark a digit."""
        return {Field.NUMBER: self.number, Field.PIN: masked(self.pin), Field.NAME: self.name}

    def _label(self, field: Field) -> Line:
        text = f"{_label(self.view.language, field):{_LABEL_COLUMNS}}"
        return (Span(text, Tone.STRONG if field is self.at else Tone.PLAIN),)

    def _problem(self, field: Field) -> tuple[Line, ...]:
        """Return what is wrong, as it stands beside the labels; a blank where nothing is."""
        _ = translator(self.view.language).gettext
        text = _("Please fill this in.") if self.missing is field else ""
        if field is Field.NUMBER and not text:
            text = self.view.problem
        columns = self.area.text_columns - _LABEL_COLUMNS
        return paragraph(f"! {text}", columns, Tone.ALERT) if text else (BLANK,)

    def _groups(self, rows: int) -> tuple[Line, ...]:
        labels = tuple(choice.label for choice in self.view.groups)
        head = (*self._label(Field.GROUP), *self._problem(Field.GROUP)[0])
        lines = pick_lines(labels, self.group, self.area.text_columns, max(rows - 1, 1), _MARKS)
        return (head, *lines)

    def _hints(self) -> tuple[Hint, ...]:
        _ = translator(self.view.language).gettext
        last = self.at is self.fields[-1]
        enter = Hint("Enter", _("send") if last else _("next field"))
        group = (Hint(f"1-{self.group.count}", _("choose")),) if self.at is Field.GROUP else ()
        tab = (Hint("Tab", _("next field")),) if last and len(self.fields) > 1 else ()
        return (*group, enter, *tab, Hint("Esc", _("back")))

    def _hint_help(self) -> Hint:
        _ = translator(self.view.language).gettext
        return Hint("F1", _("help"))


def identifying(view: IdentityView, area: Area) -> Identifying:
    """Return the form for a view."""
    return Identifying(
        area=area,
        view=view,
        number=filled(view.number, NUMBER_LIMIT),
        name=filled(view.name, NAME_LIMIT),
        group=Pick(len(view.groups), at=-1),
    )


def _label(language: str, field: Field) -> str:
    _ = translator(language).gettext
    labels = {
        Field.NUMBER: _("Participant number / NIP"),
        Field.PIN: _("PIN"),
        Field.NAME: _("Full name"),
        Field.GROUP: _("Position group"),
    }
    return labels[field]
