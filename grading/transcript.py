"""The transcript of a conversation: written down as it goes on, and told afterwards with who said what and where it went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from grading.guests import Guest
from grading.result import Event
from grading.verdicts import CheckFailed

if TYPE_CHECKING:
    from grading.chat import Chat

KEPT: Final = 4096
"""Bytes of one event that a report keeps: more than any text of a check has, and a flood stays out."""
MOST: Final = 400
"""Events of one conversation that a report keeps: two hundred quick messages and what comes of them. The last ones tell how it ended."""


class Transcript:
    """What happened, in the order in which it happened.

    Attributes:
        events: see `grading.result.Event`; times are those of time.monotonic().
        repeatable: it can be had again by guests who read all that comes.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.repeatable = True
        self._seen: dict[Guest, int] = {}  # bytes of each guest's inbox that are written down
        self._closed: set[Guest] = set()

    def note(self, guest: Guest | None, what: str, data: bytes = b"", wrong: str = "") -> None:
        """One thing that happened; `guest` is None where all rest."""
        self.add(str(guest or ""), what, data, wrong=wrong)

    def add(self, name: str, what: str, data: bytes = b"", *, by: str = "", wrong: str = "") -> None:
        """The same for somebody who is no scripted guest."""
        self.events.append(Event(time.monotonic(), name, what, data[:KEPT], len(data), by=by, wrong=wrong))

    def look(self, guests: Iterable[Guest]) -> None:
        """Writes down what has come to these guests since the last look."""
        for guest in guests:
            inbox, seen = guest.link.inbox, self._seen.get(guest, 0)
            if len(inbox) != seen:
                if len(inbox) > seen:  # else it was emptied
                    self.note(guest, "gets", bytes(inbox[seen : seen + KEPT]))
                    self.events[-1] = replace(self.events[-1], size=len(inbox) - seen)
                self._seen[guest] = len(inbox)
            if guest.link.ended and guest not in self._closed:
                self._closed.add(guest)
                self.note(guest, "closed")

    def forget(self, guest: Guest) -> None:
        """His inbox will be emptied."""
        self.look([guest])
        self._seen[guest] = 0


def told(chat: Chat, failure: CheckFailed | None) -> tuple[Event, ...]:
    """The transcript for people: what came with whose it is, what did not come or came wrong marked, times from its beginning.

    Where nothing is marked in a conversation that failed, a note at its end says what was wrong.
    """
    chat.transcript.look(chat.everybody)
    events = list(_marked(chat, chat.transcript.events))
    if failure is not None and not any(event.wrong for event in events):
        events.append(Event(time.monotonic(), "", "note", text=failure.actual))
    begun = events[0].at if events else 0.0
    return tuple(replace(event, at=event.at - begun) for event in events[-MOST:])


def _marked(chat: Chat, raw: Iterable[Event]) -> Iterator[Event]:
    """Events as a report has them, in order; a mark on something that came goes back to where it came."""
    done: list[Event] = []
    for event in raw:
        if event.what in ("misses", "lacks"):
            done.append(_of(chat, replace(event, what="hears", wrong=event.wrong or "missing")))
        elif event.what == "hears" and event.wrong:
            _mark(done, _of(chat, event))
        elif event.what == "hears" and event.by:  # of those who are no guests, nobody writes down what else they get
            done.append(_of(chat, event))
        elif event.what == "gets":
            done.append(_of(chat, replace(event, what="hears")))
        elif event.what not in ("hears", "rests"):
            done.append(replace(event, text=_plain(chat, event.data)))
    return iter(done)


def _mark(done: list[Event], wrong: Event) -> None:
    for number in reversed(range(len(done))):
        event = done[number]
        if (event.what, event.guest) == ("hears", wrong.guest) and wrong.data in event.data and not event.wrong:
            done[number] = replace(event, wrong=wrong.wrong)
            return
    done.append(wrong)


def _of(chat: Chat, event: Event) -> Event:
    """What was heard, with whose words it holds."""
    text = _plain(chat, event.data)
    if event.by:
        return replace(event, text=text)
    streams = dict.fromkeys((event.data, text.encode(chat.dialect.encoding, errors="replace")))  # mostly one and the same
    said = chat.oracle.said
    whole = [one for one in said if any(one.data in stream for stream in streams)]
    found = whole or [one for one in said if any(piece in stream for piece in _ends(one.data) for stream in streams)]
    others = dict.fromkeys(str(one.author) for one in found if str(one.author) != event.guest)
    return replace(event, text=text, by=", ".join(others) or (event.guest if found else ""))


def _ends(data: bytes) -> tuple[bytes, bytes]:
    """What a text that came in pieces is known by: its first or its last quarter, eight bytes at least."""
    piece = max(8, len(data) // 4)
    return data[:piece], data[-piece:]


def _plain(chat: Chat, data: bytes) -> str:
    """The bytes as a person reads them: unwrapped, as far as a message is whole."""
    whole = bytes(chat.wire.stream().of(bytearray(data))) if chat.wire.wraps else data
    return whole.decode(chat.dialect.encoding, errors="replace")
