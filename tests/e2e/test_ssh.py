"""Over a real SSH line: OpenSSH's client and a throwaway server of the host itself."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.sessions.events import Attached, ItemShown
from tests.crash.event import demonstration
from tests.e2e.person import PATIENCE, at_a_terminal, kill, take
from tests.e2e.record import Record
from tests.e2e.taking import Candidate, begun

if TYPE_CHECKING:
    from collections.abc import Iterator

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"


@contextmanager
def server(folder: Path) -> Iterator[list[str]]:
    """Run a server for this user alone; give the command that reaches it."""
    folder.mkdir(mode=0o700)
    host, user = folder / "host", folder / "user"
    for key in (host, user):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": host,
        "PidFile": "none",
        "AuthorizedKeysFile": f"{user}.pub",
        "PermitRootLogin": "prohibit-password",
        "PasswordAuthentication": "no",
        "StrictModes": "no",
        "UsePAM": "no",
    }
    (folder / "sshd_config").write_text("".join(f"{k} {v}\n" for k, v in settings.items()))
    with (folder / "log").open("w") as log:
        sshd = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
    try:
        wait_for(port)
        yield client(port, user, folder)
    finally:
        sshd.terminate()
        sshd.wait()


def client(port: int, key: Path, folder: Path) -> list[str]:
    options = {
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": folder / "known",
        "StrictHostKeyChecking": "accept-new",
        "LogLevel": "ERROR",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    address = f"{getpass.getuser()}@127.0.0.1"
    ssh = shutil.which("ssh")
    assert ssh is not None
    return [ssh, "-tt", "-F", "none", "-p", str(port), "-i", str(key), *words, address]


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "sshd does not answer"
            time.sleep(0.05)
        else:
            return


def test_a_cut_line_is_taken_up_again_at_the_same_item(tmp_path: Path) -> None:
    config = demonstration(tmp_path / "event", shorter=True)
    begun(config)
    record = Record(config)
    with server(tmp_path / "ssh") as reach:
        command = [*reach, shlex.join(["env", "LANG=C.UTF-8", *take(config)])]
        with at_a_terminal(command, term="xterm-256color") as person:
            me = Candidate(person)
            me.go_on()
            for count in (1, 2):
                me.look_at(record)
                me.answer()
                me.wait_until_saved(count)
            me.choose()
            kill(person)
        shown = record.shown
        with at_a_terminal(command, term="vt220") as person:
            me = Candidate(person)
            me.go_on()
            me.turn_to_the_options()
            assert person.letters == "ABCDEFGH"[: len(shown.options)]
            assert record.shown == shown
            me.answer()
            me.wait_until_saved(3)
    assert record.of(ItemShown)[2] == shown
    assert [one.terminal for one in record.of(Attached)[1:]] == ["xterm-256color", "vt220"]
    record.check_answers(3)
