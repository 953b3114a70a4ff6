"""The package as a whole: what it imports, how long that takes, and simulated answers."""

import subprocess
import sys
import time

import numpy as np
import pytest

from cact_tui.psychometrics.simulation import simulate
from tests.psychometrics.cases import drawn_pool

FOREIGN = """
import sys
import cact_tui.psychometrics.administration, cact_tui.psychometrics.registry
import cact_tui.psychometrics.estimation.wle, cact_tui.psychometrics.simulation
ours = {name for name in sys.modules if name.startswith("cact_tui.")}
assert all(name.startswith("cact_tui.psychometrics") for name in ours), ours
assert not {"scipy", "textual", "pandas", "hypothesis"} & set(sys.modules)
"""


def test_the_package_imports_numpy_attrs_and_itself_only() -> None:
    subprocess.run([sys.executable, "-c", FOREIGN], check=True)


def test_the_package_itself_is_imported_in_a_moment() -> None:
    program = "import cact_tui.psychometrics"
    spans = []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        spans.append(time.perf_counter() - begun)
    assert min(spans) < 0.2


def test_simulated_answers_have_the_probabilities_of_their_category() -> None:
    pool = drawn_pool(12)
    rng = np.random.default_rng(8)
    for item in range(12):
        people = np.full(20_000, item)
        answers = simulate(pool, people, np.full(20_000, 0.4), rng.random(20_000))
        shares = np.bincount(answers, minlength=pool.most_categories) / 20_000
        expected = pool.probabilities(np.array([0.4]))[0, item]
        assert shares == pytest.approx(expected, abs=0.015)


def test_for_one_draw_the_category_rises_with_theta() -> None:
    pool = drawn_pool(12)
    thetas = np.linspace(-6, 6, 60)
    for item in range(12):
        answers = simulate(pool, np.full(60, item), thetas, np.full(60, 0.37))
        assert (np.diff(answers) >= 0).all()


def test_nobody_answers_no_item() -> None:
    pool = drawn_pool(6)
    answers = simulate(pool, np.array([-1, 4]), np.zeros(2), np.array([0.5, 1 - 2**-53]))
    assert answers.tolist() == [-1, pool.n_categories[4] - 1]
