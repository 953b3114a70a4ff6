"""What happened to a participant, told so that two runs of the same seed can be compared."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from cact_tui.cli.replay import _prove
from cact_tui.sessions import events as e
from cact_tui.wiring import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cact_tui.config.settings import Materials
    from cact_tui.journal.protocol import Recorded

_OF_ONE_LIFE = (e.Attached, e.IdentityConfirmed, e.AuthorisationRequired, e.Authorised)
"""Each start of the program adds these, and nothing else of what is compared depends on them."""

_OF_THE_CLOCK = frozenset({"answer", "timing", "rested_ms", "participant"})
"""Fields that no two runs share: times, and ids drawn by chance."""


@frozen(kw_only=True)
class Story:
    """A session as recorded: its steps, its answers by id with the digest of their events."""

    reference: str
    steps: tuple[object, ...]
    answers: tuple[tuple[str, str], ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Return what was shown, in order."""
        return tuple(step["item"] for step in self._of("ItemShown"))

    @property
    def thetas(self) -> tuple[str, ...]:
        """Return every estimate that chose an item or is reported, bit for bit."""
        shown = [step["estimate"]["theta"] for step in self._of("ItemShown")]
        ended = [step["final"]["theta"] for step in self._of("SectionEnded")]
        return (*shown, *ended)

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return [step for step in self.steps if isinstance(step, dict) and step["kind"] == kind]


async def story_of(place: Path, materials: Materials) -> Story:
    """Read the one session of a place; `read` proves its chain."""
    event = Event(place / "config.toml", materials)
    try:
        (entry,) = await event.store.sessions()
        recorded = await event.store.read(entry.session)
        assert [one.seq for one in recorded] == list(range(1, entry.seq + 1))
        return _told(entry.session, recorded)
    finally:
        await event.store.close()


async def proven(place: Path, reference: str, materials: Materials) -> bool:
    """Return whether the place holds exactly one result, signed, and `cact replay` proves it."""
    event = Event(place / "config.toml", materials)
    words = io.StringIO()
    try:
        with redirect_stdout(words):
            status = await _prove(event, reference, as_json=True)
    finally:
        await event.store.close()
    assert status == 0, words.getvalue()
    found = sorted(path.name for path in (place / "results").iterdir())
    return found == [f"{reference}.v1.json", f"{reference}.v1.json.minisig"]


def acknowledged(place: Path) -> list[tuple[str, str]]:
    """Return answer and digest of everything that the store said is durable."""
    lines = (place / "told").read_text().splitlines()
    return [(answer, digest) for answer, digest in (line.split() for line in lines)]


def _told(reference: str, recorded: Sequence[Recorded]) -> Story:
    return Story(
        reference=reference,
        steps=tuple(
            _step(one.event) for one in recorded if not isinstance(one.event, _OF_ONE_LIFE)
        ),
        answers=tuple(
            (one.event.answer, one.digest)
            for one in recorded
            if isinstance(one.event, e.ResponseGiven)
        ),
    )


def _step(event: e.Event) -> object:
    fields = asdict(event, filter=lambda field, _: field.name not in _OF_THE_CLOCK)
    return {"kind": type(event).__name__, **_exact(fields)}


def _exact(value: Any) -> Any:
    """Return a value in which floats are equal only bit for bit."""
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_exact(inner) for inner in value)
    return value
