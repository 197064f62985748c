"""What the Room says should have come, against what came. Pure: streams of bytes in, differences out.

Every text said in a conversation is unique, so a stream is read by looking for the texts in it; all other bytes are labels and notices.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reference.dialect import Dialect
from reference.room import Room, Send

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


@dataclass(frozen=True, slots=True)
class Difference(Generic[Guest]):
    """Something that came otherwise than the Room says.

    Attributes:
        kind: "lost", "duplicated" or "reordered".
        hearer: with whom it shows.
        said: the text in question.
        times: how often it came.
    """

    kind: str
    hearer: Guest
    said: Said[Guest]
    times: int


class Oracle(Generic[Guest]):
    """Runs the conversation in memory beside the real one."""

    def __init__(self, dialect: Dialect) -> None:
        self._room: Room[Guest] = Room(dialect)
        self._due: dict[Guest, bytearray] = {}
        self.said: list[Said[Guest]] = []

    def enter(self, guest: Guest, address: tuple[str, int]) -> None:
        """A guest connected."""
        self._due.setdefault(guest, bytearray())
        self._note(self._room.enter(guest, address))

    def hear(self, guest: Guest, data: bytes) -> None:
        """A guest sent bytes that are no text to look for (a name, half a letter)."""
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

    def compare(self, hearer: Guest, stream: bytes, unlabelled: bytes = b"") -> list[Difference[Guest]]:
        """What is wrong with all `hearer` received. His own words and what was said before he came are free.

        Args:
            unlabelled: the same stream without the server's labels, in which loose texts are looked for.
        """
        found: list[Difference[Guest]] = []
        whole = stream
        last: dict[Guest, int] = {}
        for said in self.said:
            if said.author == hearer or not self.due(hearer, said):
                continue
            stream = unlabelled if said.loose else whole
            times = stream.count(said.data)
            at = stream.find(said.data)
            if times != 1:
                found.append(Difference("duplicated" if times else "lost", hearer, said, times))
            elif at < last.get(said.author, -1):
                found.append(Difference("reordered", hearer, said, times))
            last[said.author] = max(at, last.get(said.author, -1))
        return found

    def _note(self, actions: Iterable[object]) -> None:
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    self._due.setdefault(guest, bytearray()).extend(action.data)


def label_before(stream: bytes, said: Said[Guest], others: Iterable[Said[Guest]]) -> str:
    """What stands between the text before and this text in a stream: its label, perhaps with notices before it. "" if it is not there."""
    at = stream.find(said.data)
    if at < 0:
        return ""
    ends = [found + len(other.data) for other in others if 0 <= (found := stream.find(other.data)) < at]
    return stream[max(ends, default=0) : at].decode("utf-8", errors="replace")


def matched(stream: bytes, data: bytes) -> int:
    """How many bytes of `data` came in one piece from its beginning, at the best place in `stream`."""
    low, high = 0, len(data)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if data[:middle] in stream else (low, middle - 1)
    return low
