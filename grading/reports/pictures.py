"""What a terminal shows with a pointer under it: two texts and where they part, a line of code and the call that waits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from grading.messages import _
from grading.reports import words
from grading.reports.compare import compare
from grading.reports.layout import folded
from grading.reports.narrative import Line
from grading.reports.text import encodable, safe
from grading.result import Stuck

_LEAST: Final = 16  # cells: in less, a comparison shows nothing


class Comparison:
    """Expected, received, and a caret under the first wrong character."""

    def __init__(self, expected: bytes, received: bytes, encoding: str) -> None:
        self._sides = expected, received, encoding

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        names = [_("ждали"), _("пришло")]
        wide = max(map(cell_len, names)) + 2
        found = compare(*self._sides, max(_LEAST, options.max_width - wide), console.encoding)
        if found is None:
            return
        lines = found.expected, found.received
        for name, line in zip(names, lines, strict=True):
            yield Text.assemble((name.ljust(wide), "dim"), line, no_wrap=True, overflow="crop")
        remark = _("дальше ничего") if found.ended else _("отсюда иначе")
        fits = wide + found.at + 2 + cell_len(remark) <= options.max_width
        yield Text(" " * (wide + found.at) + "^" + (" " + remark if fits else ""), "bold red", no_wrap=True, overflow="crop")
        if not fits:
            yield Text(remark, "bold red")
        if found.expected_bytes or found.received_bytes:
            nothing = _("ничего")
            text = _("байты: ждали {expected}, пришло {received}")
            yield Text(text.format(expected=found.expected_bytes or nothing, received=found.received_bytes or nothing), overflow="fold")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(_LEAST, options.max_width), options.max_width)


class Place:
    """A line of the student's code and, under the call that waits there, for whom it waits."""

    def __init__(self, thread: Stuck, more: int = 0) -> None:
        """`more` threads wait at the same place."""
        self._thread, self._more = thread, more

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        thread, words = self._thread, why(self._thread, self._more)
        if place := (f"{thread.file}:{thread.line}" if thread.line else thread.file):
            yield Text(safe(place), overflow="fold")
        source = encodable(safe(thread.source), console.encoding)
        at = _call(source, thread.call)
        if source:
            yield Text("> " + source, "bold", overflow="fold")
        if not at or 2 + cell_len(source) > options.max_width:  # a folded line has no place for a pointer
            yield from [folded(words)] if words else []
            return
        pointer = " " * (2 + cell_len(source[: at.start()])) + "^" * cell_len(at.group())
        fits = cell_len(pointer) + 1 + cell_len(words) <= options.max_width
        yield Text.assemble((pointer, "bold red"), " " + safe(words) if fits else "", no_wrap=True, overflow="crop")
        if words and not fits:
            yield folded(words)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(_LEAST, options.max_width), options.max_width)


def _call(source: str, call: str) -> re.Match[str] | None:
    """Where in a line the call stands: recv may be recvfrom, a loop that never rests begins with its keyword."""
    words = r"\b(?:while|for)\b" if call == "busy" else rf"\b{re.escape(call)}\w*" if call else r"(?!)"
    return re.search(words, source)


def why(thread: Stuck, more: int = 0) -> str:
    """The call a thread sits in and for whom it waits, in one line."""
    alike = _("и ещё потоков в том же месте: {n}").format(n=more) if more else ""
    return ", ".join(part for part in (words.waits(thread), alike) if part)


def story(lines: Iterable[Line]) -> RenderableType:
    """The steps of a conversation, one beneath the other; the wrong one with a sign, and in its own words."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        style = "bold red" if line.wrong else ""
        table.add_row(Text("✗" if line.wrong else "·", style or "dim"), Text(safe(line.text), style, overflow="fold"))
    return table
