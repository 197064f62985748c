"""The small pieces the terminal report is laid out of. All text goes into rich as Text, so nothing in it is markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grading.reports.text import safe, safe_lines
from grading.result import CheckResult, Verdict

_NARROW: Final = 56  # cells: beside names of a dozen, less than forty would be left for the text


def listed(title: str, lines: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """A heading with its lines; nothing at all without lines."""
    lines = list(lines)
    if lines:
        yield heading(title)
        yield from lines


def line(sign: str, style: str, check: CheckResult, more: str = "") -> RenderableType:
    """One check on one line: sign, points, title, and what more there is to say; a long one is folded beside its points."""
    text = Text(title(check), overflow="fold")
    if more:
        text.append(" — " + "; ".join(safe_lines(more)), "dim")
    return row(sign, style, str(check.points) if check.verdict is Verdict.PASSED else f"{check.points}/{check.max_points}", text)


def row(sign: str, style: str, worth: str, text: Text) -> RenderableType:
    """A sign, points, and a text that is folded beside them."""
    made = Table.grid(padding=(0, 1, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True, justify="right", min_width=4)
    made.add_column(overflow="fold")
    made.add_row(Text(sign, style), Text(worth, "bold"), text)
    return inside(made)


def title(check: CheckResult) -> str:
    """A check's title without the full stop of its docstring: here it stands among other words."""
    return safe(check.title).rstrip(".")


def heading(text: str) -> RenderableType:
    """An empty line and a title."""
    return Group(Text(), bare(text, "bold"))


class Grid:
    """Names on the left, what may be long on the right; on a narrow screen beneath its name."""

    def __init__(self, rows: Iterable[tuple[str, RenderableType]]) -> None:
        self._rows = [(bare(what, "dim"), folded(how) if isinstance(how, str) else how) for what, how in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        if options.max_width >= _NARROW:
            table = Table.grid(padding=(0, 2, 0, 0))
            table.add_column(no_wrap=True)
            table.add_column(overflow="fold")
            for what, how in self._rows:
                table.add_row(what, how)
            yield table
            return
        for what, how in self._rows:
            if what:
                yield what
            yield inside(how)


def grid(rows: Iterable[tuple[str, RenderableType]]) -> RenderableType:
    """Names and what may be long; strings are made harmless, folded and never cut."""
    return inside(Grid(rows))


def folded(text: str) -> Text:
    """Lines of text, harmless, folded where they do not fit."""
    return Text("\n".join(safe_lines(text)), overflow="fold")


def body(text: str) -> RenderableType:
    """Lines of text, two spaces in."""
    return inside(folded(text))


def indented(text: str, style: str = "") -> RenderableType:
    """One line, two spaces in."""
    return inside(bare(text, style))


def inside(part: RenderableType) -> Padding:
    """Two spaces in, and no spaces behind: a report is also read from a file."""
    return Padding(part, (0, 0, 0, 2), expand=False)


def bare(text: str, style: str = "") -> Text:
    """One line of harmless text."""
    return Text(safe(text), style, overflow="fold")
