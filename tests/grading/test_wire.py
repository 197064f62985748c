"""Wrapping there and back, in every framing, however the stream is cut; and whatever a hostile server sends."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.wire import LONGEST_FRAME, Wire, is_framed, is_known, objects_in, show
from reference.dialect import Dialect

FRAMED = (
    "lines",
    "lines-in",
    "json-lines",
    "nul",
    "length-2",
    "length-4",
    "length-8",
    "length-2-little",
    "length-decimal-4",
    "length-line",
)
FRAMINGS = ("none", "lines-out", "json", "json-out", *FRAMED)
MESSAGE = '{"type": "message", "name": "{name}", "text": "{text}"}'
WRAPPED = [Dialect(framing=framing, says=says) for framing in FRAMINGS for says in ("{text}", MESSAGE)]
TEXTS = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="{}"), min_size=1, max_size=60)


def shown(dialect: Dialect, *pieces: bytes) -> bytes:
    """What one who receives these pieces one by one has in the end."""
    stream, inbox = Wire(dialect).stream(), bytearray()
    for piece in pieces:
        inbox += piece
        stream.of(inbox)
    return bytes(stream.of(inbox))


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_is_known(framing: str) -> None:
    assert is_known(framing)
    assert is_framed(framing) == (framing in FRAMED)


@pytest.mark.parametrize("framing", ["", "length", "length-1", "length-3", "length-decimal-0", "length-4-big", "xml"])
def test_others_are_not(framing: str) -> None:
    assert not is_known(framing)


# -- what guests send


@pytest.mark.parametrize(
    ("dialect", "sent"),
    [
        (Dialect(), "Анна, привет"),
        (Dialect(framing="lines"), "Анна, привет\n"),
        (Dialect(framing="lines-in"), "Анна, привет\n"),
        (Dialect(framing="nul"), "Анна, привет\0"),
        (Dialect(says="MSG:{text}"), "MSG:Анна, привет"),
        (Dialect(says="@{name} {text}", framing="lines"), "@Anna Анна, привет\n"),
        (Dialect(says=MESSAGE, framing="json", escaped=False), '{"type": "message", "name": "Anna", "text": "Анна, привет"}'),
        (Dialect(says='{"t": "{text}"}', framing="json-lines"), json.dumps({"t": "Анна, привет"}) + "\n"),
        (Dialect(framing="length-decimal-4"), "0022Анна, привет"),
        (Dialect(framing="length-line"), "22\nАнна, привет"),
    ],
    ids=str,
)
def test_a_text_on_the_wire(dialect: Dialect, sent: str) -> None:
    assert Wire(dialect).text("Анна, привет", "Anna") == sent.encode()


def test_lengths_count_bytes() -> None:
    assert Wire(Dialect(framing="length-2")).text("да") == b"\x00\x04" + "да".encode()
    assert Wire(Dialect(framing="length-4-little")).text("да") == b"\x04\x00\x00\x00" + "да".encode()


def test_a_name_may_take_two_messages_or_none() -> None:
    assert Wire(Dialect(hello="NICK:{name}")).hello("Anna") == [b"NICK:Anna"]
    assert Wire(Dialect(hello="{name}\n")).hello("Anna") == [b"Anna\n"]
    assert Wire(Dialect(hello="{name}", then="1", framing="lines")).hello("Anna") == [b"Anna\n", b"1\n"]
    assert Wire(Dialect(hello="{name}", then="1\n{name}", framing="lines")).hello("Anna") == [b"Anna\n", b"1\n", b"Anna\n"]
    assert Wire(Dialect(then="1\n")).hello("Anna") == [b"Anna", b"1\n"]
    assert Wire(Dialect(hello="", says=MESSAGE)).hello("Anna") == []


def test_over_udp_a_text_brings_in_whoever_gives_no_name_by_itself() -> None:
    assert Wire(Dialect(transport="udp", hello="", says="{name}|{text}")).hello("Anna") == [b"Anna|Anna"]
    assert Wire(Dialect(transport="udp")).hello("Anna") == [b"Anna"]


def test_what_looks_like_a_place_in_a_text_stays() -> None:
    assert Wire(Dialect(says="{name}: {text}")).text("{name}", "Anna") == b"Anna: {name}"


def test_only_what_is_wrapped_is_told_to_the_room_in_other_words() -> None:
    assert not Wire(Dialect(framing="lines")).wraps
    assert not Wire(Dialect(framing="lines-in")).wraps
    assert Wire(Dialect(framing="lines-in")).meant(b"Anna") == b"Anna\n"
    assert not Wire(Dialect(framing="json-out", hello="NICK {name}")).wraps
    assert Wire(Dialect(framing="lines", says="MSG {text}")).wraps
    assert Wire(Dialect(framing="lines", says="MSG {text}")).meant(b"Anna") == b"Anna\n"
    assert Wire(Dialect(framing="length-2")).meant(b"Anna") == b"Anna"


@pytest.mark.parametrize("escaped", [True, False])
def test_a_letter_can_be_found_inside_its_message(escaped: bool) -> None:
    wire = Wire(Dialect(framing="json", says=MESSAGE, escaped=escaped))
    assert wire.inside("з") in wire.text("разрезанное")


# -- what guests receive


@pytest.mark.parametrize("dialect", WRAPPED, ids=lambda dialect: f"{dialect.framing} {dialect.says[:8]}")
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), size=st.integers(1, 50))
def test_what_is_wrapped_is_found_again_however_it_is_cut(dialect: Dialect, texts: list[str], size: int) -> None:
    wire = Wire(dialect)
    data = b"".join(wire.text(text, "Anna") for text in texts)
    whole = shown(dialect, data)
    assert shown(dialect, *cut(data, size)) == whole
    if is_framed(dialect.framing) or dialect.says == MESSAGE:
        assert whole.count(b"\n") == len(texts)
    for text in texts:
        assert text.encode() in whole


@settings(deadline=None)
@given(pieces=st.lists(st.binary(max_size=40), max_size=20), framing=st.sampled_from(FRAMINGS))
def test_no_bytes_harm_anybody(pieces: list[bytes], framing: str) -> None:
    whole = shown(Dialect(framing=framing), *pieces)
    assert len(whole) <= 8 * sum(map(len, pieces)) + 8


def test_objects_are_shown_with_nothing_escaped_each_on_its_line() -> None:
    dialect = Dialect(framing="json")
    stream = json.dumps({"name": "Анна", "n": 1, "to": ["все"], "ok": True}) + json.dumps({"text": 'он сказал "да"'}) + "\n"
    expected = '{"name": "Анна", "n": 1, "to": ["все"], "ok": true}\n{"text": "он сказал "да""}\n'
    assert shown(dialect, stream.encode()) == expected.encode()


def test_what_is_no_object_is_passed_on_as_it_came() -> None:
    stream = 'NICK{"name": "Анна"}привет {вот} [1]\n'.encode()
    assert shown(Dialect(framing="json-out"), stream) == 'NICK\n{"name": "Анна"}\nпривет {вот} [1]\n'.encode()


def test_the_beginning_of_a_message_stands_last() -> None:
    assert shown(Dialect(framing="json"), b'{"a": 1}{"b": "be') == b'{"a": 1}\n{"b": "be'
    assert shown(Dialect(framing="length-2"), b"\0\2ab\0\5cd") == b"ab\n\0\5cd"
    assert shown(Dialect(framing="nul"), b"ab\0cd") == b"ab\ncd"


def test_a_message_in_two_frames_is_not_whole() -> None:
    assert shown(Dialect(framing="length-2"), b"\0\2ab\0\2cd") == b"ab\ncd\n"


@pytest.mark.parametrize("framing", ["length-4", "length-decimal-4", "length-line"])
def test_a_server_that_only_reads_lengths_is_shown_as_it_came(framing: str) -> None:
    assert shown(Dialect(framing=framing), b"Welcome to the chat", b"! Enter") == b"Welcome to the chat! Enter"


@pytest.mark.parametrize("framing", ["length-4", "length-decimal-64", "length-line"])
def test_of_such_a_server_a_short_text_is_found_too(framing: str) -> None:
    assert shown(Dialect(framing=framing), b"Anna: amber birch") == b"Anna: amber birch"


@pytest.mark.parametrize(
    ("framing", "stream"),
    [
        ("length-4", b"\0\0\0\2ab" + b"\0\0\0\x30amber birch cloud delta"),
        ("length-4", b"\0\0\0\2ab" + b"amber birch cloud delta"),
        ("length-2", b"\0\x30" + b"amber birch cloud delta"),
        ("json", b'{"a": 1}{"text": "amber birch cloud delta"'),
    ],
)
def test_a_text_in_a_message_that_does_not_end_is_not_found(framing: str, stream: bytes) -> None:
    assert b"amber birch cloud delta" not in shown(Dialect(framing=framing), stream)


@pytest.mark.parametrize("hostile", [b"{", b'{"a":', b'{"a": "', b"0", b"\xff"])
@pytest.mark.parametrize("framing", ["json", "length-2", "length-line"])
def test_a_flood_costs_no_more_than_its_size(hostile: bytes, framing: str) -> None:
    begun = time.monotonic()
    flood = hostile * (LONGEST_FRAME // len(hostile))
    assert len(shown(Dialect(framing=framing), *cut(flood, 1 << 16))) < 4 * LONGEST_FRAME
    assert time.monotonic() - begun < 10  # a second at most on an idle machine; quadratic would be minutes


@pytest.mark.parametrize(
    "strange",
    [b'{"n": ' + b"9" * 5000 + b"}", b'{"a": ' * 5000 + b"1" + b"}" * 5000, b'{"s": "\\ud83d"}', b'{"n": NaN}'],
    ids=["digits", "nesting", "half a letter", "no number"],
)
def test_strange_numbers_nestings_and_half_letters(strange: bytes) -> None:
    assert shown(Dialect(framing="json"), strange)


def test_whether_a_text_came_inside_an_object() -> None:
    assert objects_in(b'NICK{"name": "Anna", "text": "amber birch 1"}', "amber birch 1")
    assert not objects_in(b'amber birch 1{"online": 2}', "amber birch 1")
    assert not objects_in(b"{Anna} amber birch 1", "amber birch 1")


def test_values_as_one_writes_them_by_hand() -> None:
    assert show({"a": [1, None, "б"]}) == '{"a": [1, null, "б"]}'
