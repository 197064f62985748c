"""What a line of /proc/PID/task/TID/syscall says: in which call a thread sleeps, on what, and for how long at most."""

from __future__ import annotations

import platform
from typing import Final

# System call -> (name, index of the argument that is a timeout, how it says "for ever"); numbers from the kernel's syscall tables.
_NULL, _NEGATIVE, _ALWAYS, _NEVER = "null", "negative", "always", "never"
_X86_64: Final = {
    0: ("read", 0, _NEVER), 17: ("pread", 0, _NEVER), 19: ("readv", 0, _NEVER), 45: ("recv", 0, _NEVER), 47: ("recv", 0, _NEVER),
    299: ("recv", 4, _NULL), 1: ("write", 0, _NEVER), 20: ("write", 0, _NEVER), 44: ("send", 0, _NEVER), 46: ("send", 0, _NEVER),
    42: ("connect", 0, _NEVER), 43: ("accept", 0, _NEVER), 288: ("accept", 0, _NEVER), 7: ("poll", 2, _NEGATIVE), 271: ("poll", 2, _NULL),
    23: ("select", 4, _NULL), 270: ("select", 4, _NULL),
    232: ("epoll", 3, _NEGATIVE), 281: ("epoll", 3, _NEGATIVE), 441: ("epoll", 3, _NULL),
    35: ("sleep", 0, _ALWAYS), 230: ("sleep", 0, _ALWAYS), 202: ("lock", 3, _NULL), 449: ("lock", 3, _NULL), 128: ("sigwait", 2, _NULL),
    34: ("pause", 0, _NEVER), 130: ("pause", 0, _NEVER), 61: ("wait", 0, _NEVER), 247: ("wait", 0, _NEVER),
}  # fmt: skip
_ARM64: Final = {
    63: ("read", 0, _NEVER), 65: ("readv", 0, _NEVER), 207: ("recv", 0, _NEVER), 212: ("recv", 0, _NEVER), 243: ("recv", 4, _NULL),
    64: ("write", 0, _NEVER), 66: ("write", 0, _NEVER), 206: ("send", 0, _NEVER), 211: ("send", 0, _NEVER), 203: ("connect", 0, _NEVER),
    202: ("accept", 0, _NEVER), 242: ("accept", 0, _NEVER), 73: ("poll", 2, _NULL), 72: ("select", 4, _NULL), 22: ("epoll", 3, _NEGATIVE),
    441: ("epoll", 3, _NULL), 101: ("sleep", 0, _ALWAYS), 115: ("sleep", 0, _ALWAYS), 98: ("lock", 3, _NULL), 449: ("lock", 3, _NULL),
    137: ("sigwait", 2, _NULL), 133: ("pause", 0, _NEVER), 260: ("wait", 0, _NEVER), 95: ("wait", 0, _NEVER),
}  # fmt: skip
_TABLES: Final = {"x86_64": _X86_64, "aarch64": _ARM64, "arm64": _ARM64}
_CALLS: Final = _TABLES.get(platform.machine(), {})
_CLOCK_NANOSLEEP: Final = (230, 115)
_FUTEX: Final = (202, 98)  # where they are called "lock" in the table
_TIMER_ABSTIME: Final = 1
_FUTEX_COMMAND: Final = 0x7F
_FUTEX_WAIT_BITSET: Final = 9
_FUTEX_CLOCK_REALTIME: Final = 256
_REALTIME, _MONOTONIC = 0, 1
_RESTART: Final = {"x86_64": b"219", "aarch64": b"128", "arm64": b"128"}.get(platform.machine(), b"")
KNOWN_MACHINE: Final = bool(_CALLS)
"""Whether the system calls of this kind of machine are known; elsewhere every thread would count as timed."""
LONG_TIMER: Final = 8000
"""Milliseconds from which a time-out is no timer to wait for: stillness waits no longer than that. (A socket with settimeout(60) sleeps in
poll with 60000; negative values, for ever, are larger still when read without a sign.)"""


def parse_syscall(line: bytes) -> tuple[str, int, bool]:
    """(call, first argument, timed) from a line of /proc/PID/task/TID/syscall; an unknown call counts as timed, to be careful."""
    words = line.split()
    if len(words) < 9:  # "running", or "-1 sp pc" outside any system call
        return "", -1, False
    arguments = [int(word, 16) for word in words[1:7]]
    first = arguments[0] if arguments[0] < 1 << 31 else -1
    name, index, kind = _CALLS.get(int(words[0]), ("", 0, _ALWAYS))
    value = arguments[index]
    if kind == _NEVER:
        timed = False
    elif kind == _ALWAYS:
        timed = True
    elif kind == _NULL:
        timed = value != 0
    else:  # a C int of milliseconds, negative for ever
        timed = value & 0xFFFFFFFF < LONG_TIMER
    return name, first, timed


def resumed(line: bytes, before: bytes) -> bytes:
    """A line of /proc/PID/task/TID/syscall; of a wait that goes on after a signal the line from `before` it, which has the call's name.

    The kernel goes on with a wait that may end by a timer by a call of its own, which has the arguments, the stack and the place in the
    program of the one that was broken off (restart_syscall(2)).
    """
    number, _, where = line.partition(b" ")
    return before if number == _RESTART and where and where == before.partition(b" ")[2] else line


def polled_at(line: bytes) -> int:
    """Where in the memory of the process the only descriptor lies that a thread waits on in `poll`; 0 if there are several, or none."""
    words = line.split()
    return int(words[1], 16) if len(words) >= 9 and int(words[2], 16) == 1 else 0


def timer_at(line: bytes) -> tuple[int, int | None]:
    """Where in its memory the end of a thread's wait lies, a struct timeval or timespec (both begin with the seconds), and of which clock
    it is a time; None for one that counts from the beginning of the call. (0, None) where nobody knows.

    Sources: select(2), nanosleep(2), clock_nanosleep(2), futex(2): FUTEX_WAIT counts from now, FUTEX_WAIT_BITSET names a time.
    """
    words = line.split()
    number, arguments = int(words[0]), [int(word, 16) for word in words[1:7]]
    match _CALLS.get(number, ("",))[0]:
        case "select":
            return arguments[4], None
        case "sleep" if number in _CLOCK_NANOSLEEP:
            return arguments[2], arguments[0] if arguments[1] & _TIMER_ABSTIME else None
        case "sleep":
            return arguments[0], None
        case "lock" if number in _FUTEX and arguments[1] & _FUTEX_COMMAND == _FUTEX_WAIT_BITSET:
            return arguments[3], _REALTIME if arguments[1] & _FUTEX_CLOCK_REALTIME else _MONOTONIC
        case "lock" if number in _FUTEX:
            return arguments[3], None
    return 0, None
