"""What both tiers share on Linux: a student's process behind the starter, whatever namespaces stand around it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from grading.messages import _
from grading.sandbox import tracebacks
from grading.sandbox.channel import MOST_FDS, Channel
from grading.sandbox.model import Limits, Process, Sandbox, SandboxError, StudentBrokeSandbox, ThreadDump
from grading.sandbox.output import Drain
from grading.sandbox.prefix import environment

KILL_SECONDS = 2.0  # how long until "some processes do not die" is said; killing takes 1-3 ms


class LinuxProcess(Process):
    """A student's process that the starter started for us."""

    def __init__(self, sandbox: LinuxSandbox, argv: Sequence[str], cwd: str, env: Mapping[str, str], terminal: int | None) -> None:
        self._channel = sandbox.channel
        self._pids = sandbox.pids
        self._proc_fd = sandbox.proc_fd if sandbox.proc_fd is not None else -1
        self._code: int | None = None
        ours, theirs = _pipes()
        self.stdin, out, err, self._dump, self._exit = ours
        try:
            limits = asdict(sandbox.limits)
            given = theirs if terminal is None else [terminal] * 3 + theirs[3:]  # its pipes then have nobody at the other end
            reply, _ = self._channel.ask("start", list(argv), cwd, dict(env), limits, fds=given)
        except BaseException:
            for fd in ours:
                os.close(fd)
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        self._drain = Drain(out, err, self._flood)
        status, _, rest = reply.partition(" ")
        if status != "ok" or not rest.isdigit():
            self.close()
            raise SandboxError(f"the server could not be started: {rest}")
        self.pid = int(rest)
        self._channel.student_ran = True

    @property
    def flooded(self) -> bool:
        return self._drain.flooded

    def output(self) -> bytes:
        return self._drain.read_now(self._drain.both)

    def stdout_so_far(self) -> bytes:
        return self._drain.read_now(self._drain.out)

    def stderr_so_far(self) -> bytes:
        return self._drain.read_now(self._drain.err)

    def poll(self) -> int | None:
        return self.wait(0.0)

    def wait(self, deadline: float) -> int | None:
        if self._code is not None:
            return self._code
        if self._exit < 0:
            raise StudentBrokeSandbox(_("песочница закрыта"))
        waiter = select.poll()
        waiter.register(self._exit, select.POLLIN)
        if not waiter.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return None
        text = os.read(self._exit, 16)
        if not text:
            raise StudentBrokeSandbox(_("программа запуска пропала раньше, чем сообщила, как завершился сервер"))
        self._code = int(text)
        return self._code

    def signal(self, number: int) -> None:
        self._channel.ask("signal", self.pid, int(number))  # a plain int: marshal takes no enum

    def kill(self) -> None:
        reply, _ = self._channel.ask("kill", KILL_SECONDS, patience=KILL_SECONDS + 3.0)
        if reply != "ok":
            raise StudentBrokeSandbox(reply)

    def tracebacks(self) -> list[ThreadDump]:
        try:
            return tracebacks.collect(self._proc_fd, self._pids(), self._dump, self._send_to_thread)
        except (OSError, SandboxError, StudentBrokeSandbox):
            return []

    def close(self) -> None:
        """Free the descriptors; the student's processes are dead."""
        self._drain.close()
        if self._code is None:
            with contextlib.suppress(OSError, ValueError):
                self._code = int(os.read(self._exit, 16))
        for fd in (self.stdin, self._dump, self._exit):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.stdin = self._dump = self._exit = -1

    def _send_to_thread(self, pid: int, tid: int, number: int) -> None:
        self._channel.ask("tgkill", pid, tid, number, patience=1.0)

    def _flood(self) -> None:
        with contextlib.suppress(StudentBrokeSandbox, SandboxError):
            self.kill()


def _pipes() -> tuple[list[int], list[int]]:
    """The five pipes of a process, as (our ends, its ends): stdin, stdout, stderr, tracebacks, exit code."""
    pairs = [os.pipe() for _ in range(5)]
    ours = [pairs[0][1], *(read for read, _ in pairs[1:])]
    theirs = [pairs[0][0], *(write for _, write in pairs[1:])]
    for fd in ours:
        os.set_blocking(fd, False)
    # A student who fills the pipe for tracebacks must not be held up in the signal handler: that write never waits.
    os.set_blocking(theirs[3], False)
    with contextlib.suppress(OSError):
        fcntl.fcntl(theirs[3], fcntl.F_SETPIPE_SZ, 65536)
    return ours, theirs


class LinuxSandbox(Sandbox):
    """A starter somewhere, and the student's processes it started. The tiers say how the starter comes to life and how all of it ends."""

    channel: Channel
    limits: Limits
    bin_folder: str
    home: str
    terminals = True

    def __init__(self) -> None:
        self._processes: list[LinuxProcess] = []
        self._closed = False

    def greet(self, channel: Channel, patience: float) -> None:
        """Take the starter's greeting: the windows into its namespace, and notes on what it could not do. Raises SandboxError."""
        self.channel = channel
        text, fds = channel.receive(patience)
        status, *notes = text.split("\n")
        self._window_fds = fds
        if status != "ready" or len(fds) < 2:
            raise SandboxError(f"the starter says {text!r}")
        self.notes = tuple(notes)
        self.diag = socket.socket(fileno=fds[0])
        self.proc_fd = fds[1]
        self.snmp_fds = tuple(fds[2:])

    def sockets(self, family: int, type: int, count: int) -> list[socket.socket]:
        made: list[socket.socket] = []
        while len(made) < count:
            reply, fds = self.channel.ask("sockets", int(family), int(type), min(count - len(made), MOST_FDS))
            made += [socket.socket(family, type, fileno=fd) for fd in fds]
            if reply != "ok":
                for one in made:
                    one.close()
                raise SandboxError(f"no sockets: {reply}")
        for one in made:
            one.setblocking(True)
        return made

    def start(self, argv: Sequence[str], *, cwd: str = "", env: Mapping[str, str] | None = None, terminal: int | None = None) -> Process:
        process = LinuxProcess(self, argv, cwd, environment(self.bin_folder, self.home) | dict(env or {}), terminal)
        self._processes.append(process)
        return process

    @property
    def started(self) -> int:
        return len(self._processes)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            self._end()
        finally:
            if hasattr(self, "channel"):
                self.channel.close()
            for process in self._processes:
                process.close()
            if self.diag is not None:
                self.diag.close()
            for fd in getattr(self, "_window_fds", [])[1:]:
                with contextlib.suppress(OSError):
                    os.close(fd)
            self.diag, self.proc_fd, self.snmp_fds = None, None, ()

    def _end(self) -> None:
        """Kill everything and see that it is gone. Raises SandboxError if it is not."""
        raise NotImplementedError

    def pids(self) -> list[int]:
        raise NotImplementedError


def wait_readable(fd: int, deadline: float) -> bool:
    """Wait until `fd` (a pidfd, a pipe) is readable or the time.monotonic() `deadline` has come."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


def is_alive(proc_fd: int, pid: int) -> bool:
    """Does this procfs show a process `pid` that is no zombie?

    Where another thread ends the program, the first one is a zombie before that one has closed its sockets: it still counts.
    """
    try:
        fd = os.open(f"{pid}/stat", os.O_RDONLY, dir_fd=proc_fd)
    except OSError:
        return False
    try:
        fields = os.read(fd, 1024).rpartition(b")")[2].split()
        return fields[0] not in (b"Z", b"X") or int(fields[17]) > 1  # state and num_threads of proc(5)
    except (OSError, IndexError):
        return False
    finally:
        os.close(fd)
