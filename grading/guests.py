"""Scripted users of a chat: say, hear, leave, vanish, send bytes in pieces. They are what a check is written with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.kernel import Address
from grading.links import Link
from grading.oracle import Said

if TYPE_CHECKING:
    from grading.chat import Chat


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the transcript: when (time.monotonic), who, what ("connects", "says", ...), with which bytes."""

    at: float
    guest: str
    what: str
    data: bytes = b""


class Guest:
    """One scripted user in the room.

    Attributes:
        name: what the check and the report call him.
        called: the name he gave the server; "" while he gave none.
        link: his connection.
    """

    def __init__(self, chat: Chat, name: str, link: Link) -> None:
        self._chat, self.name, self.link = chat, name, link
        self.called = ""

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> Address:
        """The guest's own address, as the server sees it."""
        return self.link.local

    def says(self, text: str) -> Said[Guest]:
        """Sends a text in the server's framing, made unique by a word of nonsense unless it is `Unique`. Does not wait."""
        return self._chat.say(self, text)

    def hears(self, text: str, by: Guest) -> None:
        """What `by` said last with these words must come whole; waits until it has, or until nothing more can come."""
        self._chat.expect(self, self._chat.last(by, text))

    def sends(self, data: bytes, *, of: Said[Guest] | None = None) -> None:
        """Sends raw bytes: a piece of a message. With the last piece give the text they make up."""
        self._chat.send(self, data, of)

    def leaves(self) -> None:
        """Closes the connection as a client that ends does (FIN)."""
        self._chat.part(self, reset=False)

    def vanishes(self) -> None:
        """The connection is reset, as when a client is killed or a cable pulled (RST)."""
        self._chat.part(self, reset=True)
