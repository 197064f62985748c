"""A state diagram: states in a row, in the order in which they were found, and arrows with what happened and what was answered.

An arrow to the next state is straight; one to the same state is a loop above it; every other has a level of its own below. So no two of
them cross where they have words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

# All lengths are CSS pixels.
_WIDE: Final = 124
_HIGH: Final = 40
"""A state."""
_GAP: Final = 216
_LEFT: Final = 14
_RIGHT: Final = 46
"""Room beside the states: the words of a loop are wider than its state, and the first state has none."""
_LINE: Final = 16
_ROOM: Final = 12
"""Between two things."""
_LONGEST: Final = 34
"""Letters in a line."""

_STYLE: Final = """
.states{--paper:#fff;--ink:#1f2328;--soft:#57606a;--a:#1d5fbf;--touch:#eef2f6;
max-width:100%;height:auto;background:var(--paper);
color-scheme:light dark;font:12px/1.3 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){.states{--paper:#15181c;--ink:#e6e9ec;--soft:#a5afba;--a:#84b6ff;--touch:#22272e}}
.states text{fill:var(--ink);text-anchor:middle}.states .soft{fill:var(--soft)}.states .name{font-size:14px;font-weight:600}
.states rect{fill:var(--touch);stroke:var(--ink);stroke-width:1.4}.states path{fill:none;stroke:var(--a);stroke-width:1.6}
""".replace("\n", "")


@dataclass(frozen=True)
class Arrow:
    """From one state to another, or back to the same.

    Attributes:
        start, end: the names of the states.
        event: what happened.
        told: what was answered, in lines.
    """

    start: str
    end: str
    event: str
    told: tuple[str, ...] = ()


def diagram(arrows: Sequence[Arrow]) -> str:
    """All arrows and their states as one <svg>."""
    return _Canvas(arrows).svg()


class _Canvas:
    """The places of all things."""

    def __init__(self, arrows: Sequence[Arrow]) -> None:
        names = list(dict.fromkeys(name for arrow in arrows for name in (arrow.start, arrow.end)))
        self.middles = {name: _LEFT + _WIDE // 2 + number * (_WIDE + _GAP) for number, name in enumerate(names)}
        words: dict[tuple[int, int], list[tuple[str, str]]] = {}
        for arrow in arrows:
            ends = names.index(arrow.start), names.index(arrow.end)
            words.setdefault(ends, []).extend(_words(arrow))
        self.words = words
        straight = max((len(lines) for (start, end), lines in words.items() if end == start + 1), default=0)
        self.loops = max(40, straight * _LINE + _ROOM)  # from the middle of the states up to where the words of loops end
        highest = max((len(lines) for (start, end), lines in words.items() if end == start), default=0)
        self.y = self.loops + highest * _LINE + 2 * _ROOM
        self.low = self.y + _HIGH // 2
        self.width = _LEFT + _RIGHT + len(names) * _WIDE + (len(names) - 1) * _GAP

    def svg(self) -> str:
        drawn = [*self._states(), *self._above(), *self._below()]
        size = f'width="{self.width}" height="{self.low + 2 * _ROOM}" viewBox="0 0 {self.width} {self.low + 2 * _ROOM}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" class="states" role="img" {size}><style>{_STYLE}</style>{"".join(drawn)}</svg>'

    def _states(self) -> Iterator[str]:
        for name, x in self.middles.items():
            yield f'<rect x="{x - _WIDE // 2}" y="{self.y - _HIGH // 2}" width="{_WIDE}" height="{_HIGH}" rx="{_HIGH // 2}"/>'
            yield f'<text class="name" x="{x}" y="{self.y + 5}">{escape(name)}</text>'

    def _above(self) -> Iterator[str]:
        middles = list(self.middles.values())
        for (start, end), lines in self.words.items():
            x, top = middles[start], self.y - _HIGH // 2
            if end == start + 1:
                yield _path(f"M{x + _WIDE // 2} {self.y}H{middles[end] - _WIDE // 2}", "right")
                yield from _written(lines, (x + middles[end]) // 2, self.y - 8)
            elif end == start:
                high = self.y - self.loops + 4
                yield _path(f"M{x - 16} {top}V{high + 10}Q{x - 16} {high} {x} {high}T{x + 16} {high + 10}V{top}", "down")
                yield from _written(lines, x, high - 6)

    def _below(self) -> Iterator[str]:
        """The arrows to earlier states, each on its level: the nearest first, so that the longer ones go around it."""
        middles = list(self.middles.values())
        far = sorted((ends for ends in self.words if ends[1] not in (ends[0], ends[0] + 1)), key=lambda ends: abs(ends[0] - ends[1]))
        bottom = self.low
        for number, (start, end) in enumerate(far):
            lines = self.words[start, end]
            level = self.low + len(lines) * _LINE + 2 * _ROOM
            way, aside = (1 if end > start else -1), _WIDE // 2 - 20 - 14 * number
            begin, goal = middles[start] + way * aside, middles[end] - way * aside
            corner = f"V{level - 8}Q{begin} {level} {begin + 8 * way} {level}H{goal - 8 * way}Q{goal} {level} {goal} {level - 8}"
            yield _path(f"M{begin} {bottom}{corner}V{bottom}", "up")
            yield from _written(lines, (begin + goal) // 2, level - 6)
            self.low = level


def _words(arrow: Arrow) -> list[tuple[str, str]]:
    """The lines of an arrow: (class, text)."""
    return [("", _short(arrow.event)), *(("soft", _short(line)) for line in arrow.told)]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _written(lines: Sequence[tuple[str, str]], x: int, bottom: int) -> Iterator[str]:
    for number, (css, text) in enumerate(reversed(lines)):
        yield f'<text class="{css}" x="{x}" y="{bottom - number * _LINE}">{escape(text)}</text>'


_HEADS: Final = {"right": "m-8 -5l8 5l-8 5", "down": "m-5 -8l5 8l5 -8", "up": "m-5 8l5 -8l5 8"}


def _path(line: str, head: str) -> str:
    return f'<path d="{line}{_HEADS[head]}"/>'
