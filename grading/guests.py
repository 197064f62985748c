"""Scripted users of a chat: say, hear, leave, vanish, send bytes in pieces. They are what a check is written with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grading.console import KEYBOARD
from grading.kernel import Address
from grading.links import AnyLink
from grading.oracle import Said
from grading.wire import Stream
from grading.words import person

if TYPE_CHECKING:
    from grading.conversation import Conversation


class Guest:
    """One scripted user in the room.

    Attributes:
        name: what the check calls him; as a string he is what the report calls him.
        called: the name he gave the server; "" while he gave none.
        link: his connection.
        excused: he has done what he may be put out for, so nothing is promised to him any more.
    """

    def __init__(self, chat: Conversation, name: str, link: AnyLink, stream: Stream | None = None) -> None:
        """`stream` unwraps what he receives; without it, that needs no unwrapping."""
        self._chat, self.name, self.link, self._stream = chat, name, link, stream
        self.called = ""
        self.excused = False

    def __str__(self) -> str:
        return person(self.name)

    @property
    def address(self) -> Address:
        """The guest's own address, as the server sees it."""
        return self.link.local

    @property
    def at_keyboard(self) -> bool:
        """Whether he sits at the server's own keyboard."""
        return self.link.local == KEYBOARD

    @property
    def heard(self) -> bytes | bytearray:
        """Everything he received so far, unwrapped: what texts and labels are looked for in."""
        return self._stream.of(self.link.inbox) if self._stream else self.link.inbox

    def forget(self) -> None:
        """What he has received so far is no matter any more."""
        self._chat.transcript.forget(self)
        self.link.inbox.clear()
        self._stream = self._stream and self._chat.wire.stream()

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
