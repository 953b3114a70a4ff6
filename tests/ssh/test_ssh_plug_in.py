"""A plug-in that sleeps, or never gives the interpreter away, delays nobody else's key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cact_tui.sessions.events import IrregularityRecorded
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.e2e.test_ssh import free_port
from tests.ssh.outside import BUSY_P99, PATIENCE, Outside, neighbour, p99, serve, with_hall
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

AFTERWARDS = 3.0
"""Seconds in which the neighbour is watched after the built-in rules have chosen instead."""

MODULE = """\
import time
import attrs

@attrs.frozen
class Hanging:
    def scores(self, examinees, draw):
        {hang}
"""
HANGING = {"sleeps": "time.sleep(10)", "never ends": "while True: pass"}


@pytest.mark.parametrize("how", [pytest.param("sleeps", marks=pytest.mark.campaign), "never ends"])
async def test_a_hanging_plug_in_delays_no_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    site = _installed(tmp_path / "site", HANGING[how])
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.syspath_prepend(site)
    config, port = small_event(tmp_path / "event"), free_port()
    text = config.read_text()
    start = 'start = { rule = "random", low = -0.5, high = 0.5 }\n'
    config.write_text(text.replace(start, start + 'selector = { rule = "hanging" }\n', 1))
    with_hall(config, port)
    process = serve(config, port)
    try:
        async with Outside(port) as outside, neighbour(outside) as keys:
            visitor = await Visitor.at(outside)
            await visitor.sign_in()
            keys.clear()
            await visitor.go_to_an_item()
            await asyncio.sleep(AFTERWARDS)
            print(f"a plug-in {how}: a neighbour's {len(keys)} keys p99 {p99(keys) * 1000:.0f} ms")
            assert p99(keys) < BUSY_P99
            assert visitor.on_item
        noted = Record(config).of(IrregularityRecorded)
        assert ("rule_failed", "litdig: time limit") in {(one.code, one.detail) for one in noted}
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


def _installed(site: Path, hang: str) -> Path:
    """Lay out a package as pip would."""
    facts = site / "cact_hanging-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / "cact_hanging.py").write_text(MODULE.format(hang=hang))
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: cact-hanging\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[cact_tui.selectors]\nhanging = cact_hanging:Hanging")
    return site
