"""The best tier: namespaces by bubblewrap. 6-14 ms a start, so there is no reason to do without it where it works."""

from __future__ import annotations

import contextlib
import itertools
import json
import marshal
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from grading.messages import _
from grading.sandbox import recipe
from grading.sandbox.channel import Channel
from grading.sandbox.linux import LinuxSandbox, is_alive, wait_readable
from grading.sandbox.model import BUBBLEWRAP, Limits, SandboxError

START_SECONDS = 15.0  # until the starter greets us: 25 ms at rest
CLOSE_SECONDS = 2.0
PAGE = 4096  # what a RAM disk rounds the size of a file up to
FIRST_UID, MOST_UIDS = 1_000_000_000, 1_000_000_000  # above what distributions give to people and containers
_counter = itertools.count()


class BubblewrapSandbox(LinuxSandbox):
    """A submission in namespaces of its own.

    The starter is process 1 of the PID namespace: it cannot be signalled from inside, and with it dies every process there. The kernel says
    so exactly: the pidfd of that process becomes readable when all the others have been reaped.

    Raises: SandboxError when bubblewrap is missing or does not work here.
    """

    tier = BUBBLEWRAP
    network = "private"
    python = f"{recipe.PREFIX}/bin/python"
    bin_folder = f"{recipe.PREFIX}/bin"
    lab = recipe.LAB
    home = "/tmp"

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self._init_fd = -1
        self._made: list[int] = []
        self._stderr = os.memfd_create("stderr")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._bwrap, info = self._launch(files, theirs)
        except BaseException:
            ours.close()
            os.close(self._stderr)
            raise
        finally:
            theirs.close()
            for fd in self._made:
                os.close(fd)
        try:
            self._find_init(info)
            self.greet(Channel(ours), START_SECONDS)
        except SandboxError as error:
            said = self._said()
            ours.close()
            self.close()
            raise SandboxError(_("bubblewrap здесь не работает: {why}").format(why=said or error)) from error
        except BaseException:
            ours.close()
            self.close()
            raise

    def pids(self) -> list[int]:
        if self.proc_fd is None:
            return []
        pids = [int(name) for name in os.listdir(self.proc_fd) if "1" < name < ":"]  # which of fifty names are numbers above one
        return sorted(pid for pid in pids if is_alive(self.proc_fd, pid))

    def _launch(self, files: Mapping[str, bytes], control: socket.socket) -> tuple[subprocess.Popen[bytes], int]:
        """Start bubblewrap; gives it and the pipe it tells the pid of its child through."""
        program = shutil.which("bwrap")
        if program is None:
            raise SandboxError(_("bubblewrap (bwrap) не установлен"))
        root = os.getuid() == 0
        uid = fresh_uid() if root else os.getuid()
        # The limit is what a student may add; a submission that is large itself is not our failure.
        room = replace(self.limits, lab_disk=self.limits.lab_disk + sum(-(-len(content) // PAGE) * PAGE for content in files.values()))
        options = recipe.command(room, uid, root, self._make)
        if threading.current_thread() is threading.main_thread():
            options.append("--die-with-parent")  # the kernel means the thread; the control socket's end does the same, only later
        lab = self._make(pack(files))
        info_r, info_w = os.pipe()
        self._made.append(info_w)
        inside = recipe.starter_command(control.fileno(), lab, uid, root)
        try:
            process = subprocess.Popen(
                [program, *options, "--info-fd", str(info_w), "--", *inside],
                stdin=subprocess.DEVNULL,
                stdout=self._stderr,
                stderr=self._stderr,
                pass_fds=[*self._made, control.fileno()],
                cwd="/",
                env={"PATH": "/usr/bin:/bin"},
            )
        except OSError as error:
            os.close(info_r)
            raise SandboxError(f"{program}: {error}") from error
        return process, info_r

    def _make(self, content: bytes) -> int:
        """A memory file with `content`, to be read from its beginning. Closed when bubblewrap has been started."""
        fd = os.memfd_create("file")
        self._made.append(fd)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def _find_init(self, info: int) -> None:
        """Hold a pidfd of the namespace's process 1. Raises SandboxError when there is none."""
        deadline = time.monotonic() + START_SECONDS
        text = b""
        try:
            while b"}" not in text and wait_readable(info, deadline):
                data = os.read(info, 4096)
                if not data:
                    break
                text += data
            self._init_fd = os.pidfd_open(json.loads(text)["child-pid"])
        except (ValueError, KeyError, OSError) as error:
            self._bwrap.kill()
            self._bwrap.wait()
            raise SandboxError(f"no process in the sandbox: {error}") from error
        finally:
            os.close(info)

    def _said(self) -> str:
        """What bubblewrap or the starter complained of."""
        return os.pread(self._stderr, 4000, 0).decode("utf-8", "backslashreplace").strip()

    def _end(self) -> None:
        deadline = time.monotonic() + CLOSE_SECONDS
        gone = True
        try:
            if self._init_fd >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._init_fd, signal.SIGKILL)
                gone = wait_readable(self._init_fd, deadline)
                os.close(self._init_fd)
            if not gone:
                self._bwrap.kill()
            try:
                self._bwrap.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._bwrap.kill()
                self._bwrap.wait()
        finally:
            os.close(self._stderr)
        if not gone:
            raise SandboxError("processes of the sandbox do not die")


def fresh_uid() -> int:
    """A uid for one sandbox of a grader that is root: nobody else's, so that RLIMIT_NPROC counts this sandbox alone.

    In a container that maps but few uids it is one of the upper half of those.
    """
    number = os.getpid() * 64 + next(_counter)
    with open("/proc/self/uid_map") as lines:
        ranges = [(int(line.split()[0]), int(line.split()[2])) for line in lines]
    if any(first <= FIRST_UID and first + count >= FIRST_UID + MOST_UIDS for first, count in ranges):
        return FIRST_UID + number % MOST_UIDS
    first, count = max(ranges, key=lambda mapped: mapped[1])
    return first + count // 2 + number % max(1, count // 2)


def pack(files: Mapping[str, bytes]) -> bytes:
    """The submission's files as the starter reads them: a marshalled list of (path, size), its length in front, then the bytes."""
    index = marshal.dumps([(path, len(content)) for path, content in files.items()])
    return b"".join([struct.pack("=Q", len(index)), index, *files.values()])
