"""Visits to a hall without SSH: the real visit, driver and flow, a person and a trap."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, frozen

from cact_tui.clock import SystemClock
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.errors import Problems
from cact_tui.ssh.accounts import Proctor, Role, SeatAccount
from cact_tui.ssh.connection import Connection
from cact_tui.ssh.doors import Doors, StaffDoors
from cact_tui.ssh.gathering import gathering
from cact_tui.ssh.hall import Hall
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.stray_faults import stray_faults_told
from cact_tui.ssh.terminal_session import TerminalSession
from cact_tui.wiring import Event, read_event
from tests.ssh.visitor import ITEM
from tests.terminal.emulator import Emulator
from tests.tui.participant_flow import HastyClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FunctionType

    from cact_tui.ssh.access import Account

CANARY: Final = "ZX-CANARY-7719"
"""Is the reason of every option in the key; nobody chooses, sees or reads one."""

_VICTIM: Final[ContextVar[bool]] = ContextVar("victim", default=False)
_SETTLED: Final = 6
_POLL: Final = 0.004


def become_victim() -> None:
    """Have traps spring in whatever this task does from now on."""
    _VICTIM.set(True)


class TrappedError(LookupError):
    """What a trap raises, with the canary in its words."""


@frozen
class Target:
    """A function of the program: where it is looked up, under which name."""

    owner: Any
    name: str

    @property
    def label(self) -> str:
        """Return it as `module:Class.name`."""
        owner = self.owner
        if inspect.isclass(owner):
            return f"{owner.__module__.removeprefix('cact_tui.')}:{owner.__qualname__}.{self.name}"
        return f"{owner.__name__.removeprefix('cact_tui.')}:{self.name}"


def functions(*rooms: str) -> list[Target]:
    """Return every function and method that is defined in the modules of some rooms."""
    found = []
    for name in sorted(sys.modules):
        if not any(name == room or name.startswith(f"{room}.") for room in rooms):
            continue
        module = sys.modules[name]
        for key, value in sorted(vars(module).items()):
            if getattr(value, "__module__", "") != name:
                continue
            if inspect.isfunction(value) and key == value.__name__:
                found.append(Target(module, key))
            elif inspect.isclass(value) and not getattr(value, "_is_protocol", False):
                found += [Target(value, one) for one in _methods(value)]
    return found


def _methods(kind: type) -> list[str]:
    known = [(name, _function(value)) for name, value in sorted(vars(kind).items())]
    return [name for name, one in known if one is not None and _written(one, kind)]


def _function(value: object) -> FunctionType | None:
    inner = value.fget if isinstance(value, property) else value
    return inner if inspect.isfunction(inner) else None


def _written(function: FunctionType, kind: type) -> bool:
    """Return whether somebody wrote it there, unlike what attrs and enumerations generate."""
    return function.__code__.co_filename == sys.modules[kind.__module__].__file__


@define
class Trap:
    """Raises in one function, in the victim's tasks only, as long as it is armed.

    The SSH library's tasks are nobody's: there it raises for `everybody`.
    """

    target: Target
    everybody: bool = False
    armed: bool = False
    called: int = 0
    sprung: int = 0

    def _spring(self) -> None:
        if not (self.everybody or _VICTIM.get()):
            return
        self.called += 1
        if self.armed:
            self.sprung += 1
            key = CANARY
            raise TrappedError(f"the key is {key}")

    def _around(self, function: Any) -> Any:
        trap = self

        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def waiting(*given: Any, **named: Any) -> Any:
                trap._spring()
                return await function(*given, **named)

            return waiting

        @wraps(function)
        def doing(*given: Any, **named: Any) -> Any:
            trap._spring()
            return function(*given, **named)

        return doing

    @contextmanager
    def set(self) -> Iterator[None]:
        """Put it in place, wherever the function is known by name."""
        owner, name = self.target.owner, self.target.name
        original = vars(owner)[name]
        if isinstance(original, property):
            new: Any = property(self._around(original.fget), original.fset, original.fdel)
        else:
            new = self._around(original)
        places = [owner] if inspect.isclass(owner) else _importers(original)
        named = [(place, key) for place in places for key in _keys(place, original)]
        try:
            for place, key in named:
                setattr(place, key, new)
            yield
        finally:
            for place, key in named:
                setattr(place, key, original)


def _importers(function: object) -> list[Any]:
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("cact_tui") and function in _values(module)
    ]


def _values(place: Any) -> list[object]:
    return [one for one in vars(place).values() if inspect.isfunction(one)]


def _keys(place: Any, value: object) -> list[str]:
    return [key for key, one in vars(place).items() if one is value]


class Wire:
    """The channel of one visitor: what it takes stands on an emulated terminal."""

    backlog = 0

    def __init__(self) -> None:
        self.terminal = Emulator()
        self.variables = {"LANG": "C.UTF-8"}
        self.session: TerminalSession | None = None

    def write(self, data: bytes) -> None:
        self.terminal.write(data)

    def exit(self, _status: int) -> None:
        if self.session is not None:
            session, self.session = self.session, None
            asyncio.get_running_loop().call_soon(session.connection_lost, None)

    def pause_reading(self) -> None:
        """Take no more for now."""

    def resume_reading(self) -> None:
        """Take more."""


class Caller:
    """What a visit knows of a connection."""

    address, client = "127.0.0.1", "test"

    def __init__(self, account: Account, code: str) -> None:
        self.account, self.code = account, code
        self.session: Callable[[], str] = lambda: ""

    facts = Connection.facts

    def close_later(self, _seconds: float) -> None:
        """Stay as it is."""


class Person:
    """Sits at a terminal of the hall, reads English and presses keys."""

    def __init__(self, account: Account, *, victim: bool = False) -> None:
        self.wire = Wire()
        self.caller = Caller(account, "victim" if victim else "other")
        self._context = copy_context()
        self._context.run(_VICTIM.set, victim)

    def enter(self, hall: Hall) -> Person:
        """Begin a visit."""
        channel: Any = self.wire
        caller: Any = self.caller

        def begin(session: TerminalSession) -> None:
            hall.receive(session, caller)

        session = self.wire.session = TerminalSession(channel, begin)
        session.pty_requested("xterm", (80, 24, 0, 0), {})
        self._context.run(session.session_started)
        return self

    @property
    def text(self) -> str:
        return self.wire.terminal.text

    @property
    def sent(self) -> bytes:
        return b"".join(self.wire.terminal.sent)

    @property
    def ended(self) -> bool:
        return self.wire.session is None

    @property
    def on_item(self) -> bool:
        return ITEM.search(self.text) is not None

    def sees(self, *texts: str) -> bool:
        shown = " ".join(self.text.split())
        return any(text in shown for text in texts)

    async def settle(self) -> None:
        """Wait until nothing moves."""
        still = 0
        while still < _SETTLED:
            before = self.wire.terminal.bytes
            await asyncio.sleep(_POLL)
            still = still + 1 if before == self.wire.terminal.bytes else 0

    async def press(self, keys: str) -> None:
        if self.wire.session is not None:
            try:
                self._context.run(self.wire.session.data_received, keys.encode(), None)
            except TrappedError:  # as the SSH library does
                self.cut()
        await self.settle()

    def cut(self) -> None:
        """Cut the line."""
        if self.wire.session is not None:
            session, self.wire.session = self.wire.session, None
            self._context.run(session.connection_lost, None)

    async def step(self, number: str) -> None:  # noqa: C901 - a table of what may be asked
        """Do what the screen asks for."""
        if not self.text.strip():  # nothing is shown yet
            await self.settle()
        elif self.sees("Choose a language"):
            await self.press("2")
        elif self.sees("WHO ARE YOU?"):
            typed = (number, "\t", f"NAMA {number}", "\t") if not self.sees(number) else ()
            for keys in (*typed, "3", "\r"):
                await self.press(keys)
        elif self.sees("IS THIS YOU?"):
            for keys in ("AGREE", "\r"):
                await self.press(keys)
        elif self.sees("Send answer"):
            await self.press("\r")
        elif self.sees("Your answer:"):
            await self.press("12\r")
        elif self.sees("[ ] A", "[ ]>A"):
            await self.press("abc\r")
        elif self.sees("( ) A", "( )>A"):
            await self.press("b\r")
        else:
            await self.press(" " if self.sees("page 1 of") else "\r")

    async def go_on(self, number: str, until: Callable[[], bool], steps: int = 60) -> bool:
        """Go on until something holds; return whether it did."""
        await self.settle()
        for _ in range(steps):
            if until() or self.ended:
                break
            await self.step(number)
        return until()


class House:
    """One event on one journal, and a hall that any number of people visit."""

    def __init__(self, config: Path) -> None:
        materials = read_event(config, Problems())
        assert materials is not None
        self.event = Event(config, materials)
        found = self.event.services(None)
        self.services = evolve(found, store=gathering(found.store))
        self.log_path = config.parent / "hall.log"
        self.log = Logbook(SystemClock(), self.log_path)
        nobody: Any = None
        self.flows: list[ParticipantFlow] = []
        self.hall = Hall(
            access=nobody,
            doors=Doors(
                clock=HastyClock(),
                participant=self._flow,
                staff=StaffDoors(screen=self._screen),
            ),
            log=self.log,
            host_key=nobody,
            most_visits=1000,
        )

    def _flow(self, terminal: Any) -> ParticipantFlow:
        self.flows.append(ParticipantFlow(self.services, terminal))
        return self.flows[-1]

    def _screen(self, proctor: Proctor, driver: Any, on_incident: Any) -> Any:
        return self.event.proctor_screen(
            proctor.name, driver, on_incident, chief=proctor.role is Role.CHIEF, language="en"
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Tell the log what nobody caught."""
        with stray_faults_told(self.log, asyncio.get_running_loop()):
            yield

    def lines(self, after: int = 0) -> list[dict[str, Any]]:
        """Return what the log says."""
        if not self.log_path.exists():
            return []
        return [json.loads(line) for line in self.log_path.read_text().splitlines()[after:]]

    def seat(self, name: str, *, victim: bool = False, plain: bool = False) -> Person:
        """Have a participant sit down."""
        return Person(SeatAccount(name, plain=plain), victim=victim).enter(self.hall)

    async def close(self) -> None:
        """Close the hall."""
        await self.hall.close()
        await self.event.store.close()
        self.log.close()


def with_canary(config: Path) -> Path:
    """Write the canary into the reason of every option of an event's keys."""
    for path in sorted((config.parent / "item_banks").glob("*.key.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [
            f'{line.split(" = ")[0]} = "{CANARY}"' if line[:1] == "b" and ' = "' in line else line
            for line in lines
            if not line.startswith("bank")
        ]
        head = [line for line in lines if line.startswith("bank")]
        path.write_text("\n".join([kept[0], kept[1], *head, *kept[2:]]) + "\n", encoding="utf-8")
        path.chmod(0o600)
    return config
