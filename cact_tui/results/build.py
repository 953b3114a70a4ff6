"""From a session's events to its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.results.administration import courses
from cact_tui.results.evidence import combined
from cact_tui.results.incidents import incidents
from cact_tui.results.moments import moment, valid_until
from cact_tui.results.profile import build_profile, evidence_of, trial_reasons
from cact_tui.results.sections import section_result, total
from cact_tui.results.tree import (
    TRIAL_LABEL,
    ChainHead,
    EventFacts,
    Person,
    Proof,
    Result,
    SessionFacts,
)
from cact_tui.sessions import events as e
from cact_tui.sessions.evolve import fold
from cact_tui.sessions.states import TERMINAL, Grant, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.config.settings import Materials
    from cact_tui.journal.protocol import Comment, Identity, Recorded
    from cact_tui.sessions.states import SessionState


def build_result(
    recorded: Sequence[Recorded],
    materials: Materials,
    identity: Identity | None = None,
    comments: Sequence[Comment] = (),
) -> Result:
    """Return the result of a session from all its events; a pure function of its arguments.

    A session that is not over, was terminated or withdrawn has a result too: sections without an
    end are unmeasured and say so. The version is 1 until `write_result` finds earlier ones.

    Args:
        recorded: Every event of the session from the first on, chain verified by the store.
        materials: Banks, rules and standards from the bytes that the session pinned.
        identity: Who the participant is, None once erased.
        comments: The comments that were not erased.

    Raises:
        ValueError: the events are not a session's from its first on.
        BadInput: the materials are not those of the session, or their metrics differ.
    """
    opened = _opened(recorded)
    course = courses(recorded, materials)
    evidence = evidence_of(course, materials)
    reasons = trial_reasons(materials, evidence, rehearsal=opened.rehearsal)
    # From the event alone: erasing who somebody is must not change what was found.
    group = opened.position_group
    sections = tuple(section_result(one, materials) for one in course)
    session = _session(recorded, opened, materials)
    invalid = session.state == Status.INVALIDATED
    return Result(
        reference=recorded[0].session,
        trial=bool(reasons),
        label=TRIAL_LABEL if reasons else None,
        trial_reasons=reasons,
        evidence=combined(evidence),
        # Who it was opened for is not who answered.
        participant=_person(opened, None if invalid else identity),
        event=_event(opened, materials),
        session=session,
        counts=total(section.counts for section in sections),
        profile=build_profile(
            course, materials, group, rehearsal=opened.rehearsal, invalid=invalid
        ),
        sections=sections,
        incidents=incidents(recorded, comments, materials.event.timezone),
        proof=_proof(opened),
        chain=ChainHead(events=len(recorded), seq=recorded[-1].seq, digest=recorded[-1].digest),
    )


def _opened(recorded: Sequence[Recorded]) -> e.SessionOpened:
    first = recorded[0] if recorded else None
    if first is None or first.seq != 1 or not isinstance(first.event, e.SessionOpened):
        raise ValueError("a result needs the events of a session from its first on")
    return first.event


def _person(opened: e.SessionOpened, identity: Identity | None) -> Person:
    return Person(
        id=opened.participant,
        number=identity.number if identity else None,
        name=identity.name if identity else None,
        nip=identity.nip if identity else None,
        position_group=opened.position_group,
    )


def _event(opened: e.SessionOpened, materials: Materials) -> EventFacts:
    event = materials.event
    return EventFacts(
        id=event.id,
        title=event.title,
        purpose=event.purpose.value,
        sitting=opened.sitting,
        timezone=event.timezone,
    )


def _session(
    recorded: Sequence[Recorded], opened: e.SessionOpened, materials: Materials
) -> SessionFacts:
    timezone = materials.event.timezone
    state = fold(
        recorded[0].session, (one.event for one in recorded), practice=materials.battery.practice
    )
    ended_at = _ended_at(recorded) if state.status in TERMINAL else None
    years = materials.policy.valid_years
    return SessionFacts(
        state=state.status.value,
        opened=moment(recorded[0].at, timezone),
        finished=None if ended_at is None else moment(ended_at, timezone),
        last_event=moment(recorded[-1].at, timezone),
        valid_until=None if ended_at is None else valid_until(ended_at, timezone, years),
        language=opened.language,
        mode=opened.mode,
        rehearsal=opened.rehearsal,
        accommodation=_accommodation(state),
        practice_answers=_practice_answers(recorded),
    )


def _accommodation(state: SessionState) -> str | None:
    seconds = sum(grant.seconds for grant in state.grants if grant.kind == Grant.PLANNED)
    return f"extra time, {seconds} s" if seconds else None


_ENDS = (
    e.SessionFinished,
    e.SessionTerminated,
    e.SessionWithdrawn,
    e.SessionCanceled,
    e.SessionInvalidated,
)


def _ended_at(recorded: Sequence[Recorded]) -> int | None:
    """Return when the session ended; facts may be recorded after that."""
    return next((one.at for one in reversed(recorded) if isinstance(one.event, _ENDS)), None)


def _practice_answers(recorded: Sequence[Recorded]) -> int | None:
    found = (one.event.answers for one in recorded if isinstance(one.event, e.PracticeFinished))
    return next(found, None)


def _proof(opened: e.SessionOpened) -> Proof:
    return Proof(
        build=opened.build,
        plugins=opened.plugins,
        documents=opened.documents,
        seed=opened.seed,
        schema=opened.schema,
    )
