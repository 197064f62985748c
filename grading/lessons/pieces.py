"""What was sent above what was received, byte by byte: where messages are glued, and where a letter is cut.

One column is one byte. The colour of a byte says in which message it was sent; a box is one send above and one recv below. A letter that a
box holds only a part of is shown as what `decode` would make of it, U+FFFD, once for each of its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from grading.lessons.shown import Shown
from grading.messages import _

# All lengths are CSS pixels.
_BYTE: Final = 10
_HIGH: Final = 30
_LEFT: Final = 104
"""Room for the words before the boxes."""
_ROWS: Final = (12, 86)
"""Tops of the two rows of boxes."""
_LONGEST_CHARACTER: Final = 4
"""Bytes of one character in UTF-8."""

_STYLE: Final = """
.pieces{--paper:#fff;--ink:#1f2328;--soft:#57606a;--bad:#b3261e;--a:#1d5fbf;--b:#b06a00;--c:#3a741c;--d:#7a3fb5;
max-width:100%;height:auto;background:var(--paper);
color-scheme:light dark;font:14px/1 ui-monospace,"Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){.pieces{--paper:#15181c;--ink:#e6e9ec;--soft:#a5afba;--bad:#ff9a90;--a:#84b6ff;--b:#e3b75c;
--c:#9fd372;--d:#cfa8ff}}
.pieces text{fill:var(--ink);text-anchor:middle}.pieces .soft{fill:var(--soft);font-size:12px}.pieces .row{text-anchor:start}
.pieces .bad{fill:var(--bad);font-size:12px}.pieces .box{fill:none;stroke:var(--ink);stroke-width:1.6}
.pieces .cut{stroke:var(--soft);stroke-dasharray:2 4}.pieces .a{fill:var(--a)}.pieces .b{fill:var(--b)}.pieces .c{fill:var(--c)}
.pieces .d{fill:var(--d)}.pieces .a,.pieces .b,.pieces .c,.pieces .d{fill-opacity:.22}
""".replace("\n", "")


def pieces(sent: Sequence[bytes], received: Sequence[bytes]) -> Shown:
    """A picture of both.

    Args:
        sent: what each call of send was given.
        received: what each recv returned.
    """
    rows = ((_("отправлено"), sent), (_("получено"), received))
    return Shown(svg=_svg(rows, [len(data) for data in sent]), text="\n".join(f"{title:<10} {_line(row)}" for title, row in rows))


def _line(row: Sequence[bytes]) -> str:
    return f"[{'] ['.join(data.decode(errors='replace') for data in row)}]"


def _svg(rows: Sequence[tuple[str, Sequence[bytes]]], messages: Sequence[int]) -> str:
    longest = max(sum(map(len, row)) for _title, row in rows)
    width, height = _LEFT + _BYTE * longest + 14, _ROWS[1] + _HIGH + 30
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    drawn = [f"<style>{_STYLE}</style>", *_cuts(messages)]
    for (title, row), y in zip(rows, _ROWS, strict=True):
        drawn += [f'<text class="row" x="12" y="{y + 20}">{escape(title)}</text>', *_boxes(row, y, messages)]
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="pieces" role="img" {size}>{"".join(drawn)}</svg>'


def _boxes(row: Sequence[bytes], y: int, messages: Sequence[int]) -> Iterator[str]:
    start = 0
    for data in row:
        x, wide = _LEFT + _BYTE * start, _BYTE * len(data)
        for colour, first, last in _colours(messages, start, start + len(data)):
            yield f'<rect class="{colour}" x="{_LEFT + _BYTE * first}" y="{y}" width="{_BYTE * (last - first)}" height="{_HIGH}"/>'
        for letter, at, size in _letters(data):
            css = ' class="bad"' if letter == "\ufffd" else ""
            yield f'<text{css} x="{x + _BYTE * (at + size / 2):g}" y="{y + 20}">{escape(letter)}</text>'
        yield f'<rect class="box" x="{x + 1}" y="{y}" width="{wide - 2}" height="{_HIGH}" rx="4"/>'
        yield f'<text class="soft" x="{x + wide / 2:g}" y="{y + _HIGH + 17}">{len(data)}</text>'
        start += len(data)


def _cuts(messages: Sequence[int]) -> Iterator[str]:
    """Down to the second row, where a message ended in the first: the border that nobody sees there."""
    for count in range(1, len(messages)):
        x = _LEFT + _BYTE * sum(messages[:count])
        yield f'<path class="cut" d="M{x} {_ROWS[0] + _HIGH}V{_ROWS[1]}"/>'


def _colours(messages: Sequence[int], start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The runs of bytes from `start` to `end` that were sent in one message: (class, first, last)."""
    begin = 0
    for number, size in enumerate(messages):
        first, last = max(begin, start), min(begin + size, end)
        if first < last:
            yield "abcd"[number % 4], first, last
        begin += size


def _letters(data: bytes) -> Iterator[tuple[str, int, int]]:
    """What there is to read: (letter, its first byte, how many bytes it takes)."""
    at = 0
    while at < len(data):
        letter, size = _letter(data[at : at + _LONGEST_CHARACTER])
        yield "↵" if letter == "\n" else letter, at, size
        at += size


def _letter(data: bytes) -> tuple[str, int]:
    for size in range(1, len(data) + 1):
        try:
            return data[:size].decode(), size
        except UnicodeDecodeError:
            pass
    return "\ufffd", 1
