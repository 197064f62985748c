"""Who goes round and round, told from what the kernel counted; and the judgement over it, on a clock that moves when told."""

from __future__ import annotations

import pytest

from grading import stillness
from grading.rounds import ROUNDS, ROUNDS_A_SECOND, SURE_ROUNDS, WINDOW, Rounds
from grading.stillness import Look, Rest, Stillness
from grading.threads import Thread


def thread(runs: int, *, call: str = "sleep", waited: float = 0.0, cpu: float = 0.001, tid: int = 1, awake: bool = False) -> Thread:
    clock = b"%d %d %d\n" % (cpu * 1e9, waited * 1e9, runs)
    return Thread(1, tid, ord("R" if awake else "S"), clock, "" if awake else call, -1, timed=call in ("sleep", "select", "lock", "poll"))


def test_what_the_kernel_counted() -> None:
    one = thread(7, waited=0.25, cpu=0.5)
    assert (one.runs, one.waited, one.cpu) == (7, 0.25, 0.5)


@pytest.mark.parametrize(
    ("runs", "seconds", "waited", "expected"),
    [
        (150, 0.01, 0.0, True),  # sleep(0)
        (60, 0.01, 0.0, True),  # sleep(0.0001)
        (10, 0.01, 0.0, False),  # sleep(0.001)
        (60, 0.1, 0.09, True),  # the same as the second, on a machine that let it wait most of the time
        (5, 0.001, 0.0, False),  # a message was dealt with, and then it slept
    ],
)
def test_who_goes_round(runs: int, seconds: float, waited: float, expected: bool) -> None:
    rounds = Rounds([thread(100, waited=1.0)], 50.0)
    assert rounds.is_round(thread(100 + runs, waited=1.0 + waited), 50.0 + seconds) is expected


def test_a_thread_that_was_not_there_before_has_made_all_its_rounds_since() -> None:
    assert Rounds([], 50.0).made(thread(30)) == 30


@pytest.mark.parametrize("call", ["recv", "poll"])
def test_who_cannot_sleep_that_shortly_is_asked_for_nothing(call: str) -> None:
    assert Rounds([thread(1, call=call)], 50.0).may_rest([thread(2, call=call)], 50.0, set())


def test_who_has_not_run_since_rests() -> None:
    assert Rounds([thread(1)], 50.0).may_rest([thread(1)], 50.0, set())


def test_who_is_known_to_wait_for_longer_is_not_asked_again_unless_it_sleeps() -> None:
    calm: set[tuple[int, int]] = set()
    rounds = Rounds([thread(1, call="select", tid=1), thread(1, tid=2)], 50.0)
    now = [thread(2, call="select", tid=1), thread(2, tid=2)]
    assert not rounds.may_rest(now, 50.0 + WINDOW / 2, calm)
    assert rounds.may_rest(now, 50.0 + 2 * WINDOW, calm)
    assert calm == {(1, 1)}
    assert rounds.may_rest(now[:1], 50.0 + WINDOW / 2, calm)


# -- the judgement


class Time:
    """time.monotonic under our hand."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Wait:
    """One wait of a server with one more thread, which makes so many rounds a second; a look catches both asleep each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rate: float, *, suspected: bool = False) -> None:
        self.time, self.rate = Time(), rate
        monkeypatch.setattr(stillness, "time", self.time)
        clock = Stillness(None, None, None, list)  # type: ignore[arg-type]  # whoever only judges looks at nothing
        clock.suspected_busy = suspected
        self._wait = stillness._Wait(clock, self.time.now + 25, patient=False, sure=False)

    def until_judged(self, *others: Thread) -> tuple[Rest, float]:
        """The judgement, and when it came. Each look is taken twice, as if the thread had slept in between."""
        while True:
            seconds = self.time.now - 1000.0
            look = Look((thread(int(seconds * self.rate)), *others), (0,), (), (0, 0), arrived=True, unread=0)
            for _twice in range(2):
                rest = self._wait.judge(look)
                if rest is not None:
                    return rest, seconds
            self.time.now += 0.0005


def test_a_loop_over_the_shortest_sleep_is_busy_however_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    rest, after = Wait(monkeypatch, 15_000).until_judged()
    assert rest is Rest.BUSY
    assert after >= SURE_ROUNDS / 15_000


def test_fewer_rounds_are_enough_of_one_that_was_found_busy_before(monkeypatch: pytest.MonkeyPatch) -> None:
    rest, after = Wait(monkeypatch, 15_000, suspected=True).until_judged()
    assert rest is Rest.BUSY
    assert ROUNDS / 15_000 <= after < SURE_ROUNDS / 15_000


def test_a_loop_over_a_thousandth_of_a_second_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    rest, after = Wait(monkeypatch, ROUNDS_A_SECOND / 3).until_judged()
    assert rest is Rest.STILL
    assert after < 4 * WINDOW


def test_who_is_about_to_run_beside_it_must_have_run(monkeypatch: pytest.MonkeyPatch) -> None:
    woken = thread(1, awake=True, tid=2)
    wait = Wait(monkeypatch, 15_000)
    wait._wait._deadline = wait.time.now + 1
    assert wait.until_judged(woken)[0] is Rest.LATE
