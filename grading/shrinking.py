"""The shortest scenario that goes wrong, found by hypothesis from one that is known to.

Hypothesis is given the failing scenario and decides for every step whether it is left out, made simpler, or kept: it knows how to make
such a list of numbers as small as can be. It is imported only here, and only once something has failed: its import alone costs a tenth of
a second, a fifth of what all checks of a good server may cost. (Workers of a batch, of whom many will need it, have it from the beginning.)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Final

from grading.scenario import Manner, Step, acts, apart, plainer, sensible, simpler

Scenario = tuple[Step, ...]
_KEPT: Final = 9
"""Of ten numbers, 0 leaves a step out and 1 makes it simpler: nine of ten steps are kept where hypothesis looks for its first failure."""


def load_ahead() -> None:
    """Begins to import what `shortest` needs, beside whatever goes on."""
    Thread(target=import_module, args=("hypothesis",), daemon=True).start()


def shortest(steps: Sequence[Step], manner: Manner, fails: Callable[[Scenario], bool], tries: int) -> Scenario:
    """The shortest scenario found that still fails.

    Args:
        fails: plays a scenario on a fresh server; never asked twice about the same one.
        tries: how often it may be asked, and a few times more whether plain texts, and people speaking one by one, do as well. A number
            and no time, so that the same server gets the same story on a busy machine.
    """
    from hypothesis import HealthCheck, Phase, find, settings, strategies  # noqa: PLC0415 - see above
    from hypothesis.errors import NoSuchExample  # noqa: PLC0415

    whole = tuple(sensible(steps, manner))
    known = {whole: True}
    left = tries

    def wrong(scenario: Scenario) -> bool:
        nonlocal left
        if scenario not in known:
            ask = left > 0 and _could_fail(scenario)
            left -= ask
            known[scenario] = ask and fails(scenario)
        return known[scenario]

    def cut(choices: tuple[int, ...]) -> Scenario:
        kept = [simpler(step) if choice == 1 else step for step, choice in zip(whole, choices, strict=True) if choice]
        return tuple(sensible(kept, manner))

    quietly = settings(
        database=None, deadline=None, max_examples=50, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck)
    )
    choices = strategies.tuples(*(strategies.integers(0, _KEPT) for _ in whole))
    with suppress(NoSuchExample):
        find(choices, lambda chosen: wrong(cut(chosen)), settings=quietly, random=random.Random(0))
    best = min((scenario for scenario, failed in known.items() if failed), key=lambda scenario: (acts(scenario), _weight(scenario)))
    for milder in (apart, _plain):
        left += 1  # so that of odd texts, and of people speaking together, which are left it is known that they matter
        other = milder(best)
        best = other if other != best and wrong(other) else best
    return best


def _plain(scenario: Scenario) -> Scenario:
    return tuple(map(plainer, scenario))


def _could_fail(scenario: Scenario) -> bool:
    """Whether there is anything to hear in it."""
    return any(step.texts for step in scenario)


def _weight(scenario: Scenario) -> int:
    return sum(step != simpler(step) for step in scenario)
