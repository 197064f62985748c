"""What can be seen of a running server, through whatever eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from grading.kernel import Address
from grading.links import AnyLink
from grading.quiet import QuietPeriod
from grading.sandbox import Process
from grading.stillness import Stillness
from grading.threads import Thread

Clock = Stillness | QuietPeriod


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where one thread of the server is.

    Attributes:
        call: the system call it sleeps in, "busy" if it runs, "?" if that is not known.
        waits_for: for whom or what, in words for the student.
        frames: (file as the sandbox names it, line), innermost first.
    """

    call: str
    waits_for: str
    frames: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds: open sockets, threads. Both grow with everybody whom it does not forget."""

    sockets: int
    threads: int


class Eyes(Protocol):
    """What can be seen of a server."""

    @property
    def clock(self) -> Clock:
        """Tells when nothing more can happen."""

    def listening(self) -> list[tuple[int, Address]]:
        """(address family, address) of every TCP socket the server listens on."""

    def bound(self) -> list[tuple[int, Address]]:
        """The same of every UDP socket that takes datagrams from anybody; in a private network the guests' own are among them."""

    def watch_datagrams(self) -> bool:
        """From now on guests come over UDP. Returns whether these eyes can follow that: without counters of its own network they cannot."""

    def threads(self) -> tuple[Thread, ...]:
        """Its threads now; () where they cannot be seen."""

    def unaccepted(self) -> int:
        """How many connections wait to be accepted; 0 where that cannot be seen."""

    def door(self) -> int:
        """How many more guests may connect at once before anybody is accepted: what listen() left room for."""

    def shut(self) -> bool:
        """Whether nobody can connect before somebody is accepted: the queue is full. False where that cannot be seen."""

    def held(self) -> Held | None:
        """How many sockets and threads all its processes have; None where that cannot be seen."""

    def written(self, link: AnyLink) -> int | None:
        """Bytes the server has written to a guest, read or not; None where that cannot be seen, or the server has hung up on him."""

    def waiter(self, link: AnyLink) -> Thread | None:
        """The thread that waits for this guest, and not for ever, if no other has anything it will not wait for for ever. None where that
        cannot be seen."""

    def hurries(self) -> bool:
        """Whether a thread waits for one guest and will not wait for ever. False where that cannot be seen."""

    def waiting(self, process: Process, names: dict[Address, str]) -> list[Waiting]:
        """Where each thread waits; `names`: guest's address -> what he is called."""

    def overlook(self, process: Process, idle: Mapping[tuple[str, int], str]) -> None:
        """From now on a thread that waits at one of these places, (file as the interpreter names it, line) -> kind as in submission.idle,
        counts there as one that waits for ever, and so do those that will be made, once it matters; all others are as they were."""

    def close(self) -> None:
        """Gives back what is held."""
