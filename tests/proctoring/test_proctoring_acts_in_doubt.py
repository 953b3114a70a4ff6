"""Acts whose outcome was unknown, done again: on record once, and told from the next alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.journal.memory import MemoryStore
from cact_tui.proctoring.acts import Acts, Done
from cact_tui.proctoring.paths import Paths
from cact_tui.sessions import events as e
from tests.delivery.hall import of_kind
from tests.proctoring.room import BY, Room

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cact_tui.journal.protocol import Recorded

SESSION = "REF-1"


class _Rough(MemoryStore):
    """As with a second copy that fails: written here, not acknowledged, not to be read."""

    broken = False
    behind = False
    """Whether this copy has something that the other does not have."""

    async def append(self, *given: Any, **named: Any) -> tuple[Recorded, ...]:
        recorded = await super().append(*given, **named)
        if self.broken:
            self.behind = True
            raise StorageFailure("memory", "the second copy does not answer", "wait")
        return recorded

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        if self.broken and self.behind:
            raise StorageTrouble("memory", "the second copy does not answer", "wait")
        return await super().read(session, after)


async def roughly() -> tuple[Room, _Rough]:
    """Return a room with somebody at an item, whose proctors use a store that will break."""
    room = await Room().furnish()
    await room.to_item()
    store = _Rough(room.hall.memory)
    room.acts = Acts(Paths(store=store, clock=room.hall.clock, pinned=room._pinned))
    await room.acts.state(SESSION)
    return room, store


async def extend(room: Room) -> Any:
    return await room.acts.extend(SESSION, 300, by=BY, reason="power_outage")


async def write(room: Room) -> Any:
    return await room.acts.message(SESSION, "Mohon tenang.", by=BY)


@pytest.mark.parametrize(("act", "kind"), [(extend, e.TimeExtended), (write, e.MessageSent)])
async def test_an_act_in_doubt_that_is_done_again_is_recorded_once(
    act: Callable[[Room], Awaitable[Any]], kind: type[e.TimeExtended | e.MessageSent]
) -> None:
    room, store = await roughly()
    store.broken = True
    with pytest.raises(StorageFailure):
        await act(room)
    with pytest.raises(StorageTrouble):  # too soon: the other copy is still away
        await act(room)
    store.broken = False
    assert isinstance(await act(room), Done)
    assert len(of_kind(await room.hall.events(), kind)) == 1
    assert isinstance(await act(room), Done)
    assert len(of_kind(await room.hall.events(), kind)) == 2


async def test_what_was_written_is_kept_once_for_an_act_in_doubt() -> None:
    room, store = await roughly()
    store.broken = True
    with pytest.raises(StorageFailure):
        await write(room)
    store.broken = False
    await write(room)
    assert [one.text for one in await store.comments(SESSION)] == ["Mohon tenang."]


async def test_after_another_act_the_same_one_is_a_new_one() -> None:
    room, store = await roughly()
    store.broken = True
    with pytest.raises(StorageFailure):
        await extend(room)
    store.broken = False
    await room.acts.pause(SESSION, by=BY, reason="noise")
    await room.acts.resume(SESSION, by=BY)
    await extend(room)
    assert len(of_kind(await room.hall.events(), e.TimeExtended)) == 2


async def test_a_pause_that_another_terminal_of_the_same_proctor_ended_is_made_again() -> None:
    room = await Room().furnish()
    await room.to_item()
    here, there = (
        room.acts,
        Acts(Paths(store=room.elsewhere, clock=room.hall.clock, pinned=room._pinned)),
    )
    await here.state(SESSION)
    await there.pause(SESSION, by=BY, reason="noise")
    await there.resume(SESSION, by=BY)
    done = await here.pause(SESSION, by=BY, reason="noise")
    assert isinstance(done, Done)
    assert [type(one) for one in (await room.hall.events())[-3:]] == [e.Paused, e.Resumed, e.Paused]
