"""A proctor's desk in lines while the journal cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble
from cact_tui.proctoring.sittings import Sittings
from cact_tui.ssh.accounts import Proctor, Role
from cact_tui.ssh.desk import Desk

if TYPE_CHECKING:
    import pytest

    from tests.ssh.house import House


async def test_trouble_is_said_and_the_proctor_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Sittings) -> None:
        raise StorageTrouble("/mnt/second", "it does not answer in time", "look at the line")

    sri = Proctor(name="sri", role=Role.PROCTOR)
    desk = Desk(house.event.sittings(), house.event.acts(), sri, language="en")
    monkeypatch.setattr(Sittings, "all", fail)
    for line in ("", "list", "pause all network"):
        assert "does not answer in time" in str(await desk(line))
