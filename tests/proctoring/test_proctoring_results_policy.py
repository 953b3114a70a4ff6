"""Who of the proctors sees the results of tests that have ended: nobody, unless policy says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cact_tui.errors import Problems
from cact_tui.tui.proctor.person import person_lines
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event
from tests.proctoring.papers.test_papers_verify_command import _copy, _taken

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.proctoring.board.rows import Detail, Snapshot


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = small_event(tmp_path_factory.mktemp("policy") / "event")
    asyncio.run(_taken(config))
    return config


async def _seen(config: Path, *, chief: bool) -> Detail:
    materials = read_event(config, Problems())
    assert materials is not None
    event = Event(config, materials)
    window = event.window("Sri", chief=chief)
    came: list[Snapshot] = []
    await window.look(came.append, "s1")
    while not came:  # noqa: ASYNC110 - the board tells when it has read
        await asyncio.sleep(0.02)
    detail = await window.detail("p-1")
    again = await window.detail("p-1")
    window.close()
    await event.store.close()
    assert detail is not None
    assert again == detail
    return detail


@pytest.mark.parametrize(
    ("policy", "proctor", "chief"),
    [
        ("", False, False),
        ("nobody", False, False),
        ("chief", False, True),
        ("proctor", True, True),
    ],
)
async def test_results_are_told_from_the_role_on_that_the_policy_names(
    taken: Path, tmp_path: Path, policy: str, *, proctor: bool, chief: bool
) -> None:
    config = _copy(taken, tmp_path)
    if policy:
        text = config.read_text(encoding="utf-8")
        config.write_text(f'{text}\n[proctor]\nresults = "{policy}"\n', encoding="utf-8")
    for is_chief, sees in ((False, proctor), (True, chief)):
        detail = await _seen(config, chief=is_chief)
        assert bool(detail.profile) is sees
        lines = person_lines(detail, 130, "en", now=0, timezone="Asia/Jakarta")
        shown = "\n".join("".join(span.text for span in one) for one in lines)
        assert ("RESULT" in shown) is sees
        assert ("not measured" in shown or "level" in shown) is sees


def test_a_role_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    config = small_event(tmp_path / "event")
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[proctor]\nresults = "everybody"\n', encoding="utf-8")
    problems = Problems()
    read_event(config, problems)
    assert "proctor.results" in str(problems.errors[0])
