"""`chat serve`: a server from the command line: its limits, its journal, its end.

An end asked for by Ctrl-C or SIGTERM must not come between a `send` and the note of what it took, which would be sent again. So the handler
raises nothing. It shuts the listener down, which wakes whoever waits at the door, and a server whose door is no longer good says goodbye.
Where that cannot be done (a system that does not shut down a listener; a server that waits for one guest; a second Ctrl-C), it raises Stop.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TextIO

from reference.dialect import Dialect
from reference.framing import LONGEST_MESSAGE, PLAIN
from reference.journal import CAME, NAMED, Journal, shown
from reference.reasons import CommandError, reason
from reference.servers import blocking, coroutines, polling, selecting, threaded
from reference.servers.blocking import PATIENCE
from reference.servers.doorstep import UNSENT_LIMIT, listen

SERVERS: Final[dict[str, Callable[..., None]]] = {
    "blocking": blocking.serve,
    "threaded": threaded.serve,
    "selecting": selecting.serve,
    "polling": polling.serve,
    "coroutines": coroutines.serve,
}
INTERRUPTED: Final = 130  # what a shell reports for a program ended by Ctrl-C
_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"


class Stop(BaseException):
    """Ctrl-C or SIGTERM, where nothing gentler works."""


@dataclass
class Ending:
    """Which signal has asked for the end; 0 if none has."""

    signal: int = 0


def options(parser: argparse.ArgumentParser) -> None:
    """Give `chat serve` its options; style, dialect, host and port come from elsewhere."""
    number = _at_least_one
    parser.add_argument("--seats", type=number, metavar="N", help="сколько гостей пускать (у blocking их всегда двое)")
    longest = f"байтов в одной строке, по умолчанию {LONGEST_MESSAGE}: кто пришлёт больше, будет отпущен"
    parser.add_argument("--longest", type=number, default=LONGEST_MESSAGE, metavar="N", help=longest)
    unsent = f"сколько байтов хранить для гостя, который не читает, по умолчанию {UNSENT_LIMIT}; потом он будет отпущен"
    parser.add_argument("--unsent", type=number, default=UNSENT_LIMIT, metavar="N", help=unsent)
    patience = f"только blocking: сколько секунд ждать, пока гость прочтёт, по умолчанию {PATIENCE:g}"
    parser.add_argument("--patience", type=number, default=PATIENCE, metavar="С", help=patience)
    parser.add_argument("--quiet", action="store_true", help="не вести журнал (он идёт в stderr)")


def _at_least_one(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word[:19]) >= 1 and len(word) < 19):
        raise CommandError(f"{word}: --seats, --longest, --unsent и --patience — целые числа, самое меньшее 1")
    return int(word)


def main(chosen: argparse.Namespace) -> int:
    """Serve until Ctrl-C (returns 130) or SIGTERM (0). Raises CommandError for what cannot be served."""
    dialect, seats = chosen.dialect, chosen.seats
    if chosen.style == "blocking":
        if seats not in (None, 2):
            raise CommandError("у сервера blocking всегда два места")
        dialect, seats = replace(dialect, turns="alternate"), 2
    _check(dialect)
    _allow_descriptors()
    write = (lambda line: None) if chosen.quiet else Pen(sys.stderr).write
    room = Journal(dialect, seats, datetime.now, chosen.longest, write=write)
    try:
        listener = listen(chosen.host, chosen.port)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"не могу слушать {chosen.host}:{chosen.port}: {reason(error)}") from error
    with listener, until_asked(listener, gently=chosen.style != "blocking") as ending:
        print(f"слушаю {shown(listener.getsockname())}", flush=True)
        SERVERS[chosen.style](listener, room, chosen.patience if chosen.style == "blocking" else chosen.unsent)
    return INTERRUPTED if ending.signal == signal.SIGINT else 0


def _check(dialect: Dialect) -> None:
    if dialect.transport != "tcp":
        raise CommandError(f"chat serve говорит только по TCP, а в диалекте transport = {dialect.transport!r}")
    if dialect.framing not in PLAIN:  # a Room passes on what lies inside JSON or behind a length, but does not make it
        raise CommandError(f"chat serve знает framing {', '.join(PLAIN)}, а в диалекте {dialect.framing!r}")


@contextmanager
def until_asked(listener: socket.socket, gently: bool) -> Iterator[Ending]:
    """Until Ctrl-C or SIGTERM asks for the end; swallows what the server is ended with then, and nothing else."""
    ending = Ending()

    def ask(number: int, frame: object) -> None:
        first, ending.signal = not ending.signal, number
        if first and gently:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
                return
        raise Stop

    signals = [signal.SIGINT, signal.SIGTERM] if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, ask) for number in signals}
    try:
        yield ending
    except (Stop, OSError):
        if not ending.signal:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _allow_descriptors() -> None:
    """As many open descriptors as the system lets us have: one for each guest."""
    try:
        import resource  # noqa: PLC0415 - Windows has none, and no such limit
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Pen:
    """Writes lines with the time; in colours only on a terminal that may have them (NO_COLOR says no)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colours = stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"

    def write(self, line: str) -> None:
        """Write one line at once. A log that nobody can write any more is no reason to end the chat."""
        line = f"{datetime.now():%H:%M:%S} {line}"
        if self._colours:
            line = f"{_GREEN if line.endswith((CAME, NAMED)) else _RED}{line}{_PLAIN}"
        with suppress(OSError, ValueError):
            print(line, file=self._stream, flush=True)
