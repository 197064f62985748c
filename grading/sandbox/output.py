"""Read what a student's process prints, however much it is, and keep the beginning and the end of it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable

from grading.messages import _

HEAD = 64 * 1024
TAIL = 192 * 1024
FLOOD = 64 * 1024 * 1024  # half a second of `while True: print()`
CHUNK = 64 * 1024  # the size of a Linux pipe


class Cut:
    """The first HEAD and the last TAIL bytes of a stream that may never end."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.total += len(data)
        room = HEAD - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]

    def text(self) -> bytes:
        """What was kept, with a marker where something was cut out."""
        tail = bytes(self._tail[-TAIL:])
        missing = self.total - len(self._head) - len(tail)
        marker = ("\n" + _("[... вырезано байтов: {n} ...]").format(n=missing) + "\n").encode() if missing else b""
        return bytes(self._head) + marker + tail


class Drain:
    """Empties the pipes of one process, so that a chatty student neither blocks nor fills our memory.

    Args:
        out_fd, err_fd: read ends of the pipes; the Drain closes them.
        on_flood: called once, from a thread of ours, when more than FLOOD bytes came.
    """

    def __init__(self, out_fd: int, err_fd: int, on_flood: Callable[[], None]) -> None:
        self.both, self.out, self.err = Cut(), Cut(), Cut()
        self.flooded = False
        self._cuts = {out_fd: self.out, err_fd: self.err}
        self._on_flood = on_flood
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        if sys.platform == "win32":
            self._threads = [threading.Thread(target=self._read_blocking, args=(fd,), daemon=True) for fd in (out_fd, err_fd)]
        else:
            for fd in self._cuts:
                os.set_blocking(fd, False)
            self._wake_r, self._wake_w = os.pipe()
            self._threads = [threading.Thread(target=self._watch, daemon=True)]
        for thread in self._threads:
            thread.start()

    def read_now(self, which: Cut) -> bytes:
        """What `which` (one of `both`, `out`, `err`) kept so far, including the bytes that wait in the pipe at this moment."""
        with self._lock:
            if sys.platform != "win32":
                for fd in list(self._cuts):
                    self._pump(fd, reads=4)
            return which.text()

    def close(self) -> None:
        """Stop reading. The process must be dead already (elsewhere than on Windows that does not matter)."""
        if sys.platform != "win32" and self._wake_w >= 0:
            os.close(self._wake_w)
            self._wake_w = -1
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(1.0)
        with self._lock:
            for fd in list(self._cuts):
                self._pump(fd, reads=4)
                self._forget(fd)

    def _watch(self) -> None:
        """The thread's work on POSIX: wait for bytes, read them, until both pipes are at their end or we are closed."""
        if sys.platform == "win32":
            return
        import select  # noqa: PLC0415 - poll does not exist on Windows

        poll = select.poll()
        poll.register(self._wake_r, select.POLLIN)
        watched = list(self._cuts)
        for fd in watched:
            poll.register(fd, select.POLLIN)
        while watched:
            ready = [fd for fd, _ in poll.poll()]
            if self._wake_r in ready:
                break
            with self._lock:
                for fd in ready:
                    if fd not in self._cuts or not self._pump(fd, reads=1):
                        poll.unregister(fd)
                        watched.remove(fd)
            self._check_flood()
        os.close(self._wake_r)

    def _read_blocking(self, fd: int) -> None:
        """The thread's work on Windows, where pipes cannot be polled: one thread for each pipe."""
        with contextlib.suppress(OSError):
            while data := os.read(fd, CHUNK):
                with self._lock:
                    self._cuts[fd].add(data)
                    self.both.add(data)
                self._check_flood()

    def _pump(self, fd: int, reads: int) -> bool:
        """Read at most `reads` chunks of what waits in `fd`. False at the end of the stream; the descriptor stays open for `close`."""
        for _chunk in range(reads):
            try:
                data = os.read(fd, CHUNK)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self._cuts[fd].add(data)
            self.both.add(data)
        return True

    def _forget(self, fd: int) -> None:
        del self._cuts[fd]
        with contextlib.suppress(OSError):
            os.close(fd)

    def _check_flood(self) -> None:
        if self.both.total > FLOOD and not self.flooded:
            self.flooded = True
            self._on_flood()
