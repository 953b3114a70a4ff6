"""The second copy that a configuration names, and the files that go to it beside the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.config.files import CONFIGURATION
from cact_tui.config.second_copy import address_of, is_remote
from cact_tui.errors import StorageTrouble
from cact_tui.journal.opening import folder_replica

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cact_tui.config.second_copy import CopySettings
    from cact_tui.config.settings import Materials
    from cact_tui.journal.replica import Replica

NOT_INSTALLED = "the SSH library is not installed here"
NEEDED = "pip install 'cact-tui[hall]'"


def replica_of(
    folder: Path, settings: CopySettings, *, probe: Callable[[str], None] = lambda _: None
) -> Replica | None:
    """Return the second copy of an event in a folder, None when it has none.

    Nothing is looked at, and nobody called, before it is used.

    Raises:
        StorageTrouble: it is on another host, and the SSH library is not here.
    """
    if not settings.place:
        return None
    address = address_of(settings.place)
    if address is None:
        return folder_replica(folder / settings.place, probe=probe)
    try:
        from cact_tui.ssh.remote_replica import RemoteReplica
    except ImportError as error:
        raise StorageTrouble(settings.place, NOT_INSTALLED, NEEDED) from error
    remote: Replica = RemoteReplica(address, key=folder / settings.key, host_key=settings.host_key)
    return remote


def on_the_same_disk(folder: Path, journal: Path, settings: CopySettings) -> bool:
    """Return whether the copy lies on the file system of the journal, as far as one can tell."""
    place = folder / settings.place
    if is_remote(settings.place) or not place.parent.is_dir():
        return False
    there = place if place.is_dir() else place.parent
    return there.stat().st_dev == journal.parent.stat().st_dev


def equipment(path: Path, materials: Materials) -> Mapping[str, bytes]:
    """Return the files from which another host could serve the event, by relative path.

    They are the configuration and all that it names but the list of participants, which is
    personal and cannot be erased there: a hall's roster is in the journal. The keys of the host
    and of signed heads are among them, or seats would refuse the other host.
    """
    folder, hall = path.parent, materials.hall
    files = {name: materials.contents[digest] for name, digest in materials.documents.items()}
    signing = materials.proctor.signing_key
    named = [hall.host_key, hall.proctors, signing, f"{signing}.pub"]
    if hall.seat_keys:
        named += [f"{hall.seat_keys}/{one.name}" for one in (folder / hall.seat_keys).glob("*.pub")]
    for name in named:
        place = folder / name
        if name and place.is_file() and _inside(folder, place):
            files[name] = place.read_bytes()
    return files


def equip(replica: Replica, files: Mapping[str, bytes]) -> None:
    """Send the event's files to a copy, and let go of it whether it takes them or not.

    Raises:
        StorageTrouble: it does not take them.
    """
    try:
        replica.equip(files)
    finally:
        replica.close()


def needed(folder: Path, materials: Materials) -> tuple[str, ...]:
    """Return what a restored event still lacks, in words."""
    hall = materials.hall
    names = (hall.proctors, hall.seat_keys, materials.participants)
    lacking = [
        f"{name}: named in {CONFIGURATION}"
        for name in names
        if name and not (folder / name).exists()
    ]
    if not (folder / hall.host_key).exists():
        lacking.append(f"{hall.host_key}: a new key will be made, and every seat will refuse it")
    signing = materials.proctor.signing_key
    if not (folder / signing).exists():
        lacking.append(f"{signing}: heads and papers will bear a new key's signature")
    return tuple(lacking)


def _inside(folder: Path, place: Path) -> bool:
    return place.resolve().is_relative_to(folder.resolve())
