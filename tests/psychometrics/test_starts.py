"""Where tests begin: fixed, drawn, by group and from an earlier section."""

import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.protocols import Background, InformedStart, Start
from cact_tui.psychometrics.registry import STARTS, SettingsError, build
from cact_tui.psychometrics.starts import (
    EarlierStart,
    FixedStart,
    GroupStart,
    RandomStart,
    starting_theta,
)

DRAW = np.array([0.0, 0.25, 0.999])
KNOWN = Background(
    groups=("administrator", "pengawas", "lain"),
    earlier={"literasi": np.array([1.0, np.nan, -2.0])},
)


def test_fixed_and_random_starts_need_no_background() -> None:
    assert starting_theta(FixedStart(0.3), DRAW, KNOWN).tolist() == [0.3] * 3
    drawn = starting_theta(RandomStart(low=-1.0, high=1.0), DRAW, None)
    assert drawn == pytest.approx([-1.0, -0.5, 0.998])


def test_a_group_begins_at_its_theta_and_others_at_the_one_for_the_rest() -> None:
    start = GroupStart(by_group={"administrator": -0.5, "pengawas": 0.5}, otherwise=0.1)
    assert starting_theta(start, DRAW, KNOWN).tolist() == [-0.5, 0.5, 0.1]
    assert starting_theta(start, DRAW, None).tolist() == [0.1] * 3
    assert starting_theta(start, DRAW, Background()).tolist() == [0.1] * 3


def test_an_earlier_estimate_is_regressed_towards_the_mean() -> None:
    start = EarlierStart(scale="literasi", weight=0.5, mean=0.2)
    assert starting_theta(start, DRAW, KNOWN) == pytest.approx([0.6, 0.2, -0.9])
    assert starting_theta(start, DRAW, None).tolist() == [0.2] * 3
    other = EarlierStart(scale="integritas", mean=0.2)
    assert starting_theta(other, DRAW, KNOWN).tolist() == [0.2] * 3


def test_a_start_that_knows_only_the_draw_goes_on_working() -> None:
    class Old:
        def theta(self, draw: FloatArray) -> FloatArray:
            return draw - 0.5

    start: Start = Old()
    assert not isinstance(start, InformedStart)
    assert starting_theta(start, DRAW, KNOWN).tolist() == (DRAW - 0.5).tolist()


@pytest.mark.parametrize(
    ("name", "settings", "key"),
    [
        ("group", {"by_group": {}}, "by_group"),
        ("group", {"by_group": {"a": "high"}}, "by_group"),
        ("group", {"by_group": {"a": 0.1}, "otherwise": float("inf")}, "otherwise"),
        ("earlier", {}, "scale"),
        ("earlier", {"scale": "x", "weigth": 0.5}, "weigth"),
    ],
)
def test_settings_of_starts_are_checked(name: str, settings: dict[str, object], key: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        build(STARTS, name, settings)
    assert [problem.key for problem in refusal.value.problems] == [key]
