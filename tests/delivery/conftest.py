"""Hearts beat only when told; a store in trouble is tried again at once."""

from __future__ import annotations

import pytest

from cact_tui.delivery import heartbeat, persistence


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 3_600)
    monkeypatch.setattr(persistence, "RETRY_SECONDS", 0.001)
