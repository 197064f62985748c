"""What single people do to a server while two others talk: bytes that are no conversation, names that are no names. Trials, too."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from typing import Final

from reference.bench.crowd import Crowd, Guest
from reference.bench.ledger import Ledger


class Pouring:
    """Somebody sends bytes that are no conversation, as fast as the server takes them."""

    MEGABYTES: Final = 10
    SECONDS: Final = 10.0

    def __init__(self, crowd: Crowd, title: str, piece: bytes, count: int = 1) -> None:
        self.title = title
        self._crowd = crowd
        self._piece = piece
        self._guests = crowd.enter(count)
        self._sent = 0
        self._until = 0.0

    def step(self, now: float, _: Ledger) -> bool:
        self._until = self._until or now + self.SECONDS
        for guest in self._guests:
            if not guest.unsent and not guest.ended:
                self._crowd.send(guest, self._piece)
                self._sent += len(self._piece)
        over = self._sent > self.MEGABYTES * 1_000_000 or all(guest.ended for guest in self._guests)
        return over or now > self._until

    def findings(self) -> Iterator[tuple[str, bool]]:
        gone = sum(guest.ended for guest in self._guests)
        yield f"отправлено {self._sent / 1e6:.1f} МБ" + (f", отпущено {gone} из {len(self._guests)}" if gone else ""), True
        for guest in self._guests:
            self._crowd.leave(guest, reset=True)


ODD_NAMES: Final = (
    b"",
    b"\n\n\n\n\n\n",
    b"   \t  ",
    b"\x00\x01\x02\x1b[2J\x1b[31m",
    b"\xff\xfe\xfd",
    b"\xd0",
    b"{name}: {text}",
    b"%s%n",
    "/выход".encode(),
    "Добро пожаловать".encode(),
    "\u202eаннА".encode(),
    "\u0301\u0301\u0301".encode(),
    "👩‍👩‍👧‍👦".encode(),
    "я".encode() * 50_000,
    b"\r\n\r\n",
    b"NICK x\r\nQUIT",
    b"GET / HTTP/1.1\r\nHost: x\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
)


class OddNames:
    """People with odd names, and some who never say one."""

    SECONDS: Final = 3.0
    EACH: Final = 5

    def __init__(self, crowd: Crowd, twin: str) -> None:
        self.title = "странные имена, чужие протоколы и молчание у двери"
        self._crowd = crowd
        names = [*ODD_NAMES, twin.encode()] * self.EACH
        random.Random(1).shuffle(names)
        self._waiting = deque(_Blurt(name + b"\nhello\n" if name else b"") for name in names)
        self._guests: list[Guest] = []
        self._next = self._until = 0.0

    def step(self, now: float, _: Ledger) -> bool:
        self._until = self._until or now + self.SECONDS
        if self._waiting and now > self._next:
            self._next = now + self.SECONDS / 2 / (len(ODD_NAMES) * self.EACH)
            self._guests.append(self._crowd.arrive(entrance=self._waiting.popleft()))
        return now > self._until and not self._waiting

    def findings(self) -> Iterator[tuple[str, bool]]:
        yield f"пришло {len(self._guests)}", not self._waiting
        for guest in self._guests:
            self._crowd.leave(guest)


class _Blurt:
    """Says one thing on connecting, whatever is asked."""

    ready = False

    def __init__(self, words: bytes) -> None:
        self._words = words

    def begin(self) -> bytes:
        return self._words

    def heard(self, chunk: bytes) -> bytes:
        return b""


def newlines(crowd: Crowd) -> Pouring:
    """Floods of newlines."""
    return Pouring(crowd, "потоки пустых строк", b"\n" * 65_536, 3)


def giant_line(crowd: Crowd) -> Pouring:
    """Lines without an end."""
    return Pouring(crowd, "строки без конца", b"z" * 65_536, 3)


def broken_letters(crowd: Crowd) -> Pouring:
    """Bytes that are no UTF-8, from the first to the last there are."""
    dice = random.Random(1)
    return Pouring(crowd, "байты, которые не буквы", b"".join(dice.randbytes(200) + b"\n" for _ in range(50)), 3)
