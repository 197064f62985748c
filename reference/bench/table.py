"""The figures of a bench as tables for a terminal: medians, and below each the smallest and the largest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.markup import escape
from rich.table import Table

from reference.bench.figures import Round, Spread, grouped, ratio

Figure = Callable[[Round], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One figure: its heading, what it is of a round, and by how much to multiply it to have it in the heading's unit."""

    heading: str
    figure: Figure
    scale: float = 1.0


SECOND: Final = Column("доставок/с,\nтыс.", lambda one: one.per_second, 1e-3)
CPU: Final = Column("CPU на\nдоставку,\nмкс", lambda one: one.cpu_each, 1e6)
P50: Final = Column("p50, мс", lambda one: one.p50, 1e3)
P99: Final = Column("p99, мс", lambda one: one.p99, 1e3)
FAULTS: Final = Column("ошибок", lambda one: float(one.faults))  # lost, doubled, torn, misattributed, hung up
_TABLES: Final[dict[str, tuple[str, tuple[Column, ...]]]] = {
    "closed": ("Кто говорит, ждёт, пока его услышат все: сколько сервер может", (SECOND, CPU, P50, P99, FAULTS)),
    "open": ("Реплики идут ровно, что бы ни делал сервер: сколько ждут слушатели", (CPU, P50, P99, FAULTS)),
    "churn": (
        "То же, а вокруг приходят и уходят",
        (Column("приходов/с", lambda one: one.arrivals / one.seconds if one.seconds else None), CPU, P50, P99, FAULTS),
    ),
    "idle": (
        "Гости молчат",
        (
            Column("памяти на\nгостя, КиБ", lambda one: one.memory, 1 / 1024),
            Column("CPU за секунду\nтишины, мс", lambda one: one.cpu, 1e3),
            FAULTS,
        ),
    ),
}


def tables(rounds: Sequence[Round]) -> list[Table]:
    """One table for each kind of load."""
    made = [_table(load, [one for one in rounds if one.load == load]) for load in _TABLES]
    made.append(_deaf(rounds))
    return [table for table in made if table.row_count]


def _table(load: str, rounds: Iterable[Round]) -> Table:
    title, columns = _TABLES[load]
    table = _started(title, *(column.heading for column in columns))
    for group in grouped(rounds).values():
        cells = [shown(Spread.of(column.figure(one) for one in group), column.scale) for column in columns]
        table.add_row(*_whose(group[0]), *cells)
    return table


def _deaf(rounds: Sequence[Round]) -> Table:
    table = _started("Один из гостей не читает", "p99 без\nнего, мс", "p99 с\nним, мс", "разница,\nраз", "отпущен", FAULTS.heading)
    with_him = grouped(one for one in rounds if one.load == "deaf")
    for group in with_him.values():
        beside = [one for one in rounds if one.group == group[0].group_as("hearing")]
        p99 = [shown(Spread.of(one.p99 for one in some), 1e3) for some in (beside, group)]
        gone = sum(bool(one.let_go) for one in group)
        worse = shown(ratio(group, beside, lambda one: one.p99))
        table.add_row(*_whose(group[0]), *p99, worse, f"{gone} из {len(group)}", shown(Spread.of(float(one.faults) for one in group)))
    return table


def _started(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("сервер", no_wrap=True)
    for heading in ("гостей", *headings):
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _whose(one: Round) -> tuple[str, str]:
    return escape(one.server), f"{one.guests}"


def shown(spread: Spread | None, scale: float = 1.0) -> str:
    """A spread as people read it."""
    if spread is None:
        return "-"
    low, middle, high = (_number(value * scale) for value in (spread.low, spread.middle, spread.high))
    return middle if low == high else f"{middle}\n[dim]{low}…{high}[/dim]"


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
