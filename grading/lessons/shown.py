"""How something of a lesson looks: words and a picture in a notebook, plain text anywhere else.

Words go out as a plain table: what GitHub shows of a stored notebook has no style, no class and no <svg> in HTML. So a picture is an output
of its own, of the type image/svg+xml, which brings its own paper along and stands on a light page and on a dark one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

_SHORT: Final = 24
"""Characters of a text that stays on one line in a table."""


class LessonError(Exception):
    """What a cell asks for cannot be had, in one line for the student. Jupyter shows that line and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True, repr=False)
class Shown:
    """Something a cell shows.

    Attributes:
        html: words as simple HTML, escaped already; "" for none.
        text: the same words as plain text.
        svg: a picture; "" for none.
        markdown: words as Markdown instead of `html`.
    """

    html: str = ""
    text: str = ""
    svg: str = ""
    markdown: str = ""

    def __repr__(self) -> str:
        return self.text

    def bundles(self) -> list[dict[str, str]]:
        """What Jupyter is given, one bundle an output."""
        words = {"text/html": self.html, "text/markdown": self.markdown, "text/plain": self.text}
        picture = {"image/svg+xml": self.svg, "text/plain": _first_line(self.text)}
        found = [words] if self.html or self.markdown else []
        found += [picture] if self.svg else []
        return [{kind: text for kind, text in bundle.items() if text} for bundle in found or [words]]

    def _ipython_display_(self) -> None:
        show = sys.modules["IPython.display"].display
        for bundle in self.bundles():
            if bundle:
                show(bundle, raw=True)


def show(what: Shown) -> None:
    """Shows it now: in a notebook as it looks there, else as text."""
    if _in_jupyter():
        what._ipython_display_()
    else:
        print(what)


def _in_jupyter() -> bool:
    ipython: Any = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


# -- tables


def html_table(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> str:
    """Plain texts as a table; `head` names its columns."""
    top = f"<thead><tr>{_cells(head, 'th')}</tr></thead>" if head else ""
    body = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in rows)
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _cells(row: Sequence[str], tag: str) -> str:
    return "".join(f"<{tag} {_left(text)}>{escape(text)}</{tag}>" for text in row)


def _left(text: str) -> str:
    """From the left, a short text on one line. GitHub keeps the first attribute, Jupyter obeys only the second."""
    whole = "; white-space: nowrap" if len(text) <= _SHORT else ""
    return f'align="left" style="text-align: left{whole}"'


def text_table(rows: Sequence[Sequence[str]], gap: str = "  ") -> str:
    """The same as lines of text, columns under each other."""
    columns = max(map(len, rows), default=0)
    widths = [max(len(row[number]) for row in rows if number < len(row)) for number in range(columns)]
    return "\n".join(gap.join(text.ljust(width) for text, width in zip(row, widths, strict=False)).rstrip() for row in rows)
