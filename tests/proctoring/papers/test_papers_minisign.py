"""A stock `minisign -V` proves what this host signed, and finds what was changed since."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.main import main
from tests.crash.event import small_event
from tests.proctoring.papers.test_papers_verify_command import _copy, _taken

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("minisign"), reason="minisign is not installed")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = small_event(tmp_path_factory.mktemp("minisign") / "event")
    asyncio.run(_taken(config))
    return config


def minisign(config: Path, signed: Path) -> subprocess.CompletedProcess[str]:
    """Verify a file as anybody would who has nothing but the public key."""
    key = config.parent / "var" / "signing.key.pub"
    command = ["minisign", "-V", "-p", str(key), "-m", str(signed)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def files(config: Path) -> list[Path]:
    """Return the result and the files of the paper that were signed."""
    results = config.parent / "results"
    paper = (results / "papers" / f"s1.v1{ending}" for ending in (".txt", ".pdf", ".json"))
    return [*results.glob("*.v1.json"), *paper]


def test_results_and_papers_are_proved_by_the_stock_program(taken: Path) -> None:
    signed = files(taken)
    assert len(signed) == 4
    for one in signed:
        done = minisign(taken, one)
        assert done.returncode == 0, done.stderr
        assert "Signature and comment signature verified" in done.stdout
    result, *paper = signed
    assert f"result:{result.name}" in minisign(taken, result).stdout
    for one in paper:
        told = minisign(taken, one).stdout
        assert "sitting:s1 root:" in told
        assert f"file:{one.name}" in told


@pytest.mark.parametrize("place", range(4))
def test_one_changed_byte_is_found_by_both_programs(
    taken: Path, tmp_path: Path, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    one = files(config)[place]
    content = bytearray(one.read_bytes())
    content[content.index(b"e", 20)] ^= 32
    one.write_bytes(content)
    assert minisign(config, one).returncode != 0
    assert main(["verify", "--config", str(config)]) == 1
    assert f"{one.name}: the signature does not fit content and key" in capsys.readouterr().out


def test_a_result_without_its_signature_is_told_and_signed_when_the_host_settles(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    result = files(config)[0]
    signature = result.with_name(f"{result.name}.minisig")
    assert signature.stat().st_mode & 0o777 == 0o600
    signature.unlink()
    assert main(["verify", "--config", str(config)]) == 1
    assert f"{result.name} is not signed" in capsys.readouterr().out
    assert main(["sitting", "close", "s1", "--by", "Sri", "--config", str(config)]) == 0
    assert minisign(config, result).returncode == 0
    assert main(["verify", "--config", str(config)]) == 0
    assert not list(result.parent.glob("*.v2.json"))


def test_a_forged_result_is_not_signed_by_settling(taken: Path, tmp_path: Path) -> None:
    config = _copy(taken, tmp_path)
    result = files(config)[0]
    result.with_name(f"{result.name}.minisig").unlink()
    result.write_bytes(result.read_bytes().replace(b'"finished"', b'"withdrawn"', 1))
    assert main(["sitting", "close", "s1", "--by", "Sri", "--config", str(config)]) == 0
    assert minisign(config, result).returncode != 0
    again = result.with_name(result.name.replace(".v1.", ".v2."))
    assert minisign(config, again).returncode == 0
