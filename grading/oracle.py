"""What the Room says should come: it runs the conversation in memory. Pure; `grading.history` compares with what came.

Every text said in a conversation is unique, so a stream is read by looking for the texts in it; all other bytes are labels and notices.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reference.dialect import Dialect
from reference.room import Hangup, Room, Send

Guest = TypeVar("Guest", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Said(Generic[Guest]):
    """One text a guest said: who, and the bytes that must arrive whole.

    Attributes:
        loose: it was sent right after another one. To a server without framing such texts are one message, cut wherever its buffer ends,
            and so its own labels may stand inside.
    """

    author: Guest
    text: str
    data: bytes
    loose: bool = False


class Oracle(Generic[Guest]):
    """Runs the conversation in memory beside the real one.

    Attributes:
        said: every text, in the order in which they were said.
        ended: guest -> how many texts had been said when his session ended.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._room: Room[Guest] = Room(dialect)
        self._due: dict[Guest, bytearray] = {}
        self.said: list[Said[Guest]] = []
        self.ended: dict[Guest, int] = {}

    def enter(self, guest: Guest, address: tuple[str, int]) -> None:
        """A guest connected."""
        self._due.setdefault(guest, bytearray())
        self._note(self._room.enter(guest, address))

    def hear(self, guest: Guest, data: bytes) -> None:
        """A guest sent bytes that are no text to look for (a name, half a letter). An empty datagram has none, and means nothing to the
        Room, for which no bytes are the end of a stream."""
        if data:
            self._note(self._room.hear(guest, data))

    def say(self, guest: Guest, text: str, data: bytes, sent: bytes, *, loose: bool = False) -> Said[Guest]:
        """A guest said `text`: its bytes are `data`, and `sent` with framing (or what was left of them to send)."""
        said = Said(guest, text, data, loose)
        self.said.append(said)
        self._note(self._room.hear(guest, sent))
        return said

    def leave(self, guest: Guest) -> None:
        """A guest is gone."""
        self._note(self._room.leave(guest))

    def due(self, hearer: Guest, said: Said[Guest]) -> bool:
        """Whether `hearer` must have heard it by now."""
        return said.data in self._due.get(hearer, b"")

    def _note(self, actions: Iterable[object]) -> None:
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    self._due.setdefault(guest, bytearray()).extend(action.data)
            elif isinstance(action, Hangup):
                self.ended[action.guest] = len(self.said)


def label_before(stream: bytes, said: Said[Guest], others: Iterable[Said[Guest]]) -> str:
    """What stands between the text before and this text in a stream: its label, perhaps with notices before it. "" if it is not there."""
    at = stream.find(said.data)
    if at < 0:
        return ""
    ends = [found + len(other.data) for other in others if 0 <= (found := stream.find(other.data)) < at]
    return stream[max(ends, default=0) : at].decode("utf-8", errors="replace")


def label_after(stream: bytes, said: Said[Guest], others: Iterable[Said[Guest]]) -> str:
    """The same for what stands between this text and the next one, or the end of its line: a notice may follow."""
    at = stream.find(said.data)
    if at < 0:
        return ""
    end = at + len(said.data)
    begins = [found for other in others if (found := stream.find(other.data, end)) >= 0]
    return stream[end : min(begins, default=len(stream))].decode("utf-8", errors="replace").lstrip("\r\n").partition("\n")[0]


def matched(stream: bytes, data: bytes) -> int:
    """How many bytes of `data` came in one piece from its beginning, at the best place in `stream`."""
    low, high = 0, len(data)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if data[:middle] in stream else (low, middle - 1)
    return low
