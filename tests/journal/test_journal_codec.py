from __future__ import annotations

import json
import struct
import subprocess
import sys
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from cact_tui.errors import StorageTrouble
from cact_tui.journal.chain import GENESIS, link
from cact_tui.journal.codec import NotARecord, decode, encode
from cact_tui.sessions.events import (
    Estimate,
    Event,
    IrregularityRecorded,
    Paused,
    Prior,
    RulesRead,
    SectionStarted,
)
from tests.journal.samples import AT, answer, any_event, opened


def written(event: Event) -> bytes:
    return encode(session="a", seq=7, at=AT, event=event, previous=GENESIS)


def edited(content: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(content), **changes}).encode()


def started(theta: float) -> SectionStarted:
    return SectionStarted(
        section="core",
        index=0,
        seconds=None,
        start=Estimate(theta=theta, se=1.0, method="start"),
        prior=Prior(name="n", mean=0.0, sd=1.0),
        rule="fixed",
        draws=(),
    )


@given(any_event())
def test_every_event_comes_back_equal_and_is_written_the_same_again(event: Event) -> None:
    recorded = decode(written(event))
    assert recorded.event == event
    assert type(recorded.event) is type(event)
    assert written(recorded.event) == written(event)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_theta_comes_back_to_the_last_bit(theta: float) -> None:
    event = decode(written(started(theta))).event
    assert isinstance(event, SectionStarted)
    assert struct.pack("d", event.start.theta) == struct.pack("d", theta)


def test_bytes_are_sorted_without_blanks_and_unescaped() -> None:
    content = written(Paused(by="Bu Sri — é", reason='"'))
    assert content.decode() == (
        f'{{"at":{AT},"data":{{"by":"Bu Sri — é","reason":"\\""}},"previous":"{GENESIS}",'
        '"seq":7,"session":"a","type":"Paused","v":1}'
    )


@pytest.mark.parametrize("theta", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_refused(theta: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        written(started(theta))


def test_text_that_is_not_unicode_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match=r"^Paused holds text") as fault:
        written(Paused(by="secret\ud800", reason=""))
    assert fault.value.__cause__ is None


def test_a_whole_number_in_a_real_field_is_written_as_real() -> None:
    assert b'"theta":1.0' in written(started(1))


def test_what_would_be_read_otherwise_is_not_written() -> None:
    listed = answer().__class__(**{**_fields(), "given": ["o1"]})
    with pytest.raises(ValueError, match="ResponseGiven would be read other than it was written"):
        link("a", after=1, previous=GENESIS, at=AT, events=[listed])


def _fields() -> dict[str, Any]:
    event = answer()
    return {name: getattr(event, name) for name in event.__annotations__}


def test_a_flag_in_a_number_field_is_not_written() -> None:
    with pytest.raises(NotARecord):
        link("a", after=1, previous=GENESIS, at=AT, events=[answer(category=True)])


def test_a_session_begins_with_its_opening() -> None:
    with pytest.raises(ValueError, match="session a would begin with RulesRead"):
        link("a", after=0, previous=GENESIS, at=AT, events=[RulesRead(), opened()])


def test_a_missing_field_with_a_default_is_taken_from_the_default() -> None:
    content = edited(written(RulesRead()), type="IrregularityRecorded")
    content = edited(content, data={"code": "power", "detail": ""})
    assert decode(content).event == IrregularityRecorded(code="power", detail="", by="system")


@pytest.mark.parametrize(
    "changes",
    [{"v": 99}, {"type": "Levitated"}, {"data": {"by": "p", "reason": "", "mood": "new"}}],
    ids=["schema", "kind", "field"],
)
def test_what_a_newer_version_wrote_says_so(changes: dict[str, Any]) -> None:
    content = edited(written(Paused(by="p", reason="")), **changes)
    with pytest.raises(StorageTrouble, match="newer cact_tui wrote it"):
        decode(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"at":NaN}',
        edited(written(RulesRead()), seq="7"),
        edited(written(RulesRead()), at=1.5),
        edited(written(RulesRead()), session=None),
        edited(written(RulesRead()), data=[[]]),
        edited(written(Paused(by="p", reason="")), data={"by": "p"}),
        edited(written(Paused(by="p", reason="")), data={"by": "p", "reason": 1}),
        edited(written(Paused(by="p", reason="")), data=None),
        edited(
            written(started(0.0)), data={**json.loads(written(started(0.0)))["data"], "rule": 1}
        ),
    ],
)
def test_bytes_that_are_no_event_are_told_from_newer_ones(content: bytes) -> None:
    with pytest.raises(NotARecord):
        decode(content)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with pytest.raises((NotARecord, StorageTrouble)):
        decode(content)


def test_importing_the_codec_does_not_import_cattrs() -> None:
    code = "import sys, cact_tui.journal.codec; sys.exit('cattrs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
