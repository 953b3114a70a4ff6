"""Response times: paces, residuals and flags."""

import numpy as np
import pytest

from cact_tui.psychometrics.response_times import guesses, pace, residuals, too_fast

NAN = float("nan")


def test_the_pace_is_the_mean_log_of_expected_over_taken() -> None:
    seconds = np.array([[30.0, 60.0, NAN], [60.0, 120.0, 60.0], [NAN, NAN, NAN]])
    expected = np.array([[60.0, 60.0, 60.0]] * 3)
    found = pace(seconds, expected)
    assert found[:2] == pytest.approx([np.log(2) / 2, -np.log(2) / 3])
    assert np.isnan(found[2])


def test_residuals_of_lognormal_times_are_standard_normal_at_any_pace() -> None:
    rng = np.random.default_rng(6)
    expected = rng.uniform(20, 120, (4_000, 12))
    own = rng.normal(0.0, 0.7, (4_000, 1))
    seconds = expected * np.exp(-own + 0.4 * rng.normal(size=expected.shape))
    z = residuals(seconds, expected, spread=0.4)
    assert z.mean() == pytest.approx(0.0, abs=0.01)
    assert z.std() == pytest.approx(1.0, abs=0.01)
    assert (z < -2.576).mean() == pytest.approx(0.005, abs=0.0015)


def test_a_single_time_has_no_pace_to_be_compared_with() -> None:
    assert np.isnan(residuals(np.array([[20.0, NAN]]), np.array([[40.0, 40.0]]))).all()


def test_a_tenth_of_the_expected_time_is_a_guess_but_never_more_than_ten_seconds() -> None:
    seconds = np.array([[3.9, 4.1, 9.0, 11.0, NAN]])
    expected = np.array([[40.0, 40.0, 300.0, 300.0, 40.0]])
    assert guesses(seconds, expected).tolist() == [[True, False, True, False, False]]


def test_a_slow_person_is_flagged_for_one_hurried_answer_a_quick_one_is_not() -> None:
    expected = np.full((2, 8), 40.0)
    seconds = np.array([[80.0] * 7 + [12.0], [12.0] * 8])
    assert too_fast(seconds, expected)[0].tolist() == [False] * 7 + [True]
    assert not too_fast(seconds, expected)[1].any()


def test_an_answer_quick_for_the_person_but_not_for_the_item_is_no_flag() -> None:
    seconds = np.array([[400.0] * 7 + [30.0]])
    expected = np.full((1, 8), 40.0)
    assert residuals(seconds, expected)[0, 7] < -2.576
    assert not too_fast(seconds, expected).any()
