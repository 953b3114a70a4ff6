"""From a command to events, or to a refusal. Pure: no clock, no disk, no screen."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.states import TERMINAL, ClockReason, ItemState, Phase, SessionState, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.sessions.specification import BatterySpecification


class Reason(StrEnum):
    """Why a command was refused."""

    NOT_OPEN = "not_open"
    ALREADY_OPEN = "already_open"
    ENDED = "ended"
    TAKEN_OVER = "taken_over"
    NOT_AUTHORISED = "not_authorised"
    PAUSED = "paused"
    OUT_OF_PLACE = "out_of_place"
    NOT_ON_SCREEN = "not_on_screen"
    INVALID_ANSWER = "invalid_answer"
    LEAVING_FORBIDDEN = "leaving_forbidden"


@frozen
class Refused:
    """A command that changes nothing, and why."""

    reason: Reason


class Plan(Protocol):
    """What decisions need of the battery: its specification and the scoring of an answer."""

    @property
    def battery(self) -> BatterySpecification:
        """Return the battery that the session was opened with."""

    def category(self, item: str, given: tuple[str, ...]) -> int:
        """Return the score category of an answer.

        Raises:
            ValueError: this cannot be an answer to that item.
        """


Events = tuple[e.Event, ...]


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
    if state.status in TERMINAL and not isinstance(command, c.Reopen):
        return Reason.ENDED
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
    return (command.opened, command.attached, confirmed, *_self_authorised(plan))


def _self_authorised(plan: Plan) -> Events:
    return (e.Authorised(by="self"),) if plan.battery.authorisation == "self" else ()


def _attach(state: SessionState, command: c.Attach, plan: Plan) -> Events:
    """Sign in: take over, confirm identity, close an item of another day, ask for authorisation."""
    found: list[e.Event] = [command.attached]
    if command.word:
        found.append(
            e.IdentityConfirmed(word=command.word, notice=command.notice, language=command.language)
        )
    if command.another_day and state.shown is not None:
        found.append(_closed(state.shown, ItemState.INTERRUPTED, command.timing))
    reason = _interruption(state, command.attached, plan)
    if reason:
        found.append(e.AuthorisationRequired(reason=reason))
    if command.word and (reason or state.status is Status.AWAITING):
        found.extend(_self_authorised(plan))
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


def _closed(shown: e.ItemShown, state: ItemState, timing: e.ItemTiming | None) -> e.ItemClosed:
    return e.ItemClosed(
        section=shown.section,
        position=shown.position,
        item=shown.item,
        state=state.value,
        timing=timing or e.ItemTiming(),
    )


def _authorise(state: SessionState, command: c.Authorise, plan: Plan) -> Events | Refused:
    if state.status is not Status.AWAITING:
        return ()
    return (e.Authorised(by=command.by),)


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
    return (
        e.SectionStarted(
            section=specification.id,
            index=index,
            seconds=specification.seconds,
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
            role="scored",
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
    return (_closed(state.shown, ItemState(command.state), command.timing),)


def _end_break(state: SessionState, command: c.EndBreak, plan: Plan) -> Events | Refused:
    if state.phase is not Phase.BREAK:
        return Refused(Reason.OUT_OF_PLACE)
    return (e.BreakEnded(rested_ms=command.rested_ms),)


def _pause(state: SessionState, command: c.Pause, plan: Plan) -> Events | Refused:
    leaving = command.by == "participant"
    if leaving and not plan.battery.may_leave:
        return Refused(Reason.LEAVING_FORBIDDEN)
    # A proctor's pause also holds whoever has left: coming back must not lift it.
    if state.status is Status.PAUSED and (leaving or state.paused_by != "participant"):
        return ()
    if state.status is Status.AWAITING:
        return Refused(Reason.NOT_AUTHORISED)
    return (e.Paused(by=command.by, reason=command.reason),)


def _resume(state: SessionState, command: c.Resume, plan: Plan) -> Events | Refused:
    return (e.Resumed(by=command.by),) if state.status is Status.PAUSED else ()


def _call(state: SessionState, command: c.CallProctor, plan: Plan) -> Events:
    return (e.ProctorCalled(item=_item(state)),)


def _comment(state: SessionState, command: c.MakeComment, plan: Plan) -> Events:
    return (e.CommentMade(digest=command.digest, item=_item(state)),)


def _item(state: SessionState) -> str | None:
    return state.shown.item if state.shown else None


def _irregularity(state: SessionState, command: c.RecordIrregularity, plan: Plan) -> Events:
    return (e.IrregularityRecorded(code=command.code, detail=command.detail, by=command.by),)


def _terminate(state: SessionState, command: c.Terminate, plan: Plan) -> Events:
    end = e.SessionTerminated(by=command.by, reason=command.reason)
    return (*_closing(state, ItemState.INTERRUPTED), end)


def _withdraw(state: SessionState, command: c.Withdraw, plan: Plan) -> Events:
    end = e.SessionWithdrawn(reason=command.reason)
    return (*_closing(state, ItemState.WITHDRAWN), end)


def _closing(state: SessionState, how: ItemState) -> Events:
    return (_closed(state.shown, how, None),) if state.shown else ()


def _cancel(state: SessionState, command: c.Cancel, plan: Plan) -> Events | Refused:
    if state.sections:
        return Refused(Reason.OUT_OF_PLACE)
    return (e.SessionCanceled(by=command.by, reason=command.reason),)


def _reopen(state: SessionState, command: c.Reopen, plan: Plan) -> Events | Refused:
    # A battery that was taken to its end has nothing left to go on with.
    if state.status not in TERMINAL or state.phase is Phase.COMPLETE:
        return Refused(Reason.OUT_OF_PLACE)
    return (e.Reopened(by=command.by, reason=command.reason),)


_RULES: dict[type[c.Command], Callable[..., Events | Refused]] = {
    c.Open: _open,
    c.Attach: _attach,
    c.Authorise: _authorise,
    c.FinishRules: _finish_rules,
    c.FinishPractice: _finish_practice,
    c.StartSection: _start_section,
    c.PresentItem: _present,
    c.EndSection: _end_section,
    c.Answer: _answer,
    c.CloseItem: _close_item,
    c.EndBreak: _end_break,
    c.Pause: _pause,
    c.Resume: _resume,
    c.CallProctor: _call,
    c.MakeComment: _comment,
    c.RecordIrregularity: _irregularity,
    c.Terminate: _terminate,
    c.Withdraw: _withdraw,
    c.Cancel: _cancel,
    c.Reopen: _reopen,
}
