"""What threads do, read from a procfs made of files."""

from __future__ import annotations

import os
import shutil
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from syscall_lines import MINUS_ONE, POINTER, line

from grading import syscalls, threads
from grading.threads import Thread, Threads


@pytest.mark.parametrize(("state", "asleep"), [(b"S", True), (b"T", True), (b"Z", True), (b"R", False), (b"D", False)])
def test_waiting_for_a_disk_is_no_rest(state: bytes, asleep: bool) -> None:
    assert Thread(1, 1, state[0], b"", "", -1, False).asleep is asleep


def test_processor_time_is_the_first_number_of_schedstat() -> None:
    assert Thread(1, 1, ord("S"), b"2500000000 77 3\n", "", -1, False).cpu == 2.5
    gone = Thread(1, 1, ord("Z"), b"", "", -1, False)
    assert (gone.cpu, gone.waited, gone.runs) == (0.0, 0.0, 0)


# -- Threads


class Proc:
    """A procfs of plain files; the program's name holds what a careless reader stumbles over."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.alive: list[int] = []
        self.fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)

    def put(self, pid: int, tid: int, *, state: str = "S", clock: int = 1000, call: bytes = b"", count: int | None = None) -> None:
        """Makes a thread, or changes it; `count`: how many threads the kernel says there are, by itself those put here."""
        folder = self.root / str(pid) / "task" / str(tid)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schedstat").write_bytes(b"%d 5 1\n" % clock)
        (folder / "syscall").write_bytes(call or line(45, 5))
        self._stat(folder, state, count)
        if pid not in self.alive:
            self.alive.append(pid)
        if count is None:
            self._count(pid)

    def take(self, pid: int, tid: int) -> None:
        """A thread has ended: an emptied file reads like one of a task that is gone."""
        folder = self.root / str(pid) / "task" / str(tid)
        for file in folder.iterdir():
            file.write_bytes(b"")
        shutil.rmtree(folder)
        self._count(pid)

    def _count(self, pid: int) -> None:
        folders = list((self.root / str(pid) / "task").iterdir())
        for folder in folders:
            self._stat(folder, (folder / "stat").read_text().rpartition(") ")[2][0], len(folders))

    @staticmethod
    def _stat(folder: Path, state: str, count: int | None) -> None:
        fields = [state, *["0"] * 16, str(count or 0), *["0"] * 10]
        (folder / "stat").write_text(f"{folder.name} (a) R (b) S) {' '.join(fields)}\n")


@pytest.fixture
def proc(tmp_path: Path) -> Iterator[Proc]:
    made = Proc(tmp_path)
    yield made
    os.close(made.fd)


@pytest.fixture
def seen(proc: Proc) -> Iterator[Threads]:
    made = Threads(proc.fd, lambda: proc.alive)
    yield made
    made.close()


def ids(seen: Threads) -> list[tuple[int, int]]:
    return sorted((thread.pid, thread.tid) for thread in seen.look())


@pytest.fixture(autouse=True)
def _one_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "_CALLS", syscalls._X86_64)


def test_a_look_gives_all_there_is_to_know(proc: Proc, seen: Threads) -> None:
    proc.put(7, 7, clock=123, call=line(288, 3))
    proc.put(7, 8, state="R")
    assert sorted(seen.look(), key=lambda thread: thread.tid) == [
        Thread(7, 7, ord("S"), b"123 5 1\n", "accept", 3, timed=False),
        Thread(7, 8, ord("R"), b"1000 5 1\n", "", -1, timed=False),
    ]


@pytest.mark.parametrize(
    ("call", "memory", "descriptor"),
    [
        (line(7, 0x20, 1, 50), b"\0" * 0x20 + b"\x05\0\0\0\x01\0\0\0", 5),  # a socket with settimeout
        (line(271, 0x20, 1, POINTER), b"\0" * 0x20 + b"\x05\0\0\0", 5),
        (line(7, 0x20, 2, 50), b"\0" * 0x20 + b"\x05\0\0\0", -1),  # several: on none of them more than on another
        (line(7, 0x20, 1, 50), b"", -1),
        (line(7, 0x20, 1, 50), None, -1),  # it may not be read
        (line(7, MINUS_ONE, 1, 50), b"\0" * 64, -1),
    ],
)
def test_on_which_socket_a_thread_waits_with_a_time_out_stands_in_memory(
    proc: Proc, seen: Threads, call: bytes, memory: bytes | None, descriptor: int
) -> None:
    proc.put(7, 7, call=call)
    if memory is not None:
        (proc.root / "7" / "task" / "7" / "mem").write_bytes(memory)
    (thread,) = seen.look()
    assert (thread.call, thread.first, thread.timed) == ("poll", descriptor, True)


@pytest.mark.parametrize(("events", "writes"), [(b"\x01\0", False), (b"\x04\0", True)])
def test_whether_it_waits_to_read_or_to_write_stands_there_too(proc: Proc, seen: Threads, events: bytes, writes: bool) -> None:
    proc.put(7, 7, call=line(7, 0x20, 1, 50))
    (proc.root / "7" / "task" / "7" / "mem").write_bytes(b"\0" * 0x20 + b"\x05\0\0\0" + events + b"\0\0")
    (thread,) = seen.look()
    assert thread.writes is writes


SELECT = line(23, 5, 0x20, 0, 0, 0x20)
PAUSE = line(230, 1, 0, 0x20, 0)
PAUSE_UNTIL = line(230, 1, 1, 0x20, 0)
WAIT = line(202, POINTER, 128, 0, 0x20)
WAIT_UNTIL = line(202, POINTER, 128 | 9, 0, 0x20)
WAIT_UNTIL_DAYTIME = line(202, POINTER, 128 | 256 | 9, 0, 0x20)


@pytest.mark.parametrize(
    "wait",  # (call, clock)
    [
        (SELECT, None),
        (PAUSE, None),
        (line(35, 0x20, 0), None),
        (WAIT, None),
        (PAUSE_UNTIL, time.CLOCK_MONOTONIC),
        (WAIT_UNTIL, time.CLOCK_MONOTONIC),
        (WAIT_UNTIL_DAYTIME, time.CLOCK_REALTIME),
    ],
)
@pytest.mark.parametrize(("seconds", "timed"), [(1, True), (7, True), (60, False), (None, True)])
def test_how_long_it_waits_stands_in_memory(
    proc: Proc, seen: Threads, wait: tuple[bytes, int | None], seconds: int | None, timed: bool
) -> None:
    """Nobody waits 60 s for it; and what cannot be read is waited for."""
    call, clock = wait
    proc.put(7, 7, call=call)
    end = seconds if seconds is None or clock is None else seconds + int(time.clock_gettime(clock))
    memory = b"" if end is None else struct.pack("ll", end, 0)
    (proc.root / "7" / "task" / "7" / "mem").write_bytes(b"\0" * 0x20 + memory)
    (thread,) = seen.look()
    assert (thread.call in ("select", "sleep", "lock"), thread.timed) == (True, timed)


def test_a_thread_that_is_idle_sleeps_without_end_until_it_is_said_to_be_no_more(proc: Proc, seen: Threads) -> None:
    proc.put(7, 7, call=line(230, 1))
    proc.put(7, 8, call=line(230, 1))
    seen.look()
    seen.overlook({(7, 7): "sleep", (7, 8): ""})
    assert {thread.tid: (thread.call, thread.timed) for thread in seen.look()} == {7: ("sleep", False), 8: ("sleep", True)}
    proc.put(7, 7, clock=2000, call=line(7, POINTER, 1, 50))  # idle is only who sleeps
    assert [thread.timed for thread in seen.look()] == [True, True]
    proc.put(7, 7, clock=3000, call=line(230, 1))
    seen.overlook({})
    assert [thread.timed for thread in seen.look()] == [True, True]


def test_a_thread_idle_at_one_socket_is_not_so_at_another_nor_where_it_writes(proc: Proc, seen: Threads) -> None:
    def waits(clock: int, descriptor: int, events: int = 1) -> bool:
        proc.put(7, 7, clock=clock, call=line(7, 0x20, 1, 50))
        (proc.root / "7" / "task" / "7" / "mem").write_bytes(b"\0" * 0x20 + struct.pack("ihh", descriptor, events, 0))
        (thread,) = seen.look()
        return thread.timed

    assert waits(1, 5)
    seen.overlook({(7, 7): "one"})
    assert not waits(2, 5)
    assert waits(3, 6)
    assert waits(4, 5, events=4)
    seen.overlook({(7, 7): "one"})  # said of a thread that writes by now
    assert waits(5, 5, events=4)
    assert waits(6, 5)


def test_each_look_reads_again(proc: Proc, seen: Threads) -> None:
    proc.put(7, 7, call=line(230, 1))
    (before,) = seen.look()
    proc.put(7, 7, clock=2000)
    (after,) = seen.look()
    assert (before.call, before.timed, before.clock) == ("sleep", True, b"1000 5 1\n")
    assert (after.call, after.timed, after.clock) == ("recv", False, b"2000 5 1\n")


def test_threads_appear_and_vanish(proc: Proc, seen: Threads) -> None:
    proc.put(7, 7)
    assert ids(seen) == [(7, 7)]
    proc.put(7, 9)
    assert ids(seen) == [(7, 7), (7, 9)]
    proc.take(7, 9)
    proc.put(7, 10)  # as many as before, but another one
    assert ids(seen) == [(7, 7), (7, 10)]
    proc.take(7, 10)
    assert ids(seen) == [(7, 7)]


@pytest.mark.parametrize("more", [1, 3])
def test_a_thread_made_while_they_were_listed_is_seen_at_the_same_look(
    proc: Proc, seen: Threads, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    """Seen with thirty guests: who let them in had made another thread after the list was read, and slept until that one would begin."""
    proc.put(7, 7)
    names = os.listdir

    def meanwhile(folder: int) -> list[str]:
        found = names(folder)
        if len(found) <= more:
            proc.put(7, 7 + len(found), state="R")
        return found

    monkeypatch.setattr(threads.os, "listdir", meanwhile)
    assert ids(seen) == [(7, 7 + number) for number in range(more + 1)]


def test_a_program_that_makes_threads_all_the_time_is_not_at_rest(proc: Proc, seen: Threads) -> None:
    proc.put(7, 7, count=2)
    assert not all(thread.asleep for thread in seen.look())
    assert (7, 7) in ids(seen)


def test_processes_come_and_go(proc: Proc, seen: Threads) -> None:
    proc.put(7, 7)
    proc.put(8, 8)
    assert ids(seen) == [(7, 7), (8, 8)]
    proc.alive.remove(7)
    assert ids(seen) == [(8, 8)]
    proc.take(8, 8)
    assert ids(seen) == []
    proc.alive.clear()
    assert ids(seen) == []


@pytest.mark.parametrize("sign", ["a thread ran", "a thread runs", "one was started from outside", "one is gone"])
def test_where_everybody_slept_on_the_processes_are_not_listed_again(proc: Proc, sign: str) -> None:
    listings, started = [0], [1]

    def pids() -> list[int]:
        listings[0] += 1
        return proc.alive

    seen = Threads(proc.fd, pids, lambda: started[0])
    proc.put(7, 7)
    proc.put(7, 8)
    first = seen.look()
    assert seen.look() == first == seen.look()
    assert listings == [2]  # and once more, for whoever may have come in between
    match sign:
        case "a thread ran":
            proc.put(7, 8, clock=2000)
        case "a thread runs":
            proc.put(7, 8, state="R")
        case "one was started from outside":
            started[0] = 2
        case "one is gone":
            proc.take(7, 8)
    proc.put(9, 9)
    assert (9, 9) in ids(seen)
    assert listings[0] > 2
    seen.close()


def test_a_process_made_while_the_others_were_looked_at_is_seen_next_time(proc: Proc) -> None:
    """Seen with a process for each guest: the parent had made one after the list was read, and slept again when it was looked at."""
    lists = iter([[7], [7, 8], [7, 8], [7, 8]])
    seen = Threads(proc.fd, lambda: next(lists), lambda: 1)
    proc.put(7, 7)
    proc.put(8, 8, state="R")
    assert ids(seen) == [(7, 7)]
    assert ids(seen) == [(7, 7), (8, 8)]
    seen.close()


def test_a_process_that_is_gone_before_the_first_look_is_nothing(proc: Proc, seen: Threads) -> None:
    proc.alive.append(99)
    assert ids(seen) == []


def test_descriptors_are_given_back(proc: Proc, seen: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    held: set[int] = set()
    really_open, really_close = os.open, os.close

    def opened(*arguments: object, **options: object) -> int:
        fd = really_open(*arguments, **options)  # type: ignore[arg-type]
        held.add(fd)
        return fd

    def closed(fd: int) -> None:
        held.discard(fd)
        really_close(fd)

    monkeypatch.setattr(threads.os, "open", opened)
    monkeypatch.setattr(threads.os, "close", closed)
    proc.put(7, 7)
    proc.put(7, 8)
    proc.put(8, 8)
    seen.look()
    assert len(held) == 9
    proc.take(7, 8)
    seen.look()
    assert len(held) == 6
    proc.alive.remove(8)
    seen.look()
    assert len(held) == 3
    (proc.root / "7" / "task" / "11").mkdir()  # a thread that ended between the listing and the opening: no files
    proc.put(7, 7, count=2)
    assert (7, 7) in ids(seen)
    assert len(held) == 3
    seen.close()
    assert held == set()


def test_a_process_nobody_may_look_into_is_said_and_not_taken_for_still(proc: Proc, seen: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    proc.put(7, 7)
    really_open = os.open

    def forbidden(path: str, *arguments: int, **options: int) -> int:
        if path.endswith("/syscall"):
            raise PermissionError(13, "Permission denied", path)
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(threads.os, "open", forbidden)
    with pytest.raises(PermissionError):
        seen.look()
