"""Draws that any machine makes again."""

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.draws import hashed, permutation, uniform


def test_a_draw_is_the_upper_53_bits_of_sha_256() -> None:
    digest = hashlib.sha256(b"seed" + (7).to_bytes(8, "big") + (1).to_bytes(8, "big")).digest()
    expected = (int.from_bytes(digest[:8], "big") >> 11) / 2**53
    assert uniform("seed", 7, 2)[1] == expected
    assert uniform(b"seed", 7, 2).tolist() == uniform("seed", 7, 2).tolist()


def test_pitfall_10_each_sequence_number_has_its_own_draws() -> None:
    draws = np.concatenate([uniform("session", seq, 4) for seq in range(500)])
    assert len(set(draws.tolist())) == 2000
    assert (draws >= 0).all()
    assert (draws < 1).all()
    assert abs(draws.mean() - 0.5) < 0.03
    assert uniform("session", 3, 4).tolist() == draws[12:16].tolist()


def test_pitfall_10_numpys_global_generator_is_never_touched() -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    uniform("session", 1, 3)
    hashed(np.array([0.3]), np.arange(5))
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index] # noqa: NPY002


@given(st.lists(st.integers(), max_size=12), st.integers(0, 999))
def test_a_permutation_keeps_the_elements(elements: list[int], seq: int) -> None:
    order = permutation(elements, uniform("s", seq, max(len(elements) - 1, 0)))
    assert sorted(order) == sorted(elements)


def test_permutations_are_equally_likely() -> None:
    orders = [permutation("abc", uniform("s", seq, 2)) for seq in range(6000)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert all(850 < count < 1150 for count in counts)


def test_a_permutation_is_the_one_that_is_written_down() -> None:
    assert permutation("abcd", [0.0, 0.0, 0.0]) == ("b", "c", "d", "a")
    assert permutation("abcd", np.array([0.99, 0.99, 0.99])) == ("a", "b", "c", "d")


def test_hashed_figures_are_uniform_and_belong_to_draw_and_index() -> None:
    figures = hashed(np.array([0.0, 0.25, 0.25 + 2.0**-53]), np.arange(20_000))
    assert (figures >= 0).all()
    assert (figures < 1).all()
    for row in figures:
        counts, _ = np.histogram(row, bins=20, range=(0, 1))
        assert (abs(counts - 1000) < 150).all()
    centred = figures - figures.mean(axis=1, keepdims=True)
    covariances = centred @ centred.T / figures.shape[1]
    assert abs(covariances[~np.eye(3, dtype=bool)]).max() < 0.03 / 12
    assert hashed(np.array([0.25]), np.array([17]))[0, 0] == figures[1, 17]


def test_hashed_figures_are_splitmix64_as_whole_numbers_make_it() -> None:
    def mixed(state: int) -> int:
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
        return state ^ (state >> 31)

    golden = 0x9E3779B97F4A7C15
    start = mixed(2**52 * golden % 2**64)
    expected = [(mixed((start + (i + 1) * golden) % 2**64) >> 11) / 2**53 for i in range(3)]
    assert hashed(np.array([0.5]), np.arange(3))[0].tolist() == expected
