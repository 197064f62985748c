"""How lines look: a time stamp, the author in a colour of his own, the text; and the bar at the bottom. Pure.

A fragment is a style and a text, as prompt_toolkit takes them, but nothing here needs it. No meaning is in colour alone: notices begin with
a dot of their own, and a name always stands before its text. What comes here has been made harmless by `clients.talk`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, TypeAlias

from reference.clients.terminal.presence import Line

Fragments: TypeAlias = list[tuple[str, str]]

# Entries of the 256-colour table, each with a contrast of at least 4 to black and to white: nobody knows what background a terminal has.
COLOURS: Final = ("#d7005f", "#af5f00", "#5f8700", "#00875f", "#0087af", "#005fff", "#875fff", "#d700d7", "#af00ff", "#d70087")
STYLES: Final = {"time": "#808080", "notice": "#808080", "trouble": "bold"} | {
    f"author{number}": f"bold {colour}" for number, colour in enumerate(COLOURS)
}
TAB: Final = 4  # columns


def author_style(name: str) -> str:
    """The same name has the same colour in every session and on every machine, so not `hash`, which is salted."""
    return f"class:author{zlib.crc32(name.encode(errors='replace')) % len(COLOURS)}"


def fragments(line: Line, moment: datetime) -> Fragments:
    """One line of the conversation, without its newline."""
    text = line.text.expandtabs(TAB)
    shown: Fragments = [("class:time", f"{moment:%H:%M} ")]
    if line.kind == "said":
        return [*shown, *([(author_style(line.author), line.author), ("", ": ")] if line.author else []), ("", text)]
    before, name, after = text.partition(line.author) if line.author else (text, "", "")
    pieces = [("class:notice", f"· {before}"), (author_style(name), name), ("class:notice", after)]
    return shown + [(style, piece) for style, piece in pieces if piece]


def remark(text: str, moment: datetime, *, trouble: bool = False) -> Fragments:
    """What the client itself says to the person, in brackets: the server's words have none."""
    return [("class:time", f"{moment:%H:%M} "), ("class:trouble" if trouble else "class:notice", f"({text})")]


def bar(state: str, names: Iterable[str], columns: int, measure: Callable[[str], int] = len) -> str:
    """The bar at the bottom, in one row.

    Args:
        state: where we are connected to, or what is wrong.
        names: who is here, most important first; none for a server that does not tell. In a narrow terminal they take the place of
            `state`, and "и ещё 3" that of the last of them.
        columns: the width of the terminal.
        measure: how many columns a text takes (a Chinese letter takes two).
    """
    everybody = list(names)
    if not everybody:
        return _cut(f" {state}", columns, measure)
    full = f" {state} · здесь: {', '.join(everybody)}"
    if measure(full) <= columns:
        return full
    for count in range(min(len(everybody), columns // 3), 0, -1):  # a name takes three columns at least: comma, space, letter
        rest = len(everybody) - count
        text = f" здесь: {', '.join(everybody[:count])}{f' и ещё {rest}' if rest else ''}"
        if measure(text) <= columns:
            return text
    return _cut(f" здесь {len(everybody)}", columns, measure)


def _cut(text: str, columns: int, measure: Callable[[str], int]) -> str:
    while measure(text) > columns:
        text = text[:-1]
    return text
