"""The proctor's screen as a value that snapshots and keys change: no terminal, no store. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.i18n import LANGUAGES, translator
from cact_tui.proctoring.board.duty import NEEDS_A_TEST, Act, Order
from cact_tui.proctoring.board.rows import OPEN, Row, Standing
from cact_tui.proctoring.signals import RINGING
from cact_tui.tui.entry import Entry
from cact_tui.tui.proctor import commands, words
from cact_tui.tui.proctor.asking import asked
from cact_tui.tui.proctor.commands import COMMANDS, Command, Whom
from cact_tui.tui.proctor.dialogs import Answered, Dialog, Given, Telling
from cact_tui.tui.proctor.head import SIEVES
from cact_tui.tui.proctor.listing import Listing
from cact_tui.tui.proctor.outcomes import named, noted, to_read
from cact_tui.tui.proctor.seat_map import across

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cact_tui.proctoring.board.duty import Told
    from cact_tui.proctoring.board.rows import Detail, Snapshot
    from cact_tui.tui.keys import Key

_SEARCH = 40


@frozen
class Give:
    """The wish to have an order carried out."""

    order: Order


@frozen
class Turn:
    """The wish to look at another sitting."""

    sitting: str


class Do(StrEnum):
    """What the app does by itself."""

    QUIT = "quit"


Wish = Give | Turn | Do


class Room:
    """What one proctor looks at: changed by snapshots, details, keys and outcomes."""

    def __init__(
        self,
        name: str,
        may: Callable[[Act], bool],
        *,
        groups: tuple[str, ...] = (),
        language: str = next(iter(LANGUAGES)),
    ) -> None:
        self.name = name
        self.language = language
        self.snapshot: Snapshot | None = None
        self.detail: Detail | None = None
        self.listing = Listing()
        self.dialog: Dialog | None = None
        self.search: Entry | None = None
        self.on_map = False
        self.in_full = False
        self.helping = False
        self.leaving = False
        self.scrolled = 0
        self.muted = False
        self.note = ""
        self.columns = self.height = 1
        """Room that the list has: set when it is drawn, used by keys that go a page further."""
        self._may = may
        self._groups = groups
        self._command: Command | None = None
        self._steps: tuple[commands.Step, ...] = ()
        self._to_tell: list[Telling] = []
        """What came of orders while something else was being asked or written."""
        self._rung: frozenset[tuple[str, str, int]] = frozenset()

    # What comes from behind the window

    def see(self, snapshot: Snapshot) -> bool:
        """Take a new snapshot; return whether a bell is to be rung."""
        first = self.snapshot is None or self.snapshot.place.id != snapshot.place.id
        self.snapshot = snapshot
        self.listing = self.listing.see(snapshot)
        if first and self.detail is not None:
            self.detail = None
        ringing = frozenset(
            (row.key, str(one.kind), one.since)
            for row in snapshot.rows
            for one in row.signals
            if one.kind in RINGING
        ) | frozenset(("", str(one.kind), one.since) for one in snapshot.alarms)
        new, self._rung = ringing - self._rung, ringing
        return bool(new) and not first and not self.muted

    def see_detail(self, detail: Detail | None) -> None:
        """Take all about one participant, if that is still the one looked at."""
        if detail is not None and detail.row.key == self.listing.chosen:
            self.detail = detail

    def told(self, order: Order, outcome: tuple[Told, ...]) -> None:
        """Take what came of an order: a note, or a list of what was refused and why.

        A list never takes the place of what is being asked or written: keys would go elsewhere.
        """
        rows = self.snapshot.rows if self.snapshot else ()
        self.note = noted(order, outcome, rows, self.language)
        telling = to_read(order, outcome, self.note, self.language)
        if telling is not None:
            self._to_tell.append(telling)
            self._tell_next()

    def _tell_next(self) -> None:
        busy = self.dialog is not None or self.search is not None or self.leaving or self.helping
        if self._to_tell and not busy:
            self.dialog = self._to_tell.pop(0)

    # Keys

    def press(self, key: Key) -> Wish | None:
        """Do what a key asks; return what the room cannot do by itself."""
        wish = self._pressed(key)
        self._tell_next()
        return wish

    def _pressed(self, key: Key) -> Wish | None:
        if isinstance(self.dialog, Telling) and self.dialog.passing(key):
            self.dialog = None
        if self.dialog is not None:
            return self._answer(self.dialog.press(key))
        if self.search is not None:
            self._searching(key)
            return None
        if self.leaving:
            self.leaving = False
            return Do.QUIT if key.name == "enter" else None
        if self.helping:
            self.helping = False
            return None
        self.note = ""
        if self._go(key):
            return None
        return self._ask(key)

    def paste(self, text: str) -> None:
        """Take a pasted text where one is being written."""
        if self.dialog is not None:
            self.dialog = self.dialog.paste(text)
        elif self.search is not None:
            self._look_for(self.search.insert(text))

    def _searching(self, key: Key) -> None:
        if self.search is None:
            return
        if key.name == "escape":
            self._look_for(evolve(self.search, text="", cursor=0))
            self.search = None
        elif key.name == "enter":
            self.search = None
        elif key.name in ("up", "down"):
            self.listing = self.listing.moved(1 if key.name == "down" else -1)
        else:
            self._look_for(self.search.press(key))

    def _look_for(self, entry: Entry) -> None:
        self.search = entry
        self._relist(evolve(self.listing, search=entry.value))

    def _relist(self, listing: Listing) -> None:
        self.listing = listing.see(self.snapshot) if self.snapshot else listing

    def _go(self, key: Key) -> bool:
        """Do what only looks; return whether the key was such a one."""
        if self.in_full and self._read_on(key):
            return True
        steps = self._moves().get(key.name)
        if steps is not None:
            self._choose(self.listing.moved(steps))
        elif key.name == "escape":
            self._step_back()
        elif key.name == "enter":
            self.in_full, self.scrolled = not self.in_full, 0
        elif key.name == "f1":
            self.helping = True
        elif key.character in self._lookers():
            self._lookers()[key.character]()
        elif key.character.isdecimal() and int(key.character) < len(SIEVES):
            self._relist(evolve(self.listing, sieve=SIEVES[int(key.character)], top=0))
        else:
            return False
        return True

    def _lookers(self) -> dict[str, Callable[[], None]]:
        return {
            " ": lambda: self._choose(self.listing.mark()),
            "a": lambda: self._choose(self.listing.mark_all()),
            "d": self._map_or_table,
            "/": lambda: self._look_for(Entry(limit=_SEARCH)),
            "u": self._mute,
            "y": self._other_language,
            "?": self._help,
            "q": self._leave,
        }

    def _moves(self) -> dict[str, int]:
        step = across(self.columns) if self.on_map else 1
        page = max(self.height - 1, 1) * (step if self.on_map else 1)
        moves = {"up": -step, "down": step, "pageup": -page, "pagedown": page}
        moves |= {"home": -len(self.listing.rows), "end": len(self.listing.rows)}
        return moves | ({"left": -1, "right": 1} if self.on_map else {})

    def _read_on(self, key: Key) -> bool:
        """Scroll a detail that fills the screen; the cursor moves by other keys then."""
        steps = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}.get(key.name)
        if steps is not None:
            self.scrolled = max(self.scrolled + steps, 0)
        return steps is not None

    def _choose(self, listing: Listing) -> None:
        if listing.chosen != self.listing.chosen:
            self.detail, self.scrolled = None, 0
        self.listing = listing

    def _step_back(self) -> None:
        """Undo one thing: the full detail, marks, the search, the sieve."""
        if self.in_full:
            self.in_full = False
        elif self.listing.marked:
            self.listing = evolve(self.listing, marked=frozenset())
        elif self.listing.search:
            self._relist(evolve(self.listing, search=""))
        else:
            self._relist(evolve(self.listing, sieve=SIEVES[0]))

    def _map_or_table(self) -> None:
        self.on_map = not self.on_map
        self._relist(evolve(self.listing, by_seat=self.on_map, top=0))

    def _mute(self) -> None:
        self.muted = not self.muted

    def _help(self) -> None:
        self.helping = True

    def _leave(self) -> None:
        self.leaving = True

    def _other_language(self) -> None:
        languages = list(LANGUAGES)
        at = languages.index(self.language) + 1
        self.language = languages[at % len(languages)]

    # Orders

    def _ask(self, key: Key) -> Wish | None:
        _ = translator(self.language).gettext
        if key.character == "s":
            return self._next_sitting()
        command = COMMANDS.get(key.character) or COMMANDS.get(key.character.lower())
        if command is None:
            if key.character == "f":
                self.note = _("Shift+F pauses the whole room")
            elif key.character or key.name.startswith("f"):
                self.note = _("no such key: ? shows all")
            return None
        return self._begin(command)

    def _next_sitting(self) -> Wish | None:
        if self.snapshot is None:
            return None
        ids = [one.id for one in self.snapshot.places]
        here = self.snapshot.place.id
        if not set(ids) - {here}:
            self.note = translator(self.language).gettext("there is no other sitting")
            return None
        at = ids.index(here) + 1 if here in ids else 0
        self.detail, self.in_full = None, False
        self.listing = Listing(by_seat=self.on_map)
        return Turn(ids[at % len(ids)])

    def _begin(self, command: Command) -> Wish | None:
        _ = translator(self.language).gettext
        if not self._may(command.act):
            self.note = words.refusals(self.language)["chief_only"]
            return None
        rows = self._rows(command)
        if not rows:
            room_goes_on = command.act is Act.RESUME and command.whom is Whom.ROOM
            self.note = (
                _("Shift+F holds nobody: l lets those go on who are marked")
                if room_goes_on
                else _("nobody is meant: choose or mark somebody")
            )
            return None
        if command.act in NEEDS_A_TEST and not any(row.session for row in rows):
            self.note = f"{named(rows)}: {words.refusals(self.language)['absent']}"
            return None
        self._command, self._steps = command, command.steps
        return self._next(Order(act=command.act, rows=rows, reason=command.reason))

    def _rows(self, command: Command) -> tuple[Row, ...]:
        if self.snapshot is None:
            return ()
        if command.whom is Whom.NOBODY:
            return (_NOBODY,)
        if command.whom is Whom.ROOM:
            return tuple(row for row in self.snapshot.rows if _concerned(command, row))
        if command.whom is Whom.CHOSEN and self.listing.marked:
            return tuple(row for row in self.snapshot.rows if row.key in self.listing.marked)
        return (self.listing.row,) if self.listing.row else ()

    def _next(self, order: Order) -> Wish | None:
        """Ask what is still to be asked; with nothing left the order is given."""
        if not self._steps or self._command is None or self.snapshot is None:
            self.dialog = None
            self.listing = evolve(self.listing, marked=frozenset())
            return Give(_of_newcomer(order) if order.act is Act.WALK_IN else order)
        step, self._steps = self._steps[0], self._steps[1:]
        title = commands.announced(self.language)[order.act]
        who = named(order.rows)
        here = self.snapshot.place.id
        self.dialog = asked(
            step,
            order,
            title.replace("{who}", who),
            self.language,
            places=tuple(one for one in self.snapshot.places if one.id != here),
            groups=self._groups,
        )
        return None

    def _answer(self, answer: Dialog | Answered | Given) -> Wish | None:
        if isinstance(answer, Answered):
            return self._next(answer.order)
        self.dialog = answer if isinstance(answer, Dialog) else None
        return None


def _concerned(command: Command, row: Row) -> bool:
    """Return whether an act for the whole room is for somebody.

    Whoever was paused for a reason of his own does not go on because the room does.
    """
    held_so = command.act is not Act.RESUME or row.held_for == command.reason
    return row.standing in _CONCERNED[command.act] and held_so


def _of_newcomer(order: Order) -> Order:
    """Return a walk-in's order with a row that names who came, for what is told of it."""
    number, name, seat = (order.entries[one].strip() for one in ("number", "name", "seat"))
    return evolve(order, rows=(evolve(_NOBODY, number=number, name=name, seat=seat),))


_GOING_ON = frozenset({Standing.READY, Standing.ACTIVE, Standing.RESTING, Standing.GONE})
_CONCERNED: Mapping[Act, frozenset[Standing]] = {
    # Whoever left by himself is held, too: coming back must not lift a pause of the room.
    Act.PAUSE: _GOING_ON | {Standing.PAUSED},
    Act.RESUME: frozenset({Standing.PAUSED}),
    Act.MESSAGE: OPEN,
}
"""Whom an act for the whole room concerns."""

_NOBODY = Row(
    key="", session="", seat="", number="", name="", identified="pending", standing=Standing.ABSENT
)
"""Stands for somebody who is not there yet."""
