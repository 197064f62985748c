"""What a program does with sockets, in a few facts, and how much of a chat that makes it.

File names say little (server.py is also the UDP hello and the web page of the course's other tasks), so nothing here looks at them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

HTTP = re.compile(r"HTTP/\d|Content-Type|Content-Length|text/html|<html|<!doctype", re.I)
MATHS = re.compile(
    r"пифагор|гипотенуз|трапец|параллелограмм|квадратно\w+ уравн|дискриминант|pythag|hypot|trapez|parallelogram|quadratic|discrim", re.I
)
CHAT_WORDS = re.compile(
    r"chat|\bчат|nick|\bник|broadcast|user_?name|joined|left the|покинул|присоедин|вош[её]л|вышел|участник|собеседник|to_all", re.I
)
CHAT = 4  # points from which a server is taken to be a chat


@dataclass(frozen=True)
class Traits:
    """What was seen in a file; those of a program are those of its files together (`|`).

    broadcast: sends to each of several in a loop. crosses: what comes on one connection goes out on another. stores: remembers
    connections. private: one UDP address differs from where the datagram came from (weak). http, maths: another task of the course.
    """

    parses: bool = True
    binds: bool = False
    listens: bool = False
    accepts: int = 0
    recvfrom: bool = False
    receives: bool = False
    sends: bool = False
    sendto: bool = False
    connects: bool = False
    inputs: bool = False
    argv: bool = False
    engine: bool = False
    broadcast: bool = False
    crosses: bool = False
    private: bool = False
    stores: bool = False
    threads: bool = False
    selects: bool = False
    asyncio: bool = False
    udp: bool = False
    http: bool = False
    maths: bool = False
    words: int = 0
    starts: bool = False
    numbers: frozenset[int] = frozenset()

    def __or__(self, other: Traits) -> Traits:
        """Both together. Whether it parses and starts are the first file's own affair."""
        mixed = {f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self) if f.type != "int"}
        mixed |= {"accepts": self.accepts + other.accepts, "words": self.words + other.words}
        return Traits(**mixed | {"parses": self.parses, "starts": self.starts})

    @property
    def serves(self) -> bool:
        """Waits for others to come."""
        return self.engine or (self.binds and (self.listens or self.accepts > 0 or (self.recvfrom and not self._asks)))

    @property
    def _asks(self) -> bool:
        """A UDP client that binds a port of its own to be reached at."""
        return self.inputs and self.sendto and not (self.broadcast or self.stores)

    @property
    def is_client(self) -> bool:
        """Goes to others: connects, or sends datagrams to somewhere it knows and reads the keyboard."""
        return not self.serves and (self.connects or (self.inputs and self.sendto) or (self.sendto and self.recvfrom and not self.binds))

    @property
    def points(self) -> int:
        """How much of a chat this server is; CHAT and more is one."""
        if not self.serves:
            return 0
        console = self.inputs and self.sends and self.receives
        relays = 6 * self.broadcast + 4 * self.crosses + 2 * self.private + 4 * console
        hints = self.stores + self.threads + self.selects + min(self.words, 2)
        return relays + hints - 6 * self.http - 3 * (self.maths and not (self.broadcast or self.crosses))


CHAT = 4


def traits_by_words(text: str) -> Traits:
    """The traits of a file that does not parse: a chat with a missing bracket is still the chat that was handed in."""

    def has(pattern: str) -> bool:
        return re.search(pattern, text) is not None

    loop = r"\bfor\s+\(?\s*(\w+)[^\n:]*\bin\b[^\n]*\n(?:[^\n]*\n){0,8}?[^\n]*"
    return Traits(
        parses=False,
        binds=has(r"\.bind\s*\("),
        listens=has(r"\.listen\s*\("),
        accepts=len(re.findall(r"\.accept\s*\(", text)),
        recvfrom=has(r"\.recvfrom\s*\("),
        receives=has(r"\.recv"),
        sends=has(r"\.send"),
        sendto=has(r"\.sendto\s*\("),
        connects=has(r"\.connect(_ex)?\s*\("),
        inputs=has(r"\binput\s*\("),
        engine=has(r"start_server|socketserver"),
        broadcast=has(loop + r"\b\1\b[^\n]*\.\s*send") or has(loop + r"sendto\([^\n]*\b\1\b"),
        stores=has(r"\.(append|add)\s*\("),
        threads=has(r"Thread\s*\("),
        udp=has("SOCK_DGRAM"),
        http=HTTP.search(text) is not None,
        maths=MATHS.search(text) is not None,
        words=len(CHAT_WORDS.findall(text)),
        starts=True,
    )
