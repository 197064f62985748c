"""The first wrong character: found, shown in a window, and pointed at by cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from grading.reports.compare import aligned, compare
from grading.reports.text import hidden


def parts(expected: str | bytes, received: str | bytes, **more: object) -> tuple[str, str, int]:
    found = compare(raw(expected), raw(received), **more)  # type: ignore[arg-type]
    assert found is not None
    return found.expected, found.received, found.at


def raw(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize(
    ("expected", "received", "at"),
    [
        ("привет", "пРивет", 1),
        ("你好吗", "你好嘛", 4),  # two cells each
        ("🙂🙂a", "🙂🙂b", 4),
        ("hello", "hel", 3),
        ("hello", "", 0),
        ("a\x00b", "a\x00c", 5),  # NUL is shown in four
    ],
)
def test_the_caret_stands_under_the_first_difference(expected: str, received: str, at: int) -> None:
    assert parts(expected, received)[2] == at


def test_what_is_the_same_has_no_difference() -> None:
    assert compare(b"hello", b"hello") is None
    assert compare(b"hello", b"hello and more") is None


@pytest.mark.parametrize("width", [16, 30, 60])
def test_a_long_text_is_cut_to_a_window_around_the_difference(width: int) -> None:
    text = "абвгд" * 600
    expected, received, at = parts(text, text[:1500] + "ДРУГОЕ" + text[1500:], width=width)
    assert cell_len(expected) <= width
    assert cell_len(received) <= width
    assert expected[:at] == received[:at] == "..." + text[1500 - at + 3 : 1500]
    assert (expected[at], received[at]) == ("а", "Д")
    assert expected.endswith("...")


def test_bytes_are_given_where_the_text_does_not_tell() -> None:
    half = compare("разрезанное".encode(), "ра".encode() + b"\xd0")
    assert half is not None
    assert half.received == "ра\\xd0"
    assert (half.expected_bytes, half.received_bytes) == ("d0 b7 d1 80 d0 b5 ...", "d0")
    newline = compare(b"hello\n", b"hello")
    assert newline is not None
    assert (newline.expected, newline.expected_bytes, newline.received_bytes, newline.ended) == ("hello\\n", "0a", "", True)
    nul = compare(b"hello", b"hel\x00lo")
    assert nul is not None
    assert (nul.received, nul.received_bytes) == ("hel\\x00lo", "00 6c 6f")
    blank = compare(b"hello  ", b"hello")
    assert blank is not None
    assert blank.expected_bytes == "20 20"
    plain = compare(b"hello", b"help")
    assert plain is not None
    assert (plain.expected_bytes, plain.received_bytes) == ("", "")


def test_other_encodings_are_read_as_such() -> None:
    assert parts("привет".encode("cp1251"), "пРивет".encode("cp1251"), encoding="cp1251") == ("привет", "пРивет", 1)
    assert parts(b"abc\xff", b"abd", encoding="no-such")[2] == 2


def test_a_character_the_console_lacks_is_counted_as_what_stands_for_it() -> None:
    assert parts("—a", "—b", console="cp866") == ("-a", "-b", 1)
    assert parts("你a", "你b", console="cp866") == ("?a", "?b", 1)


@pytest.mark.parametrize(
    ("expected", "stream", "found"),
    [
        ("hello there", "Boris: hello th", "hello th"),
        ("hello there", "Boris: ello there", " ello there"),  # its first letter is lost
        ("hello there", "Boris: HELLO THERE", "HELLO THERE"),
        ("hello there", "welcome 12345", None),
        ("hello there", "", None),
        ("", "anything", None),
    ],
)
def test_a_text_is_found_behind_its_label(expected: str, stream: str, found: str | None) -> None:
    assert aligned(raw(expected), raw(stream), "utf-8") == (None if found is None else raw(found))


def test_nothing_hidden_is_shown() -> None:
    found = compare("a\x1b[31m\u202eb".encode(), b"a\x9b\x00", width=200)
    assert found is not None
    assert not [char for char in found.expected + found.received if hidden(char)]
