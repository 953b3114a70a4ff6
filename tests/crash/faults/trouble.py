"""Storage in trouble: a full disk, a folder that cannot be written, a lock that is not given back.

The disk is a small tmpfs of its own where this process may mount one. Where it may not, the program
is run with a probe that raises what a full disk raises, at the same places; the tests are the same.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash.event import REPOSITORY
from tests.e2e.person import take

if TYPE_CHECKING:
    from collections.abc import Iterator

DISK_BYTES = 4 * 1024 * 1024
_BLOCK = b"x" * 4096
_HOLD = """
import fcntl, sys
with open(sys.argv[1], "r+b") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


class Disk:
    """The disk that a folder of an event lies on."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self._filler = folder / "filler"
        self._sign = folder.parent / f"{folder.name}.errno"
        self._real = real

    def fill(self) -> None:
        """Leave no room on it."""
        if not self._real:
            self.fail(errno.ENOSPC)
            return
        with self._filler.open("wb", buffering=0) as filler:
            while True:
                try:
                    filler.write(_BLOCK)
                except OSError:
                    return

    def fail(self, code: int) -> None:
        """Let every write fail with an error that no real disk gives to order."""
        self._sign.write_text(str(code))

    def mend(self) -> None:
        """Make it as good as before."""
        self._filler.unlink(missing_ok=True)
        self._sign.unlink(missing_ok=True)

    def probe(self, boundary: str) -> None:
        """Raise what was asked for, where the program writes."""
        if boundary in WRITES and self._sign.exists():
            code = int(self._sign.read_text())
            raise OSError(code, os.strerror(code))

    def command(self, config: Path) -> list[str]:
        """Return `cact take` on this disk."""
        script = str(Path(__file__).with_name("faulty_take.py"))
        return [sys.executable, script, str(self._sign), *take(config)[2:]]


WRITES = frozenset({"append.before-write", "append.written", "result.tmp"})


@contextmanager
def disk_for(folder: Path) -> Iterator[Disk]:
    """Put a folder that is still empty on a disk of its own."""
    folder.mkdir(mode=0o700)
    options = f"size={DISK_BYTES},mode=700"
    with mounted(folder, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)) as real:
        yield Disk(folder, real=real)


@contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[bool]:
    """Mount something on a folder; tell whether this process may."""
    with ExitStack() as stack:
        real = _mounted(*arguments)
        if real:
            stack.callback(_unmount, folder)
        yield real


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Forbid writing into a folder: by a mount, by its mode, or by a file that stands in its place.

    The mode does not stop root, who may not always mount.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as stack:
        if _mounted("--bind", str(folder), str(folder)):
            stack.callback(_unmount, folder)
            assert _mounted("-o", "remount,bind,ro", str(folder))
        elif os.geteuid() != 0:
            folder.chmod(0o500)
            stack.callback(folder.chmod, 0o700)
        else:
            aside = folder.rename(folder.with_name(f"{folder.name}-aside"))
            stack.callback(aside.rename, folder)
            folder.touch()
            stack.callback(folder.unlink)
        yield


@contextmanager
def lock_held(config: Path) -> Iterator[None]:
    """Hold the journal's lock across processes, as a stopped program would."""
    lock = config.parent / "var" / "cact.db.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate()


def environment() -> dict[str, str]:
    """Return what `Disk.command` needs of the environment."""
    return {"PYTHONPATH": str(REPOSITORY)}


def _mounted(*arguments: str) -> bool:
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True)
    return done.returncode == 0


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
