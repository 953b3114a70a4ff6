"""From a command to events, or to a refusal. Pure: no clock, no disk, no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions import oversight
from cact_tui.sessions.oversight import closed, closing
from cact_tui.sessions.refusals import Events, Plan, Reason, Refused
from cact_tui.sessions.states import (
    TERMINAL,
    ClockReason,
    Grant,
    Identity,
    ItemState,
    Phase,
    SessionState,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["Events", "Plan", "Reason", "Refused", "decide"]


def decide(state: SessionState, command: c.Command, plan: Plan) -> Events | Refused:
    """Return the events that a command leads to, none when it was already done, or a refusal."""
    refusal = _refusal(state, command)
    if refusal is not None:
        return Refused(refusal)
    rule: Callable[[SessionState, c.Command, Plan], Events | Refused] = _RULES[type(command)]
    return rule(state, command, plan)


def _refusal(state: SessionState, command: c.Command) -> Reason | None:
    """Return what forbids a command whatever it asks for in detail."""
    if isinstance(command, c.Open):
        return Reason.ALREADY_OPEN if state.opened else None
    if state.opened is None:
        return Reason.NOT_OPEN
    if state.status in TERMINAL and not isinstance(command, c.Reopen | c.Invalidate):
        return Reason.INVALIDATED if state.status is Status.INVALIDATED else Reason.ENDED
    if isinstance(command, _PARTICIPANT) and command.connection != state.connection:
        return Reason.TAKEN_OVER
    if isinstance(command, _NEEDS_PROGRESS):
        return _standing(state)
    return None


def _standing(state: SessionState) -> Reason | None:
    if state.status is Status.AWAITING:
        return Reason.NOT_AUTHORISED
    if state.status is Status.PAUSED:
        return Reason.PAUSED
    return None


_PARTICIPANT = (
    c.FinishRules,
    c.FinishPractice,
    c.StartSection,
    c.PresentItem,
    c.EndSection,
    c.Answer,
    c.CloseItem,
    c.EndBreak,
    c.CallProctor,
    c.MakeComment,
    c.AcknowledgeMessage,
)
_NEEDS_PROGRESS = (
    c.FinishRules,
    c.FinishPractice,
    c.StartSection,
    c.PresentItem,
    c.EndSection,
    c.Answer,
    c.CloseItem,
    c.EndBreak,
)


def _open(state: SessionState, command: c.Open, plan: Plan) -> Events:
    confirmed = e.IdentityConfirmed(
        word=command.word, notice=command.notice, language=command.opened.language
    )
    return (
        command.opened,
        command.attached,
        confirmed,
        *_brought_along(command),
        *_self_authorised(state, plan),
    )


def _brought_along(command: c.Open) -> Events:
    """Return what the roster knew before there was a session."""
    found: list[e.Event] = []
    if command.checked_by:
        found.append(e.IdentityChecked(outcome=Identity.CONFIRMED.value, by=command.checked_by))
    if command.planned_seconds:
        found.append(
            e.TimeExtended(
                grant="roster",
                seconds=command.planned_seconds,
                kind=Grant.PLANNED.value,
                by="roster",
                reason="accommodation",
            )
        )
    return tuple(found)


def _self_authorised(state: SessionState, plan: Plan) -> Events:
    if plan.battery.authorisation != "self" or state.identity is Identity.REFUSED:
        return ()
    return (e.Authorised(by="self"),)


def _attach(state: SessionState, command: c.Attach, plan: Plan) -> Events:
    """Sign in: take over, confirm identity, close an item of another day, ask for authorisation."""
    found: list[e.Event] = [command.attached]
    if command.word:
        found.append(
            e.IdentityConfirmed(word=command.word, notice=command.notice, language=command.language)
        )
    if command.another_day and state.shown is not None:
        found.append(closed(state.shown, ItemState.INTERRUPTED, command.timing))
    reason = _interruption(state, command.attached, plan)
    if reason:
        found.append(e.AuthorisationRequired(reason=reason))
    if command.word and (reason or state.status is Status.AWAITING):
        found.extend(_self_authorised(state, plan))
    elif command.word and state.paused_by == "participant":
        found.append(e.Resumed(by="self"))
    return tuple(found)


def _interruption(state: SessionState, attached: e.Attached, plan: Plan) -> str:
    """Return why a return needs authorisation, empty when resuming at once is right."""
    policy = plan.battery.interruption
    held = state.status is Status.PAUSED and state.paused_by != "participant"
    if held or state.status is Status.AWAITING or state.phase is Phase.RULES:
        return ""
    if attached.away_ms > policy.away_seconds * 1000:
        return "away"
    if attached.cut and state.cuts + 1 >= policy.cuts:
        return "cuts"
    return ""


def _finish_rules(state: SessionState, command: c.FinishRules, plan: Plan) -> Events | Refused:
    if state.phase is not Phase.RULES:
        return Refused(Reason.OUT_OF_PLACE)
    return (e.RulesRead(),)


def _finish_practice(
    state: SessionState, command: c.FinishPractice, plan: Plan
) -> Events | Refused:
    if state.phase is not Phase.PRACTICE:
        return Refused(Reason.OUT_OF_PLACE)
    return (e.PracticeFinished(answers=command.answers),)


def _start_section(state: SessionState, command: c.StartSection, plan: Plan) -> Events | Refused:
    if state.phase is not Phase.INTRODUCTION:
        return Refused(Reason.OUT_OF_PLACE)
    index = len(state.sections)
    specification = plan.battery.sections[index]
    seconds = specification.seconds
    if seconds is not None:
        seconds += plan.battery.share(specification, state.planned_seconds)
    return (
        e.SectionStarted(
            section=specification.id,
            index=index,
            seconds=seconds,
            start=command.start,
            prior=command.prior,
            rule=command.rule,
            draws=command.draws,
        ),
    )


def _present(state: SessionState, command: c.PresentItem, plan: Plan) -> Events | Refused:
    section = state.section
    if state.phase is not Phase.CHOOSING or section is None:
        return Refused(Reason.OUT_OF_PLACE)
    return (
        e.ItemShown(
            section=section.started.section,
            position=len(section.records) + 1,
            item=command.item,
            version=command.version,
            digest=command.digest,
            role=command.role,
            language=command.language,
            options=command.options,
            estimate=command.estimate,
            rule=command.rule,
            draws=command.draws,
            order_draws=command.order_draws,
            criterion=command.criterion,
            rank=command.rank,
            candidates=command.candidates,
            fallback=command.fallback,
        ),
    )


def _end_section(state: SessionState, command: c.EndSection, plan: Plan) -> Events | Refused:
    section = state.section
    if state.phase is not Phase.CHOOSING or section is None:
        return Refused(Reason.OUT_OF_PLACE)
    ended = e.SectionEnded(
        section=section.started.section,
        reason=command.reason,
        interim=command.interim,
        final=command.final,
        prior=command.prior,
        beside=command.beside,
        fallback=command.fallback,
    )
    last = len(state.sections) == len(plan.battery.sections)
    if last or command.reason == ClockReason.BATTERY_TIME:
        return (ended, e.SessionFinished())
    rest = plan.battery.sections[len(state.sections) - 1].break_after
    return (ended, e.BreakStarted(seconds=rest)) if rest else (ended,)


def _answer(state: SessionState, command: c.Answer, plan: Plan) -> Events | Refused:
    if command.answer in state.answers:
        return ()
    shown = state.shown
    if shown is None or (shown.item, shown.position) != (command.item, command.position):
        return Refused(Reason.NOT_ON_SCREEN)
    try:
        category = plan.category(command.item, command.given)
    except ValueError:
        return Refused(Reason.INVALID_ANSWER)
    return (
        e.ResponseGiven(
            answer=command.answer,
            section=shown.section,
            position=shown.position,
            item=shown.item,
            given=command.given,
            category=category,
            timing=command.timing,
        ),
    )


def _close_item(state: SessionState, command: c.CloseItem, plan: Plan) -> Events | Refused:
    if state.shown is None:
        return Refused(Reason.NOT_ON_SCREEN)
    return (closed(state.shown, ItemState(command.state), command.timing),)


def _end_break(state: SessionState, command: c.EndBreak, plan: Plan) -> Events | Refused:
    if state.phase is not Phase.BREAK:
        return Refused(Reason.OUT_OF_PLACE)
    return (e.BreakEnded(rested_ms=command.rested_ms),)


def _call(state: SessionState, command: c.CallProctor, plan: Plan) -> Events:
    return (e.ProctorCalled(item=_item(state)),)


def _comment(state: SessionState, command: c.MakeComment, plan: Plan) -> Events:
    return (e.CommentMade(digest=command.digest, item=_item(state)),)


def _item(state: SessionState) -> str | None:
    return state.shown.item if state.shown else None


def _acknowledge(state: SessionState, command: c.AcknowledgeMessage, plan: Plan) -> Events:
    if command.digest not in state.unread:
        return ()
    return (e.MessageAcknowledged(digest=command.digest),)


def _withdraw(state: SessionState, command: c.Withdraw, plan: Plan) -> Events:
    end = e.SessionWithdrawn(reason=command.reason)
    return (*closing(state, ItemState.WITHDRAWN), end)


_RULES: dict[type[c.Command], Callable[..., Events | Refused]] = {
    c.Open: _open,
    c.Attach: _attach,
    c.Authorise: oversight.authorise,
    c.CheckIdentity: oversight.check_identity,
    c.FinishRules: _finish_rules,
    c.FinishPractice: _finish_practice,
    c.StartSection: _start_section,
    c.PresentItem: _present,
    c.EndSection: _end_section,
    c.Answer: _answer,
    c.CloseItem: _close_item,
    c.EndBreak: _end_break,
    c.Pause: oversight.pause,
    c.Resume: oversight.resume,
    c.CallProctor: _call,
    c.MakeComment: _comment,
    c.SendMessage: oversight.send,
    c.AcknowledgeMessage: _acknowledge,
    c.ExtendTime: oversight.extend,
    c.ChangeSeat: oversight.change_seat,
    c.ClearLockout: oversight.clear_lockout,
    c.RecordIrregularity: oversight.irregularity,
    c.Terminate: oversight.terminate,
    c.Withdraw: _withdraw,
    c.Cancel: oversight.cancel,
    c.Invalidate: oversight.invalidate,
    c.Reopen: oversight.reopen,
}
