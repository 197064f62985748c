"""One picture of a conversation: a lane for the server, one for every guest, and an arrow for everything that passed between them.

Time goes down in equal steps. The column left of a guest's lane holds his arrows with their texts, so it reads as what this guest said
and heard. An arrow that is wrong has a band of its own, a sign and words; colour only helps. Hovering shows bytes and times; those who
do not see the picture get `steps`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from grading.messages import _, ngettext
from grading.reports import steps
from grading.reports.conversation import ROWS, Board, Cell, Row, arranged
from grading.result import Event

# All lengths are CSS pixels.
_SERVER: Final = 62
"""Middle of the server's lane."""
_COLUMNS: Final = {1: 230, 2: 230, 3: 200, 4: 178}
"""Width of a guest's column by the number of lanes: up to four fit beside the code on a large screen."""
_NARROWEST: Final = 160
_HEAD: Final = 52
_STEP: Final = 31
_WRONG_STEP: Final = 76
_LINE: Final = 17
_LETTER: Final = 6.9
"""A letter of 12 pixels, on average over Russian text in the usual fonts, and a little more."""
_BOLD: Final = 7.9
"""The same of bold type."""
_EDGE: Final = 14
_TALL: Final = 520
"""Height from which the names are written below once more."""

STYLE: Final = """
.lanes{--paper:#fff;--ink:#1f2328;--soft:#57606a;--rule:#c4cad1;--bad:#b3261e;--band:#fdeeec;--touch:#eef2f6;
--a:#1d5fbf;--b:#00716a;--c:#7a3fb5;--d:#8a5a00;--e:#3a741c;--f:#57606a;
background:var(--paper);color-scheme:light dark;font:12px/1.3 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){.lanes{--paper:#15181c;--ink:#e6e9ec;--soft:#a5afba;--rule:#454d57;--bad:#ff9a90;
--band:#3b1f1d;--touch:#22272e;--a:#84b6ff;--b:#57d0c2;--c:#cfa8ff;--d:#e3b75c;--e:#9fd372;--f:#a5afba}}
.lanes text{fill:var(--ink);text-anchor:middle;paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.lanes path{fill:none;stroke:currentColor;stroke-width:1.6}
.lanes .t{stroke:var(--rule);stroke-width:1.2}.lanes .server{stroke:var(--rule);stroke-width:6}.lanes .end{stroke-width:2.4}
.lanes .a{color:var(--a)}.lanes .b{color:var(--b)}.lanes .c{color:var(--c)}.lanes .d{color:var(--d)}.lanes .e{color:var(--e)}
.lanes .f{color:var(--f)}.lanes .name{font-weight:600;fill:currentColor}.lanes .soft text,.lanes text.soft{fill:var(--soft)}
.lanes .hit{fill:none;pointer-events:all}.lanes g:hover>.hit{fill:var(--touch)}.lanes .band{fill:var(--band)}
.lanes .bar{fill:var(--bad)}.lanes .wrong{color:var(--bad)}.lanes .wrong path{stroke-width:2.4}.lanes .wrong text{stroke:var(--band)}
.lanes .missing .line{stroke-dasharray:7 5}.lanes .sign{font-weight:700;fill:var(--bad)!important}
.lanes .start{text-anchor:start}.lanes .last{text-anchor:end}.lanes .note{fill:var(--bad);font-weight:600}
""".replace("\n", "")
"""What the classes of a picture look like; in a page with many pictures once is enough."""


def picture(events: Sequence[Event], *, title: str, rows: int = ROWS, style: bool = True, timed: bool = True) -> str:
    """The conversation as one <svg>, ready to stand in HTML or in a notebook; "" where nothing happened.

    Args:
        events: as `CheckResult.events` has them.
        title: what a screen reader calls the picture.
        rows: steps shown at most; what went wrong is always among them.
        style: whether STYLE comes along.
        timed: whether hovering shows times; without them, the same conversation gives the same picture.
    """
    return drawn(arranged(events, rows), title=title, style=style, timed=timed)


def drawn(board: Board, *, title: str, style: bool = True, timed: bool = True) -> str:
    """The same for a conversation that is arranged already."""
    return _Canvas(board, timed).svg(title, style) if board.rows else ""


class _Canvas:
    """The places of all things in one picture."""

    def __init__(self, board: Board, timed: bool) -> None:
        self.board, self.timed = board, timed
        self.column = _COLUMNS.get(board.lanes, _NARROWEST)
        self.width = _SERVER + self.column * board.lanes + 46
        self.notes = {number: self._note_lines(row) for number, row in enumerate(board.rows) if row.note}
        self.tops = [_HEAD]
        for number in range(len(board.rows)):
            self.tops.append(self.tops[-1] + self._height(number))
        self.bottom = self.tops[-1] + 6
        self.tall = self.bottom > _TALL

    def svg(self, title: str, style: bool) -> str:
        height = self.bottom + (34 if self.tall else 8)
        return "".join(
            [
                f'<svg class="lanes" role="img" width="{self.width}" height="{height}" viewBox="0 0 {self.width} {height}"'
                f' xmlns="http://www.w3.org/2000/svg"><title>{escape(steps.one_line(title))}</title><desc>{escape(self._summary())}</desc>',
                f"<style>{STYLE}</style>" if style else "",
                *self._bands(),
                *self._lifelines(),
                *self._names(20),
                *(self._names(self.bottom + 18, again=True) if self.tall else ()),
                *(piece for number, row in enumerate(self.board.rows) for piece in self._row(number, row)),
                "</svg>",
            ]
        )

    def _summary(self) -> str:
        guests = ngettext("{n} гость", "{n} гостя", len(self.board.guests) + self.board.crowd)
        wrong = [
            steps.sentence(cell, self._name(cell.lane))
            for row in self.board.rows
            for cell in row.cells
            if cell.event.wrong or row.note
        ]
        return "; ".join([_("Сервер и {guests}").format(guests=guests), *wrong])

    # -- places

    def _x(self, lane: int) -> int:
        return _SERVER + self.column * (lane + 1)

    def _name(self, lane: int) -> str:
        return steps.guest_name(self.board, lane) if lane >= 0 else ""

    def _height(self, number: int) -> int:
        row = self.board.rows[number]
        if number in self.notes:
            return 14 + _LINE * len(self.notes[number])
        return _WRONG_STEP if row.wrong else _STEP

    def _arrow_y(self, number: int) -> int:
        return self.tops[number] + 24

    def _fit(self, text: str, pixels: float) -> str:
        return escape(steps.shortened(text, int(pixels / _LETTER)))

    # -- what stands behind the arrows

    def _bands(self) -> Iterator[str]:
        for number, row in enumerate(self.board.rows):
            if row.wrong or row.note:
                top, height = self.tops[number] + 2, self._height(number) - 4
                yield f'<rect class="band" y="{top}" width="{self.width}" height="{height}"/>'
                yield f'<rect class="bar" y="{top}" width="4" height="{height}"/>'

    def _lifelines(self) -> Iterator[str]:
        yield f'<path class="server" d="M{_SERVER} {_HEAD - 12}V{self.bottom}"/>'
        for lane in range(self.board.lanes):
            for begin, end, how in self._presence(lane):
                yield f'<path class="t" d="M{self._x(lane)} {begin}V{end}"/>'
                if how:
                    yield f'<path class="end {_hue(lane)}" d="{_ending(how, self._x(lane), end)}"/>'

    def _presence(self, lane: int) -> Iterator[tuple[int, int, str]]:
        """From where to where this guest was in the chat, and how that ended; a crowd is always there."""
        since: int | None = _HEAD - 12
        mine = [(number, cell.event.what) for number, row in enumerate(self.board.rows) for cell in row.cells if cell.lane == lane]
        if lane < len(self.board.guests):
            for number, what in mine:
                if what == "connects" and (since is None or (number, what) == mine[0]):
                    since = self._arrow_y(number)
                elif what in ("leaves", "vanishes", "closed") and since is not None:
                    yield since, self._arrow_y(number) + 10, what
                    since = None
        if since is not None:
            yield since, self.bottom, ""

    def _names(self, y: int, again: bool = False) -> Iterator[str]:
        yield f'<text class="name f" x="{_SERVER}" y="{y}">{escape(_("сервер"))}</text>'
        for lane in range(self.board.lanes):
            name = self._fit(self._name(lane), self.column - 20)
            attributes = "" if again else f' data-lane="{name}"'
            yield f'<text class="name {_hue(lane)}" x="{self._x(lane)}" y="{y}"{attributes}>{name}</text>'

    # -- the arrows

    def _row(self, number: int, row: Row) -> Iterator[str]:
        y = self._arrow_y(number)
        if row.skipped:
            yield f'<text class="soft" x="{self.width // 2}" y="{y - 3}">{escape(steps.skipped(row))}</text>'
        elif row.note:
            for line, text in enumerate(self.notes[number]):
                sign = "⚠ " if line == 0 else ""
                yield f'<text class="start note" x="{_EDGE}" y="{y - 1 + line * _LINE}">{sign}{escape(text)}</text>'
        else:  # the longest first: those beside it are drawn over it
            yield from (self._arrow(cell, y) for cell in sorted(row.cells, key=lambda cell: -cell.lane))

    def _note_lines(self, row: Row) -> list[str]:
        text = steps.sentence(row.cells[0], "")
        return wrapped(text, int((self.width - 2 * _EDGE - 20) / _BOLD))[:4]

    def _arrow(self, cell: Cell, y: int) -> str:
        event, x = cell.event, self._x(cell.lane)
        coming = event.what in ("hears", "closed")
        middle = x - self.column // 2
        classes = " ".join(filter(None, (self._colour(cell), "soft" if _quiet(event) else "", "wrong" if event.wrong else "", event.wrong)))
        times = f" {steps.times(cell)}" if cell.times > 1 else ""
        text = self._fit(steps.label(cell), self.column - 26 - len(times) * _LETTER) + times
        name = self._name(cell.lane)
        hover = escape(f"{steps.sentence(cell, name)}\n{steps.details(cell, self.timed)}".rstrip())
        return (
            f'<g class="{escape(classes)}" data-what="{escape(event.what)}" data-guest="{escape(name)}"><title>{hover}</title>'
            f'<rect class="hit" x="{x - self.column + 8}" y="{y - 20}" width="{self.column - 16}" height="{_STEP - 3}"/>'
            f'<path class="line" d="M{_SERVER + 3} {y}H{x - 2}"/><path d="{_head(x - 3, y, 1) if coming else _head(_SERVER + 4, y, -1)}"/>'
            f'<text x="{middle}" y="{y - 6}">{text}</text>{self._mark(cell, y) if event.wrong else ""}</g>'
        )

    def _mark(self, cell: Cell, y: int) -> str:
        """What is wrong with an arrow, below it: a cross, a word, and what was expected."""
        x = self._x(cell.lane) - 10
        room = x - _EDGE
        crossed = _cross(self._x(cell.lane) - 24, y) if cell.event.wrong == "missing" else ""
        return (
            f"{crossed}"
            f'<text class="last sign" x="{x}" y="{y + 18}">✗ {self._fit(steps.mark(cell.event), room)}</text>'
            f'<text class="last" x="{x}" y="{y + 35}">{self._fit(steps.wanted(cell.event), room)}</text>'
        )

    def _colour(self, cell: Cell) -> str:
        """Words have the colour of their author all the way; what the server says by itself has its own."""
        event = cell.event
        if event.what not in ("hears", "closed"):
            return _hue(cell.lane)
        return _hue(self.board.guests.index(event.by)) if event.by in self.board.guests else "f"


def _hue(lane: int) -> str:
    return "abcdef"[min(lane, 5)]


def _quiet(event: Event) -> bool:
    """What is not talk: greetings of the server, comings and goings."""
    return event.what not in ("says", "sends", "hears") or (event.what == "hears" and not event.by and not event.wrong)


def _head(x: int, y: int, towards: int) -> str:
    return f"M{x - 7 * towards} {y - 5}L{x} {y}L{x - 7 * towards} {y + 5}"


def _cross(x: int, y: int) -> str:
    return f'<path class="cross" d="M{x - 6} {y - 5}l12 10m0 -10l-12 10"/>'


def _ending(how: str, x: int, y: int) -> str:
    """A bar where he left, a cross where the line broke."""
    return f"M{x - 7} {y}h14" if how == "leaves" else f"M{x - 6} {y - 6}l12 12m0 -12l-12 12"


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words where that can be."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if steps.width(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(steps.shortened(word, most))
    return [line for line in lines if line] or [""]
