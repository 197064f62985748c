"""What goes over the wire against what it means: the one place that knows of JSON, lengths, commands and zero bytes.

A guest's program wraps what it sends, a server wraps what it relays. `Wire` wraps names and texts as the Dialect says; a `Stream` unwraps
what a guest received into plain bytes, one message a line, in which names and texts stand as they were said. An object is shown much as it
came, `{"name": "Анна", "text": "привет"}`, but with nothing escaped. What is no object is passed on as it came; of a message that has
begun and not ended only the beginning is shown, as no client could make anything of it. Pure.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Final

from reference.dialect import Dialect
from reference.framing import PLAIN, frame, reads_lines

LONGEST_FRAME: Final = 1 << 20
"""Bytes; a longer length is none: it is text read as a number, and nothing more is unwrapped."""
MOST_BRACES: Final = 1000
"""Braces that begin no object, after which a stream is not JSON and is looked at no more: each costs a look at all of it."""
_LENGTH: Final = re.compile(r"length-(?:(?P<bytes>[248])(?P<little>-little)?|decimal-(?P<digits>[1-9]\d?)|(?P<line>line))")
_OBJECT: Final = re.compile(r'\s*\{\s*"')
_NEXT_ANSWER: Final = re.compile(r"\n(?=.)")
_PLACE: Final = re.compile(r"\{(name|text)\}")
_GLIMPSE: Final = 16  # bytes shown of a message that has not ended: too few for a text to be found in it
_CUT: Final = 6  # the longest thing that may be cut at the end of a piece without a quote before it: \u0430


def is_framed(framing: str) -> bool:
    """Whether the server can tell where a guest's message ends, so that pieces make one message and glued ones are two."""
    return reads_lines(framing) or framing in ("json-lines", "nul") or framing.startswith("length")


def answers_of(then: str) -> list[str]:
    """What has to be sent after the name, one by one: a newline stands between two answers."""
    return _NEXT_ANSWER.split(then)


def is_known(framing: str) -> bool:
    """Whether there is such a framing."""
    return framing in (*PLAIN, "nul", "json", "json-lines", "json-out") or _LENGTH.fullmatch(framing) is not None


class Wire:
    """How the guests of one server write and read.

    Attributes:
        wraps: a text is more on the wire than itself and a newline, so the Room is told what was meant and not what was sent.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._framing = dialect.framing
        self._objects = dialect.framing.startswith("json") or bool(_OBJECT.match(dialect.says) or _OBJECT.match(dialect.hello))
        self.wraps = dialect.says != "{text}" or dialect.framing not in (*PLAIN, "json-out")

    def hello(self, name: str) -> list[bytes]:
        """The messages that bring somebody in, each to be sent when the one before has been answered. Over UDP there must be one, as nobody
        is known before his first datagram: where no name is given by itself, it is a text like any other."""
        templates = filter(None, (self._dialect.hello, *answers_of(self._dialect.then)))
        messages = [self._framed(self._fill(template, name, "")) for template in templates]
        return messages or ([self.text(name, name)] if self._dialect.transport == "udp" else [])

    def text(self, text: str, name: str = "") -> bytes:
        """One text as a guest's program sends it."""
        return self._framed(self._fill(self._dialect.says, name, text))

    def quit(self, name: str = "") -> bytes:
        """What ends the session of whoever sends it. A word is said as a text where texts come in objects; else it is a whole message."""
        word = self._dialect.quit
        if _OBJECT.match(self._dialect.says) and not _OBJECT.match(word):
            return self.text(word, name)
        return self._framed(self._fill(word, name, ""))

    def inside(self, letter: str) -> bytes:
        """How a letter of a text looks on the wire."""
        return (self._quoted(letter) if _OBJECT.match(self._dialect.says) else letter).encode(self._dialect.encoding, errors="replace")

    def meant(self, text: bytes) -> bytes:
        """What a Room that reads this dialect is told for a text: it knows of newlines, and of no other wrapping."""
        return text + b"\n" if reads_lines(self._framing) else text

    def stream(self) -> Stream:
        """For one guest: to unwrap what he receives."""
        length = _LENGTH.fullmatch(self._framing)
        split = _Zeros() if self._framing == "nul" else _Lengths(length) if length else None
        return Stream(split, self._objects, self._dialect.encoding)

    def _fill(self, template: str, name: str, text: str) -> str:
        write = self._quoted if _OBJECT.match(template) else str
        values = {"name": write(name), "text": write(text)}
        return _PLACE.sub(lambda found: values[found[1]], template)

    def _quoted(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=self._dialect.escaped)[1:-1]

    def _framed(self, message: str) -> bytes:
        ends = reads_lines(self._framing) or self._framing == "json-lines"
        data = frame(message, "lines" if ends else "none", self._dialect.encoding)
        if self._framing == "nul":
            return data + b"\0"
        length = _LENGTH.fullmatch(self._framing)
        return _header(length, len(data)) + data if length else data


def _header(kind: re.Match[str], length: int) -> bytes:
    if kind["line"]:
        return b"%d\n" % length
    if kind["digits"]:
        return str(length).zfill(int(kind["digits"])).encode()
    size: int = int(kind["bytes"])
    return min(length, (1 << 8 * size) - 1).to_bytes(size, "little" if kind["little"] else "big")


class Stream:
    """What one guest received, unwrapped as it comes."""

    def __init__(self, split: _Zeros | _Lengths | None, objects: bool, encoding: str) -> None:
        """`split` takes whole messages off the front of the bytes; `objects`: they are, or hold, objects of JSON."""
        self._split, self._objects, self._encoding = split, objects, encoding
        self._taken = 0
        self._rest = bytearray()
        self._open = Objects(encoding)
        self._done = bytearray()
        self._whole = b""

    def of(self, inbox: bytearray) -> bytes | bytearray:
        """The plain bytes of everything received so far; `inbox` only grows. What is not yet a whole message stands last."""
        if self._split is None and not self._objects:
            return inbox
        if len(inbox) > self._taken:
            self._rest += inbox[self._taken :]
            self._taken = len(inbox)
            self._done += b"".join(self._messages())
            self._whole = bytes(self._done) + _glimpse(bytes(self._rest)) + self._open.rest()
        return inbox if self._split is not None and self._split.plain else self._whole

    def _messages(self) -> Iterator[bytes]:
        if self._split is None:
            yield self._open.feed(bytes(self._rest))
            self._rest.clear()
            return
        for message in self._split.messages(self._rest):
            one = Objects(self._encoding)
            yield (one.feed(message) + one.rest() if self._objects else message).removesuffix(b"\n") + b"\n"


def _glimpse(rest: bytes) -> bytes:
    return rest if len(rest) <= _GLIMPSE else rest[:_GLIMPSE] + "…".encode()


class _Zeros:
    """Takes messages that end with a zero byte off the front of a buffer."""

    plain = False

    def messages(self, rest: bytearray) -> Iterator[bytes]:
        """What is whole."""
        *messages, last = rest.split(b"\0")
        rest[:] = last
        yield from map(bytes, messages)


class _Lengths:
    """Takes messages with their length before them off the front of a buffer, until what stands there is no length.

    Attributes:
        plain: no length stood there from the beginning: the server only reads them and sends plain text. Later, it is beyond reading.
    """

    def __init__(self, kind: re.Match[str]) -> None:
        self._kind, self._lost, self._some = kind, False, False

    @property
    def plain(self) -> bool:
        return self._lost and not self._some

    def messages(self, rest: bytearray) -> Iterator[bytes]:
        """What is whole."""
        at = 0
        while not self._lost and (head := self._head(rest, at)):
            begin, length = head
            if length > LONGEST_FRAME or length < 0:
                self._lost = True
            elif len(rest) < begin + length:
                break
            else:
                yield bytes(rest[begin : begin + length])
                at, self._some = begin + length, True
        del rest[:at]

    def _head(self, rest: bytearray, at: int) -> tuple[int, int] | None:
        """(where the message begins, its length or -1 for nonsense), None while the length is not all there."""
        if self._kind["line"]:
            end = rest.find(b"\n", at, at + 12)
            if end < 0:
                return (at, -1) if rest[at:].strip(b"0123456789 \r") or len(rest) - at > 12 else None
            return end + 1, _number(rest[at:end])
        size = int(self._kind["bytes"] or self._kind["digits"])
        if len(rest) < at + size:
            return (at, -1) if self._kind["digits"] and rest[at:].strip(b"0123456789 ") else None
        head = rest[at : at + size]
        return at + size, _number(head) if self._kind["digits"] else int.from_bytes(head, "little" if self._kind["little"] else "big")


def _number(digits: bytes | bytearray) -> int:
    return int(digits) if re.fullmatch(rb"\s*\d{1,10}\s*", digits) else -1


class Objects:
    """Finds objects of JSON in a stream, back to back or with anything between, and shows each on a line of its own."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._read = json.JSONDecoder(strict=False).raw_decode
        self._rest = ""
        self._vain = 0
        self._within_a_line = self._after_object = False

    def feed(self, data: bytes) -> bytes:
        """What is complete with these bytes."""
        text, at = self._rest + self._decoder.decode(data), 0
        shown: list[str] = []
        while at < len(text):
            brace = text.find("{", at) if self._vain < MOST_BRACES else -1
            between = text[at : brace if brace >= 0 else len(text)]
            at += len(between)
            self._show(shown, between.lstrip() if self._after_object else between)
            if brace >= 0:
                one, length = self._object(text, brace)
                if not length:
                    break
                self._show(shown, one)
                self._after_object = length > 1
                at += length
        self._rest = text[at:]
        return "".join(shown).encode(self._encoding, errors="replace")

    def _show(self, shown: list[str], piece: str) -> None:
        if not piece:
            return
        self._after_object = False
        if piece.endswith("}\n") and self._within_a_line:
            shown.append("\n")
        shown.append(piece)
        self._within_a_line = not piece.endswith("\n")

    def rest(self) -> bytes:
        """A glimpse of what may be the beginning of an object."""
        return _glimpse(self._rest.encode(self._encoding, errors="replace"))

    def _object(self, text: str, at: int) -> tuple[str, int]:
        """(the object at this brace as it is shown, how long it was); the brace itself if there is none, and ("", 0) if it goes on."""
        try:
            value, end = self._read(text, at)
            return show(value) + "\n", end - at
        except json.JSONDecodeError as error:
            if error.msg.startswith("Unterminated") or error.pos >= len(text) - _CUT:
                return "", 0
        except (ValueError, RecursionError):  # a number or a nesting beyond all reason
            self._vain = MOST_BRACES
        self._vain += 1
        return "{", 1


def show(value: object) -> str:
    """A value of JSON as one writes it by hand: strings in quotes, with nothing escaped. Raises RecursionError."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {show(one)}' for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(show, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else json.dumps(value)


def objects_in(stream: bytes | bytearray, text: str) -> bool:
    """Whether a text came as a part of an object."""
    lines = Objects().feed(bytes(stream)).decode("utf-8", errors="replace").split("\n")
    return any(_OBJECT.match(line) and line.endswith("}") and text in line for line in lines)
