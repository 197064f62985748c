"""The transcript of a conversation: written down as it goes on, and told afterwards with who said what and where it went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterable
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
                    kept = bytes(inbox[seen : seen + KEPT])
                    self.events.append(Event(time.monotonic(), str(guest), "gets", kept, len(inbox) - seen))
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
    raw = [event for event in chat.transcript.events if _is_told(event)]
    begun = raw[0].at if raw else time.monotonic()
    events = _marked(chat, raw, begun)
    if failure is not None and not any(event.wrong for event in events):
        events.append(Event(time.monotonic() - begun, "", "note", text=failure.actual))
    return tuple(events[-MOST:])


def _is_told(event: Event) -> bool:
    """Not who rests; and of a text that was waited for and came, it is told where it came. Of those who are no guests nobody writes that
    down."""
    return event.what != "rests" and (event.what != "hears" or bool(event.wrong or event.by))


def _marked(chat: Chat, raw: Iterable[Event], begun: float) -> list[Event]:
    """Events as a report has them, in order; a mark on something that came goes back to where it came."""
    done: list[Event] = []
    for event in raw:
        if event.what in ("misses", "lacks"):
            done.append(_of(chat, event, begun, event.wrong or "missing"))
        elif event.what == "hears" and event.wrong:
            _mark(done, _of(chat, event, begun, event.wrong))
        elif event.what in ("hears", "gets"):
            done.append(_of(chat, event, begun))
        else:
            done.append(replace(event, at=event.at - begun, text=_plain(chat, event.data)))
    return done


def _mark(done: list[Event], wrong: Event) -> None:
    for number in reversed(range(len(done))):
        event = done[number]
        if (event.what, event.guest) == ("hears", wrong.guest) and wrong.data in event.data and not event.wrong:
            done[number] = replace(event, wrong=wrong.wrong)
            return
    done.append(wrong)


def _of(chat: Chat, event: Event, begun: float, wrong: str = "") -> Event:
    """What was heard or should have been, with whose words it holds."""
    text = _plain(chat, event.data)
    by = event.by or _authors(chat, event, text.encode(chat.dialect.encoding, errors="replace"))
    return Event(event.at - begun, event.guest, "hears", event.data, event.size, text, by, wrong)  # replace() would cost five times as much


def _authors(chat: Chat, event: Event, meant: bytes) -> str:
    """Whose texts stand in what came: in the bytes themselves, or in what they mean, where that is something else."""
    said, data, wrapped = chat.oracle.said, event.data, meant != event.data
    found = [one for one in said if one.data in data or (wrapped and one.data in meant)]
    found = found or [one for one in said if any(piece in stream for piece in _ends(one.data) for stream in (data, meant))]
    others = dict.fromkeys(str(one.author) for one in found if str(one.author) != event.guest)
    return ", ".join(others) or (event.guest if found else "")


def _ends(data: bytes) -> tuple[bytes, bytes]:
    """What a text that came in pieces is known by: its first or its last quarter, eight bytes at least."""
    piece = max(8, len(data) // 4)
    return data[:piece], data[-piece:]


def _plain(chat: Chat, data: bytes) -> str:
    """The bytes as a person reads them: unwrapped, as far as a message is whole."""
    whole = bytes(chat.wire.stream().of(bytearray(data))) if chat.wire.wraps else data
    return whole.decode(chat.dialect.encoding, errors="replace")
