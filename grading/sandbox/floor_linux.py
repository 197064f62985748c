"""The floor on Linux: the same starter as in bubblewrap, but with no namespace around it.

The starter adopts orphans (PR_SET_CHILD_SUBREAPER), so that a daemon which forked twice is still found below it. A student who kills the
starter hands the orphans to the grader, which adopts them too.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grading.sandbox import prefix
from grading.sandbox.channel import Channel
from grading.sandbox.folders import NOT_PROTECTED, Folders
from grading.sandbox.linux import LinuxSandbox, is_alive, wait_readable
from grading.sandbox.model import FLOOR, Limits, SandboxError, StudentBrokeSandbox

START_SECONDS = 15.0
CLOSE_SECONDS = 2.0
PR_SET_CHILD_SUBREAPER = 36


class LinuxFloor(LinuxSandbox):
    """A submission as plain processes with limits. Raises: SandboxError when even that does not work."""

    tier = FLOOR
    network = "shared"
    not_protected = NOT_PROTECTED

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        super().__init__()
        # RLIMIT_NPROC counts all processes of this user, the browser's too: it would fail right servers.
        self.limits = replace(limits, processes=0)
        self._folders = Folders(files, limits)
        self.python, self.lab = str(self._folders.python), str(self._folders.lab)
        self.bin_folder, self.home = self._folders.bin_folder, str(self._folders.home)
        self._seen: set[int] = set()
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        base = self._folders.base
        try:
            (base / "inside").mkdir()
            for name, content in prefix.starter_files().items():
                (base / name).write_bytes(content)
            self._starter = subprocess.Popen(
                [*prefix.starter_command(str(base)), str(theirs.fileno()), "-1", self.lab, "0", "shared", self.python],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env={},
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            self._folders.remove()
            raise SandboxError(f"the starter does not start: {error}") from error
        finally:
            theirs.close()
        try:
            self.greet(Channel(ours), START_SECONDS)
        except BaseException:
            ours.close()
            self.close()
            raise
        for fd in self.snmp_fds:
            os.close(fd)
        del self._window_fds[2:]
        self.snmp_fds = ()  # the host's counters never rest

    def pids(self) -> list[int]:
        found = below(self._starter.pid)
        self._seen.update(found)
        return [pid for pid in found if self.proc_fd is not None and is_alive(self.proc_fd, pid)]

    def _end(self) -> None:
        deadline = time.monotonic() + CLOSE_SECONDS
        asked = self._kill_inside()
        self._seen.update(below(self._starter.pid))
        self._starter.kill()
        self._starter.wait()
        left = set() if asked else self._kill_orphans(deadline)
        self._folders.remove()
        if left:
            raise SandboxError(f"processes of the sandbox do not die: {sorted(left)}")

    def _kill_inside(self) -> bool:
        """Let the starter kill all. False when it is dead, stopped, or never greeted us."""
        if not hasattr(self, "channel"):
            return False
        try:
            return self.channel.ask("kill", 1.0, patience=1.2)[0] == "ok"
        except (StudentBrokeSandbox, SandboxError):
            return False

    def _kill_orphans(self, deadline: float) -> set[int]:
        """The starter could not do it and is dead now: kill what it left to us. Gives those that do not die."""
        while victims := {pid for pid in below(os.getpid()) if pid in self._seen or self._is_ours(pid)}:
            if time.monotonic() > deadline:
                return victims
            for pid in victims:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            for pid in victims:
                with contextlib.suppress(OSError), _pidfd(pid) as fd:
                    wait_readable(fd, deadline)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
        return set()

    def _is_ours(self, pid: int) -> bool:
        """Has a process our temporary folder as its working folder or in its environment?"""
        mark = os.fsencode(self._folders.base)
        with contextlib.suppress(OSError):
            if os.fsencode(os.readlink(f"/proc/{pid}/cwd")).startswith(mark):
                return True
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as stream:
            return mark in stream.read()
        return False


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    fd = os.pidfd_open(pid)
    try:
        yield fd
    finally:
        os.close(fd)


def below(root: int) -> list[int]:
    """All processes below `root`, by the kernel's own lists of children (one short file per thread)."""
    found: list[int] = []
    level = [root]
    while level:
        following: list[int] = []
        for pid in level:
            with contextlib.suppress(OSError):
                for tid in os.listdir(f"/proc/{pid}/task"):
                    with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{tid}/children", "rb") as stream:
                        following += map(int, stream.read().split())
        found += following
        level = following
    return sorted(found)
