"""The committed scenario keeps its own rules: what it prints rests on them."""

import numpy as np
import pytest

from benchmarks.battery import LEAST, LINEAR, WAYS, Battery, Study, Trial, Way, persons

EIGHT = slice(5, 13)
"""Four graded scales and four right/wrong ones."""


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.drawn(1)


def test_the_linear_test_has_435_different_items(study: Study) -> None:
    assert sum(LINEAR) == 435
    assert [len(set(form.tolist())) for form in study.forms] == list(LINEAR)


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_every_scale_ends_as_exact_as_the_linear_test_is_there(study: Study, way: Way) -> None:
    rng = np.random.default_rng(7)
    answers = study.bank.answers(persons(12, 0.7, rng), rng)[:, EIGHT]
    part = study.part(EIGHT)
    battery = Battery.begun(part.bank, answers, part.targets, way, r=0.7)
    scores = battery.administer()
    assert scores.items.min() >= LEAST
    assert scores.items.tolist() == battery.used.sum(axis=2).tolist()
    # the sites of earlier sections still move a little when later sections are answered
    slack = 1.02 if way.use == "scoring" and way.in_turn else 1.0 + 1e-9
    exhausted = battery.used.all(axis=2)
    assert ((scores.se <= slack * battery.wanted(scores)) | exhausted).all()


def test_without_correlations_every_way_asks_the_same_number_of_items(study: Study) -> None:
    trial = Trial.of(study, EIGHT, count=8, r=0.0)
    counts = [trial.adaptive[way.name].items.tolist() for way in WAYS]
    assert all(count == counts[0] for count in counts)
