"""Lines of /proc/PID/task/TID/syscall."""

from __future__ import annotations

import pytest
from syscall_lines import INT_MINUS_ONE, MINUS_ONE, POINTER, line

from grading import syscalls
from grading.syscalls import parse_syscall

CALLS = {
    "x86_64": [
        (line(0, 0), ("read", 0, False)),
        (line(45, 5), ("recv", 5, False)),  # recvfrom
        (line(47, 5), ("recv", 5, False)),  # recvmsg
        (line(299, 5, 0, 0, 0, 0), ("recv", 5, False)),  # recvmmsg without a timeout
        (line(299, 5, 0, 0, 0, POINTER), ("recv", 5, True)),
        (line(44, 5), ("send", 5, False)),
        (line(43, 3), ("accept", 3, False)),
        (line(288, 3), ("accept", 3, False)),
        (line(230, 1, 0), ("sleep", 1, True)),  # clock_nanosleep
        (line(35, POINTER), ("sleep", -1, True)),  # nanosleep
        (line(7, POINTER, 1, MINUS_ONE), ("poll", -1, False)),
        (line(7, POINTER, 1, INT_MINUS_ONE), ("poll", -1, False)),
        (line(7, POINTER, 1, 0), ("poll", -1, True)),
        (line(7, POINTER, 1, 100), ("poll", -1, True)),
        (line(7, POINTER, 1, 7_999), ("poll", -1, True)),
        (line(7, POINTER, 1, 60_000), ("poll", -1, False)),  # settimeout(60): nobody waits that long for it
        (line(7, POINTER, 1, 0xAAAA_0000_0000_0064), ("poll", -1, True)),  # only the int in the low half counts
        (line(271, POINTER, 1, 0), ("poll", -1, False)),  # ppoll
        (line(271, POINTER, 1, POINTER), ("poll", -1, True)),
        (line(232, 4, POINTER, 10, INT_MINUS_ONE), ("epoll", 4, False)),
        (line(232, 4, POINTER, 10, 50), ("epoll", 4, True)),
        (line(281, 4, POINTER, 10, MINUS_ONE), ("epoll", 4, False)),
        (line(23, 5, POINTER, 0, 0, 0), ("select", 5, False)),
        (line(23, 5, POINTER, 0, 0, POINTER), ("select", 5, True)),
        (line(270, 5, POINTER, 0, 0, 0), ("select", 5, False)),  # pselect6
        (line(270, 5, POINTER, 0, 0, POINTER), ("select", 5, True)),
        (line(202, POINTER, 128, 0, 0), ("lock", -1, False)),  # futex
        (line(202, POINTER, 128, 0, POINTER), ("lock", -1, True)),
        (line(61, MINUS_ONE), ("wait", -1, False)),
        (line(219), ("", -1, True)),  # restart_syscall: nobody knows of what
        (line(999), ("", -1, True)),
    ],
    "aarch64": [
        (line(63, 0), ("read", 0, False)),
        (line(207, 5), ("recv", 5, False)),
        (line(202, 3), ("accept", 3, False)),
        (line(115, 1, 0), ("sleep", 1, True)),
        (line(73, POINTER, 1, 0), ("poll", -1, False)),
        (line(73, POINTER, 1, POINTER), ("poll", -1, True)),
        (line(22, 4, POINTER, 10, MINUS_ONE), ("epoll", 4, False)),
        (line(22, 4, POINTER, 10, 0), ("epoll", 4, True)),
        (line(72, 5, POINTER, 0, 0, POINTER), ("select", 5, True)),
        (line(98, POINTER, 128, 0, 0), ("lock", -1, False)),
        (line(98, POINTER, 128, 0, POINTER), ("lock", -1, True)),
        (line(7, POINTER, 1, 0), ("", -1, True)),  # a number of the other table
    ],
}


@pytest.mark.parametrize(("machine", "given", "expected"), [(machine, *row) for machine, rows in CALLS.items() for row in rows])
def test_a_call_is_named_and_known_to_be_timed_or_not(
    machine: str, given: bytes, expected: tuple[str, int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syscalls, "_CALLS", syscalls._TABLES[machine])
    assert parse_syscall(given) == expected


@pytest.mark.parametrize(
    ("line_now", "named"),
    [
        (line(219, POINTER, 1, 50), line(7, POINTER, 1, 50)),
        (line(219, POINTER, 1, 60), line(219, POINTER, 1, 60)),  # another call than the one that was seen
        (line(230, POINTER, 1, 50), line(230, POINTER, 1, 50)),
        (b"running\n", b"running\n"),
        (b"219", b"219"),
    ],
)
def test_a_wait_that_goes_on_after_a_signal_is_the_one_from_before(line_now: bytes, named: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "_RESTART", b"219")
    assert syscalls.resumed(line_now, line(7, POINTER, 1, 50)) == named


@pytest.mark.parametrize("given", [b"running\n", b"-1 0x7ffd0 0x7f001\n", b""])
def test_a_thread_outside_any_call_is_no_timed_sleeper(given: bytes) -> None:
    assert parse_syscall(given) == ("", -1, False)


def test_on_an_unknown_machine_every_call_may_be_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "_CALLS", {})
    assert parse_syscall(line(45, 5)) == ("", 5, True)
