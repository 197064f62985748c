"""The room: every rule of the chat, and no input or output.

Theory of operation. A server does two things: it moves bytes, and it decides who is told what. Only the second is written here. The server
reports what happened with the verbs `enter`, `hear`, `leave` and, at its own end, `close`, and gets actions: `Send` these bytes to
those guests, `Hangup` on that one. It has nothing to decide; one with threads and one with `select` differ in nothing but how they wait.

A guest is any hashable token: a server hands in its sockets, a test hands in strings. A guest comes in *known* (connected, perhaps asked
for a name) and is *inside* as soon as he has one; who is only known hears nobody and is heard by nobody. `hear` is given bytes exactly as
`recv` returned them, in pieces of any size; `b""` is the end of his stream. No call ever raises, whatever the bytes and the order of the
calls: a guest the room does not know (any more) is met with an empty list, for his last words may still be in a buffer when he is gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeAlias, TypeVar

from reference.dialect import Dialect
from reference.framing import LONGEST_MESSAGE, MessageTooLongError, Reader, frame, reader, reads_lines
from reference.template import fill

LONGEST_NAME: Final = 32  # letters; a name stands before every message of its owner, so a long one would be everybody's trouble
MOST_TRIES: Final = 5  # a client program that answers every prompt with the same blank name would go round forever
MOST_WAITING: Final = 100  # messages said out of turn; with LONGEST_MESSAGE it bounds what one guest can make us keep

FULL: Final = "Свободных мест нет, загляните позже."
NO_NAME: Final = "Без имени в чат не войти."
GOODBYE: Final = "Сервер закрывается, до встречи!"
TOO_LONG: Final = "Слишком длинное сообщение."
NOT_YOUR_TURN: Final = "Сейчас не ваша очередь, и слишком много ваших сообщений уже ждёт: это не сохранено."

Guest = TypeVar("Guest", bound=Hashable)
Address: TypeAlias = tuple[object, ...]  # as `accept` returns it: host, port, perhaps more


@dataclass(frozen=True, slots=True)
class Send(Generic[Guest]):
    """Send `data` to each of `recipients`; the same bytes object for all, so that a server can send it without copying."""

    recipients: tuple[Guest, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Hangup(Generic[Guest]):
    """The room is done with `guest`: send what he still has to get and close his connection. He is never mentioned again."""

    guest: Guest


Action: TypeAlias = Send[Guest] | Hangup[Guest]


@dataclass(slots=True)
class _Person:
    """What the room knows of one guest."""

    reader: Reader
    host: str
    port: str
    name: str = ""
    tries: int = 0  # blank answers to the question for the name
    waiting: deque[str] = field(default_factory=deque)  # said, but not yet in turn


def _long_ago() -> datetime:
    return datetime(2000, 1, 1)


class Room(Generic[Guest]):
    """One chat room.

    Args:
        dialect: how this chat speaks.
        seats: how many guests may be there at once, the nameless included; None for no limit. One too many is refused.
        clock: what `{time}` and `{date}` show; a room reads no clock itself, so without one it shows a fixed moment.
        longest: how many bytes one message may have where messages are lines; who sends more is told so, and dismissed.

    Raises:
        ValueError: the dialect's encoding cannot be used (see `framing.reader`). No other call raises.
    """

    def __init__(
        self, dialect: Dialect, seats: int | None = None, clock: Callable[[], datetime] = _long_ago, longest: int = LONGEST_MESSAGE
    ) -> None:
        reader(dialect.framing, dialect.encoding)  # says at once, and not to the first guest, that the encoding is unusable
        self._dialect = dialect
        self._quit = dialect.quit.strip().casefold()
        self._seats = seats
        self._clock = clock
        self._longest = longest
        self._known: dict[Guest, _Person] = {}
        self._inside: dict[Guest, _Person] = {}  # in the order of turns: who has spoken goes to the end

    def enter(self, guest: Guest, address: Address = ("127.0.0.1", 0)) -> list[Action[Guest]]:
        """A guest has connected from `address`. He is asked for his name, or is inside at once where nobody has a name."""
        if guest in self._known:
            return []
        if self._seats is not None and len(self._known) >= self._seats:
            return self.refuse(guest)
        host, port = (*map(str, address), "", "")[:2]
        person = self._known[guest] = _Person(reader(self._dialect.framing, self._dialect.encoding, self._longest), host, port)
        if self._dialect.named_by == "nobody":
            return self._admit(guest, person, f"{host}:{port}")
        return self._tell([guest], self._dialect.prompt)

    def hear(self, guest: Guest, data: bytes) -> list[Action[Guest]]:
        """`recv` returned `data` from a guest; `b""` means that he has left."""
        if (person := self._known.get(guest)) is None:
            return []
        if not data:
            return self.leave(guest)
        actions: list[Action[Guest]] = []
        try:
            for text in person.reader.feed(data):
                actions += self._take(guest, person, text)
                if guest not in self._known:
                    break
        except MessageTooLongError:
            actions += self._turn_out(guest, TOO_LONG)
        return actions

    def leave(self, guest: Guest) -> list[Action[Guest]]:
        """A guest's connection has ended, or the server gives him up. What he had begun to say still counts."""
        return self._unfinished(guest) + self._dismiss(guest)

    def refuse(self, guest: Guest) -> list[Action[Guest]]:
        """Turn away somebody for whom there is no seat (or whom the server has no means to serve)."""
        return [*self._tell([guest], FULL), Hangup(guest)]

    def close(self) -> list[Action[Guest]]:
        """The server stops: all inside are told so, where people are told who leaves. Afterwards nobody is known here."""
        inside = list(self._inside)
        self._known.clear()
        self._inside.clear()
        return self._tell(inside, GOODBYE if self._dialect.left else "")

    def awaited(self) -> Guest | None:
        """Whom to listen to for a server which can listen only to one: the first who owes a name, else the one whose turn it is."""
        return next((guest for guest in self._known if guest not in self._inside), next(iter(self._inside), None))

    # -- a message

    def _unfinished(self, guest: Guest) -> list[Action[Guest]]:
        """What somebody inside had begun to say when his stream ended."""
        actions: list[Action[Guest]] = []
        if person := self._inside.get(guest):
            for text in person.reader.finish():
                actions += self._take(guest, person, text)
        return actions

    def _take(self, guest: Guest, person: _Person, text: str) -> list[Action[Guest]]:
        if guest not in self._inside:
            return self._name(guest, person, text)
        said = text.strip()
        if self._quit and said.casefold() == self._quit:
            return self._dismiss(guest)
        if not said and not self._passes_blanks():
            return []
        if self._dialect.turns != "alternate":
            return self._say(guest, person, text)
        if len(person.waiting) >= MOST_WAITING:
            return self._tell([guest], NOT_YOUR_TURN)
        person.waiting.append(text)
        return self._take_turns()

    def _passes_blanks(self) -> bool:
        """Where chunks are passed on as they come, a chunk of spaces is a part of some longer text; everywhere else it says nothing."""
        return not reads_lines(self._dialect.framing) and self._template() == "{text}"

    def _take_turns(self) -> list[Action[Guest]]:
        """Let speak whose turn it is, as long as he has something to say and somebody to say it to."""
        actions: list[Action[Guest]] = []
        while len(self._inside) > 1:
            guest, person = next(iter(self._inside.items()))
            if not person.waiting:
                break
            actions += self._say(guest, person, person.waiting.popleft())
        return actions

    def _say(self, guest: Guest, person: _Person, text: str) -> list[Action[Guest]]:
        self._inside[guest] = self._inside.pop(guest)  # to the end: the turn of the next one
        return self._tell(self._inside if self._dialect.echo else self._all_but_the_last(), self._template(), person, text)

    # -- coming and going

    def _name(self, guest: Guest, person: _Person, answer: str) -> list[Action[Guest]]:
        visible = "".join(letter if letter.isprintable() else " " for letter in answer)
        name = " ".join(visible.split())[:LONGEST_NAME].rstrip()
        if name:
            return self._admit(guest, person, self._free_name(name))
        return self._ask_again(guest, person)

    def _ask_again(self, guest: Guest, person: _Person) -> list[Action[Guest]]:
        person.tries += 1
        if person.tries >= MOST_TRIES:
            return self._turn_out(guest, NO_NAME)
        return self._tell([guest], self._dialect.prompt)

    def _free_name(self, name: str) -> str:
        """The name itself, or with a number if taken: asking again would be no use to a client program that knows only one name."""
        taken = {person.name for person in self._inside.values()}
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        return free

    def _admit(self, guest: Guest, person: _Person, name: str) -> list[Action[Guest]]:
        person.name = name
        self._inside[guest] = person
        welcome = self._tell([guest], self._dialect.welcome, person)
        joined = self._tell(self._all_but_the_last(), self._dialect.joined, person)
        return welcome + joined + self._take_turns()

    def _turn_out(self, guest: Guest, why: str) -> list[Action[Guest]]:
        return self._tell([guest], why) + self._dismiss(guest)

    def _dismiss(self, guest: Guest) -> list[Action[Guest]]:
        """Take a guest out, if he is still there. What he said and what waited for its turn is heard before he is gone."""
        if (person := self._known.pop(guest, None)) is None:
            return []
        told: list[Action[Guest]] = []
        if self._inside.pop(guest, None):
            told = self._waited(person) + self._tell(self._inside, self._dialect.left, person)
        return [*told, Hangup(guest), *self._take_turns()]

    def _waited(self, person: _Person) -> list[Action[Guest]]:
        return [action for text in person.waiting for action in self._tell(self._inside, self._template(), person, text)]

    # -- words

    def _all_but_the_last(self) -> list[Guest]:
        """The others, for one who has just spoken or come in, and so stands at the end. (To look for him costs as much as all the rest.)"""
        return [*self._inside][:-1]

    def _template(self) -> str:
        return self._dialect.relay if self._dialect.author in ("server", "label") else "{text}"

    def _tell(self, hearers: Iterable[Guest], template: str, person: _Person | None = None, text: str = "") -> list[Action[Guest]]:
        """One Send with the template filled in, or nothing where there is nobody to tell or nothing to say."""
        recipients = tuple(hearers)
        if not recipients or not template:
            return []
        said = fill(template, text, person.name, person.host, person.port, clock=self._clock) if person else template
        data = frame(said, self._dialect.framing, self._dialect.encoding) if said else b""
        return [Send(recipients, data)] if data else []
