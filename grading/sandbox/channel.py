"""The grader's end of the conversation with the starter: one request, one reply, always with a deadline."""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import socket
import threading
import time
from collections.abc import Sequence

from grading.messages import _
from grading.sandbox.model import SandboxError, StudentBrokeSandbox

PATIENCE = 5.0  # seconds; an answer takes 0.05 ms, and 100 ms at worst with four CPU hogs on two cores
Plain = str | int | float | list[str] | dict[str, str] | dict[str, int]
MOST_FDS = 253  # SCM_MAX_FD of the Linux kernel


class Channel:
    """Requests over a SOCK_SEQPACKET pair. Thread-safe; after one failure it stays broken.

    Attributes:
        student_ran: set by the owner when student code has run; from then on a broken channel is the student's doing.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._lock = threading.Lock()
        self._broken = ""
        self.student_ran = False

    def ask(self, *request: Plain, fds: Sequence[int] = (), patience: float = PATIENCE) -> tuple[str, list[int]]:
        """Send a request (a name and plain values) and give the reply's text and descriptors.

        Raises: SandboxError before the student's first instruction, StudentBrokeSandbox after it: the starter is gone or silent.
        """
        deadline = time.monotonic() + patience
        with self._lock:
            if self._broken:
                raise self._failure(self._broken)
            try:
                socket.send_fds(self._socket, [marshal.dumps(request)], fds)
            except OSError as error:
                self._break(f"the starter does not listen: {error}")
            return self._receive(deadline)

    def receive(self, patience: float) -> tuple[str, list[int]]:
        """The next message, unasked for: the starter's greeting. Raises like `ask`."""
        with self._lock:
            return self._receive(time.monotonic() + patience)

    def close(self) -> None:
        """Hang up; the starter then ends itself and everything it started. A request in another thread is let finish first."""
        with self._lock:
            self._broken = self._broken or "closed"
            self._socket.close()

    def _receive(self, deadline: float) -> tuple[str, list[int]]:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            self._break("the starter does not answer")
        try:
            data, fds, _flags, _address = socket.recv_fds(self._socket, 65536, MOST_FDS)
        except OSError as error:
            self._break(f"the starter hung up: {error}")
        for fd in fds:
            os.set_inheritable(fd, False)
        if not data:
            for fd in fds:
                with contextlib.suppress(OSError):
                    os.close(fd)
            self._break(_("программы запуска больше нет"))
        return data.decode("utf-8", "backslashreplace"), fds

    def _break(self, why: str) -> None:
        self._broken = why
        raise self._failure(why)

    def _failure(self, why: str) -> Exception:
        return StudentBrokeSandbox(why) if self.student_ran else SandboxError(why)
