"""Where threads are is told while they sleep: on looks written down before, without a server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from grading.eyes import KernelEyes, by_kernel
from grading.threads import Thread


def thread(tid: int, runs: int, *, call: str = "recv", first: int = 4, awake: bool = False) -> Thread:
    return Thread(1, tid, ord("R" if awake else "S"), b"1000 5 %d\n" % runs, "" if awake else call, first, timed=False)


def asked(*looks: tuple[Thread, ...], busy: set[tuple[int, int]] | None = None) -> int:
    """How often the threads had to tell where they are, given what each look sees: one before each time, one after."""
    seen, times = list(looks), 0

    def tracebacks() -> list[Any]:
        nonlocal times
        times += 1
        return []

    those = KernelEyes.__new__(KernelEyes)
    those._threads = SimpleNamespace(look=lambda: seen.pop(0))  # type: ignore[assignment]
    those._asleep(SimpleNamespace(tracebacks=tracebacks), busy or set())  # type: ignore[arg-type]
    assert not seen
    return times


def test_that_a_thread_has_run_to_tell_where_it_is_says_nothing() -> None:
    assert asked((thread(1, 1), thread(2, 1)), (thread(1, 2), thread(2, 2))) == 1


@pytest.mark.parametrize(
    "after",
    [thread(2, 2, awake=True), thread(2, 2, call="sleep"), thread(2, 2, first=5), None],
    ids=["awake", "in another call", "on another socket", "gone"],
)
def test_one_that_is_caught_looking_round_is_looked_at_again(after: Thread | None) -> None:
    still = (thread(1, 3), thread(2, 3))
    assert asked((thread(1, 1), thread(2, 1)), (thread(1, 2), *([after] if after else [])), still, still) == 2


def test_busy_ones_are_not_waited_for() -> None:
    assert asked((thread(1, 1), thread(2, 1, awake=True)), (thread(1, 1), thread(2, 2, awake=True)), busy={(1, 2)}) == 1


def test_nobody_is_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_kernel, "_RESTLESS_LIMIT", 0.0)
    assert asked((thread(1, 1, awake=True),), (thread(1, 1, awake=True),)) == 1
