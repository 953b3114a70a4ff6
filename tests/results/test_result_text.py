from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.results.administration import courses
from cact_tui.results.band_plot import band_plot
from cact_tui.results.build import build_result
from cact_tui.results.page import result_lines, result_page
from cact_tui.results.profile import build_profile
from cact_tui.results.profile_text import percent, profile_pages, profile_text
from cact_tui.results.reading import StoredResult
from cact_tui.text import width
from tests.results.samples import (
    CALIBRATED,
    Given,
    bank,
    categories,
    full,
    identity,
    materials,
    sat,
    section,
    setting,
    standards,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.config.settings import Materials
    from cact_tui.results.findings import Profile

MIXED: list[Given] = [1, 0] * 12
TRIAL = materials(
    [bank()],
    sections=[section(bounds={"cakap": [2, 20], "etis": [2, 20]})],
    levels={"alpha": setting(method="assumed", se=0.2)},
    position_standards=standards(("alpha",)),
    category_set=categories(),
)


def test_a_trial_is_marked_on_every_page() -> None:
    pages = profile_pages(_profile(TRIAL, MIXED), "en")
    assert len(pages) == 2
    assert all(page.startswith("UJI COBA") for page in pages)
    assert "nominal SE" in pages[0]
    assert "if the parameters hold" in pages[0]
    assert "Level (trial)" in pages[0]
    assert "(cakap 12, etis 12)" in pages[0]
    assert "JPM (trial)" in pages[1]
    assert "Category: not yet conclusive" in pages[1]


def test_what_is_calibrated_and_set_carries_no_mark() -> None:
    text = profile_text(_profile(full(), MIXED), "en")
    assert "UJI COBA" not in text
    assert "trial" not in text
    assert "nominal" not in text


def test_an_unmeasured_scale_shows_reasons_and_no_figure() -> None:
    first, second = profile_pages(_profile(full(), [1, 0, 1]), "en")
    assert "NOT MEASURED" in first
    assert "3 items answered, at least 10 are needed" in first
    assert "Level" not in first
    assert "EAP" not in first
    assert "not measured: alpha" in second
    assert "JPM:" not in second


def test_an_untested_standard_is_said() -> None:
    event = full(required=1, lowest_level=1)
    text = profile_text(_profile(event, MIXED), "en")
    assert "Standard 1: not tested, nobody could fail it" in text


def test_a_scale_without_levels_says_why() -> None:
    event = materials([bank(provenance=CALIBRATED)])
    text = profile_text(_profile(event, MIXED), "en")
    assert "there is no official set of levels for this scale" in text


def _profile(event: Materials, answers: Sequence[Given]) -> Profile:
    return build_profile(courses(sat(event, {"alpha": answers}), event), event, "administrator")


@pytest.mark.parametrize("language", ["id", "en"])
@given(answers=st.lists(st.sampled_from([0, 1, "timed_out"]), min_size=1, max_size=40))
@settings(max_examples=15, deadline=None)
def test_a_page_fits_17_lines_of_76_columns(language: str, answers: list[Given]) -> None:
    for page in profile_pages(_profile(TRIAL, answers), language):
        lines = page.split("\n")
        assert len(lines) <= 17
        assert all(width(line) <= 76 for line in lines)


def test_many_missing_competencies_still_fit_a_page() -> None:
    scales = ("alpha", *(f"a-competency-with-a-long-name-{number}" for number in range(12)))
    event = evolve(TRIAL, profile=evolve(TRIAL.profile, standards=standards(scales)))
    for language in ("id", "en"):
        page = profile_pages(_profile(event, MIXED), language)[-1]
        assert len(page.split("\n")) <= 17
        assert "a-competency-with-a-long-name-11" in page


def test_the_band_stands_between_the_right_cuts() -> None:
    levels, line, thetas = band_plot((-1.0, 0.0, 1.0), (0, 1, 2, 3), (-0.4, 0.6), 0.1, 72)
    assert line.index("[") < line.index("*") < line.index("]")
    cuts = [place for place, cell in enumerate(line) if cell == "|"]
    assert cuts[0] < line.index("[") < cuts[1] < line.index("*")
    assert line.index("]") < cuts[2]
    assert levels.split() == ["0", "1", "2", "3"]
    assert thetas.split() == ["-1.0", "0.0", "1.0"]
    assert line.isascii()


@given(
    st.lists(st.floats(-4, 4), max_size=6, unique=True),
    st.floats(-5, 5),
    st.floats(0, 4),
    st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_a_plot_is_as_wide_as_asked(
    cuts: list[float], low: float, length: float, share: float
) -> None:
    band = (low, low + length)
    lines = band_plot(sorted(cuts), range(len(cuts) + 1), band, low + share * length, 72)
    assert all(len(line) <= 72 for line in lines)
    assert "*" in lines[1]


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.9999, ">99%"), (1.0, "100%")],
)
def test_only_what_is_certain_is_0_or_100_per_cent(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_a_result_page_tells_what_happened() -> None:
    record = sat(TRIAL, {"alpha": [*MIXED, "timed_out"]})
    page = result_page(build_result(record, TRIAL, identity()))
    for words in (
        "UJI COBA: a trial (parameters, standard)",
        "K7QF-2MXD, version 1, draft",
        "0231 · SITI RAHMAWATI · 198609262015051001",
        "24 answered, 1 timed out",
        record[-1].digest,
        "assumed, standard assumed",
    ):
        assert words in page
    assert "Valid until" not in page


def test_foreign_text_cannot_act_on_a_terminal() -> None:
    hostile = evolve(identity(), name="\x1b[2JEVIL\u202e")
    page = result_page(build_result(sat(TRIAL, {"alpha": MIXED}), TRIAL, hostile))
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "EVIL" in page


def test_a_doctored_result_file_cannot_act_on_a_terminal_either() -> None:
    result = build_result(sat(TRIAL, {"alpha": MIXED}), TRIAL, identity())
    evil = "\x1b]0;owned\x07"
    (scale,) = result.profile.scales
    doctored = evolve(
        result,
        status=evil,
        sections=tuple(evolve(one, id=evil, stop_reason=evil) for one in result.sections),
        profile=evolve(
            result.profile,
            scales=(evolve(scale, name={"en": evil}, subparts=()),),
            position_group_name={"en": evil},
        ),
    )
    shown = [result_page(doctored), *result_lines([StoredResult(path=Path(), result=doctored)])]
    assert all("\x1b" not in text and "\x07" not in text for text in shown)


def test_a_page_that_is_too_long_says_that_it_was_cut() -> None:
    many = tuple(f"{'x' * 60}-{number}" for number in range(40))
    event = evolve(TRIAL, profile=evolve(TRIAL.profile, standards=standards(("alpha", *many))))
    lines = profile_pages(_profile(event, MIXED), "en")[-1].split("\n")
    assert len(lines) == 17
    assert lines[0].startswith("UJI COBA")
    assert lines[-1] == "..."
