"""Where the bytes of an event's files come from: a folder now, or what a session pinned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from attrs import define, field, frozen

from cact_tui.errors import Problem, Problems
from cact_tui.toml_source import read_bytes


class Files(Protocol):
    """Files by their path relative to the configuration."""

    def read(self, name: str, problems: Problems) -> bytes | None:
        """Return the bytes of a file, or None with a problem recorded."""

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""

    def label(self, name: str) -> str:
        """Return how messages name a file."""

    def place(self, name: str) -> Path | None:
        """Return where a file lies on disk, None when it does not."""


CONFIGURATION = "config.toml"
"""The name of the configuration among an event's files, whatever its file is called."""


@frozen
class FolderFiles:
    """Files in the folder of the configuration, whose own file may have another name."""

    folder: Path
    configuration: str = CONFIGURATION

    def read(self, name: str, problems: Problems) -> bytes | None:
        """Return the bytes of a file, or None with a problem recorded."""
        return read_bytes(self.place(name), problems, label=self.label(name))

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return self.place(name).exists()

    def label(self, name: str) -> str:
        """Return the path as the caller would write it."""
        return str(self.place(name))

    def place(self, name: str) -> Path:
        """Return the path."""
        return self.folder / (self.configuration if name == CONFIGURATION else name)


@frozen
class PinnedFiles:
    """Files as a session pinned them, by name; no disk is looked at."""

    contents: Mapping[str, bytes] = field(repr=False)

    def read(self, name: str, problems: Problems) -> bytes | None:
        """Return the pinned bytes, or None with a problem recorded."""
        if name in self.contents:
            return self.contents[name]
        problems.add(
            Problem(
                path=self.label(name),
                key="",
                message="was not pinned with the session",
                cure="restore the store from its copy",
            )
        )
        return None

    def has(self, name: str) -> bool:
        """Tell whether a file of that name was pinned."""
        return name in self.contents

    def label(self, name: str) -> str:
        """Return the name, marked as pinned."""
        return f"pinned {name}"

    def place(self, name: str) -> Path | None:  # noqa: ARG002 - nothing lies on disk
        """Return None."""
        return None


@define
class RecordingFiles:
    """Files that remember what was read, so that exactly that can be pinned."""

    files: Files
    documents: dict[str, str] = field(factory=dict)
    contents: dict[str, bytes] = field(factory=dict, repr=False)

    def read(self, name: str, problems: Problems) -> bytes | None:
        """Return the bytes of a file and remember them by their SHA-256."""
        data = self.files.read(name, problems)
        if data is not None:
            digest = hashlib.sha256(data).hexdigest()
            self.documents[name] = digest
            self.contents[digest] = data
        return data

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return self.files.has(name)

    def label(self, name: str) -> str:
        """Return how messages name a file."""
        return self.files.label(name)

    def place(self, name: str) -> Path | None:
        """Return where a file lies on disk, None when it does not."""
        return self.files.place(name)
