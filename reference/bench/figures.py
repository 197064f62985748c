"""What a bench has seen: rounds, their medians, and the JSON file they are kept in. `schema.json` beside it documents every key."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any, Final

SCHEMA: Final = "chat-lab/bench/v1"

Group = tuple[str, str, str, int, int, int]  # server, dialect, load, guests, senders, size


class FiguresError(Exception):
    """A file holds no figures of a bench; the text says in one line why."""


@dataclass(frozen=True, slots=True)
class Round:
    """One load on one server, once; see schema.json for the keys."""

    server: str
    dialect: str
    load: str
    guests: int
    senders: int
    size: int
    number: int
    seconds: float
    messages: int = 0
    deliveries: int = 0
    lost: int = 0
    duplicated: int = 0
    torn: int = 0
    misattributed: int = 0
    hung_up: int = 0
    rate: float | None = None
    cpu: float | None = None
    p50: float | None = None
    p99: float | None = None
    memory: float | None = None
    arrivals: int = 0
    let_go: bool | None = None
    let_go_after: int | None = None

    @property
    def group(self) -> Group:
        """What is the same in all rounds that may be put together."""
        return self.group_as(self.load)

    def group_as(self, load: str) -> Group:
        """The same for the rounds of another load on the same server and guests."""
        return self.server, self.dialect, load, self.guests, self.senders, self.size

    @property
    def faults(self) -> int:
        """Lines that were not delivered as they should be, and guests hung up on."""
        return self.lost + self.duplicated + self.torn + self.misattributed + self.hung_up

    @property
    def per_second(self) -> float | None:
        """Deliveries a second; None where nothing was said."""
        return self.deliveries / self.seconds if self.deliveries else None

    @property
    def cpu_each(self) -> float | None:
        """Seconds of the server's CPU per delivery; None where that is not known."""
        return self.cpu / self.deliveries if self.cpu is not None and self.deliveries else None


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and the smallest and the largest of what it is the median of."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Spread | None:
        """None if there are no values."""
        known = sorted(value for value in values if value is not None)
        return cls(median(known), known[0], known[-1]) if known else None


def grouped(rounds: Iterable[Round]) -> dict[Group, list[Round]]:
    """Rounds of the same load on the same server, in the order of their first."""
    groups: dict[Group, list[Round]] = {}
    for one in rounds:
        groups.setdefault(one.group, []).append(one)
    return groups


def ratio(above: Sequence[Round], below: Sequence[Round], figure: Callable[[Round], float | None]) -> Spread | None:
    """How many times `above` is `below`: round by round, each with the one that ran beside it, so that a neighbour's noise hits both."""
    pairs = {one.number: figure(one) for one in below}
    values = [(figure(one), pairs.get(one.number)) for one in above]
    return Spread.of(over / under for over, under in values if over is not None and under)


def save(rounds: Iterable[Round], path: Path, machine: str = "") -> None:
    """Keep rounds as JSON. Raises OSError if the file cannot be written."""
    about = {"machine": machine or f"{platform.system()}, {platform.machine()}", "python": platform.python_version()}
    lines = ",\n  ".join(json.dumps(_kept(one), ensure_ascii=False) for one in rounds)
    head = json.dumps({"schema": SCHEMA, **about}, ensure_ascii=False)
    path.write_text(f'{head[:-1]}, "rounds": [\n  {lines}\n]}}\n', encoding="utf-8")


def load(path: Path) -> list[Round]:
    """The rounds in a file.

    Raises:
        OSError: it cannot be read.
        FiguresError: it is not what `save` writes.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FiguresError(f"{path}: это не JSON") from error
    if not isinstance(kept, dict) or kept.get("schema") != SCHEMA or not isinstance(kept.get("rounds"), list):
        raise FiguresError(f"{path}: это не замеры {SCHEMA}")
    known = {place.name for place in fields(Round)}
    try:
        return [Round(**{key: value for key, value in one.items() if key in known}) for one in kept["rounds"]]
    except (TypeError, AttributeError) as error:
        raise FiguresError(f"{path}: замер без нужных ключей") from error


def _kept(one: Round) -> dict[str, Any]:
    """Without what was not measured; seconds to the millionth, which is more than anybody can measure here."""
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in asdict(one).items() if value is not None}
