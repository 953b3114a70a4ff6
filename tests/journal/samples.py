"""Events for the journal's tests: a few by hand, and every kind by hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import hypothesis.strategies as st

from cact_tui.journal.protocol import Comment, Identity
from cact_tui.journal.roster import Registration, Sitting
from cact_tui.sessions.events import (
    EVENTS,
    Build,
    Event,
    ItemTiming,
    ResponseGiven,
    SessionOpened,
)

AT = 1_700_000_000_000
BUILD = Build(version="0.1.0", python="3.11.7", numpy="2.0.0", platform="linux")


def opened(participant: str = "p1", sitting: str = "s1") -> SessionOpened:
    return SessionOpened(
        participant=participant,
        sitting=sitting,
        seed="00" * 32,
        language="id",
        documents={"config": "ab" * 32},
        plugins={"core.selector": "mfi 1.0"},
        build=BUILD,
    )


def answer(name: str = "a1", category: int = 1) -> ResponseGiven:
    return ResponseGiven(
        answer=name,
        section="core",
        position=1,
        item="i1",
        given=("o2",),
        category=category,
        timing=ItemTiming(shown=4_200, changes=1),
    )


def identity(participant: str = "p1", sitting: str = "s1", number: str = "007") -> Identity:
    return Identity(
        participant=participant,
        sitting=sitting,
        number=number,
        name="Siti Nurhaliza Rahmawati",
        nip="198501012010012001",
    )


def comment(text: str = "Soal ini membingungkan.", session: str = "a") -> Comment:
    digest = sha256(b"salt" + text.encode()).hexdigest()
    return Comment(session=session, digest=digest, salt="salt", text=text)


def sitting(name: str = "s1", **changes: Any) -> Sitting:
    made = Sitting(id=name, event="e1", date="2026-02-20", room="Aula", wave=1, seats=30)
    return attrs.evolve(made, **changes)


def registration(participant: str = "p1", number: str = "007", **changes: Any) -> Registration:
    made = Registration(
        participant=participant,
        event="e1",
        sitting="s1",
        number=number,
        name="Siti Nurhaliza Rahmawati",
        nip="198501012010012001",
        extra_percent=30,
        plain=True,
    )
    return attrs.evolve(made, **changes)


def stored(row: Any) -> Any:
    """Return a changeable row as it is found after it was written."""
    return attrs.evolve(row, revision=row.revision + 1)


_PLAIN: dict[object, st.SearchStrategy[Any]] = {
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(),
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    bool: st.booleans(),
    NoneType: st.none(),
}


def _values(kind: Any) -> st.SearchStrategy[Any]:
    parts = get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if get_origin(kind) is UnionType:
        return st.one_of([_values(part) for part in parts])
    if get_origin(kind) is tuple:
        return st.lists(_values(parts[0]), max_size=4).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(_values(parts[0]), _values(parts[1]), max_size=4)
    fields = {name: _values(hint) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **fields)


def any_event() -> st.SearchStrategy[Event]:
    """Return events of every kind, every field drawn."""
    return st.one_of([_values(kind) for kind in EVENTS.values()])
