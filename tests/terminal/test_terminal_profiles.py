from __future__ import annotations

import pytest

from cact_tui.terminal.profiles import Charset, Colours, Profile, profile_for

UTF8 = {"LANG": "id_ID.UTF-8"}


@pytest.mark.parametrize(
    ("term", "environment", "colours", "charset"),
    [
        ("xterm-256color", UTF8, "256", "utf8"),
        ("xterm-256color", {**UTF8, "COLORTERM": "truecolor"}, "true", "utf8"),
        ("screen-256color", {**UTF8, "COLORTERM": "truecolor"}, "256", "utf8"),
        ("tmux-256color", {"LC_ALL": "C", **UTF8}, "256", "ascii"),
        ("screen", UTF8, "8", "utf8"),
        ("xterm", {}, "16", "utf8"),
        ("xterm", {"LANG": "id_ID.ISO-8859-1"}, "16", "ascii"),
        ("linux", UTF8, "8", "console"),
        ("linux", {}, "8", "ascii"),
        ("vt220", {**UTF8, "COLORTERM": "24bit"}, "mono", "ascii"),
        ("vt100", UTF8, "mono", "ascii"),
        ("wyse50", UTF8, "mono", "ascii"),
        ("ansi", UTF8, "mono", "ascii"),
        ("dumb", UTF8, "mono", "ascii"),
        ("something-new", UTF8, "16", "utf8"),
        ("xterm-256color", {**UTF8, "NO_COLOR": "1"}, "mono", "utf8"),
        ("xterm-256color", {**UTF8, "NO_COLOR": ""}, "256", "utf8"),
        (None, {}, "mono", "ascii"),
    ],
)
def test_a_profile_follows_from_term_and_locale(
    term: str | None, environment: dict[str, str], colours: Colours, charset: Charset
) -> None:
    profile = profile_for(term, environment)
    assert (profile.colours, profile.charset) == (colours, charset)


@pytest.mark.parametrize("term", ["vt220", "linux", "wyse60", "ansi"])
def test_terminals_without_a_second_screen_are_not_asked_for_one(term: str) -> None:
    profile = profile_for(term, UTF8)
    assert not profile.alternate_screen
    assert "1049" not in profile.start + profile.stop
    assert "2004" not in profile.start + profile.stop


def test_only_terminals_without_addressing_need_the_linear_mode() -> None:
    assert not profile_for("dumb", {}).addressable
    assert not profile_for("", {}).addressable
    assert profile_for("vt100", {}).addressable


def test_the_stop_string_undoes_the_start_string() -> None:
    profile = Profile()
    for number in ("1049", "2004"):
        assert f"\x1b[?{number}h" in profile.start
        assert f"\x1b[?{number}l" in profile.stop
    for number in ("25", "7"):
        assert f"\x1b[?{number}l" in profile.start
        assert f"\x1b[?{number}h" in profile.stop
