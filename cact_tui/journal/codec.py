"""Canonical bytes of a recorded event, the form that is stored and hashed.

One event is one JSON object with sorted keys and no blanks, UTF-8 unescaped, in an envelope

    {"at":…,"data":{…},"previous":"…","seq":…,"session":"…","type":"…","v":…}

Floats are written by their shortest repr, which Python and every IEEE 754 reader turn back into
the same bits; NaN and the infinities do not exist. The bytes are written once and never made
again: what a later version would write differently stays as it was hashed.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

from cact_tui.errors import StorageTrouble
from cact_tui.journal.protocol import Recorded
from cact_tui.sessions.events import EVENTS, SCHEMA, Event

if TYPE_CHECKING:
    from cattrs import Converter

_ENVELOPE = frozenset({"v", "session", "seq", "at", "type", "data", "previous"})


class NotARecord(ValueError):
    """Bytes that are not an event of the journal. Says where it fails, never what stood there."""


def encode(*, session: str, seq: int, at: int, event: Event, previous: str) -> bytes:
    """Return the canonical bytes of one event.

    Raises:
        ValueError: a number is not finite, or a text is not valid Unicode.
        TypeError: a field holds something that JSON does not know.
    """
    envelope = {
        "v": SCHEMA,
        "session": session,
        "seq": seq,
        "at": at,
        "type": type(event).__name__,
        "data": _converter().unstructure(event),
        "previous": previous,
    }
    try:
        return _TO_JSON.encode(envelope).encode()
    except UnicodeEncodeError:
        # Its message would carry the text, which may be a participant's.
        message = f"{type(event).__name__} holds text that is not valid Unicode"
        raise ValueError(message) from None


def decode(content: bytes) -> Recorded:
    """Return the event that canonical bytes hold.

    Raises:
        NotARecord: these bytes are no event.
        StorageTrouble: a newer cact_tui wrote them.
    """
    envelope = _envelope(content)
    return Recorded(
        session=_text(envelope["session"]),
        seq=_whole(envelope["seq"]),
        at=_whole(envelope["at"]),
        event=_event(envelope),
        previous=_text(envelope["previous"]),
        digest=sha256(content).hexdigest(),
    )


def _envelope(content: bytes) -> dict[str, Any]:
    try:
        envelope = _FROM_JSON.decode(content.decode())
    except ValueError:
        raise NotARecord("not JSON in UTF-8") from None
    if not isinstance(envelope, dict) or envelope.keys() != _ENVELOPE:
        raise NotARecord("not the envelope of an event")
    return envelope


def _event(envelope: dict[str, Any]) -> Event:
    name, version = _text(envelope["type"]), _whole(envelope["v"])
    kind = EVENTS.get(name)
    if version > SCHEMA or kind is None:
        raise _newer(envelope)
    try:
        return _converter().structure(envelope["data"], kind)
    except _extra_keys():
        raise _newer(envelope) from None
    except (TypeError, ValueError, KeyError, AttributeError):
        raise NotARecord(f"its fields are not those of {name}") from None


def _newer(envelope: dict[str, Any]) -> StorageTrouble:
    return StorageTrouble(
        f"session {envelope['session']}, event {envelope['seq']}",
        f"{envelope['type']} of schema {envelope['v']} is unknown to this version",
        "a newer cact_tui wrote it: use that version",
    )


def _not_finite(word: str) -> NoReturn:
    raise NotARecord(f"{word} is not a number")


_TO_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_FROM_JSON = json.JSONDecoder(parse_constant=_not_finite)


@cache
def _converter() -> Converter:
    """Build the converter on first use: importing cattrs costs 18 ms, the first screen waits."""
    from cattrs import Converter  # noqa: PLC0415 - see above

    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    # cattrs would coerce ("5" to 5, True to 1.0); a journal that is not what was written is wrong.
    for kind, hook in ((str, _text), (int, _whole), (float, _real), (bool, _truth)):
        converter.register_structure_hook(kind, hook)
    # A whole number in a float field is written as the float that reading will find.
    converter.register_unstructure_hook(float, float)
    return converter


@cache
def _extra_keys() -> type[Exception]:
    from cattrs.errors import ForbiddenExtraKeysError  # noqa: PLC0415 - see `_converter`

    return ForbiddenExtraKeysError


def _text(value: Any, _: Any = str) -> str:
    if type(value) is str:
        return value
    raise NotARecord("a text is missing")


def _whole(value: Any, _: Any = int) -> int:
    if type(value) is int:
        return value
    raise NotARecord("a whole number is missing")


def _real(value: Any, _: Any = float) -> float:
    if type(value) is float:
        return value
    raise NotARecord("a real number is missing")


def _truth(value: Any, _: Any = bool) -> bool:
    if type(value) is bool:
        return value
    raise NotARecord("true or false is missing")
