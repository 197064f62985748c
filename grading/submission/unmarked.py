"""Listings that Markdown does not know for listings: there is no mark, or it means something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from grading.submission.listings import Listing, caption_name, cleaned
from grading.submission.texts import read_source

_BEGINS = re.compile(r"(import|from|class|def|async def)\s+\w|@\w|#|\"\"\"|'''")
_CUTS = 100  # stumbles over prose before a text is given up


def indented(text: str) -> list[Listing]:
    """Blocks of lines indented by four or more, whatever is above: below `2. The server` Markdown takes them for the item's text."""
    found: list[Listing] = []
    block: list[tuple[int, str]] = []
    caption = ""
    for number, line in enumerate([*text.split("\n"), "."], 1):
        if (line.strip() and (line[0] == "\t" or line[:4].isspace())) or (block and not line.strip()):
            block.append((number, line))
        elif line.strip():
            found += _listing(block, caption)
            caption, block = ("" if block else caption) + line + "\n", []
    return found


def _listing(block: Sequence[tuple[int, str]], caption: str) -> Iterator[Listing]:
    if block:
        places, lines = zip(*block, strict=True)
        yield cleaned(Listing(lines, places, caption_name(caption), caption=caption, indented=True))


def bare(text: str) -> list[Listing]:
    """Stretches of a plain text that are programs: from a line that begins as Python to where it is Python no more."""
    lines = text.split("\n")
    found: list[Listing] = []
    first, cuts = 0, 0
    while first < len(lines) and cuts < _CUTS:
        end = first
        if _BEGINS.match(lines[first]):
            end, tried = _as_far_as_it_parses(lines, first)
            cuts += tried
        if end > first:
            caption = "\n".join(lines[max(0, first - 2) : first])
            found.append(
                cleaned(Listing(tuple(lines[first:end]), tuple(range(first + 1, end + 1)), caption_name(caption), caption=caption))
            )
        first = max(end, first + 1)
    return found


def _as_far_as_it_parses(lines: Sequence[str], first: int) -> tuple[int, int]:
    """(the line after the last one that belongs to the program, how often Python stumbled)."""
    end = len(lines)
    for tried in range(_CUTS):
        source = read_source("\n".join(lines[first:end]).encode("utf-8", "replace"))
        if source.tree is not None:
            prose = (node.lineno - 1 for node in source.tree.body if _is_prose(node))
            return first + next(prose, end - first), tried
        end = min(end, first + source.line) - 1
        if end <= first:
            break
    return first, _CUTS if end > first else 1


def _is_prose(node: ast.stmt) -> bool:
    """A heading of one word is Python, and so is "Результат: хороший": words in a row or after a colon that come to nothing."""
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Name | ast.Tuple | ast.Attribute)
