"""The fold: what one event makes of a session's state. Total and pure."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from attrs import evolve as changed

from cact_tui.sessions import events as e
from cact_tui.sessions.states import (
    Identity,
    ItemRecord,
    ItemState,
    Phase,
    Role,
    SectionState,
    SessionState,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def fold(session: str, events: Iterable[e.Event], *, practice: bool) -> SessionState:
    """Return the state of a session after events from its first on."""
    state = SessionState(session=session, practice=practice)
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: SessionState, event: e.Event) -> SessionState:
    """Return the state after one more event."""
    return changed(_apply(event, state), seq=state.seq + 1)


@singledispatch
def _apply(event: e.Event, state: SessionState) -> SessionState:
    """Facts on record that change nothing of what may happen next."""
    return state


@_apply.register
def _(event: e.SessionOpened, state: SessionState) -> SessionState:
    return changed(state, opened=event)


@_apply.register
def _(event: e.Attached, state: SessionState) -> SessionState:
    return changed(
        state,
        connection=event.connection,
        cuts=state.cuts + event.cut,
        seat=event.seat or state.seat,
    )


@_apply.register
def _(event: e.SeatChanged, state: SessionState) -> SessionState:
    return changed(state, seat=event.seat)


@_apply.register
def _(event: e.IdentityChecked, state: SessionState) -> SessionState:
    return changed(state, identity=Identity(event.outcome))


@_apply.register
def _(event: e.MessageSent, state: SessionState) -> SessionState:
    return changed(state, unread=(*state.unread, event.digest), sent=state.sent | {event.digest})


@_apply.register
def _(event: e.MessageAcknowledged, state: SessionState) -> SessionState:
    unread = tuple(digest for digest in state.unread if digest != event.digest)
    return changed(state, unread=unread)


@_apply.register
def _(event: e.TimeExtended, state: SessionState) -> SessionState:
    sections = tuple(
        changed(section, extra=section.extra + event.seconds)
        if section.started.section == event.section
        else section
        for section in state.sections
    )
    return changed(state, grants=(*state.grants, event), sections=sections)


@_apply.register
def _(event: e.AuthorisationRequired, state: SessionState) -> SessionState:
    return changed(state, status=Status.AWAITING, held_for=event.reason)


@_apply.register
def _(event: e.Authorised, state: SessionState) -> SessionState:
    began = state.phase is not Phase.RULES
    status = Status.ACTIVE if began else Status.AUTHORIZED
    return changed(state, status=status, paused_by=None, held_for="", cuts=0)


@_apply.register
def _(event: e.RulesRead, state: SessionState) -> SessionState:
    phase = Phase.PRACTICE if state.practice else Phase.INTRODUCTION
    return changed(state, phase=phase, status=Status.ACTIVE)


@_apply.register
def _(event: e.PracticeFinished, state: SessionState) -> SessionState:
    return changed(state, phase=Phase.INTRODUCTION)


@_apply.register
def _(event: e.SectionStarted, state: SessionState) -> SessionState:
    section = SectionState(started=event)
    return changed(state, phase=Phase.CHOOSING, sections=(*state.sections, section))


@_apply.register
def _(event: e.ItemShown, state: SessionState) -> SessionState:
    section = changed(state.sections[-1], interim=event.estimate)
    sections = _last(state, section)
    return changed(state, phase=Phase.ITEM, shown=event, shown_seq=state.seq + 1, sections=sections)


@_apply.register
def _(event: e.ResponseGiven, state: SessionState) -> SessionState:
    record = ItemRecord(
        item=event.item,
        state=ItemState.ANSWERED,
        given=event.given,
        category=event.category,
        shown_ms=event.timing.shown,
        role=_role(state),
    )
    return changed(_recorded(state, record), answers=state.answers | {event.answer})


@_apply.register
def _(event: e.ItemClosed, state: SessionState) -> SessionState:
    record = ItemRecord(
        item=event.item,
        state=ItemState(event.state),
        given=(),
        category=None,
        shown_ms=event.timing.shown,
        role=_role(state),
    )
    return _recorded(state, record)


def _role(state: SessionState) -> str:
    return state.shown.role if state.shown else Role.SCORED.value


def _recorded(state: SessionState, record: ItemRecord) -> SessionState:
    section = state.sections[-1]
    section = changed(section, records=(*section.records, record))
    return changed(state, phase=Phase.CHOOSING, shown=None, sections=_last(state, section))


def _last(state: SessionState, section: SectionState) -> tuple[SectionState, ...]:
    return (*state.sections[:-1], section)


@_apply.register
def _(event: e.SectionEnded, state: SessionState) -> SessionState:
    section = changed(state.sections[-1], ended=event.reason, interim=event.interim)
    return changed(state, phase=Phase.INTRODUCTION, sections=_last(state, section))


@_apply.register
def _(event: e.BreakStarted, state: SessionState) -> SessionState:
    return changed(state, phase=Phase.BREAK)


@_apply.register
def _(event: e.BreakEnded, state: SessionState) -> SessionState:
    return changed(state, phase=Phase.INTRODUCTION)


@_apply.register
def _(event: e.Paused, state: SessionState) -> SessionState:
    return changed(state, status=Status.PAUSED, paused_by=event.by, held_for=event.reason)


@_apply.register
def _(event: e.Resumed, state: SessionState) -> SessionState:
    status = Status.AUTHORIZED if state.phase is Phase.RULES else Status.ACTIVE
    # Whoever resumes somebody else's test authorises it.
    cuts = state.cuts if event.by == "self" else 0
    return changed(state, status=status, paused_by=None, held_for="", cuts=cuts)


@_apply.register
def _(event: e.SessionFinished, state: SessionState) -> SessionState:
    return changed(state, status=Status.FINISHED, phase=Phase.COMPLETE)


@_apply.register
def _(event: e.SessionTerminated, state: SessionState) -> SessionState:
    return changed(state, status=Status.TERMINATED)


@_apply.register
def _(event: e.SessionWithdrawn, state: SessionState) -> SessionState:
    return changed(state, status=Status.WITHDRAWN)


@_apply.register
def _(event: e.SessionCanceled, state: SessionState) -> SessionState:
    return changed(state, status=Status.CANCELED)


@_apply.register
def _(event: e.SessionInvalidated, state: SessionState) -> SessionState:
    return changed(state, status=Status.INVALIDATED)


@_apply.register
def _(event: e.Reopened, state: SessionState) -> SessionState:
    return changed(state, status=Status.AWAITING, held_for="")
