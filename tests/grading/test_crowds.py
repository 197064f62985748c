"""Many guests at once, in a chat that writes down who did what and when it was waited."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grading.chat import Chat
from grading.crowds import (
    AT_ONCE,
    BLIND_ROUNDS,
    MARGIN,
    MESSAGE,
    MOST_ROUNDS,
    PROBES,
    QUEUED,
    catches_up,
    clog,
    gather,
    must_be_woken,
    scatter,
)
from grading.guests import Guest
from grading.stillness import Rest
from grading.verdicts import CheckFailed, NotApplicable
from grading.words import Vocabulary
from reference.dialect import Dialect


@dataclass
class Person:
    """As much of a guest as a crowd needs."""

    name: str
    chat: FakeChat
    link: Any = field(default_factory=lambda: SimpleNamespace(inbox=bytearray()))

    def forget(self) -> None:
        self.link.inbox.clear()

    def __str__(self) -> str:
        return self.name


class FakeChat:
    """`done` is the story: "+1" came, "=1" gave a name, "-1" left, "*1" was reset, "." was waited for everything, "!" for a notice."""

    def __init__(self, dialect: Dialect, door: int = 128, announces: bool = True) -> None:
        self.dialect, self.announces = dialect, announces
        self.done = ""
        self.guests: list[Person] = []
        self.server = SimpleNamespace(door=lambda: door, written=lambda _link: self.written)
        self.words = Vocabulary(random.Random(1))
        self.written: int | None = 0
        self.clock = SimpleNamespace(known_busy=False, suspected_busy=False)
        self.fill: Callable[[Person, bytes], None] = lambda _author, _data: None

    def arrive(self, name: str) -> Person:
        self.done += f"+{name.removeprefix('Гость ')}"
        self.guests.append(Person(name, self))
        if self.dialect.named_by == "nobody":
            self._announce(self.guests[-1])
        return self.guests[-1]

    def give_name(self, guest: Person) -> None:
        if self.dialect.named_by != "nobody":
            self.done += f"={guest.name.removeprefix('Гость ')}"
            self._announce(guest)

    def go(self, guest: Person, *, reset: bool) -> None:
        self.guests.remove(guest)
        self.done += ("*" if reset else "-") + guest.name.removeprefix("Гость ")
        self._announce(guest)

    def framed(self, text: str, guest: Person) -> bytes:
        return self.dialect.says.replace("{name}", guest.name).replace("{text}", text).encode() + b"\n"

    def soon(self, came: Callable[[], bool]) -> bool:
        self.done += "!" if came() else ""
        return came()

    def settle(self, *, sure: bool = False) -> None:
        self.done += "."

    def _announce(self, whom: Person) -> None:
        for guest in self.guests:
            if guest is not whom and self.announces:
                guest.link.inbox += b"news"


NAMED = Dialect(prompt="NICK", named_by="prompt")
ANNOUNCED = Dialect(prompt="NICK", named_by="prompt", joined="{name} in", left="{name} out")
NAMELESS = Dialect(named_by="nobody")
NAMELESS_ANNOUNCED = Dialect(named_by="nobody", joined="{port} in", left="{port} out")


@pytest.mark.parametrize(
    ("dialect", "door", "story"),
    [
        (NAMED, 128, "+1+2+3+4.=1=2=3=4."),
        (NAMED, 3, "+1+2+3.=1=2=3.+4.=4."),
        (ANNOUNCED, 128, "+1+2+3+4.=1.=2!=3!=4!."),
        (NAMELESS, 128, "+1+2+3+4."),
        (NAMELESS, 3, "+1+2+3.+4."),
        (NAMELESS_ANNOUNCED, 128, "+1.+2!+3!+4!"),
    ],
)
def test_they_come_as_many_at_a_time_as_there_is_room_and_are_announced_one_by_one(dialect: Dialect, door: int, story: str) -> None:
    chat = FakeChat(dialect, door)
    assert [str(guest) for guest in gather(cast(Chat, chat), 4)] == ["Гость 1", "Гость 2", "Гость 3", "Гость 4"]
    assert chat.done == story


def test_who_is_not_told_of_it_is_not_waited_for_for_ever() -> None:
    chat = FakeChat(ANNOUNCED, announces=False)
    gather(cast(Chat, chat), 3)
    assert chat.done == "+1+2+3.=1.=2.=3.."


@pytest.mark.parametrize(("dialect", "story"), [(NAMED, "-1*2-3."), (ANNOUNCED, "-1!*2!-3..")])
def test_they_leave_in_both_ways_one_by_one_where_it_is_announced(dialect: Dialect, story: str) -> None:
    chat = FakeChat(dialect)
    guests = gather(cast(Chat, chat), 3)
    chat.done = ""
    scatter(cast(Chat, chat), guests)
    assert chat.done == story


# -- who does not read


class Clog:
    """A server that keeps so many bytes for who does not read, and then does something."""

    def __init__(self, room: int, then: str, framing: str = "none") -> None:
        self.chat = FakeChat(replace(NAMELESS, framing=framing))
        self.short = 0
        self.author, self.hearer, self.sleeper = (Person(name, self.chat) for name in ("Борис", "Вера", "Соня"))
        self.room, self.then, self.rounds, self.more = room, then, 0, 0
        self.chat.fill = self._told

    def _told(self, _author: Person, data: bytes) -> None:
        if len(data) < data.count(b"\n") * MESSAGE:
            self.short += data.count(b"\n")
            return
        if len(data) != AT_ONCE * MESSAGE:
            self.more += len(data) // MESSAGE
            return
        self.rounds += 1
        if self.chat.written is None:
            self.hearer.link.inbox += data
            return
        full = self.chat.written + len(data) > self.room
        if full and self.then == "hangs up":
            self.chat.written = None
        elif not full:
            self.chat.written += len(data)
        if not full or self.then in ("drops", "hangs up"):
            self.hearer.link.inbox += data

    def run(self) -> int:
        said = clog(cast(Chat, self.chat), *(cast(Guest, person) for person in (self.author, self.hearer, self.sleeper)))
        assert len(set(said)) == len(said) == self.rounds * AT_ONCE + self.more
        return self.rounds


@pytest.mark.parametrize(("then", "rounds", "more"), [("blocks", 6, MARGIN), ("drops", 7, 0), ("hangs up", 6, 0)])
def test_it_ends_when_no_more_can_be_written_to_who_does_not_read(then: str, rounds: int, more: int) -> None:
    clogged = Clog(5 * AT_ONCE * MESSAGE, then)
    assert (clogged.run(), clogged.more) == (rounds, more)


def test_then_its_queue_is_filled_where_the_number_of_messages_means_anything() -> None:
    for framing, short in (("lines", QUEUED), ("none", 0)):
        clogged = Clog(5 * AT_ONCE * MESSAGE, "drops", framing)
        assert (clogged.run(), clogged.short) == (7, short)


def test_what_fills_the_buffers_bears_the_name_where_each_message_does() -> None:
    """A server may take a message without one for none at all, and then nothing would be filled."""
    clogged = Clog(5 * AT_ONCE * MESSAGE, "drops", "lines")
    clogged.chat.dialect = replace(clogged.chat.dialect, says="{name}|{text}")
    lines: list[bytes] = []

    def told(author: Person, data: bytes) -> None:
        lines.extend(data.splitlines())
        clogged._told(author, data)

    clogged.chat.fill = told
    assert clogged.run() == 7
    assert all(line.startswith("Борис|".encode()) for line in lines)


def test_where_it_cannot_be_seen_more_is_said_than_there_is_room_for() -> None:
    clogged = Clog(1 << 30, "drops")
    clogged.chat.written = None
    assert (clogged.run(), clogged.more) == (BLIND_ROUNDS, 0)


def test_it_ends_even_if_the_server_takes_everything() -> None:
    assert Clog(1 << 30, "drops").run() == MOST_ROUNDS


def test_what_was_said_only_to_fill_buffers_is_taken_from_those_who_read() -> None:
    clogged = Clog(5 * AT_ONCE * MESSAGE, "drops")
    clogged.run()
    assert clogged.hearer.link.inbox == b""


# -- who reads again

EARLY, LATER = b"000 bavagazalama", b"001 nirozilegabo"
NEW = b"mnogo"


class Awake:
    """A server that has kept some of EARLY and LATER for who did not read; `at_once` comes when she reads again, `then` with NEW."""

    def __init__(self, at_once: bytes, then: bytes, *, ends: bool = False, timed: bool = False) -> None:
        self.sonya = SimpleNamespace(heard=bytearray(), link=SimpleNamespace(ended=False))
        self.boris = SimpleNamespace(says=self._says)
        self.at_once, self.then, self.ends = at_once, then, ends
        self.rested, self.guests = True, [self.sonya]
        self.server = SimpleNamespace(
            threads=lambda: (SimpleNamespace(timed=timed),), exit_code=lambda: None, unaccepted=lambda: 0, output=lambda: ""
        )
        self.clock = SimpleNamespace(known_busy=False)

    def wake(self, guest: Any) -> None:
        guest.heard += self.at_once

    def settle(self) -> Rest:
        return Rest.STILL

    def _says(self, _text: str) -> Any:
        self.sonya.heard += self.then
        self.sonya.link.ended = self.ends
        return SimpleNamespace(data=NEW)

    def reaches(self, hearer: Any, said: Any) -> bool:
        return said.data in hearer.heard

    def fault(self) -> str:
        try:
            catches_up(cast(Chat, self), cast(Guest, self.boris), cast(Guest, self.sonya), [EARLY, LATER])
        except CheckFailed as failure:
            return failure.actual
        return ""


@pytest.mark.parametrize(
    "server",
    [
        Awake(EARLY + b"\n" + LATER + b"\n", NEW + b"\n"),
        Awake(LATER + b"\n", NEW + b"\n"),
        Awake(EARLY[:13] + LATER + b"\n", NEW + b"\n"),
        Awake(b"", b""),
        Awake(EARLY[:13], LATER, ends=True),
        Awake(b"", EARLY + b"\n" + NEW, timed=True),  # a timer might have brought it as well
    ],
)
def test_messages_may_be_dropped_and_guests_hung_up_on(server: Awake) -> None:
    assert server.fault() == ""


def test_what_is_kept_must_come_by_itself() -> None:
    assert "пришло только после" in Awake(EARLY + b"\n", LATER + b"\n" + NEW).fault()


def test_nobody_waits_for_a_crowd_at_a_server_that_spins() -> None:
    chat = FakeChat(NAMED)
    chat.clock.known_busy = True
    with pytest.raises(NotApplicable):
        gather(cast(Chat, chat), 30)
    assert chat.done == ""


def test_one_that_is_only_suspected_is_asked_for_full_evidence() -> None:
    chat = FakeChat(NAMED)
    chat.clock.suspected_busy = True
    gather(cast(Chat, chat), 2)
    assert chat.done.startswith(".+1+2")


@pytest.mark.parametrize(
    ("timed", "told_after", "heard", "woken", "asked"),
    [
        (False, 0, True, False, 0),  # nothing wakes by itself
        (True, 3, True, True, 3),
        (True, 99, True, False, PROBES),
        (True, 99, False, False, 1),  # what becomes of one who is not heard, the check itself finds
    ],
)
def test_a_server_with_time_outs_is_asked_until_it_is_known_whether_they_matter(
    timed: bool, told_after: int, heard: bool, woken: bool, asked: int
) -> None:
    chat = FakeChat(NAMELESS)
    author, hearer = chat.arrive("Борис"), chat.arrive("Вера")
    sent: list[bytes] = []
    chat.clock.timers_matter = False

    def fill(_author: Person, data: bytes) -> None:
        sent.append(data)
        hearer.link.inbox += data if heard else b""
        chat.clock.timers_matter = len(sent) >= told_after

    chat.fill = fill
    chat.comes = lambda what: what()  # type: ignore[attr-defined]
    chat.server.threads = lambda: [SimpleNamespace(timed=timed)]
    assert must_be_woken(cast("Chat", chat), cast("Guest", author), cast("Guest", hearer)) is woken
    assert len(sent) == asked
