"""What every thread of the server is doing, read from a procfs: asleep or not, in which system call, with a timer or without.

One open descriptor per thread and file, read again with pread: a look at three guests' threads costs some tens of microseconds.
"""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from grading.syscalls import LONG_TIMER, parse_syscall, polled_at, resumed, timer_at

ASLEEP: Final = frozenset(b"StTZXxI")
"""Thread states of proc(5) in which a thread does nothing; `D` (waiting for a disk) ends by itself and is not rest."""
STOPPED: Final = frozenset(b"tTZXx")
"""Those in which it cannot even be woken, but by the signal to go on."""

_IDLE_CALLS: Final = {"sleep": ("sleep",), "one": ("poll",), "many": ("select", "epoll", "poll")}
"""Kind of wait -> the calls it is made of; one socket with a time-out is waited for in `poll`."""
_LISTINGS: Final = 4
"""How often the threads of a process are listed at one look; more than two were never needed but by a program that goes on making some."""
_NOT_SEEN: Final = 0
"""Stands for the number of a thread that is known to be there and was not found."""
_POLLOUT: Final = 4
"""The `events` of a struct pollfd (poll(2)) that ask for room to write and nothing else."""


class Thread(NamedTuple):
    """One look at one thread.

    Attributes:
        pid, tid: in the procfs's numbering.
        state: state letter of proc(5), as a byte value.
        clock: the thread's `schedstat`; it changes whenever the thread has run.
        call: name of the system call it sleeps in ("recv", "accept", "lock", ...), "" if unknown or running.
        first: the call's first argument, a file descriptor for calls on one; -1 if unknown.
        timed: it will wake by itself after some time.
        writes: in "poll", it waits for room to write to that descriptor.
    """

    pid: int
    tid: int
    state: int
    clock: bytes
    call: str
    first: int
    timed: bool
    writes: bool = False

    @property
    def asleep(self) -> bool:
        """Whether it does nothing now."""
        return self.state in ASLEEP

    @property
    def prints(self) -> bool:
        """Whether it waits for room in the pipe it prints to, which somebody will make."""
        return self.call == "write" and self.first in (1, 2)

    @property
    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        return self._counted(0) / 1e9

    @property
    def waited(self) -> float:
        """Seconds it was ready to run and waited for a processor."""
        return self._counted(1) / 1e9

    @property
    def runs(self) -> int:
        """How often a processor was given to it."""
        return self._counted(2)

    def _counted(self, column: int) -> int:
        """A number of `schedstat`; 0 for a thread that has just ended."""
        numbers = self.clock.split()
        return int(numbers[column]) if len(numbers) > column else 0


class _Files:
    """The three open files of one thread."""

    def __init__(self, directory: str, proc_fd: int) -> None:
        self._memory, self._proc_fd = f"{directory}/mem", proc_fd
        self._fds: list[int] = []
        self._idle: tuple[str, int | None] | None = None
        self._line = b""
        try:
            for name in ("stat", "schedstat", "syscall"):
                self._fds.append(os.open(f"{directory}/{name}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc_fd))
            self._asleep: Thread | None = None
            self._stat, self._count = b"", 0
        except OSError:
            self.close()
            raise

    def look(self, pid: int, tid: int) -> tuple[Thread, int]:
        """The thread now, and how many threads its process has. Raises OSError once it is gone."""
        stat, clock = os.pread(self._fds[0], 1024, 0), os.pread(self._fds[1], 128, 0)
        if self._asleep is not None and stat == self._stat and clock == self._asleep.clock:
            return self._asleep, self._count  # as nearly always: everything is as it was
        fields = stat[stat.rindex(b")") + 2 :].split()
        state, count = fields[0][0], int(fields[17])
        self._stat, self._count = stat, count
        if self._asleep is not None and state == ord("S") and clock == self._asleep.clock:
            return self._asleep, count  # it has not run since, so it sleeps in the same call
        line = resumed(os.pread(self._fds[2], 256, 0), self._line) if state == ord("S") else b""
        call, first, timed = parse_syscall(line)
        self._line = line if call else self._line
        writes = False
        if call == "poll":  # a socket with a time-out waits in it: for whom stands not in the call, but in memory
            place = polled_at(line)
            first, writes = self._number_at(place, 4), self._number_at(place and place + 4, 2) == _POLLOUT
        if call in ("select", "sleep", "lock") and timed:
            timed = self._seconds_left(*timer_at(line)) * 1000 < LONG_TIMER
        timed = timed and (writes or self._idle not in ((call, first), (call, None)))
        thread = Thread(pid, tid, state, clock, call, first, timed, writes)
        self._asleep = thread if call else None
        return thread, count

    def _seconds_left(self, place: int, clock: int | None) -> float:
        """Until a timer ends a wait; less than none where that cannot be read."""
        seconds = self._number_at(place, struct.calcsize("l"))
        return seconds if clock is None or seconds < 0 else seconds - time.clock_gettime(clock)

    def _number_at(self, place: int, size: int) -> int:
        """The integer there, the first part of a `struct pollfd` (poll(2)) or of a time-out (select(2)); -1 if it cannot be read."""
        try:
            memory = os.open(self._memory, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc_fd) if place else -1
        except OSError:
            return -1
        if memory < 0:
            return -1
        try:
            data = os.pread(memory, size, place)
            return int.from_bytes(data, sys.byteorder, signed=True) if len(data) == size else -1
        except (OSError, OverflowError):
            return -1
        finally:
            os.close(memory)

    def set_idle(self, kind: str) -> None:
        """It may wait elsewhere as well, and there its time-outs count: so the call is kept, and the socket if it is one."""
        now = self._asleep
        fits = now is not None and now.call in _IDLE_CALLS.get(kind, ()) and (kind != "one" or (now.first >= 0 and not now.writes))
        self._idle = (now.call, now.first if kind == "one" else None) if now is not None and fits else None
        self._asleep = None

    def close(self) -> None:
        for fd in self._fds:
            os.close(fd)
        self._fds = []


class Threads:
    """All threads of the server's processes, looked at again and again."""

    def __init__(self, proc_fd: int, pids: Callable[[], Iterable[int]], started: Callable[[], int] | None = None) -> None:
        """`proc_fd`: directory descriptor of a procfs; `pids()`: the server's processes alive now, in its numbering; `started()`: how many
        of them were started from outside, so that they need not be listed anew at every look; None if that is not known."""
        self._proc_fd = proc_fd
        self._pids, self._started = pids, started
        self._last: tuple[int, tuple[Thread, ...]] | None = None
        self._files: dict[int, dict[int, _Files]] = {}

    def overlook(self, idle: Mapping[tuple[int, int], str]) -> None:
        """Threads (pid, tid) whose time-out, where they wait now, leads to nothing: there they count as waiting for ever. For each the kind
        of its wait, as in submission.idle; "", like none at all, for one whose time-outs count."""
        for pid, known in self._files.items():
            for tid, files in known.items():
                files.set_idle(idle.get((pid, tid), ""))
        self._last = None

    def look(self) -> tuple[Thread, ...]:
        """Every thread of every process now. A process that cannot be looked into raises PermissionError.

        Only a thread that runs can make another thread or process. So where all those seen before still sleep as they did, and nothing was
        started from outside, there is nobody new, and the processes (the dearer half of a look) are not listed again. Unless one was made
        after they were listed, by a process that was looked at only when it slept again: so of such a look the list is compared.
        """
        if self._started is None:
            return self._all(list(self._pids()))
        started = self._started()
        if self._last is not None and self._last[0] == started and self._all_as_in(self._last[1]):
            return self._last[1]
        pids = list(self._pids())
        threads = self._all(pids)
        all_seen = threads and all(thread.asleep for thread in threads) and list(self._pids()) == pids
        self._last = (started, threads) if all_seen else None
        return threads

    def _all_as_in(self, last: tuple[Thread, ...]) -> bool:
        """Whether every thread known is as it was then; the first that is not says so, and they all have to be read anew."""
        files = ((pid, tid, one) for pid, known in self._files.items() for tid, one in known.items())
        try:
            return all(thread == one.look(pid, tid)[0] for thread, (pid, tid, one) in zip(last, files, strict=True))
        except PermissionError:
            raise
        except (OSError, ValueError, IndexError):
            return False  # somebody is gone, or there are others by now

    def _all(self, pids: list[int]) -> tuple[Thread, ...]:
        for gone in self._files.keys() - pids:
            self._forget(gone)
        return tuple(thread for pid in pids for thread in self._process(pid))

    def _process(self, pid: int) -> list[Thread]:
        """Its threads, all of them: one that another has made since they were listed may still wait for a processor while that other
        sleeps again, so what the kernel counts decides. Where they never agree, it is making threads all the time: somebody runs."""
        known = self._files.setdefault(pid, {})
        seen, count = self._read(pid, known)
        for _again in range(_LISTINGS):
            if seen and len(seen) == count:
                return seen
            self._list(pid, known)
            seen, count = self._read(pid, known)
        return seen if len(seen) == count else [*seen, Thread(pid, _NOT_SEEN, ord("R"), b"", "", -1, False)]

    def _read(self, pid: int, known: dict[int, _Files]) -> tuple[list[Thread], int]:
        seen, count = [], 0
        for tid, files in list(known.items()):
            try:
                thread, threads = files.look(pid, tid)
            except PermissionError:
                raise
            except (OSError, ValueError, IndexError):
                known.pop(tid).close()
                continue
            seen.append(thread)
            count = max(count, threads)
        return seen, count

    def _list(self, pid: int, known: dict[int, _Files]) -> None:
        try:
            directory = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._proc_fd)
        except OSError:
            return
        try:
            tids = [int(name) for name in os.listdir(directory)]
        except OSError:
            return
        finally:
            os.close(directory)
        for tid in tids:
            if tid not in known:
                try:
                    known[tid] = _Files(f"{pid}/task/{tid}", self._proc_fd)
                except PermissionError:
                    raise
                except OSError:
                    continue

    def _forget(self, pid: int) -> None:
        for files in self._files.pop(pid, {}).values():
            files.close()

    def close(self) -> None:
        """Closes every descriptor; the object can be used no more."""
        for pid in list(self._files):
            self._forget(pid)
