"""A guest at the server's own keyboard: he types lines, and reads what the server prints."""

from __future__ import annotations

import array
import os
import socket
from typing import Final

from grading.kernel import Address, Peer
from grading.sandbox import Process

KEYBOARD: Final[Address] = ("keyboard", 0)
"""What stands for an address of his."""


class ConsoleLink:
    """The server's keyboard and screen, with the attributes of `Link`: one send is one line typed, the inbox is what was printed since.

    The student's Python is unbuffered, so a line printed is in the pipe before its thread sleeps again.
    """

    request = b""

    def __init__(self, process: Process) -> None:
        """Sits down in front of a running server; what it has printed before is not for us."""
        self._process: Process | None = process
        self.local: Address = KEYBOARD
        self.inbox = bytearray()
        self._seen = len(process.output())
        self.reading = True
        self.ended = self.reset = self.over = False

    @property
    def sock(self) -> socket.socket | None:
        """None: there is no socket to wait on."""
        return None

    def send(self, data: bytes) -> int:
        """Types a line, its newline added if it has none; 0 while the pipe is full. Raises OSError when the server is gone."""
        if self._process is None:
            raise ConnectionError("nobody sits at the keyboard any more")
        try:
            os.write(self._process.stdin, data.removesuffix(b"\n") + b"\n")
        except BlockingIOError:
            return 0
        return len(data)

    def drain(self, limit: int) -> None:
        """Reads what was printed; of more than the sandbox keeps, the rest is of no interest."""
        if self._process is not None and self.reading and len(self.inbox) < limit:
            printed = self._process.output()
            self.inbox += printed[self._seen :]
            self._seen = len(printed)

    def close(self, *, reset: bool = False) -> None:
        """Gets up; the server cannot notice."""
        self._process = None

    def state(self, peer: Peer | None) -> tuple[tuple[object, ...], bool]:
        """(all that can move here, True: what is typed or printed has arrived at once)."""
        self.over = self._process is None
        return (len(self.inbox), _not_read(self._process.stdin) if self._process is not None else 0), True


def _not_read(pipe: int) -> int:
    """Bytes typed that the server has not read; 0 where that cannot be asked."""
    import fcntl  # noqa: PLC0415 - Linux only, as is everybody who asks
    import termios  # noqa: PLC0415

    waiting = array.array("i", [0])
    try:
        fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    except OSError:
        return 0
    return waiting[0]
