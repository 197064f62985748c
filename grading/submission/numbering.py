"""The numbers of lines that were copied along with a listing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from grading.submission.texts import read_source

_NUMBER = re.compile(r"[ \t]*(\d{1,5})(?:[ \t]?[:.)|│](?=\s|$|\|)|(?=[ \t]|$))\|?")
_NEARLY_ALL = 0.9
_FEWEST = 3  # lines in a row that count for a numbering


def unnumbered(lines: Sequence[str]) -> list[str]:
    """The lines without numbers where nearly each has one, counting up by one; else as they are. How many there are stays the same."""
    found = [_NUMBER.match(line) for line in lines]
    said = [index for index, line in enumerate(lines) if line.strip()]
    if len(said) < _FEWEST or _in_order(found) < _NEARLY_ALL * len(said):
        return list(lines)
    cut = [line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)]
    in_column = [" " * match.end() + line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)]
    return next((way for way in (cut, in_column) if _parses(way)), cut)  # "9  x" above "10 x" has the code in one column


def _in_order(found: Sequence[re.Match[str] | None]) -> int:
    """How many lines have a number that follows the one before; empty lines may have been counted without being numbered."""
    numbers = [(index, int(match[1])) for index, match in enumerate(found) if match]
    steps = ((there[1] - here[1], there[0] - here[0]) for here, there in pairwise(numbers))
    return bool(numbers) + sum(step in (1, apart) for step, apart in steps)


def _parses(lines: Sequence[str]) -> bool:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return read_source("\n".join([*(line[margin:] for line in lines), ""]).encode("utf-8", "replace")).tree is not None
