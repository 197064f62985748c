"""What came against what was expected: both cut to a window around the first wrong character, and how many cells stand before it.

Pure. Cells are those of a terminal: a wide character has two. Where the bytes tell more than the text, they are given as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from rich.cells import cell_len

from grading.oracle import matched
from grading.reports.text import encodable, hidden, safe

_ALIKE: Final = 3  # characters in common without which two texts are not worth a comparison
_LOOKED_AT: Final = 400  # characters of either side in which a text is looked for that did not come from its beginning
_BYTES: Final = 6  # bytes shown of each side: a letter and a half of the rare ones
_CUT: Final = "..."  # three characters on every console, so that the caret stays where it is


class Char(NamedTuple):
    """One character, or one byte that is none: as it is shown, and what it is on the wire."""

    shown: str
    data: bytes


@dataclass(frozen=True)
class Compared:
    """Two lines and where they part.

    Attributes:
        expected, received: harmless, one line each, no wider than asked for.
        at: cells before the first difference, the same in both.
        expected_bytes, received_bytes: in hexadecimal, from the first difference on; "" where the text says it all.
        ended: nothing more came at all.
    """

    expected: str
    received: str
    at: int
    expected_bytes: str = ""
    received_bytes: str = ""
    ended: bool = False


def chars(data: bytes, encoding: str) -> list[Char]:
    r"""The data character by character; what is no character comes out as "\xff", a control character spelt out."""
    try:
        text = data.decode(encoding, "surrogateescape")
        return [Char(_shown(char), char.encode(encoding, "surrogateescape")) for char in text]
    except (LookupError, UnicodeError):  # an encoding of no bytes, or one nobody knows
        return [Char(_shown(chr(byte)) if byte < 128 else f"\\x{byte:02x}", bytes([byte])) for byte in data]


def _shown(char: str) -> str:
    return f"\\x{ord(char) - 0xDC00:02x}" if 0xDC80 <= ord(char) <= 0xDCFF else safe(char)


def aligned(expected: bytes, stream: bytes, encoding: str) -> bytes | None:
    """The part of a stream that was meant to be this text: from its beginning, or from where it would have been. None: nothing alike."""
    whole = matched(stream, expected)
    if whole and whole >= min(_ALIKE, len(expected)):
        return stream[stream.find(expected[:whole]) :]
    texts = [chars(data, encoding)[:_LOOKED_AT] for data in (expected, stream)]
    plain = ["".join(char.shown[-1:].lower()[:1] or " " for char in text) for text in texts]  # one for one, in any case
    match = SequenceMatcher(None, plain[0], plain[1], autojunk=False).find_longest_match()
    if match.size < min(_ALIKE, len(plain[0])) or not match.size:
        return None
    return b"".join(char.data for char in texts[1][max(0, match.b - match.a) :])


def compare(expected: bytes, received: bytes, encoding: str = "utf-8", width: int = 60, console: str = "utf-8") -> Compared | None:
    """Where the two part, in windows of so many cells; None where `received` begins with `expected`.

    Args:
        encoding: of the bytes.
        console: the encoding of the screen; what it does not have is replaced before cells are counted.
    """
    right, came = chars(expected, encoding), chars(received, encoding)
    first = next((n for n, (one, other) in enumerate(zip(right, came, strict=False)) if one.data != other.data), min(len(right), len(came)))
    if first == len(right):
        return None
    before = _fitting([encodable(char.shown, console) for char in reversed(right[:first])], width // 2 - len(_CUT))
    begin = first - before
    lead = (_CUT if begin else "") + "".join(encodable(char.shown, console) for char in right[begin:first])
    room = width - cell_len(lead)
    lines = [lead + _tail([encodable(char.shown, console) for char in side[first:]], room) for side in (right, came)]
    needed = _bytes_matter(right[first:], came[first:])
    shown = [_hexadecimal(side[first:]) if needed else "" for side in (right, came)]
    return Compared(lines[0], lines[1], cell_len(lead), shown[0], shown[1], first == len(came))


def _fitting(shown: Sequence[str], room: int) -> int:
    """How many of these, from the first, fit into so many cells."""
    taken = 0
    for number, char in enumerate(shown):
        taken += cell_len(char)
        if taken > room:
            return number
    return len(shown)


def _tail(shown: Sequence[str], room: int) -> str:
    if _fitting(shown, room) == len(shown):
        return "".join(shown)
    return "".join(shown[: _fitting(shown, room - len(_CUT))]) + _CUT


def _bytes_matter(right: Sequence[Char], came: Sequence[Char]) -> bool:
    """Where something that is no visible character is at the difference: half a letter, NUL, a newline, a blank at the end."""
    near = [*right[:2], *came[:2]]
    odd = any(len(char.shown) > 1 or any(hidden(one) for one in char.shown) for char in near)
    only_blanks = not came and all(not char.shown.strip() for char in right)
    return odd or only_blanks


def _hexadecimal(side: Sequence[Char]) -> str:
    data = b"".join(char.data for char in side[:_BYTES])
    return data[:_BYTES].hex(" ") + (" ..." if len(data) > _BYTES or len(side) > _BYTES else "")
