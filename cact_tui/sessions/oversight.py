"""What follows from what proctors ask of a session, whoever is connected. Pure, as `decide` is."""

from __future__ import annotations

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.refusals import Events, Plan, Reason, Refused
from cact_tui.sessions.states import (
    TERMINAL,
    Grant,
    Identity,
    ItemState,
    Phase,
    SessionState,
    Status,
)


def authorise(state: SessionState, command: c.Authorise, plan: Plan) -> Events | Refused:
    """Let a waiting session go on; one whose papers were refused stays where it is."""
    if state.status is Status.PAUSED:
        return Refused(Reason.PAUSED)
    if state.status is not Status.AWAITING:
        return ()
    if state.identity is Identity.REFUSED:
        return Refused(Reason.IDENTITY_REFUSED)
    return (e.Authorised(by=command.by),)


def check_identity(state: SessionState, command: c.CheckIdentity, plan: Plan) -> Events:
    """Record what was found of the papers; a refusal holds the test."""
    outcome = Identity(command.outcome)
    if state.identity is outcome:
        return ()
    checked = e.IdentityChecked(outcome=outcome.value, by=command.by, reason=command.reason)
    if outcome is Identity.CONFIRMED or state.status is Status.AWAITING:
        return (checked,)
    return (checked, e.AuthorisationRequired(reason="identity"))


def pause(state: SessionState, command: c.Pause, plan: Plan) -> Events | Refused:
    """Hold the test, by a proctor or by leaving."""
    leaving = command.by == "participant"
    if leaving and not plan.battery.may_leave:
        return Refused(Reason.LEAVING_FORBIDDEN)
    # A proctor's pause also holds whoever has left: coming back must not lift it.
    if state.status is Status.PAUSED and (leaving or state.paused_by != "participant"):
        return ()
    if state.status is Status.AWAITING:
        return Refused(Reason.NOT_AUTHORISED)
    return (e.Paused(by=command.by, reason=command.reason),)


def resume(state: SessionState, command: c.Resume, plan: Plan) -> Events | Refused:
    """Let a held test go on, if it is held for the reason that is over."""
    if command.held_for and command.held_for != state.held_for:
        return ()
    if state.status is Status.AWAITING:
        return Refused(Reason.NOT_AUTHORISED)
    return (e.Resumed(by=command.by),) if state.status is Status.PAUSED else ()


def send(state: SessionState, command: c.SendMessage, plan: Plan) -> Events:
    """Put a message on record, once."""
    if command.digest in state.sent:
        return ()
    return (e.MessageSent(digest=command.digest, by=command.by),)


def extend(state: SessionState, command: c.ExtendTime, plan: Plan) -> Events | Refused:
    """Grant extra time, once, where there is a budget to lengthen and somebody gains by it."""
    if any(grant.grant == command.grant for grant in state.grants):
        return ()
    running = state.running
    if running is None and not command.whole:
        return Refused(Reason.NO_SECTION)
    runs_out = plan.battery.seconds is not None or (running and running.seconds is not None)
    if not (plan.battery.total_seconds if command.whole else runs_out):
        return Refused(Reason.NO_BUDGET)
    if command.whole and not _whole_gains(state, plan):
        return Refused(Reason.NO_EFFECT)
    return (
        e.TimeExtended(
            grant=command.grant,
            seconds=command.seconds,
            kind=Grant(command.kind).value,
            by=command.by,
            reason=command.reason,
            section=running.started.section if running and not command.whole else None,
        ),
    )


def _whole_gains(state: SessionState, plan: Plan) -> bool:
    """Return whether time for the whole test would give the participant any.

    A section to come takes its share. One that runs keeps its own limit, so that it gains where
    the battery would end it sooner, and nothing otherwise.
    """
    battery, running = plan.battery, state.running
    to_come = battery.sections[len(state.sections) :]
    if battery.seconds is None:
        return any(one.seconds is not None for one in to_come)
    if to_come or running is None:
        return bool(to_come)
    used = sum(one.used_ms for one in state.sections[:-1])
    left = (battery.seconds + state.extra_seconds) * 1000 - used
    return running.seconds is None or left < running.seconds * 1000


def change_seat(state: SessionState, command: c.ChangeSeat, plan: Plan) -> Events:
    """Record where the participant sits from now on."""
    if state.seat == command.seat:
        return ()
    return (e.SeatChanged(seat=command.seat, by=command.by, reason=command.reason),)


def clear_lockout(state: SessionState, command: c.ClearLockout, plan: Plan) -> Events:
    """Record that signing in may be tried again."""
    return (e.LockoutCleared(by=command.by, reason=command.reason),)


def irregularity(state: SessionState, command: c.RecordIrregularity, plan: Plan) -> Events:
    """Record something unusual."""
    return (e.IrregularityRecorded(code=command.code, detail=command.detail, by=command.by),)


def terminate(state: SessionState, command: c.Terminate, plan: Plan) -> Events:
    """End the test for good; the item on the screen closes as interrupted."""
    end = e.SessionTerminated(by=command.by, reason=command.reason)
    return (*closing(state, ItemState.INTERRUPTED, command.timing), end)


def cancel(state: SessionState, command: c.Cancel, plan: Plan) -> Events | Refused:
    """End a session that never began."""
    if state.sections:
        return Refused(Reason.BEGUN)
    return (e.SessionCanceled(by=command.by, reason=command.reason),)


def invalidate(state: SessionState, command: c.Invalidate, plan: Plan) -> Events:
    """Take a test out of the count, whether it goes on or has ended."""
    if state.status is Status.INVALIDATED:
        return ()
    end = e.SessionInvalidated(by=command.by, reason=command.reason)
    return (*closing(state, ItemState.INTERRUPTED, command.timing), end)


def reopen(state: SessionState, command: c.Reopen, plan: Plan) -> Events | Refused:
    """Leave a terminal state, unless nothing is left to go on with or the test is invalid."""
    if state.status not in TERMINAL:
        return Refused(Reason.OUT_OF_PLACE)
    if state.status is Status.INVALIDATED:
        return Refused(Reason.INVALIDATED)
    if state.phase is Phase.COMPLETE:
        return Refused(Reason.NOTHING_LEFT)
    return (e.Reopened(by=command.by, reason=command.reason),)


def closing(state: SessionState, how: ItemState, timing: e.ItemTiming | None = None) -> Events:
    """Return the end of the item on the screen, if there is one."""
    return (closed(state.shown, how, timing),) if state.shown else ()


def closed(shown: e.ItemShown, state: ItemState, timing: e.ItemTiming | None) -> e.ItemClosed:
    """Return the end of an item without an answer."""
    return e.ItemClosed(
        section=shown.section,
        position=shown.position,
        item=shown.item,
        state=state.value,
        timing=timing or e.ItemTiming(),
    )
