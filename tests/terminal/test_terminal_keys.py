from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from textual import events

from cact_tui.terminal.keys import _PARTIAL_LIMIT, PASTE_LIMIT, KeyReader


def keys(*chunks: bytes) -> list[str]:
    """Return the keys (and pastes) that chunks give, a pause after the last one."""
    reader = KeyReader()
    found = [event for chunk in chunks for event in reader.feed(chunk)]
    while reader.patience is not None:
        found += reader.tick()
    return [event.key if isinstance(event, events.Key) else event.text for event in found]


FUNCTION_KEYS = {
    "linux": [b"[[A", b"[[B", b"[[C", b"[[D", b"[[E", b"[17~", b"[18~", b"[19~", b"[20~", b"[21~"],
    "xterm": [b"OP", b"OQ", b"OR", b"OS", b"[15~", b"[17~", b"[18~", b"[19~", b"[20~", b"[21~"],
    "putty": [b"[11~", b"[12~", b"[13~", b"[14~", b"[15~", b"[17~", b"[18~", b"[19~", b"[20~"],
    "putty vt100+": [b"OP", b"OQ", b"OR", b"OS", b"OT", b"OU", b"OV", b"OW", b"OX", b"OY"],
    "vt220": [b"[28~", b"OQ", b"OR", b"OS", b"[15~", b"[17~", b"[18~", b"[19~", b"[20~", b"[21~"],
}


@pytest.mark.parametrize("keyboard", FUNCTION_KEYS)
def test_f1_to_f10_are_understood_from_every_keyboard(keyboard: str) -> None:
    sequences = FUNCTION_KEYS[keyboard]
    pressed = keys(*(b"\x1b" + sequence for sequence in sequences))
    assert pressed == [f"f{n}" for n in range(1, len(sequences) + 1)]


@pytest.mark.parametrize(
    ("sequences", "key"),
    [
        ([b"[A", b"OA"], "up"),
        ([b"[D", b"OD"], "left"),
        ([b"[H", b"OH", b"[1~", b"[7~"], "home"),
        ([b"[F", b"OF", b"[4~", b"[8~"], "end"),
        ([b"[5~"], "pageup"),
        ([b"[6~"], "pagedown"),
        ([b"OM"], "enter"),
        ([b"[Z"], "shift+tab"),
        ([b"[1;3A"], "alt+up"),
    ],
)
def test_keys_with_several_sequences_are_one_key(sequences: list[bytes], key: str) -> None:
    assert {tuple(keys(b"\x1b" + sequence)) for sequence in sequences} == {(key,)}


@pytest.mark.parametrize("enter", [b"\r", b"\n", b"\r\n"])
def test_enter_is_one_key_in_every_form(enter: bytes) -> None:
    assert keys(b"B", enter, b"x") == ["B", "enter", "x"]


def test_two_presses_of_enter_are_two() -> None:
    assert keys(b"\r\r", b"\r") == ["enter", "enter", "enter"]


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b[65~",  # Textual alone would type A
        b"\x1b[99999999999999999999u",  # these three crash Textual's parser
        b"\x1b[:u",
        b"\x1b[1114112u",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[12;40R",
        b"\x1b[48;20000;20000;1;1t",
        b"\x1b[<0;3;3M",
        b"\x1b[M !A",
        b"\x1b[?2026;2$y",
        b"\x1b[?1;2c",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
        b"\x1bP>|XTerm(370)\x1b\\",
        b"\x1b[0n",
        b"\xc2\x9b",  # U+009B, the one-byte CSI
    ],
)
def test_what_is_no_key_types_nothing(sequence: bytes) -> None:
    assert keys(b"x" + sequence + b"y") == ["x", "y"]


def test_a_lone_escape_is_a_key_after_a_pause() -> None:
    reader = KeyReader()
    assert not reader.feed(b"\x1b")
    assert reader.patience == 0.1
    assert [event.key for event in reader.tick() if isinstance(event, events.Key)] == ["escape"]
    assert reader.patience is None


def test_escape_and_a_digit_in_one_packet_are_two_keys() -> None:
    assert keys(b"\x1b3") == ["escape", "3"]
    assert keys(b"\x1b\r") == ["escape", "enter"]


def test_the_windows_console_sends_escape_twice() -> None:
    assert keys(b"\x1b\x1b") == ["escape"]
    assert keys(b"\x1b\x1b[A") == ["escape", "up"]


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_a_sequence_may_come_in_pieces(cut: int) -> None:
    assert keys(b"\x1b[20~"[:cut], b"\x1b[20~"[cut:]) == ["f9"]


@pytest.mark.parametrize("tail", [b"[A", b"OA"])
def test_a_tail_that_comes_late_is_never_typed(tail: bytes) -> None:
    reader = KeyReader()
    reader.feed(b"\x1b")
    reader.tick()
    assert [event.key for event in reader.feed(tail) if isinstance(event, events.Key)] == ["up"]


def test_letters_after_escape_stay_letters() -> None:
    assert keys(b"\x1b[") == ["escape", "left_square_bracket"]
    assert keys(b"\x1bO") == ["escape", "O"]
    assert keys(b"\x1bA") == ["escape", "A"]


def test_a_sequence_that_breaks_off_types_nothing() -> None:
    assert keys(b"\x1b[12\x1b[A") == ["up"]
    assert keys(b"\x1b[1;2") == []
    assert keys(b"\x1b]no end" * 3 + b"\x1b[B") == ["down"]


def test_an_endless_sequence_is_not_kept() -> None:
    reader = KeyReader()
    for _ in range(100):
        reader.feed(b"\x1b]" + b"9" * 999)
        assert len(reader._held) <= _PARTIAL_LIMIT


@pytest.mark.parametrize("data", [b"\xff", b"\xe9a", b"\xf0\x9f\x92"])
def test_what_is_no_utf8_is_replaced(data: bytes) -> None:
    assert keys(data, b"x")[-1] == "x"


def test_utf8_may_come_in_pieces() -> None:
    assert keys(b"\xc3", b"\xa9") == ["é"]


def test_a_paste_is_one_event_without_controls() -> None:
    assert keys(b"\x1b[200~hal", b"o\x1b[31m\x00\r\nb\x1b[20", b"1~x") == ["halo[31m\r\nb", "x"]


def test_a_paste_is_cut_at_its_limit() -> None:
    (pasted, key) = keys(b"\x1b[200~", *[b"y" * 4096] * 40, b"\x1b[201~", b"x")
    assert len(pasted) == PASTE_LIMIT
    assert key == "x"


def test_an_unterminated_paste_ends_after_a_pause() -> None:
    reader = KeyReader()
    reader.feed(b"\x1b[200~abc")
    (event,) = reader.tick()
    assert isinstance(event, events.Paste)
    assert event.text == "abc"
    (key,) = reader.feed(b"x")
    assert isinstance(key, events.Key)


def test_the_answer_to_a_status_request_is_told_and_is_no_key() -> None:
    reader = KeyReader()
    assert len(reader.feed(b"a\x1b[0")) == 1
    assert not reader.take_acknowledged()
    assert len(reader.feed(b"nb")) == 1
    assert reader.take_acknowledged()
    assert not reader.take_acknowledged()


STREAMS = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from([b"\x1b", b"\x1b[", b"\x1bO", b"\x1b]", b"\x1b[200~", b"\x1b[201~", b"\r"]),
        st.from_regex(rb"\x1b\[[0-9;:?<]{0,24}[ -/]?[@-~]", fullmatch=True),
    ),
    max_size=20,
)


def survives(chunks: list[bytes]) -> None:
    reader = KeyReader()
    for chunk in chunks:
        for event in reader.feed(chunk):
            assert isinstance(event, events.Key | events.Paste)
    for _ in range(3):
        reader.tick()
    assert reader.patience is None
    # Whatever came before, the keyboard works again.
    assert [e.key for e in reader.feed(b"q") if isinstance(e, events.Key)][-1:] == ["q"]


@given(chunks=STREAMS)
@example(chunks=[b"\x1b[99999999999999999999u", b"\x1b[:u", b"\x1b[1114112u", b"", b"\xff"])
@settings(max_examples=300, deadline=None)
def test_no_stream_stops_the_reader(chunks: list[bytes]) -> None:
    survives(chunks)


@pytest.mark.campaign
@given(chunks=STREAMS)
@settings(max_examples=10_000, deadline=None)
def test_campaign_no_stream_stops_the_reader(chunks: list[bytes]) -> None:
    survives(chunks)


@given(chunks=STREAMS, cut=st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_where_a_stream_is_cut_makes_no_difference(chunks: list[bytes], cut: int) -> None:
    whole = b"".join(chunks)
    assert keys(whole) == keys(whole[:cut], whole[cut:])
