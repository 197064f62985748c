"""A rich console that suits the screen it writes to: any width, any encoding, plain into a pipe and wherever NO_COLOR is set."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, TextIO, cast

from grading.reports.text import encodable

if TYPE_CHECKING:
    from rich.console import Console


class _Screen:
    """A stream that never fails on a character its encoding does not have."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        if not self.isatty():
            text = re.sub(r" +(?=\n)", "", text)  # rich fills table cells with spaces; in a file they are only noise
        return self._stream.write(encodable(text, self.encoding))

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


def make_console(stream: TextIO, width: int | None = None) -> Console:
    """A console on this stream; `width` in columns, None for what the terminal (or COLUMNS) says.

    Nothing is guessed from text: no markup, no emoji codes, no highlighting. Rich takes NO_COLOR and TERM into account itself and sends no
    colours into a pipe.
    """
    from rich.console import Console  # noqa: PLC0415 - 20 ms that nobody need pay who asks for JSON

    file = cast(IO[str], _Screen(stream))  # the four methods are all that rich uses
    return Console(file=file, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)


def speaks_russian(stream: TextIO) -> bool:
    """Whether this screen has Cyrillic at all; an ASCII console would show nothing but question marks."""
    try:
        "Ёё".encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
