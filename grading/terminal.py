"""A pseudo-terminal for a program written for a person: what is typed at it, and what its screen shows. POSIX only, where it is opened.

The kernel passes bytes from one end to the other beside the programs, in a worker thread. Both directions are brought up to date here by
the reading side: a read or a poll of a terminal first waits for that worker (`flush_work` in the kernel's n_tty). So when `type` returns,
whoever waits for the keyboard has been woken, and `look` misses nothing that was written before it.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import struct
from typing import Final

ROWS, COLUMNS = 50, 250
"""A large window: a program that fits its lines to the width need not break our texts."""
SCREEN_LIMIT: Final = 1 << 18
"""Bytes of one screen that are kept; no chat shows a fraction of it. A program that writes more has to wait, as at any full terminal."""
_PIECE: Final = 65536

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class Terminal:
    """One terminal.

    Attributes:
        program_end: the descriptor for the program's 0, 1 and 2.
        screen: every byte shown so far, echoes of the keyboard included.
    """

    def __init__(self) -> None:
        """Raises OSError where there is none to be had."""
        import fcntl  # noqa: PLC0415 - not on Windows
        import termios  # noqa: PLC0415

        self._our_end, self.program_end = os.openpty()
        os.set_blocking(self._our_end, False)
        fcntl.ioctl(self.program_end, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        self._arrivals = select.poll()
        self._arrivals.register(self.program_end, select.POLLIN)
        self.screen = bytearray()

    def type(self, line: str) -> None:
        """Types a line and Enter. What does not fit, because nobody has read for 4 KiB, is lost."""
        with contextlib.suppress(OSError):
            os.write(self._our_end, f"{line}\n".encode())
        self._arrivals.poll(0)

    def look(self) -> None:
        """Brings `screen` up to date."""
        while len(self.screen) < SCREEN_LIMIT:
            try:
                self.screen += os.read(self._our_end, _PIECE)
            except OSError:  # nothing more now, or everybody at the other end is gone
                return

    @property
    def full(self) -> bool:
        """Whether the program has written more than any chat does."""
        return len(self.screen) >= SCREEN_LIMIT

    def close(self) -> None:
        """Frees the descriptors."""
        os.close(self._our_end)
        os.close(self.program_end)


def plain(screen: bytes) -> str:
    """What a screen says, without colours, cursor movements and other control characters; lines end with a newline."""
    text = screen.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return _CONTROLS.sub("", _ESCAPES.sub("", text).replace("\r", "\n"))


def shows(screen: bytes, text: str) -> bool:
    """Whether a text stands on a screen, however it was broken into lines."""
    return _solid(text) in _solid(plain(screen))


def _solid(text: str) -> str:
    return re.sub(r"\s+", "", text)
