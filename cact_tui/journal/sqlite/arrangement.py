"""Acts about the second copy, by people: attach it, give it up, make a journal of it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.clock import SystemClock
from cact_tui.errors import StorageTrouble
from cact_tui.journal.replica import CopyState, Role, Standing
from cact_tui.journal.sqlite import outbox
from cact_tui.journal.sqlite.committer import Committer
from cact_tui.journal.sqlite.copying import faults_in, plain_copy
from cact_tui.journal.sqlite.database import Files
from cact_tui.journal.sqlite.lock import FileLock
from cact_tui.journal.sqlite.mirror import Mirror, tell_detached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cact_tui.journal.replica import Replica
    from cact_tui.journal.sqlite.recorder import Recorder

PATIENCE = 10.0
"""Seconds that an act waits for the processes of the hall."""


@frozen(kw_only=True)
class Report:
    """Where a journal stands with its copy, and what was done about it, oldest first."""

    here: Standing
    waiting: bool
    acts: tuple[outbox.Act, ...]


def report(path: Path) -> Report:
    """Return where a journal stands; `waiting` when the copy may lack what it wrote last."""
    with _held(path) as committer:
        return committer.arrange(_report)


def attach(path: Path, replica: Replica, *, by: str) -> None:
    """Make a whole copy and have every acknowledgement wait for it from now on.

    Raises:
        StorageTrouble: there can be no copy, or what is there must not be overwritten; all is as
            it was.
    """
    act = outbox.Act(at=SystemClock().wall_ms(), by=by, act=outbox.ATTACHED, detail=replica.place)
    mirror = Mirror(path, replica)
    try:
        with _held(path) as committer:
            committer.arrange(partial(mirror.attach, act=act))
    finally:
        mirror.close()


def detach(path: Path, replica: Replica | None, *, by: str, reason: str) -> bool:
    """Go on with the journal alone; return whether the copy was told.

    Raises:
        StorageTrouble: the event was restored from the copy and goes on elsewhere.
    """
    act = outbox.Act(at=SystemClock().wall_ms(), by=by, act=outbox.DETACHED, detail=reason)
    mirror = Mirror(path, replica)
    try:
        with _held(path) as committer:
            here = committer.arrange(partial(mirror.detach, act=act))
        return replica is not None and tell_detached(replica, here, by, reason)
    finally:
        mirror.close()


def promote(path: Path, to: Path, *, by: str, again: bool = False, stale: bool = False) -> Standing:
    """Make a journal of a second copy: `to` goes on, and the copy refuses the journal it had.

    The copy is marked first, durably. `again` makes one more journal of a copy that was used,
    `stale` one of a copy that had been given up.

    Raises:
        StorageTrouble: it is no copy, is not sound, or was used before; or `to` exists.
    """
    if to.exists():
        raise StorageTrouble(to, "there is a journal already", "name an empty folder")
    if not path.exists():
        raise StorageTrouble(path, "there is no second copy", "name the folder that holds one")
    with _held(path) as committer:
        return committer.arrange(
            partial(_promote, path=path, to=to, by=by, again=again, stale=stale)
        )


def _check(connection: Recorder, path: Path, *, again: bool, stale: bool) -> None:
    """Refuse what no journal should be made of."""
    there = outbox.standing(connection)
    if there.role is Role.JOURNAL or not there.journal:
        raise StorageTrouble(path, "it is no second copy", "name the folder of store.replica")
    if there.role is Role.PROMOTED and not again:
        when = outbox.acts(connection)[-1]
        cure = "look for the host that goes on with it; --again only if that one is gone for good"
        raise StorageTrouble(path, f"the event was restored from it by {when.by} already", cure)
    if there.copy is CopyState.DETACHED and not stale:
        given_up = outbox.acts(connection)[-1]
        raise StorageTrouble(
            path,
            f"{given_up.by} gave it up ({given_up.detail}): answers acknowledged since are not "
            "in it",
            "restore from the newer copy; --stale only if there is none",
        )
    if faults := faults_in(connection):
        raise StorageTrouble(path, f"it is damaged: {faults[0]}", "use another copy or a backup")


def _promote(
    connection: Recorder, path: Path, to: Path, *, by: str, again: bool, stale: bool
) -> Standing:
    # Under one lock: of two who restore at once, one is refused.
    _check(connection, path, again=again, stale=stale)
    there = outbox.standing(connection)
    promoted = evolve(there, term=there.term + 1, role=Role.PROMOTED)
    connection.execute("BEGIN IMMEDIATE")
    outbox.stand(connection, promoted)
    act = outbox.Act(at=SystemClock().wall_ms(), by=by, act=outbox.RESTORED, detail=str(to))
    outbox.note(connection, act)
    connection.execute("COMMIT")
    going_on = evolve(promoted, role=Role.JOURNAL, copy=CopyState.DETACHED)
    plain_copy(connection, to, going_on)
    return there


def _report(connection: Recorder) -> Report:
    return Report(
        here=outbox.standing(connection),
        waiting=outbox.pending(connection) is not None,
        acts=outbox.acts(connection),
    )


@contextmanager
def _held(path: Path, probe: Callable[[str], None] = lambda _: None) -> Iterator[Committer]:
    """Open a journal for one act."""
    files = Files(path)
    files.prepare_directory()
    lock = FileLock(files.lock, files.queue, PATIENCE)
    try:
        committer = Committer(files, lock, probe, PATIENCE)
        try:
            yield committer
        finally:
            committer.close()
    finally:
        lock.close()
