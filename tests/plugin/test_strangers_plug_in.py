"""A rule in a separate package is found by its entry point, used, recorded and replayed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = Path(__file__).with_name("cact_plugin_example")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example package, built and installed without a network."""
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "package"
    shutil.copytree(PACKAGE, source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run([*pip, *offline, str(source)], check=True, capture_output=True)
    return target


def run(event: Path, site: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `cact` with the plug-in's folder on the path, or without it."""
    environment = {**os.environ, "PYTHONPATH": str(site) if site else ""}
    command = [sys.executable, "-m", "cact_tui", *arguments]
    return subprocess.run(
        command, cwd=event, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def event(tmp_path: Path) -> Path:
    """The demonstration with the stranger's selector in its first section."""
    shutil.copytree(REPOSITORY / "item_banks", tmp_path / "item_banks")
    for key in tmp_path.glob("item_banks/*.key.toml"):
        key.chmod(0o600)
    text = (REPOSITORY / "config.toml").read_text()
    asked = 'selector = { rule = "closest", shift = 0.25 }'
    (tmp_path / "config.toml").write_text(text.replace('selector = { rule = "mfi" }', asked, 1))
    return tmp_path


def test_a_strangers_selector_runs_is_recorded_and_replayed(event: Path, installed: Path) -> None:
    done = run(event, installed, "take", "--rehearse", "--seed", "3")
    assert done.returncode == 0, done.stderr
    (path,) = event.glob("results/*.v1.json")
    result = json.loads(path.read_text())
    assert result["proof"]["plugins"]["litdig.selector"] == "closest (cact-plugin-example 0.3.0)"
    proved = run(event, installed, "replay", result["reference"])
    assert proved.returncode == 0, proved.stderr


def test_without_the_package_the_rule_is_refused_at_load(event: Path) -> None:
    done = run(event, None, "check")
    assert done.returncode == 2
    assert "section litdig selector.rule" in done.stderr
    assert "mfi" in done.stderr


def test_a_wrong_setting_of_a_strangers_rule_is_refused_at_load(
    event: Path, installed: Path
) -> None:
    path = event / "config.toml"
    path.write_text(path.read_text().replace("shift = 0.25", 'shift = "much"'))
    done = run(event, installed, "check")
    assert done.returncode == 2
    assert "shift" in done.stderr
