from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import pytest
from attrs import evolve

from cact_tui.errors import NotFound, StorageFailure, StorageTrouble
from cact_tui.results import writing
from cact_tui.results.build import build_result
from cact_tui.results.plain import from_json, to_json
from cact_tui.results.reading import find, read_results
from cact_tui.results.writing import BOUNDARIES, write_result
from tests.results.samples import full, identity, sat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVENT = full()
RESULT = build_result(sat(EVENT, {"alpha": [1, 0] * 12}), EVENT, identity())
OTHER = evolve(RESULT, participant=evolve(RESULT.participant, name=None))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_result_is_one_private_file_named_by_reference_and_version(tmp_path: Path) -> None:
    path = write_result(tmp_path / "results", RESULT)
    assert path.name == "K7QF-2MXD.v1.json"
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert from_json(path.read_text(encoding="utf-8")) == RESULT
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_nothing_of_the_participant_is_in_the_file_name(tmp_path: Path) -> None:
    name = write_result(tmp_path, RESULT).name
    assert all(part not in name for part in ("SITI", "0231", "1986", "p-001"))


@pytest.mark.parametrize("reference", ["", "../x", "a/b", "a.b", "-x", "x" * 65, "a\n", "é"])
def test_a_reference_that_is_no_name_is_refused(tmp_path: Path, reference: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        write_result(tmp_path, evolve(RESULT, reference=reference))
    assert not list(tmp_path.iterdir())


def test_the_same_content_again_is_left_alone(tmp_path: Path) -> None:
    first = write_result(tmp_path, RESULT)
    before = first.stat().st_mtime_ns, first.stat().st_ino
    assert write_result(tmp_path, RESULT) == first
    assert (first.stat().st_mtime_ns, first.stat().st_ino) == before


def test_different_content_is_the_next_version_and_keeps_the_first(tmp_path: Path) -> None:
    first = write_result(tmp_path, RESULT)
    second = write_result(tmp_path, OTHER)
    assert second.name == "K7QF-2MXD.v2.json"
    assert from_json(second.read_text(encoding="utf-8")).version == 2
    assert from_json(first.read_text(encoding="utf-8")) == RESULT
    assert write_result(tmp_path, OTHER) == second
    assert write_result(tmp_path, RESULT).name == "K7QF-2MXD.v3.json"


def test_versions_are_numbers_not_words(tmp_path: Path) -> None:
    for number in range(11):
        write_result(tmp_path, OTHER if number % 2 else RESULT)
    assert write_result(tmp_path, OTHER).name == "K7QF-2MXD.v12.json"
    assert read_results(tmp_path).newest[0].result.version == 12


def test_a_broken_version_is_never_written_over(tmp_path: Path) -> None:
    first = write_result(tmp_path, RESULT)
    first.write_bytes(b"\xff\xfe")
    assert write_result(tmp_path, RESULT).name == "K7QF-2MXD.v2.json"
    assert first.read_bytes() == b"\xff\xfe"


def test_two_writers_at_once_never_share_a_version(tmp_path: Path) -> None:
    results = [
        evolve(RESULT, participant=evolve(RESULT.participant, name=f"n{number}"))
        for number in range(8)
    ]
    threads = [threading.Thread(target=write_result, args=(tmp_path, one)) for one in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listing = read_results(tmp_path)
    assert not listing.broken
    assert sorted(one.result.version for one in listing.results) == list(range(1, 9))
    assert {one.result.participant.name for one in listing.results} == {f"n{n}" for n in range(8)}


def _raises(number: int) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "fchmod"])
def test_trouble_leaves_nothing_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, _raises(number))
        with pytest.raises(StorageTrouble, match=os.strerror(number)) as caught:
            write_result(tmp_path, RESULT)
        assert not isinstance(caught.value, StorageFailure)
    assert not list(tmp_path.iterdir())
    assert write_result(tmp_path, RESULT).name == "K7QF-2MXD.v1.json"


def test_a_folder_that_cannot_be_synced_is_an_unknown_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def second_fails(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EIO, "I/O error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(StorageFailure):
        write_result(tmp_path, RESULT)
    assert write_result(tmp_path, RESULT).name == "K7QF-2MXD.v1.json"


def test_a_folder_locked_by_somebody_else_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOCK_TRIES", 2)
    holder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        with pytest.raises(StorageTrouble, match="locked"):
            write_result(tmp_path, RESULT)
    finally:
        os.close(holder)


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    place = tmp_path / "results"
    place.write_text("no folder", encoding="utf-8")
    with pytest.raises(StorageTrouble):
        write_result(place, RESULT)


def test_a_link_planted_as_temporary_file_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched", encoding="utf-8")
    results = tmp_path / "results"
    results.mkdir()
    (results / ".K7QF-2MXD.v1.json.tmp").symlink_to(victim)
    with pytest.raises(StorageTrouble):
        write_result(results, RESULT)
    assert victim.read_text(encoding="utf-8") == "untouched"


def test_the_boundaries_are_passed_in_their_order(tmp_path: Path) -> None:
    passed: list[str] = []
    write_result(tmp_path, RESULT, probe=passed.append)
    assert tuple(passed) == BOUNDARIES


_KILLED = """
import os, signal, sys
from pathlib import Path
from cact_tui.results.plain import from_json
from cact_tui.results.writing import write_result
folder, source, boundary = sys.argv[1:]
def probe(name):
    if name == boundary:
        os.kill(os.getpid(), signal.SIGKILL)
result = from_json(Path(source).read_text(encoding="utf-8"))
write_result(Path(folder), result, probe=probe)
"""


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_kill_at_any_boundary_leaves_a_whole_result_or_none(
    tmp_path: Path, boundary: str
) -> None:
    source, folder = tmp_path / "source.json", tmp_path / "results"
    source.write_text(to_json(RESULT), encoding="utf-8")
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder), str(source), boundary],
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    listing = read_results(folder)
    assert not listing.broken
    assert len(listing.results) == (boundary in ("result.rename", "result.dirsync"))
    assert write_result(folder, RESULT).name == "K7QF-2MXD.v1.json"
    assert [one.name for one in folder.iterdir()] == ["K7QF-2MXD.v1.json"]
    assert read_results(folder).newest[0].result == RESULT


def test_broken_files_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write_result(tmp_path, RESULT)
    (tmp_path / "AAAA-0001.v1.json").write_text("{", encoding="utf-8")
    (tmp_path / "AAAA-0002.v1.json").write_bytes(b"\xff")
    (tmp_path / "AAAA-0003.v1.json").write_text(to_json(RESULT), encoding="utf-8")
    (tmp_path / "AAAA-0004.v1.json").mkdir()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    listing = read_results(tmp_path)
    assert [one.result.reference for one in listing.results] == ["K7QF-2MXD"]
    assert [str(one).removeprefix(f"{tmp_path}/") for one in listing.broken] == [
        "AAAA-0001.v1.json: it is not JSON",
        "AAAA-0002.v1.json: it is not UTF-8",
        "AAAA-0003.v1.json: its name is not that of the result in it",
        "AAAA-0004.v1.json: Is a directory",
    ]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        read_results(tmp_path / "nowhere")


@pytest.mark.parametrize("typed", ["K7QF-2MXD", "k7qf-2mxd", "K7QF2MXD", "k7qf 2mxd"])
def test_a_reference_is_found_however_it_is_typed(tmp_path: Path, typed: str) -> None:
    write_result(tmp_path, RESULT)
    write_result(tmp_path, OTHER)
    assert find(read_results(tmp_path), typed).result.version == 2


def test_letters_that_look_like_digits_are_taken_for_them(tmp_path: Path) -> None:
    write_result(tmp_path, evolve(RESULT, reference="10AB-0CDE"))
    assert find(read_results(tmp_path), "ioab-ocde").result.reference == "10AB-0CDE"


def test_a_near_miss_is_guessed_and_anything_else_is_not(tmp_path: Path) -> None:
    write_result(tmp_path, RESULT)
    with pytest.raises(NotFound, match=r"did you mean K7QF-2MXD\?"):
        find(read_results(tmp_path), "K7QF-2MXE")
    with pytest.raises(NotFound, match=r'no result "ZZZZ"$'):
        find(read_results(tmp_path), "ZZZZ")
