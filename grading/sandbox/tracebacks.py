"""Ask each thread of the student's Python where it stands, by the `faulthandler` signal its interpreter was started with.

What comes back went through a pipe the student can write to: it is a hint, bounded in size and time, and parsed as hostile text.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import time
from collections.abc import Callable

from grading.sandbox.model import ThreadDump
from grading.sandbox.prefix import DUMP_SIGNAL

ALL_SECONDS = 4.0
THREAD_SECONDS = 1.0  # a dump takes 0.1 ms, but on a busy machine a thread waits its turn; one that no signal reaches (state D) costs this
MOST_THREADS = 128
MOST_BYTES = 64 * 1024  # 100 frames, faulthandler's limit, of 600 bytes
FRAME = re.compile(rb'^  File "(.{1,500}?)", line (\d{1,7}) in (.{1,500})$')
SIGNAL_BIT = 1 << (DUMP_SIGNAL - 1)

Sender = Callable[[int, int, int], None]  # pid, tid, signal number


def collect(proc_fd: int, pids: list[int], pipe: int, send: Sender) -> list[ThreadDump]:
    """One dump for each thread of those of `pids` that still have the signal's handler; threads that do not answer are left out.

    Args:
        proc_fd: the procfs that shows them.
        pipe: non-blocking read end of the pipe the handler writes to.
        send: sends a signal to one thread (tgkill).
    """
    end = time.monotonic() + ALL_SECONDS
    dumps: list[ThreadDump] = []
    for pid in pids:
        for tid in _threads(proc_fd, pid):
            if time.monotonic() > end or len(dumps) >= MOST_THREADS:
                return dumps
            where = f"{pid}/task/{tid}/status"
            if not _mask(_status(proc_fd, where), b"SigCgt:") & SIGNAL_BIT:
                break  # without the handler the signal would kill it
            _empty(pipe)
            send(pid, tid, DUMP_SIGNAL)
            frames = parse(_read_dump(proc_fd, where, pipe))
            if frames:
                dumps.append(ThreadDump(pid, tid, frames))
    return dumps


def parse(text: bytes) -> list[tuple[str, int, str]]:
    """The frames of one dump, innermost first."""
    matches = (FRAME.match(line) for line in text.split(b"\n"))
    return [(_decode(found[1]), int(found[2]), _decode(found[3])) for found in matches if found]


def _decode(text: bytes) -> str:
    """faulthandler writes other than ASCII as \\xHH, \\uHHHH or \\UHHHHHHHH."""
    plain = text.decode("ascii", "backslashreplace")
    with contextlib.suppress(ValueError, OverflowError):
        return re.sub(
            r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))", lambda code: chr(int(code[1] or code[2] or code[3], 16)), plain
        )
    return plain


def _read_dump(proc_fd: int, where: str, pipe: int) -> bytes:
    """Read until the thread has left the signal handler. While it is inside, the signal is blocked for it; before, it is pending."""
    end = time.monotonic() + THREAD_SECONDS
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    data, calm = b"", 0
    while calm < 2 and len(data) < MOST_BYTES and time.monotonic() < end:
        status = _status(proc_fd, where)
        inside = (_mask(status, b"SigPnd:") | _mask(status, b"SigBlk:")) & SIGNAL_BIT
        # Between "pending" and "blocked" lies an instant with neither, in which the thread runs: a running one is looked at twice.
        calm = 0 if inside else calm + (1 if b"State:\tR" in status else 2)
        before = len(data)
        with contextlib.suppress(BlockingIOError):
            data += os.read(pipe, MOST_BYTES)
        if calm < 2 and len(data) == before:
            poll.poll(1)
    return data


def _empty(pipe: int) -> None:
    """Drop what lies in the pipe: leftovers, or a student's own bytes. A pipe holds 64 KiB, so a few reads do."""
    with contextlib.suppress(BlockingIOError):
        for _ in range(4):
            if not os.read(pipe, MOST_BYTES):
                return


def _threads(proc_fd: int, pid: int) -> list[int]:
    try:
        fd = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc_fd)
    except OSError:
        return []
    try:
        return sorted(int(name) for name in os.listdir(fd))
    except OSError:
        return []
    finally:
        os.close(fd)


def _status(proc_fd: int, path: str) -> bytes:
    """A status file; empty when the thread has ended."""
    try:
        fd = os.open(path, os.O_RDONLY, dir_fd=proc_fd)
    except OSError:
        return b""
    try:
        return os.read(fd, 8192)
    except OSError:
        return b""
    finally:
        os.close(fd)


def _mask(status: bytes, name: bytes) -> int:
    for line in status.split(b"\n"):
        if line.startswith(name):
            return int(line[len(name) :], 16)
    return 0
