"""Opening a session, or taking it up again at another terminal or after a cut."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import frozen

from cact_tui.delivery.services import Exam
from cact_tui.delivery.write_path import WritePath
from cact_tui.journal.protocol import Checkpoint, Identity
from cact_tui.sessions.commands import Attach, Open
from cact_tui.sessions.decide import Refused
from cact_tui.sessions.events import Attached, ItemTiming, SessionOpened
from cact_tui.sessions.presence import sign_of_life
from cact_tui.sessions.states import Status

if TYPE_CHECKING:
    from cact_tui.delivery.face import Terminal
    from cact_tui.delivery.reception import Applicant
    from cact_tui.delivery.services import Services
    from cact_tui.journal.protocol import Recorded, Row


@frozen(kw_only=True, eq=False)
class Admission:
    """A participant who is in: the session's exam, its write path, language and connection.

    `resumed` is the used time of the item that was on the screen, where there was one; `instead_of`
    says which terminal lost the session by this, in words, empty for none.
    """

    exam: Exam
    write: WritePath
    language: str
    connection: str
    resumed: Checkpoint | None = None
    instead_of: str = ""


async def admit(
    services: Services, terminal: Terminal, who: Applicant, word: str
) -> Admission | Refused:
    """Open a new session: pin what it rests on, then record who confirmed what.

    Raises:
        RowConflict: somebody else came first with the same number; nothing was written.
    """
    exam = services.exam
    await services.store.pin(exam.materials.contents)
    identity = who.identity or _new_identity(exam, who)
    write = WritePath(
        services.store, services.clock, exam.plan, services.reference(), services.publish
    )
    attached = _attached(terminal)
    opened = SessionOpened(
        participant=identity.participant,
        sitting=identity.sitting,
        seed=services.seed(),
        language=who.language,
        documents=exam.materials.documents,
        plugins=exam.plan.plugins,
        build=services.build,
        mode=terminal.mode,
        rehearsal=services.rehearsal,
        position_group=identity.position_group,
    )
    done = await write.perform(
        Open(
            opened=opened,
            attached=attached,
            word=word,
            notice=_notice(exam, who.language),
            checked_by=who.registration.checked_by if who.registration else "",
            planned_seconds=_planned_seconds(exam, who),
        ),
        _rows(who, identity),
    )
    if isinstance(done, Refused):
        return done
    return Admission(exam=exam, write=write, language=who.language, connection=attached.connection)


async def readmit(
    services: Services, terminal: Terminal, who: Applicant, word: str
) -> Admission | Refused:
    """Take a session up again, from exactly what it was opened with."""
    session = who.session or ""
    recorded = await services.store.read(session)
    opened = recorded[0].event
    if not isinstance(opened, SessionOpened):
        raise TypeError(f"session {session} does not begin with SessionOpened")
    exam = await services.pinned(opened.documents)
    write = WritePath(
        services.store, services.clock, exam.plan, session, services.publish, recorded=recorded
    )
    state = write.state
    checkpoint = await services.store.last_checkpoint(session)
    resumed = (
        checkpoint if checkpoint and state.shown and checkpoint.seq == state.shown_seq else None
    )
    seen = _last_seen(recorded, checkpoint)
    now = services.clock.wall_ms()
    attached = _attached(terminal, away_ms=max(0, now - seen), cut=state.status is Status.ACTIVE)
    done = await write.perform(
        Attach(
            attached=attached,
            word=word,
            notice=_notice(exam, who.language),
            language=who.language,
            another_day=_day(exam, seen) != _day(exam, now),
            timing=_timing(resumed),
        )
    )
    if isinstance(done, Refused):
        return done
    return Admission(
        exam=exam,
        write=write,
        language=opened.language,
        connection=attached.connection,
        resumed=resumed,
        instead_of=who.elsewhere,
    )


def _new_identity(exam: Exam, who: Applicant) -> Identity:
    if who.registration is not None:
        return Identity(
            participant=who.registration.participant,
            sitting=who.registration.sitting,
            number=who.registration.number,
            name=who.registration.name,
            nip=who.registration.nip,
            position_group=who.group or None,
        )
    return Identity(
        participant=f"p-{secrets.token_hex(8)}",
        sitting=exam.materials.event.id,
        number=who.number,
        name=who.name,
        nip=who.nip,
        position_group=who.group or None,
    )


def _rows(who: Applicant, identity: Identity) -> tuple[Row, ...]:
    """Return what is written with the opening.

    A registration goes in as it was read: of two terminals that open a test for the same person at
    once, one finds it changed.
    """
    if who.registration is not None:
        return (identity, who.registration)
    return () if who.identity else (identity,)


def _planned_seconds(exam: Exam, who: Applicant) -> int:
    """Return the extra time that the roster grants somebody."""
    if who.registration is None:
        return 0
    return exam.plan.battery.extra_seconds(
        minutes=who.registration.extra_minutes, percent=who.registration.extra_percent
    )


def _attached(terminal: Terminal, *, away_ms: int = 0, cut: bool = False) -> Attached:
    return Attached(
        connection=secrets.token_hex(8),
        mode=terminal.mode,
        terminal=terminal.terminal,
        columns=terminal.columns,
        rows=terminal.rows,
        charset=terminal.charset,
        colours=terminal.colours,
        away_ms=away_ms,
        cut=cut,
        seat=terminal.seat,
        address=terminal.address,
        client=terminal.client,
    )


def _notice(exam: Exam, language: str) -> str:
    """Return the SHA-256 of the notice that was shown."""
    text = exam.materials.passages.privacy.get(language, "")
    return hashlib.sha256(text.encode()).hexdigest()


def _last_seen(recorded: tuple[Recorded, ...], checkpoint: Checkpoint | None) -> int:
    """Return when the participant was last there, wall ms; a proctor's act shortens no absence."""
    alive = [one.at for one in recorded if sign_of_life(one.event)]
    return max((*alive, checkpoint.at if checkpoint else 0))


def _day(exam: Exam, wall_ms: int) -> str:
    zone = ZoneInfo(exam.materials.event.timezone)
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(zone).date().isoformat()


def _timing(resumed: Checkpoint | None) -> ItemTiming:
    if resumed is None:
        return ItemTiming()
    return ItemTiming(shown=resumed.shown_ms, uncharged=resumed.uncharged_ms)
