"""What is asked before an order is given: a reason, minutes, words, a form, a last yes. Pure.

A dialog takes keys and becomes another dialog, an answer, or nothing: Esc gives everything up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.i18n import translator
from cact_tui.proctoring.board.duty import Order
from cact_tui.proctoring.board.reasons import GROUPS, USUAL
from cact_tui.text import pad
from cact_tui.tui.entry import Entry, area_lines, field_line
from cact_tui.tui.lines import BLANK, Line, Span, Tone, beside, length, line, paragraph, strong
from cact_tui.tui.proctor import words

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key

LONGEST_MESSAGE = 400
LONGEST_FIELD = 80
MOST_MINUTES = 240
_DIGITS = 9
"""Choices that have a digit at once."""

_ONE_COLUMN = 5
"""Choices that stand below each other whatever the room."""


@frozen
class Answered:
    """The order with what was asked for filled in."""

    order: Order


@frozen
class Given:
    """The question was given up."""


@frozen(kw_only=True)
class Dialog:
    """One question about an order. `title` says what is about to be done, and to whom."""

    order: Order
    title: str
    language: str

    def press(self, key: Key) -> Dialog | Answered | Given:
        """Return what a key makes of it."""
        if key.name == "escape":
            return Given()
        return self._press(key)

    def paste(self, text: str) -> Dialog:
        """Return it after a paste."""
        del text
        return self

    def draw(self, columns: int) -> tuple[Line, ...]:
        """Return it as lines."""
        return (*paragraph(self.title, columns, Tone.STRONG), BLANK, *self._body(columns))

    def hint(self) -> str:
        """Return which keys lead out of it."""
        return self._("Esc: back")

    def _press(self, key: Key) -> Dialog | Answered | Given:
        raise NotImplementedError

    def _body(self, columns: int) -> tuple[Line, ...]:
        raise NotImplementedError

    def _(self, message: str) -> str:
        return translator(self.language).gettext(message)


@frozen(kw_only=True)
class AskReason(Dialog):
    """A reason by two digits, the group and then the word; one that is usual by one."""

    group: int = -1

    def _press(self, key: Key) -> Dialog | Answered | Given:
        if key.name == "backspace":
            return evolve(self, group=-1)
        digit = int(key.character) - 1 if key.character.isdecimal() else -1
        if not 0 <= digit < len(self._offered):
            return self
        codes = self._offered[digit]
        return evolve(self, group=digit) if len(codes) > 1 else self._with(codes[0])

    def _with(self, code: str) -> Answered:
        return Answered(evolve(self.order, reason=code))

    @property
    def _usual(self) -> tuple[str, ...]:
        return USUAL.get(self.order.act, ())

    @property
    def _offered(self) -> tuple[tuple[str, ...], ...]:
        """Return the codes among which each digit leaves the choice."""
        if self.group >= 0:
            return tuple((code,) for code in GROUPS[self.group][1])
        return (*(codes for _group, codes in GROUPS), *((code,) for code in self._usual))

    def _body(self, columns: int) -> tuple[Line, ...]:
        why = line(self._("Why?"))
        if self.group >= 0:
            return (why, *_choices(self._named(GROUPS[self.group][1]), columns))
        groups = (why, *_numbered(self._named(group for group, _codes in GROUPS)))
        if not self._usual:
            return groups
        usual = _numbered(self._named(self._usual), len(GROUPS) + 1)
        return _side_by_side(groups, (line(self._("Usual reasons:")), *usual), columns)

    def _named(self, codes: Iterable[str]) -> list[str]:
        return [words.reason(one, self.language) for one in codes]


def _choices(texts: list[str], columns: int) -> tuple[Line, ...]:
    """Return what the digits from 1 on choose; in two columns where they are many and fit."""
    numbered = _numbered(texts)
    if len(texts) <= _ONE_COLUMN:
        return numbered
    rows = -(-len(texts) // 2)
    return _side_by_side(numbered[:rows], numbered[rows:], columns)


def _numbered(texts: list[str], first: int = 1) -> tuple[Line, ...]:
    return tuple(
        (Span(f"  {number} ", Tone.STRONG), Span(text)) for number, text in enumerate(texts, first)
    )


def _side_by_side(
    left: tuple[Line, ...], right: tuple[Line, ...], columns: int
) -> tuple[Line, ...]:
    """Return two blocks beside each other, or below where one is too wide for that."""
    half = columns // 2
    fit = max(map(length, (*left, *right))) < half
    return beside(left, right, half, "") if fit else (*left, *right)


@frozen(kw_only=True)
class AskWords(Dialog):
    """What is typed and ended by Enter."""

    def hint(self) -> str:
        """Return which keys lead out of it."""
        return self._("Enter: go on · Esc: back")


@frozen(kw_only=True)
class AskText(AskWords):
    """Words, a seat or a new value: typed, then Enter. `into` is a field of `entries`, or empty."""

    prompt: str
    entry: Entry
    into: str = ""
    note: str = ""

    def _press(self, key: Key) -> Dialog | Answered | Given:
        if key.name != "enter":
            return evolve(self, entry=self.entry.press(key))
        if not self.entry.value:
            return self
        if self.into:
            return Answered(evolve(self.order, entries={self.into: self.entry.value}))
        return Answered(evolve(self.order, text=self.entry.value))

    def paste(self, text: str) -> Dialog:
        """Return it with a text put in."""
        return evolve(self, entry=self.entry.insert(text))

    def _body(self, columns: int) -> tuple[Line, ...]:
        shown = area_lines(self.entry, columns)
        note = paragraph(self.note, columns, Tone.QUIET)
        return (line(self.prompt), *shown, *note)


_KINDS = ((False, False), (False, True), (True, True))
"""Extra time: (planned, whole)."""


@frozen(kw_only=True)
class AskMinutes(AskWords):
    """Minutes typed as digits; Tab goes through the kinds of extra time."""

    digits: str = ""
    kind: int = 0

    def _press(self, key: Key) -> Dialog | Answered | Given:
        if key.name == "tab":
            return evolve(self, kind=(self.kind + 1) % len(_KINDS))
        if key.name == "backspace":
            return evolve(self, digits=self.digits[:-1])
        if key.character.isdecimal() and int(self.digits + key.character) <= MOST_MINUTES:
            return evolve(self, digits=(self.digits + key.character).lstrip("0"))
        if key.name == "enter" and self.digits:
            planned, whole = _KINDS[self.kind]
            minutes = int(self.digits)
            return Answered(evolve(self.order, minutes=minutes, planned=planned, whole=whole))
        return self

    def _body(self, columns: int) -> tuple[Line, ...]:
        del columns
        kinds = (
            self._("for an incident, to the section that runs"),
            self._("for an incident, to the whole test"),
            self._("planned (an accommodation), to the whole test"),
        )
        typed = (Span(f"{self.digits or ' '}", Tone.CURSOR), Span(" " + self._("minutes")))
        return (typed, (Span("Tab ", Tone.STRONG), Span(kinds[self.kind])))


@frozen(kw_only=True)
class AskYes(Dialog):
    """A last yes before what cannot be taken back, with the reason that was chosen."""

    def _press(self, key: Key) -> Dialog | Answered | Given:
        return Answered(self.order) if key.name == "enter" else self

    def _body(self, columns: int) -> tuple[Line, ...]:
        why = f"{self._('Why?')} {words.reason(self.order.reason, self.language)}"
        ask = Span(" " + self._("Enter: yes · Esc: back") + " ", Tone.ASK)
        return (*paragraph(why, columns), BLANK, (ask,))


@frozen(kw_only=True)
class AskOne(Dialog):
    """One of several by its digit: a sitting, a field. `choices` maps values to words.

    `first` is the place of the one that 1 chooses; 0 turns to the next nine.
    """

    choices: Mapping[str, str]
    prompt: str
    first: int = 0

    def _press(self, key: Key) -> Dialog | Answered | Given:
        if not key.character.isdecimal():
            return self
        if key.character == "0":
            further = self.first + _DIGITS
            return evolve(self, first=further if further < len(self.choices) else 0)
        shown = list(self.choices)[self.first : self.first + _DIGITS]
        digit = int(key.character) - 1
        return Answered(evolve(self.order, text=shown[digit])) if digit < len(shown) else self

    def _body(self, columns: int) -> tuple[Line, ...]:
        named = list(self.choices.values())
        if not named:
            return (line(self._("There is nothing to choose from.")),)
        shown = named[self.first : self.first + _DIGITS]
        return (line(self.prompt), *_choices(shown, columns), *self._more(len(named), len(shown)))

    def _more(self, several: int, shown: int) -> tuple[Line, ...]:
        if several <= _DIGITS:
            return ()
        told = self._("{first} to {last} of {n}: turn to the others").format(
            first=self.first + 1, last=self.first + shown, n=several
        )
        return ((Span("  0 ", Tone.STRONG), Span(told)),)


@frozen(kw_only=True)
class AskForm(AskWords):
    """Several fields, one below the other; Enter goes on, the last one gives the order."""

    labels: Mapping[str, str]
    note: str = ""
    entries: Mapping[str, Entry] = field(factory=dict)
    at: int = 0

    def _press(self, key: Key) -> Dialog | Answered | Given:
        names = list(self.labels)
        if key.name in ("enter", "tab", "down"):
            if key.name == "enter" and self.at == len(names) - 1:
                filled = {name: self._entry(name).value for name in names}
                return Answered(evolve(self.order, entries=filled))
            return evolve(self, at=min(self.at + 1, len(names) - 1))
        if key.name in ("up", "shift+tab"):
            return evolve(self, at=max(self.at - 1, 0))
        return self._put(self._entry(names[self.at]).press(key))

    def paste(self, text: str) -> Dialog:
        """Return it with a text put into the field."""
        return self._put(self._entry(list(self.labels)[self.at]).insert(text))

    def _entry(self, name: str) -> Entry:
        return self.entries.get(name) or Entry(limit=LONGEST_FIELD)

    def _put(self, entry: Entry) -> AskForm:
        name = list(self.labels)[self.at]
        return evolve(self, entries={**self.entries, name: entry})

    def _body(self, columns: int) -> tuple[Line, ...]:
        wide = max(len(label) for label in self.labels.values()) + 1
        rows = []
        for number, (name, label) in enumerate(self.labels.items()):
            shown = field_line(self._entry(name), columns - wide, active=number == self.at)
            rows.append((Span(pad(label, wide)), *shown))
        note = paragraph(self.note, columns, Tone.QUIET)
        return (*rows, *note)


@frozen(kw_only=True)
class Telling(Dialog):
    """What came of an order, to be read; Enter closes it, any other key does what it does.

    What is `to_hand_on`, as a PIN, nothing but Enter or Esc closes: it is not told twice.
    """

    told: tuple[str, ...]
    to_hand_on: bool = False

    def passing(self, key: Key) -> bool:
        """Return whether a key closes it on the way to what it does elsewhere."""
        return not self.to_hand_on and key.name not in ("enter", "escape")

    def press(self, key: Key) -> Dialog | Answered | Given:
        """Close it."""
        return Given() if key.name in ("enter", "escape") else self

    def _body(self, columns: int) -> tuple[Line, ...]:
        return tuple(row for text in self.told for row in paragraph(text, columns))

    def draw(self, columns: int) -> tuple[Line, ...]:
        """Return it with its title set off."""
        return (strong(self.title), BLANK, *self._body(columns))

    def hint(self) -> str:
        """Return which keys lead out of it."""
        return self._("Enter: noted") if self.to_hand_on else self._("Any key goes on")
