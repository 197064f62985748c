"""The events of a conversation arranged for a picture: who gets a lane, what shares a row, what is folded so that it fits a screen.

Pure data: no words, no pixels. What went wrong is never folded away: neither its guest, nor its author, nor the words it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grading.result import Event

LANES: Final = 5
"""Guests with a lane of their own; with a sixth the picture is wider than a screen."""
ROWS: Final = 32
"""Rows of one picture: what can be looked over without losing the beginning."""
_MARKED: Final = 8
"""Wrong rows that are shown; twenty guests who all miss the same text go wrong for one reason."""
_PERIOD: Final = 6
"""Rows of the longest cycle that is looked for: one speaks, and five lanes hear it one after the other."""
_CYCLES: Final = 3
"""Rounds that are told as one: twice is a conversation, three times a habit."""
_WEIGHTS: Final = {"says": 3, "sends": 3, "leaves": 3, "vanishes": 3, "closed": 2, "hears": 1, "names": 1}
"""What makes a guest interesting, once those are seated to whom something went wrong."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One arrow: something between the server and one lane.

    Attributes:
        lane: number of the lane, from 0; -1 for a note that belongs to nobody.
        event, last: the first and the last of the events it stands for; the same where it is one.
        times: how many those are.
        size: their bytes together.
    """

    lane: int
    event: Event
    last: Event
    times: int = 1
    size: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One step: an arrow, or the arrows that brought something to several at once. With `skipped`, that many events left out."""

    cells: tuple[Cell, ...] = ()
    skipped: int = 0

    @property
    def wrong(self) -> bool:
        return any(cell.event.wrong for cell in self.cells)

    @property
    def note(self) -> bool:
        return any(cell.lane < 0 for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Board:
    """A conversation ready to be drawn. `crowd` guests share the last lane, and are not among the `guests` who have their own."""

    guests: tuple[str, ...]
    crowd: int
    rows: tuple[Row, ...]

    @property
    def lanes(self) -> int:
        return len(self.guests) + bool(self.crowd)


def arranged(events: Sequence[Event], rows: int = ROWS) -> Board:
    """The board of these events, of at most so many rows and those that say how much is left out between them."""
    everybody = list(dict.fromkeys(event.guest for event in events if event.guest))
    guests = _seated(everybody, events)
    lane = {name: guests.index(name) if name in guests else len(guests) for name in everybody}
    folded = _folded(_steps(events, lane), lane)
    return Board(guests, len(everybody) - len(guests), tuple(_shortened(folded, lane, rows)))


# -- lanes


def _seated(everybody: list[str], events: Sequence[Event]) -> tuple[str, ...]:
    """Who gets a lane, in the order in which they came: those things went wrong for, whose words these were, who does most."""
    if len(everybody) <= LANES + 1:  # a lane for "one more guest" would be no narrower than his own
        return tuple(everybody)
    wrong = [event for event in events if event.wrong]
    hurt = dict.fromkeys(event.guest for event in wrong if event.guest)
    authors = dict.fromkeys(name for event in wrong for name in _authors(event) if name in everybody)
    active = Counter[str]()
    for event in events:
        active[event.guest] += _WEIGHTS.get(event.what, 0)
    busiest = sorted(everybody, key=lambda name: -active[name])
    chosen = list(dict.fromkeys([*list(hurt)[:2], *list(authors)[:2], *hurt, *busiest]))[:LANES]
    return tuple(name for name in everybody if name in chosen)


def _authors(event: Event) -> list[str]:
    return event.by.split(", ") if event.by else []


# -- rows


def _steps(events: Iterable[Event], lane: dict[str, int]) -> list[Row]:
    """A row for everything that was done; what came to several guests after that, or was lost on several of a crowd, shares one."""
    rows: list[Row] = []
    for event in events:
        cell = Cell(lane.get(event.guest, -1), event, event, 1, event.size)
        joined = _joined(rows[-1], cell, len(set(lane.values()))) if rows else None
        if joined:
            rows[-1] = joined
        else:
            rows.append(Row((cell,)))
    return rows


def _joined(row: Row, cell: Cell, lanes: int) -> Row | None:
    """The row with one more arrow, or None where that would hide something."""
    last = row.cells[-1]
    same = (last.event.what, last.event.wrong, last.event.by) == (cell.event.what, cell.event.wrong, cell.event.by)
    crowded = cell.lane == last.lane == lanes - 1 and cell.event.guest != last.last.guest
    if crowded and same and (not cell.event.wrong or cell.event.data == last.event.data):
        return Row((*row.cells[:-1], _together((last, cell))))
    coming = all(one.event.what == "hears" and not one.event.wrong for one in (*row.cells, cell))
    if coming and cell.lane not in [one.lane for one in row.cells]:
        return Row((*row.cells, cell))
    return None


def _together(cells: Sequence[Cell]) -> Cell:
    return replace(cells[0], last=cells[-1].last, times=sum(cell.times for cell in cells), size=sum(cell.size for cell in cells))


def _folded(rows: list[Row], lane: dict[str, int]) -> list[Row]:
    """Rounds that only repeat themselves, as one round: two hundred quick messages, or each speaks and all hear it, ten times over."""
    keys = [_key(row, lane) for row in rows]
    done: list[Row] = []
    at = 0
    while at < len(rows):
        period, rounds = max(((period, _rounds(keys, at, period)) for period in range(1, _PERIOD + 1)), key=_saved)
        if rounds < _CYCLES or any(row.wrong or row.note for row in rows[at : at + period]):
            period, rounds = 1, 1
        done += [_of_rounds(rows[at + step : at + period * rounds : period]) for step in range(period)]
        at += period * rounds
    return done


def _key(row: Row, lane: dict[str, int]) -> tuple[object, ...]:
    return tuple(sorted((cell.lane, cell.event.what, tuple(lane.get(name, -1) for name in _authors(cell.event))) for cell in row.cells))


def _rounds(keys: list[tuple[object, ...]], at: int, period: int) -> int:
    first = keys[at : at + period]
    rounds = 1
    while len(first) == period and keys[at + rounds * period : at + (rounds + 1) * period] == first:
        rounds += 1
    return rounds


def _saved(found: tuple[int, int]) -> int:
    period, rounds = found
    return period * (rounds - 1) if rounds >= _CYCLES else 0


def _of_rounds(rows: Sequence[Row]) -> Row:
    if len(rows) == 1:
        return rows[0]
    columns = zip(*(sorted(row.cells, key=lambda cell: cell.lane) for row in rows), strict=True)
    return Row(tuple(_together(cells) for cells in columns))


def _shortened(rows: list[Row], lane: dict[str, int], most: int) -> list[Row]:
    """The rows that matter, and between them how many events are left out."""
    if len(rows) <= most:
        return rows
    kept = sorted(list(dict.fromkeys(_by_weight(rows, lane)))[:most])
    done: list[Row] = []
    for before, number in zip([-1, *kept], [*kept, len(rows)], strict=True):
        if skipped := sum(cell.times for row in rows[before + 1 : number] for cell in row.cells):
            done.append(Row(skipped=skipped))
        done += rows[number : number + 1]
    return done


def _by_weight(rows: list[Row], lane: dict[str, int]) -> Iterable[int]:
    """Numbers of rows, those first that must not be missed."""
    wrong = [number for number, row in enumerate(rows) if row.wrong][:_MARKED]
    yield from wrong
    yield from (number for number, row in enumerate(rows) if row.note)
    for number in wrong:
        yield from _words_of(rows, number, lane)
    yield len(rows) - 1
    yield from range(3)
    for distance in range(1, len(rows)):
        yield from (number - distance for number in wrong[:1] if number >= distance)
        yield len(rows) - 1 - distance if not wrong else min(wrong[0] + distance, len(rows) - 1)


def _words_of(rows: list[Row], wrong: int, lane: dict[str, int]) -> Iterable[int]:
    """Where the words were said that did not come or came wrong: the row of that author with these bytes, or his last before."""
    event = next(cell.event for cell in rows[wrong].cells if cell.event.wrong)
    lanes = {lane.get(name) for name in _authors(event)}
    said = [
        (number, cell.event.data.strip())
        for number in range(wrong)
        for cell in rows[number].cells
        if cell.lane in lanes and cell.event.what in ("says", "sends")
    ]
    exact = [number for number, words in said if words and (words in event.data or event.data in words)]
    return (exact or [number for number, _words in said])[-1:]
