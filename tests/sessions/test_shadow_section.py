"""A live section under a blueprint: what the bank says of its items is what the rows count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.sessions.engine import SectionEngine, UnusableSection
from cact_tui.sessions.outcomes import Over, Pick
from cact_tui.sessions.specification import RuleChoice
from cact_tui.sessions.states import ItemRecord, ItemState
from tests.sessions import small
from tests.sessions.small_bank import small_bank

if TYPE_CHECKING:
    from collections.abc import Sequence

BANKS = {"small": small_bank()}


def under(*constraints: dict[str, Any]) -> SectionEngine:
    """Return a section of six items under a blueprint."""
    content = RuleChoice("shadow", {"constraints": list(constraints)})
    return SectionEngine.bind(small.section(min_items=6, max_items=6, content=content), BANKS)


def answered(items: Sequence[str]) -> list[ItemRecord]:
    return [
        ItemRecord(
            item=item, state=ItemState.ANSWERED, given=(), category=place % 2, shown_ms=1_000
        )
        for place, item in enumerate(items)
    ]


def test_a_live_section_gives_what_its_blueprint_asks_for() -> None:
    engine = under(
        {"tag": "area", "value": "a", "min": 2, "max": 2},
        {"items": ["I-01", "I-02"], "max": 1},
        {"sum": "seconds", "min": 180, "max": 180},
        {"sum": "words", "max": 18},
    )
    start, _ = engine.start("seed")
    items: list[str] = []
    while isinstance(pick := engine.next("seed", start, answered(items)), Pick):
        items.append(pick.item)
    assert isinstance(pick, Over)
    assert len(set(items)) == 6
    assert sum(BANKS["small"].items[item].tags["area"] == "a" for item in items) == 2
    assert not {"I-01", "I-02"} <= set(items)


def test_seconds_and_words_are_those_of_the_items() -> None:
    with pytest.raises(UnusableSection, match=r"sum of seconds, at most 179: 1 too many"):
        under({"sum": "seconds", "max": 179})
    with pytest.raises(UnusableSection, match=r"sum of words, at most 17: 1 too many"):
        under({"sum": "words", "max": 17})
