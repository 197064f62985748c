"""Bytes to messages, cut wherever the network likes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.framing import LONGEST_MESSAGE, PLAIN, LineReader, MessageTooLongError, Reader, frame, reader, reads_lines, sends_lines

PRIVET = "привет, 世界 🙂"


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def read(a_reader: Reader, chunks: list[bytes]) -> list[str]:
    return [text for chunk in chunks for text in a_reader.feed(chunk)] + list(a_reader.finish())


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_no_letter_is_lost_or_damaged_between_chunks(size: int) -> None:
    assert "".join(read(reader("none"), pieces(PRIVET.encode(), size))) == PRIVET


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_lines_come_whole_however_they_are_cut(size: int, end: str) -> None:
    lines = [PRIVET, "", "два\rслова", PRIVET]
    data = "".join(line + end for line in lines).encode()
    assert read(reader("lines"), pieces(data, size)) == lines


def test_each_chunk_is_a_message_without_framing() -> None:
    assert read(reader("none"), [b"one", b"two\n"]) == ["one", "two\n"]


def test_half_a_letter_is_not_a_message() -> None:
    raw = reader("none")
    assert list(raw.feed("я".encode()[:1])) == []
    assert list(raw.feed("я".encode()[1:])) == ["я"]


def test_a_letter_never_completed_is_shown_as_broken() -> None:
    assert read(reader("none"), ["я".encode()[:1]]) == ["\ufffd"]


@pytest.mark.parametrize("framing", PLAIN)
def test_broken_bytes_become_question_marks_and_harm_no_neighbour(framing: str) -> None:
    assert "".join(read(reader(framing), [b"\xff\xfe", b"ok", b"\n"])).rstrip() == "\ufffd\ufffdok"


def test_a_last_line_without_newline_counts() -> None:
    assert read(reader("lines"), [b"one\ntwo"]) == ["one", "two"]


def test_lines_out_reads_chunks_and_writes_lines() -> None:
    assert read(reader("lines-out"), [b"one", b"two"]) == ["one", "two"]
    assert frame("one", "lines-out") == b"one\n"


def test_lines_in_reads_lines_and_writes_none() -> None:
    assert read(reader("lines-in"), [b"one", b"two\r\nthr", b"ee\n"]) == ["onetwo", "three"]
    assert frame("one", "lines-in") == b"one"
    with pytest.raises(MessageTooLongError):
        read(reader("lines-in", longest=4), [b"five5"])


def test_which_side_ends_its_messages_with_a_newline() -> None:
    assert [framing for framing in (*PLAIN, "json-lines") if reads_lines(framing)] == ["lines", "lines-in"]
    assert [framing for framing in (*PLAIN, "json-lines") if sends_lines(framing)] == ["lines", "lines-out"]


def test_a_newline_is_added_once() -> None:
    assert frame("я", "lines") == "я\n".encode()
    assert frame("я\n", "lines-out") == "я\n".encode()
    assert frame("я", "none") == "я".encode()


def test_an_endless_line_is_an_error_after_the_good_ones() -> None:
    long = LineReader(longest=4)
    texts = long.feed(b"four\nfive5")
    assert next(texts) == "four"
    with pytest.raises(MessageTooLongError):
        next(texts)


def test_an_endless_line_is_an_error_in_small_pieces_too() -> None:
    long = reader("lines")
    for _ in range(LONGEST_MESSAGE):
        assert list(long.feed(b"x")) == []
    with pytest.raises(MessageTooLongError):
        list(long.feed(b"x"))


def test_other_encodings_of_one_byte_newlines_work() -> None:
    assert read(reader("lines", "cp1251"), ["привет\n".encode("cp1251")]) == ["привет"]
    assert frame("привет 世", "none", "cp1251") == "привет ?".encode("cp1251")


@pytest.mark.parametrize("encoding", ["no-such", "utf-16", "hex", "idna", "undefined", ""])
def test_an_encoding_that_cannot_work_is_refused_at_once(encoding: str) -> None:
    with pytest.raises(ValueError, match=r"encoding|newline"):
        reader("lines", encoding)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.binary(min_size=1)), st.sampled_from([*PLAIN, "json", ""]))
def test_any_bytes_can_be_read(chunks: list[bytes], framing: str) -> None:
    text = "".join(read(reader(framing), chunks))
    if not reads_lines(framing):
        assert text == b"".join(chunks).decode(errors="replace")


@settings(derandomize=True, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))),
    st.integers(1, 9),
    st.sampled_from(["lines", "lines-in"]),
)
def test_what_is_framed_as_lines_is_read_back(texts: list[str], size: int, framing: str) -> None:
    data = b"".join(frame(text, "lines") for text in texts)
    assert read(reader(framing), pieces(data, size)) == [text.removesuffix("\r") for text in texts]
