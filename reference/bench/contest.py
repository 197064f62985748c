"""Several servers measured side by side: the same load on each in turn, round after round, so that what disturbs one disturbs all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from reference.bench.crowd import LoadError
from reference.bench.drive import Stage, closed, opened
from reference.bench.figures import Round
from reference.bench.loads import churn, deaf, idle
from reference.bench.speech import IRC, Speech
from reference.bench.target import Target, cores_apart

LOADS: Final = ("closed", "open", "churn", "deaf", "idle")
SPARE: Final = 200  # descriptors for all that is not a guest
# Somebody who does not read is let go when a megabyte waits for him, behind what the kernel takes, which may be six: with lines so long and
# so many of them that is a matter of seconds, and a light load on the server.
DEAF_SIZE: Final = 4000
DEAF_RATE: Final = 500.0
IRC_SIZE: Final = 400  # an IRC line has at most 512 bytes, all that stands before the text included


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server to be measured.

    Attributes:
        label: what it is called in tables.
        speech: how it speaks.
        start: starts it, or finds it; may raise LoadError.
        pair: it serves two people, and no more.
    """

    label: str
    speech: Speech
    start: Callable[[], Target]
    pair: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        loads: which of LOADS.
        guests: how many people in the room, one after the other.
        senders: how many of them speak.
        size: bytes of a text.
        rate: lines a second, in all, of the open loads.
        visitors: how many people come and go at once under `churn`.
        seconds: of each round.
        rounds: how many.
    """

    loads: Sequence[str] = ("closed", "open", "idle")
    guests: Sequence[int] = (30, 300)
    senders: int = 16
    size: int = 60
    rate: float = 200.0
    visitors: int = 30
    seconds: float = 1.0
    rounds: int = 5


def run(contestants: Sequence[Contestant], plan: Plan, descriptors: int) -> Iterator[Round]:
    """Measure all; yields each round as it ends.

    Raises:
        LoadError: a server does not start or lets nobody in, or so many descriptors are not enough.
    """
    talks = [load for load in plan.loads if load in ("closed", "open", "churn")]
    sizes: dict[int, list[Contestant]] = {}
    for one in contestants:
        for guests in dict.fromkeys([2] if one.pair else plan.guests):
            sizes.setdefault(guests, []).append(one)
    for guests, there in sorted(sizes.items()):
        crowds = [one for one in there if not one.pair]
        needed = guests * len(there) + plan.visitors + SPARE
        if needed > descriptors:
            raise LoadError(f"{guests} гостей сразу у {len(there)} серверов: нужно {needed} дескрипторов, система даёт {descriptors}")
        if "idle" in plan.loads:
            for one in crowds:
                yield from _idle(one, guests, plan)
        if talks:
            yield from _talk(there, guests, talks, plan)
    if "deaf" in plan.loads:
        for one in contestants:
            if not one.pair:
                yield from _deaf(one, min(plan.guests), plan)


def _idle(one: Contestant, guests: int, plan: Plan) -> Iterator[Round]:
    """Once, and on a server fresh from the start: the second crowd would sit down on the memory of the first."""
    target = one.start()
    try:
        with cores_apart([target]):
            yield idle(target, guests, plan.size)
    finally:
        target.close()


def _talk(contestants: Sequence[Contestant], guests: int, loads: Sequence[str], plan: Plan) -> Iterator[Round]:
    with ExitStack() as stack:
        stages = [_stage(one, guests, plan.senders, plan.size, stack) for one in contestants]
        stack.enter_context(cores_apart([stage.target for stage in stages]))
        for number in range(plan.rounds):
            for load in loads:
                for turn in range(len(stages)):
                    stage = stages[(turn + number) % len(stages)]  # nobody is always the first
                    if load == "closed":
                        yield closed(stage, plan.seconds, number)
                    elif load == "open":
                        yield opened(stage, plan.seconds, plan.rate, number)
                    elif not contestants[(turn + number) % len(stages)].pair:
                        yield churn(stage, plan.seconds, plan.rate, plan.visitors, number)


def _deaf(one: Contestant, guests: int, plan: Plan) -> Iterator[Round]:
    """By turns without and with somebody who does not read."""
    with ExitStack() as stack:
        size = IRC_SIZE if one.speech.title == IRC else DEAF_SIZE
        stage = _stage(one, guests, plan.senders, size, stack)
        stack.enter_context(cores_apart([stage.target]))
        for number in range(plan.rounds):
            yield opened(stage, plan.seconds, DEAF_RATE, number, "hearing")
            yield deaf(stage, DEAF_RATE, number)


def _stage(one: Contestant, guests: int, senders: int, size: int, stack: ExitStack) -> Stage:
    target = one.start()
    stack.callback(target.close)
    stage = Stage.set(target, guests, 2 if one.pair else senders, size)
    stack.callback(stage.crowd.close)
    return stage
