"""One session written by hand, event by event, and the result that it must give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cact_tui.journal.protocol import Comment
from cact_tui.results.build import build_result
from cact_tui.results.plain import to_json
from cact_tui.sessions import events as e
from tests.results.samples import (
    ASSUMED,
    BUILD,
    attached,
    bank,
    categories,
    identity,
    materials,
    recorded,
    section,
    setting,
    standards,
)

GOLDEN = Path(__file__).with_name("golden.json")
EVENT = materials(
    [bank(items=4, slope=2.5, provenance=ASSUMED), bank("beta", items=4)],
    sections=[
        section(min_items=3, max_items=4, bounds={"cakap": [1, 3], "etis": [1, 3]}),
        section("beta", min_items=3, max_items=4),
    ],
    levels={"alpha": setting(method="assumed", se=0.2)},
    position_standards=standards(("alpha", "beta"), evidence="assumed"),
    category_set=categories(),
)
START = e.Estimate(theta=0.25, se=1.0, method="random")
PRIOR = e.Prior(name="interim", mean=0.0, sd=1.0)
REFERENCE = e.Prior(name="reference", mean=0.0, sd=1.0)


def shown(position: int, item: str, digest: int, estimate: e.Estimate) -> e.ItemShown:
    return e.ItemShown(
        section="s-alpha",
        position=position,
        item=item,
        version=1,
        digest=f"{digest:064x}",
        role="scored",
        language="id",
        options=("b2", "b1"),
        estimate=estimate,
        rule="mfi",
        draws=(0.1, 0.9),
        order_draws=(0.5,),
        criterion=1.25,
        rank=1,
        candidates=(item, "ALPHA-003"),
    )


def answered(position: int, item: str, option: str, category: int) -> e.ResponseGiven:
    return e.ResponseGiven(
        answer=f"answer-{position}",
        section="s-alpha",
        position=position,
        item=item,
        given=(option,),
        category=category,
        timing=e.ItemTiming(shown=21_500, last_page=400, first_choice=12_000, changes=1),
    )


EVENTS: tuple[e.Event, ...] = (
    e.SessionOpened(
        participant="p-001",
        sitting="wave-1",
        seed="00ff",
        language="id",
        documents={"config.toml": "ab" * 32},
        plugins={"s-alpha.final": "eap (cact-tui 0.1.0)"},
        build=BUILD,
        position_group="administrator",
    ),
    attached(),
    e.IdentityConfirmed(word="SETUJU", notice="cd" * 32, language="id"),
    e.Authorised(by="BUDI"),
    e.RulesRead(),
    e.SectionStarted(
        section="s-alpha",
        index=0,
        seconds=1800,
        start=START,
        prior=PRIOR,
        rule="random",
        draws=(0.75,),
    ),
    shown(1, "ALPHA-001", 1, START),
    answered(1, "ALPHA-001", "b2", 0),
    shown(2, "ALPHA-002", 2, e.Estimate(theta=0.1, se=0.8, method="eap")),
    e.Paused(by="BUDI", reason="power"),
    e.Resumed(by="BUDI"),
    e.CommentMade(digest="ee" * 32, item="ALPHA-002"),
    answered(2, "ALPHA-002", "b1", 1),
    shown(3, "ALPHA-000", 0, e.Estimate(theta=0.30000000000000004, se=0.7, method="eap")),
    e.ItemClosed(
        section="s-alpha",
        position=3,
        item="ALPHA-000",
        state="timed_out",
        timing=e.ItemTiming(shown=60_000),
    ),
    shown(4, "ALPHA-003", 3, e.Estimate(theta=0.30000000000000004, se=0.7, method="eap")),
    answered(4, "ALPHA-003", "b1", 1),
    e.SectionEnded(
        section="s-alpha",
        reason="max_items",
        interim=e.Estimate(theta=0.5, se=0.6, method="eap"),
        final=e.Estimate(theta=0.9998286168941677, se=0.632441344615141, method="eap"),
        prior=REFERENCE,
        beside=e.Estimate(theta=1.5, se=0.45, method="wle"),
    ),
    e.IrregularityRecorded(code="environment.power", detail="two minutes", by="BUDI"),
    e.ProctorCalled(item=None),
    e.SessionTerminated(by="BUDI", reason="power"),
)
COMMENTS = (Comment(session="K7QF-2MXD", digest="ee" * 32, salt="s", text="layar gelap"),)


def produced() -> dict[str, Any]:
    """Return the result of the session above."""
    result = build_result(recorded(EVENTS), EVENT, identity(), COMMENTS)
    content: dict[str, Any] = json.loads(to_json(result))
    return content


def alike(found: Any, wanted: Any) -> bool:
    """Return whether two results agree, figures that are computed here within 1e-9."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return list(found) == list(wanted) and all(alike(found[k], wanted[k]) for k in found)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(alike, found, wanted))
    if isinstance(found, float) and isinstance(wanted, float):
        return found == pytest.approx(wanted, abs=1e-9)
    return bool(found == wanted)


def test_a_session_written_by_hand_gives_the_golden_result() -> None:
    found = produced()
    wanted = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert {k: v for k, v in found.items() if k != "profile"} == {
        k: v for k, v in wanted.items() if k != "profile"
    }
    assert alike(found["profile"], wanted["profile"])
