"""`chat bench --soak`: everything people can do to a server, while two witnesses talk and must not notice.

After each trial the server must have closed all connections of those who went, and where memory is said to be flat, it is looked at. What
the witnesses say is counted as in any other load: nothing may be lost, and 99 of 100 of their lines arrive within NOTICEABLE.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from reference.bench.crowd import Crowd, LoadError
from reference.bench.drive import Open, Stage, drive
from reference.bench.ledger import Ledger
from reference.bench.mischief import OddNames, broken_letters, giant_line, newlines
from reference.bench.target import Target, cores_apart
from reference.bench.trials import LATEST, Coming, HalfOpen, IdleCrowd, NotReading, Trial

NOTICEABLE: Final = 1.0  # seconds: in a conversation in writing nobody notices less
TALK: Final = 20.0  # lines a second of the two witnesses together
GROWTH: Final = 8 * 1_048_576  # bytes of memory that a trial may leave behind: a few bounded buffers, not what was poured in
FLAT: Final = 1.1  # times what it was early on, and GROWTH: memory while people come and go
CLEARED: Final = 15.0  # seconds for a server to close what is closed
IDLE_STAY: Final = 5.0  # seconds a full house of idle guests is watched
LOOK: Final = 0.25  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Finding:
    """How one trial ended: what was seen, each with whether it is as it should be."""

    title: str
    seen: list[tuple[str, bool]]

    @property
    def good(self) -> bool:
        """Whether all of it is."""
        return all(good for _, good in self.seen)


@dataclass
class _Watch:
    """A trial, stepped by the loop of the witnesses; looks at the server's memory meanwhile."""

    trial: Trial
    target: Target
    memory: list[int] = field(default_factory=list)
    over: bool = False
    _next: float = 0.0

    def step(self, now: float, ledger: Ledger) -> bool:
        if now > self._next:
            self._next = now + LOOK
            self.memory.append(self.target.memory() or 0)
        self.over = self.trial.step(now, ledger)
        return self.over


def soak(target: Target, guests: int, churners: int, seconds: float) -> Iterator[Finding]:
    """All trials on one server, one after the other; yields what was found after each.

    Args:
        target: the server.
        guests: how many idle guests.
        churners: how many guests come and go at once.
        seconds: for how long.

    Raises:
        LoadError: the server lets nobody in, or has ended.
    """
    few = max(2, min(10, churners // 20))
    trials: list[Callable[[Crowd], Trial]] = [
        lambda crowd: IdleCrowd(crowd, guests, min(IDLE_STAY, seconds)),
        lambda crowd: Coming(crowd, churners, seconds),
        lambda crowd: NotReading(crowd, few),
        lambda crowd: HalfOpen(crowd, few * 5),
        newlines,
        giant_line,
        broken_letters,
        lambda crowd: OddNames(crowd, stage.guests[0].name),
    ]
    with cores_apart([target]):
        stage = Stage.set(target, 2, 2, 60)
        with closing(stage.crowd):
            for trial in trials:
                yield _tried(stage, trial(stage.crowd))
                if any(guest.ended for guest in stage.guests):
                    raise LoadError(f"{target.label}: связь со свидетелями оборвалась, дальше смотреть некому")


def _tried(stage: Stage, trial: Trial) -> Finding:
    before = stage.target.memory()
    watch = _Watch(trial, stage.target)
    talk = drive(stage, Open(TALK), LATEST, "soak", meanwhile=watch.step)
    seen = [*trial.findings()]
    late = talk.p99 if talk.p99 is not None else NOTICEABLE
    seen.append((f"p99 у свидетелей {late * 1000:.0f} мс", late < NOTICEABLE))
    seen.append((f"у них потерь и ошибок {talk.faults}", talk.faults == 0))
    seen += _memory(trial, before, watch.memory)
    left = _left_open(stage)
    if left is not None:
        seen.append((f"незакрытых соединений {left}", left == 0))
    return Finding(trial.title, seen)


def _memory(trial: Trial, before: int | None, looks: list[int]) -> Iterator[tuple[str, bool]]:
    """Idle guests may cost memory; people who come and go cost it at first, and then no more; everything else leaves nothing behind."""
    if not before or len(looks) < 1:
        return
    last, megabyte = looks[-1], 1_048_576
    if isinstance(trial, IdleCrowd):
        yield f"память {before / megabyte:.0f} → {max(looks) / megabyte:.0f} МиБ", True
    elif isinstance(trial, Coming):
        part = max(1, len(looks) // 6)
        early, late = median(looks[part : 2 * part] or looks), median(looks[-part:])
        yield f"память {early / megabyte:.1f} → {late / megabyte:.1f} МиБ", late <= early * FLAT + GROWTH
    else:
        yield f"память {before / megabyte:.1f} → {last / megabyte:.1f} МиБ", last - before <= GROWTH


def _left_open(stage: Stage) -> int | None:
    """Connections the server keeps of people who have gone, when it has had time to close them; None if nobody knows."""
    until = time.monotonic() + CLEARED
    left: int | None = 1
    while left and time.monotonic() < until:
        for _ in stage.crowd.turn(0.05):
            pass
        now = stage.target.descriptors()
        left = None if now is None or stage.descriptors is None else max(0, now - stage.descriptors)
    return left
