"""What the reference promises of its speed, as ratios between rounds that ran side by side. No input or output."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reference.bench.figures import Round, Spread, ratio

NOISE = 1.15  # how much dearer a delivery may look in a crowd before we call it growth: rounds of two crowds do not run side by side


@dataclass(frozen=True, slots=True)
class Judged:
    """One promise, what was measured, and whether it is kept."""

    promise: str
    bound: str
    spread: Spread | None
    kept: bool


def judged(rounds: Iterable[Round]) -> list[Judged]:
    """All promises, held against these rounds."""
    seen = list(rounds)

    def picked(server: str, guests: int, load: str = "closed") -> list[Round]:
        return [one for one in seen if (one.server, one.guests, one.load) == (server, guests, load)]

    def cpu(server: str, other: str, guests: int, most: float) -> Judged:
        spread = ratio(picked(server, guests), picked(other, guests), lambda one: one.cpu_each)
        return _at_most(f"{server} / {other}, CPU per delivery, {guests} guests", most, spread)

    def grows(server: str) -> Judged:
        spread = ratio(picked(server, 1000), picked(server, 30), lambda one: one.cpu_each)
        return _at_most(f"{server}, CPU per delivery, 1000 guests / 30 guests", NOISE, spread)

    def deaf(server: str) -> list[Judged]:
        there = picked(server, 30, "deaf")
        spread = ratio(there, picked(server, 30, "hearing"), lambda one: one.p99)
        gone = Spread.of(float(bool(one.let_go)) for one in there)
        return [
            _at_most(f"{server}, p99 with one who does not read / without", 2.0, spread),
            _at_least(f"{server}, he is let go (1 = in every round)", 1.0, gone, lambda one: one.low),
        ]

    faster = ratio(picked("polling", 301), picked("ngircd", 301), lambda one: one.per_second)
    verdicts = [
        cpu("polling", "ngircd", 30, 1.0),
        cpu("polling", "ngircd", 300, 1.0),
        cpu("polling", "C-coalesce", 300, 1.3),
        _at_least("polling / ngircd, deliveries a second, 300 senders", 2.5, faster, lambda one: one.middle),
        *(cpu("threaded", "C-each", guests, 1.4) for guests in (30, 300, 1000)),
        cpu("coroutines", "ngircd", 300, 1.1),
    ]
    styles = ("threaded", "selecting", "polling", "coroutines")
    return verdicts + [grows(style) for style in styles] + [one for style in styles for one in deaf(style)]


def _at_most(promise: str, most: float, spread: Spread | None) -> Judged:
    return Judged(promise, f"<= {most:g}", spread, spread is not None and spread.middle <= most)


def _at_least(promise: str, least: float, spread: Spread | None, figure: Callable[[Spread], float]) -> Judged:
    return Judged(promise, f">= {least:g}", spread, spread is not None and figure(spread) >= least)
