"""The judgement over looks written down before, on a clock that moves when told; and a small run of the proof on live servers."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from grading import stillness
from grading.kernel import ESTABLISHED, LISTEN, Peer
from grading.links import INBOX_LIMIT
from grading.stillness import BUSY_AFTER, BUSY_IDLE, CHATTER_PATIENCE, PATIENCE, PRINTED_AFTER, UNREAD_AFTER, Look, Rest, Stillness
from grading.threads import Thread


class Time:
    """time.monotonic under our hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(stillness, "time", made)
    return made


def thread(tid: int = 1, *, runs: bool = False, cpu: float = 0.001, call: str = "recv", timed: bool = False) -> Thread:
    return Thread(1, tid, ord("R" if runs else "S"), b"%d 5 1\n" % (cpu * 1e9), "" if runs else call, -1, timed)


def sleeper(tid: int = 1, *, cpu: float = 0.001, call: str = "sleep") -> Thread:
    return thread(tid, cpu=cpu, call=call, timed=True)


def polls(tid: int, *, cpu: float = 0.001) -> Thread:
    """Waits for guests with a time-out: in the middle of nothing."""
    return sleeper(tid, cpu=cpu, call="poll")


def look(*threads: Thread, bytes: int = 0, arrived: bool = True, unread: int = 0, packets: int = 0) -> Look:
    """A look; `bytes`: how many have gone over all connections."""
    return Look(threads or (thread(),), (bytes,), (), (packets, packets), arrived, unread)


def clock() -> Stillness:
    return Stillness(None, None, None, list)  # type: ignore[arg-type]  # whoever only judges looks at nothing


class Wait:
    """One wait, fed with looks."""

    def __init__(
        self, time: Time, clock: Stillness | None = None, *, seconds: float = 25.0, patient: bool = False, sure: bool = False
    ) -> None:
        self.time, self.clock = time, clock or globals()["clock"]()
        self._wait = stillness._Wait(self.clock, time.now + seconds, patient, sure)

    def sees(self, *looks: Look, every: float = 0.0) -> list[Rest | None]:
        """What each look says; so many seconds pass before each."""
        said = []
        for one in looks:
            self.time.now += every
            said.append(self._wait.judge(one))
        return said

    @property
    def pause(self) -> float:
        return self._wait.pause


# -- rule 1 and 2: nobody runs, nothing is on the way


def test_two_equal_quiet_looks_are_stillness_and_one_is_not(time: Time) -> None:
    assert Wait(time).sees(look(), look()) == [None, Rest.STILL]


def test_the_second_look_follows_a_quiet_one_at_once(time: Time) -> None:
    wait = Wait(time)
    wait.sees(look(thread(runs=True)))
    assert wait.pause > 0
    wait.sees(look())
    assert wait.pause == 0


def test_who_waits_for_room_to_print_is_about_to_go_on(time: Time) -> None:
    """It is the grader that empties the pipe: two looks between which it had no time for that prove nothing."""
    full = [look(Thread(1, 1, ord("S"), b"%d 5 1\n" % ran, "write", 1, False)) for ran in range(4)]
    assert Wait(time, sure=True).sees(*(one for one in full for _again in range(2)), every=PRINTED_AFTER / 3) == [None] * 8
    assert Wait(time, sure=True).sees(*[full[0]] * 4, every=PRINTED_AFTER / 2.5) == [None, None, None, Rest.STILL]
    elsewhere = look(Thread(1, 1, ord("S"), b"1 5 1\n", "write", 7, False))
    assert Wait(time, sure=True).sees(elsewhere, elsewhere) == [None, Rest.STILL]
    assert Wait(time).sees(full[0], full[0]) == [None, Rest.STILL]  # nobody is to blame, and whoever chats while he prints is heard


@pytest.mark.parametrize(
    "restless",
    [
        look(thread(), thread(2, runs=True)),
        look(arrived=False),
    ],
    ids=["a thread runs", "bytes are on the way"],
)
def test_however_often_the_same_is_seen_it_is_not_still(time: Time, restless: Look) -> None:
    assert Wait(time).sees(*[restless] * 50) == [None] * 50


@pytest.mark.parametrize(
    "other",
    [
        look(thread(cpu=0.002)),
        look(bytes=1),
        look(packets=1),
        look(unread=1),
        look(thread(), thread(2)),
        look(thread(call="accept")),
    ],
    ids=["a thread has run in between", "bytes moved", "packets moved", "something was read", "a new thread", "it went elsewhere"],
)
def test_quiet_looks_that_differ_are_not_stillness(time: Time, other: Look) -> None:
    assert Wait(time).sees(look(), other, look(), other, other, every=2 * UNREAD_AFTER) == [None, None, None, None, Rest.STILL]


def test_a_server_that_is_gone_is_still(time: Time) -> None:
    nobody = Look((), (0,), (), (0, 0), arrived=True, unread=0)
    assert Wait(time).sees(nobody, nobody) == [None, Rest.STILL]


def test_where_something_waits_to_be_read_it_must_wait_for_a_while(time: Time) -> None:
    """Whoever is about to sleep looks asleep already, and then finds what waits for him."""
    waits = [look(unread=9)] * 4
    assert Wait(time).sees(*waits, every=UNREAD_AFTER / 2.5) == [None, None, None, Rest.STILL]
    found = [look(unread=9), look(thread(cpu=0.002), unread=8), look(thread(cpu=0.002), unread=8)]
    assert Wait(time).sees(*found, every=UNREAD_AFTER / 2) == [None, None, None]


# -- rule 4: timers


def test_a_timer_that_never_led_to_anything_costs_nothing(time: Time) -> None:
    main = sleeper(call="poll")
    assert Wait(time).sees(look(main), look(main)) == [None, Rest.STILL]


def unread(clock: Stillness) -> Look:
    return look(sleeper(call="poll"), unread=3)


def matters(clock: Stillness) -> Look:
    clock.timers_matter = True
    return look(sleeper(call="poll"))


@pytest.mark.parametrize("given", [unread, matters])
def test_where_a_timer_may_lead_to_bytes_each_timed_thread_must_have_moved_once(time: Time, given: Callable[[Stillness], Look]) -> None:
    wait = Wait(time)
    first = replace(given(wait.clock), threads=(polls(1), polls(2), thread(3)))
    one_moved = replace(first, threads=(polls(1, cpu=0.002), polls(2), thread(3)))
    both_moved = replace(first, threads=(polls(1, cpu=0.002), polls(2, cpu=0.002), thread(3)))
    assert wait.sees(first, first, first, every=2 * UNREAD_AFTER) == [None] * 3
    assert wait.sees(one_moved, one_moved, one_moved, every=2 * UNREAD_AFTER) == [None] * 3
    assert wait.sees(both_moved, both_moved, every=2 * UNREAD_AFTER) == [None, Rest.STILL]


def test_before_something_is_called_missing_timers_are_waited_for(time: Time) -> None:
    wait = Wait(time, patient=True)
    moved = look(sleeper(cpu=0.002))
    assert wait.sees(look(sleeper()), look(sleeper()), moved, moved) == [None, None, None, Rest.STILL]


def test_a_timed_thread_that_has_ended_has_moved(time: Time) -> None:
    wait = Wait(time, patient=True)
    before, after = look(thread(), sleeper(2)), look(thread())
    assert wait.sees(before, before, after, after) == [None, None, None, Rest.STILL]


def test_a_timer_that_leads_to_bytes_is_remembered_and_waited_for_again(time: Time) -> None:
    wait = Wait(time, patient=True)
    asleep, sent, again = look(sleeper()), look(sleeper(cpu=0.002), bytes=5), look(sleeper(cpu=0.003), bytes=5)
    assert wait.sees(asleep, asleep, sent, sent) == [None] * 4
    assert wait.clock.timers_matter
    assert wait.sees(again, again) == [None, Rest.STILL]


@pytest.mark.parametrize(("bytes", "matters"), [(5, True), (0, False)])
def test_a_timer_that_brings_what_was_waited_for_is_remembered(time: Time, bytes: int, matters: bool) -> None:
    asleep, sent = look(polls(1)), look(polls(1, cpu=0.002), bytes=bytes)
    clock = Watched(asleep, asleep, sent, sent)
    assert clock.settle(time.now + 25, lambda: len(clock.coming) == 1, patient=True) is Rest.CAME
    assert clock.timers_matter is matters


def test_timers_are_waited_for_no_longer_than_patience(time: Time) -> None:
    wait = Wait(time, patient=True)
    asleep = look(sleeper(call="poll"))
    wait.sees(asleep, asleep)
    assert wait.sees(asleep, every=PATIENCE - 0.1) == [None]
    assert wait.sees(asleep, every=0.2) == [Rest.STILL]
    assert not wait.clock.timers_matter


def test_who_asks_his_sockets_in_turn_is_back_where_he_was_when_he_has_looked_everywhere(time: Time) -> None:
    """Each `recv` with a time-out of its own sleeps in `poll` on another descriptor."""
    wait = Wait(time, patient=True)

    def at(descriptor: int, cpu: float) -> Look:
        return look(Thread(1, 1, ord("S"), b"%d 5 1\n" % (cpu * 1e9), "poll", descriptor, True))

    looks = [at(descriptor, 0.001 * number) for number, descriptor in enumerate((3, 4, 5, 3), 1) for _twice in range(2)]
    assert wait.sees(*looks) == [None] * 7 + [Rest.STILL]


def test_a_thread_that_goes_on_elsewhere_is_waited_for_there(time: Time) -> None:
    wait = Wait(time, patient=True)
    slept, waits, again = look(sleeper()), look(polls(1, cpu=0.002)), look(polls(1, cpu=0.003))
    assert wait.sees(slept, slept, waits, waits, again, again) == [None] * 5 + [Rest.STILL]


def test_whoever_works_off_what_waits_is_waited_for(time: Time) -> None:
    wait = Wait(time, seconds=1000)
    late = [look(Thread(1, 1, ord("S"), b"%d 5 1\n" % left, "poll", 99 - left, True), unread=left) for left in range(9, 0, -1)]
    assert wait.sees(*[one for one in late for _twice in range(2)], every=PATIENCE * 0.4) == [None] * 18
    assert wait.sees(late[-1], every=PATIENCE * 1.1) == [Rest.STILL]


def test_a_server_that_chatters_on_its_own_is_not_waited_for_without_end(time: Time) -> None:
    wait = Wait(time, patient=True)
    said: list[Rest | None] = []
    for number in range(1, 20):  # every second something, whoever speaks
        now = look(sleeper(cpu=0.001 * number), bytes=number)
        said += wait.sees(now, now, every=0.5)
        if said[-1] is not None:
            break
    assert said[-1] is Rest.STILL
    assert PATIENCE < time.now - 1000.0 < PATIENCE + 2.5  # it began with the first stillness, and is looked at each half a second
    assert wait.clock.timers_matter
    assert wait.clock.patience == CHATTER_PATIENCE


def test_that_a_server_chatters_is_remembered_wherever_its_time_runs_out(time: Time) -> None:
    wait = Wait(time, patient=True)
    for number in range(1, 10):
        now = look(sleeper(cpu=0.001 * number), bytes=number)
        assert wait.sees(now, now, every=0.49) == [None, None]
    assert wait.sees(now, every=0.5) == [Rest.STILL]  # asleep still, on no tour's end
    assert wait.clock.chatters


@pytest.mark.parametrize("patient", [False, True])
def test_of_one_that_chatters_each_timer_is_waited_for_once(time: Time, patient: bool) -> None:
    chatterer = clock()
    chatterer.timers_matter, chatterer.patience = True, CHATTER_PATIENCE
    wait = Wait(time, chatterer, patient=patient)
    before, after = look(sleeper(cpu=0.001), bytes=1), look(sleeper(cpu=0.002), bytes=2)
    assert wait.sees(before, before, after, after, every=0.01) == [None, None, None, None if patient else Rest.STILL]


# -- in the middle: a thread that ran since the guests acted and then went to sleep


class Watched(Stillness):
    """A stillness that is shown looks written down before; the last one stays."""

    def __init__(self, *looks: Look) -> None:
        super().__init__(None, None, None, list)  # type: ignore[arg-type]
        self.coming = list(looks)

    def look(self) -> Look:
        return self.coming.pop(0) if len(self.coming) > 1 else self.coming[0]


def test_a_thread_that_sleeps_in_the_middle_of_its_work_is_waited_for(time: Time) -> None:
    started, after = look(thread(), sleeper(2)), look(thread(), sleeper(2, cpu=0.002))
    done = look(thread(), sleeper(2, cpu=0.003))
    clock = Watched(started, after, after, after, done, done)
    clock.begin()
    assert clock.settle(time.now + 25) is Rest.STILL
    assert len(clock.coming) == 1  # it did not end at the third look


def test_a_main_thread_that_sleeps_for_ever_is_not_in_the_middle_of_anything(time: Time) -> None:
    started, later = look(thread(), sleeper(2)), look(thread(cpu=0.002), sleeper(2))
    clock = Watched(started, later, later, look(thread(runs=True)))
    clock.begin()
    assert clock.settle(time.now + 25) is Rest.STILL
    assert len(clock.coming) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (sleeper(cpu=0.001), False),  # has not run since
        (sleeper(cpu=0.002), True),
        (sleeper(2, cpu=0.001), True),  # was not there before
        (sleeper(cpu=0.002, call="poll"), False),  # waits for guests, with a time-out
        (thread(cpu=0.002), False),  # no timer
    ],
)
def test_who_is_in_the_middle(now: Thread, expected: bool) -> None:
    clock = Watched(look(sleeper(cpu=0.001)))
    clock.begin()
    assert clock.in_the_middle(now) is expected


# -- busy


def spinning(cpu: float, **others: int) -> Look:
    return look(thread(), thread(2, runs=True, cpu=cpu), **others)


def test_processor_time_burnt_without_traffic_makes_it_busy(time: Time) -> None:
    wait = Wait(time)
    assert wait.sees(spinning(1.0), spinning(1.0 + BUSY_AFTER - 0.01), spinning(1.0 + BUSY_AFTER + 0.01)) == [None, None, Rest.BUSY]


def test_traffic_in_between_makes_it_a_worker(time: Time) -> None:
    looks = [spinning(0.2 * number, bytes=number) for number in range(20)]
    assert Wait(time).sees(*looks) == [None] * 20


@pytest.mark.parametrize(
    ("others", "enough"),
    [
        ({}, BUSY_IDLE),
        ({"unread": 1}, BUSY_AFTER),  # somebody waits to be read or let in
        ({"arrived": False}, BUSY_AFTER),
        ({"waits": True}, BUSY_AFTER),  # a thread asks for the interpreter lock every 5 ms
    ],
)
def test_of_a_program_that_was_found_busy_before_less_is_enough(time: Time, others: dict[str, Any], enough: float) -> None:
    wait = suspicious(time)
    waiter = [thread(3, call="lock", timed=True)] if others.pop("waits", False) else []

    def at(cpu: float) -> Look:
        return look(thread(), thread(2, runs=True, cpu=cpu), *waiter, **others)

    assert wait.sees(at(1.0), at(1.0 + enough - 0.001), at(1.0 + enough + 0.001)) == [None, None, Rest.BUSY]


def test_before_a_timer_is_waited_for_it_is_asked_once_whether_it_leads_to_anything(time: Time) -> None:
    asked: list[int] = []
    wait = Wait(time, patient=True)
    wait.clock.recognise = lambda: asked.append(1)
    timed, idle = thread(1, timed=True, call="poll"), thread(1, call="poll")
    assert wait.sees(look(timed), look(timed)) == [None, None]
    assert asked == [1]
    assert wait.sees(look(idle), look(idle)) == [None, Rest.STILL]
    again = Wait(time, wait.clock, patient=True)
    assert again.sees(look(timed), look(timed), look(timed)) == [None, None, None]
    assert asked == [1]
    other = Wait(time, wait.clock, patient=True)
    assert other.sees(look(thread(2, timed=True)), look(thread(2, timed=True))) == [None, None]
    assert asked == [1, 1]


def suspicious(time: Time, *, sure: bool = False) -> Wait:
    """A wait for a program that was found busy before."""
    made = clock()
    made.suspected_busy = True
    return Wait(time, made, sure=sure)


def test_who_was_woken_and_has_not_run_yet_has_not_had_his_share(time: Time) -> None:
    """On a busy machine another thread may go round and round while he waits for a processor."""

    def two(spinner: float, woken: float) -> Look:
        return look(thread(1, runs=True, cpu=spinner), thread(2, runs=True, cpu=woken))

    assert suspicious(time).sees(two(0, 0), two(0.5, 0), two(0.6, BUSY_IDLE)) == [None, None, Rest.BUSY]


def test_each_running_thread_is_allowed_its_share(time: Time) -> None:
    def two(cpu: float) -> Look:
        return look(thread(1, runs=True, cpu=cpu), thread(2, runs=True, cpu=cpu))

    assert Wait(time).sees(two(0.0), two(BUSY_AFTER - 0.01), two(BUSY_AFTER + 0.01)) == [None, None, Rest.BUSY]


def test_where_somebody_is_blamed_for_it_a_suspicion_is_not_enough(time: Time) -> None:
    wait = suspicious(time, sure=True)
    assert wait.sees(spinning(1.0), spinning(1.0 + BUSY_AFTER - 0.01), spinning(1.0 + BUSY_AFTER + 0.01)) == [None, None, Rest.BUSY]


def test_a_rest_called_busy_on_suspicion_proves_nothing(time: Time) -> None:
    clock = Watched(spinning(1.0), spinning(1.1), spinning(1.1), spinning(2.0))
    clock.suspected_busy = True
    assert clock.settle(time.now + 25) is Rest.BUSY
    assert not clock.known_busy
    assert clock.settle(time.now + 25, sure=True) is Rest.BUSY
    assert clock.known_busy


def test_being_busy_is_remembered(time: Time) -> None:
    clock = Watched(spinning(1.0), spinning(2.0))
    assert (clock.known_busy, clock.suspected_busy) == (False, False)
    assert clock.settle(time.now + 25) is Rest.BUSY
    assert (clock.known_busy, clock.suspected_busy) == (True, True)


# -- the deadline


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (spinning(0.1), Rest.LATE),
        (look(arrived=False), Rest.LATE),
        (look(sleeper(), unread=1), Rest.STILL),  # slow by itself, not through our machine
    ],
)
def test_at_the_deadline_it_was_late_or_it_merely_sleeps(time: Time, seen: Look, expected: Rest) -> None:
    wait = Wait(time, seconds=5.0)
    assert wait.sees(seen, seen, every=2.0) == [None, None]
    assert wait.sees(seen, every=1.5) == [expected]


# -- settle and before_acting


def test_what_was_waited_for_ends_the_wait_at_once(time: Time) -> None:
    clock = Watched(spinning(0.1), spinning(0.11), spinning(0.12), look())
    answers = iter([False, True])
    assert clock.settle(time.now + 25, lambda: next(answers)) is Rest.CAME
    assert len(clock.coming) == 2


def test_bytes_that_came_after_stillness_were_sent_by_a_timer(time: Time) -> None:
    clock = Watched(look(sleeper(call="poll")))
    assert clock.settle(time.now + 25) is Rest.STILL
    clock.coming = [look(sleeper(cpu=0.002, call="poll"), bytes=7)]
    clock.before_acting()
    assert clock.timers_matter


def test_bytes_that_came_before_waiting_on_were_sent_by_a_timer_too(time: Time) -> None:
    clock = Watched(look(sleeper(call="poll")))
    assert clock.settle(time.now + 25) is Rest.STILL
    clock.coming = [look(sleeper(cpu=0.002, call="poll"), bytes=7)]
    assert clock.settle(time.now + 25, lambda: True) is Rest.CAME
    assert clock.timers_matter


def test_no_bytes_after_stillness_no_timer(time: Time) -> None:
    clock = Watched(look(sleeper(call="poll")))
    clock.settle(time.now + 25)
    clock.coming = [look(sleeper(cpu=0.002, call="poll"))]
    clock.before_acting()
    assert not clock.timers_matter


@pytest.mark.parametrize("ending", ["came", "busy", "late"])
def test_only_what_comes_after_stillness_is_a_timers_doing(time: Time, ending: str) -> None:
    clock = Watched(spinning(0.0), spinning(5.0)) if ending == "busy" else Watched(look(arrived=False))
    clock.settle(time.now + (-1 if ending == "late" else 25), lambda: ending == "came")
    clock.coming = [look(bytes=7)]
    clock.before_acting()
    assert not clock.timers_matter


def test_between_two_actions_without_a_wait_nothing_is_a_timers_doing(time: Time) -> None:
    clock = Watched(look())
    clock.settle(time.now + 25)
    clock.before_acting()
    clock.coming = [look(bytes=7)]  # the answer to the first action
    clock.before_acting()
    assert not clock.timers_matter


def test_what_a_server_does_when_it_starts_is_no_timers_doing(time: Time) -> None:
    clock = Watched(look())
    clock.settle(time.now + 25)
    clock.begin()
    clock.coming = [look(bytes=7)]
    clock.before_acting()
    assert not clock.timers_matter


# -- the look


@dataclass
class FakeLink:
    """A connection whose two ends are written down."""

    counters: tuple[object, ...]
    settled: bool = True
    request: bytes = b"?"
    over: bool = False
    sock: None = None
    drained: list[int] = field(default_factory=list)

    def drain(self, limit: int) -> None:
        self.drained.append(limit)

    def state(self, peer: Peer | None) -> tuple[tuple[object, ...], bool]:
        self.over = self.over or peer is None
        return (self.counters, peer and peer.unread), self.settled


class Kernel:
    """Diag, Threads and PacketCount in one."""

    def __init__(self, **peers: Peer | None) -> None:
        self.peers = {name.encode(): peer for name, peer in peers.items()}
        self.flying = False

    def ask(self, requests: Sequence[bytes]) -> list[Peer | None]:
        return [self.peers[request] for request in requests]

    def look(self) -> tuple[Thread, ...]:
        return (thread(),)

    def read(self) -> tuple[int, ...]:
        return (4, 4)

    def in_flight(self, counts: Iterable[int]) -> bool:
        assert tuple(counts) == (4, 4)
        return self.flying


def end(state: int, unread: int) -> Peer:
    return Peer(state, ("", 1), ("", 2), unread, 1, 1, None)


def looking(kernel: Kernel, *links: FakeLink) -> Stillness:
    clock = Stillness(kernel, kernel, kernel, lambda: [b"listener"])  # type: ignore[arg-type]
    clock.links = list(links)  # type: ignore[arg-type]
    return clock


def test_a_look_puts_all_connections_and_the_accept_queue_together() -> None:
    kernel = Kernel(boris=end(ESTABLISHED, 5), vera=end(ESTABLISHED, 1), listener=end(LISTEN, 2))
    boris, vera = FakeLink(("b",), request=b"boris"), FakeLink(("v",), request=b"vera")
    seen = looking(kernel, boris, vera).look()
    assert seen == Look((thread(),), ((("b",), 5), (("v",), 1)), (2,), (4, 4), arrived=True, unread=8)
    assert boris.drained == vera.drained == [INBOX_LIMIT]


@pytest.mark.parametrize(("flying", "settled"), [(True, True), (False, False)])
def test_what_is_on_the_way_is_seen_by_packets_and_by_bytes(flying: bool, settled: bool) -> None:
    kernel = Kernel(boris=end(ESTABLISHED, 0), vera=end(ESTABLISHED, 0), listener=end(LISTEN, 0))
    kernel.flying = flying
    clock = looking(kernel, FakeLink(("b",), request=b"boris"), FakeLink(("v",), settled, request=b"vera"))
    assert not clock.look().arrived
    assert not clock.look().quiet


def test_a_connection_that_is_over_is_looked_at_no_more() -> None:
    kernel = Kernel(boris=None, listener=end(LISTEN, 0))
    clock = looking(kernel, FakeLink(("b",), request=b"boris"))
    assert (clock.look().traffic, clock.links) == (((), (0,)), [])


class Moving(Kernel):
    """Whose threads and packets are read from lists, the last of each again and again."""

    def __init__(self, threads: list[tuple[Thread, ...]], packets: list[tuple[int, ...]]) -> None:
        super().__init__(boris=end(ESTABLISHED, 0), listener=end(LISTEN, 0))
        self.threads, self.packets = threads, packets

    def look(self) -> tuple[Thread, ...]:
        return self.threads.pop(0) if len(self.threads) > 1 else self.threads[0]

    def read(self) -> tuple[int, ...]:
        return self.packets.pop(0) if len(self.packets) > 1 else self.packets[0]

    def in_flight(self, counts: Iterable[int]) -> bool:
        return False


SLEEPS, RAN, RUNS = (thread(),), (thread(cpu=0.002),), (thread(runs=True),)


@pytest.mark.parametrize(
    ("threads", "packets", "twice"),
    [
        ([SLEEPS], [(4, 4)], True),
        ([SLEEPS, RAN], [(4, 4)], False),
        ([SLEEPS], [(4, 4), (5, 5)], False),
        ([SLEEPS], [()], False),  # a network shared with others
    ],
)
def test_a_look_that_began_and_ended_with_the_same_is_known_to_hold(threads: list[Any], packets: list[Any], twice: bool) -> None:
    clock = looking(Moving(list(threads), list(packets)), FakeLink(("b",), request=b"boris"))
    assert clock.look().twice is twice


def test_a_quiet_look_holds_until_a_thread_runs_a_packet_goes_or_somebody_acts() -> None:
    link = FakeLink(("b",), request=b"boris")
    kernel = Moving([SLEEPS], [(4, 4)])
    clock = looking(kernel, link)
    first = clock.look()
    assert clock.look() is first
    for change in (lambda: kernel.threads.append(RAN), lambda: kernel.packets.append((5, 5)), clock.before_acting):
        change()
        before = len(link.drained)
        kernel.threads, kernel.packets = kernel.threads[-1:], kernel.packets[-1:]
        clock.look()
        assert len(link.drained) > before


def test_a_server_that_has_stopped_listening_has_no_queue() -> None:
    assert looking(Kernel(listener=None)).look().doors == ()


# -- live


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
@pytest.mark.parametrize(("server", "judgements"), [("threaded", 60), ("polls every 50 ms", 10)])
def test_no_judgement_of_a_live_conversation_is_wrong(server: str, judgements: int) -> None:
    from tests.proof.__main__ import prove  # noqa: PLC0415 - needs Linux

    wrong, costs = prove(server, judgements, "auto", seed=1)
    assert (wrong, len(costs)) == (0, judgements)


@pytest.mark.parametrize(
    ("bytes", "doors", "sent"),
    [
        (2, (1,), False),
        (3, (1,), True),
        (2, (1, 0), False),  # a second door has opened
        (3, (1, 0), True),
        (3, (2,), True),
        (3, (0,), False),  # it let somebody in, and greeted him perhaps
        (3, (0, 0), False),
    ],
)
def test_who_is_let_in_late_is_no_sign_of_a_timer_that_sends(bytes: int, doors: tuple[int, ...], sent: bool) -> None:
    before, now = replace(look(bytes=2), doors=(1,)), replace(look(bytes=bytes), doors=doors)
    assert stillness._sent_by_itself(before, now) is sent
