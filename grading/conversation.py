"""What guests of a running server do, and what comes of it: they come, speak, hear and go; beside them the Room that knows what is due."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from grading import seating, story
from grading.guests import Guest
from grading.links import glimpse, widen
from grading.messages import _
from grading.oracle import Oracle, Said
from grading.server import NoConnection, Server
from grading.stillness import Rest
from grading.transcript import Transcript
from grading.verdicts import CheckFailed, Infra
from grading.wire import Wire, is_framed
from grading.words import Unique, Vocabulary, person
from reference.dialect import Dialect

STEP_LIMIT: Final = 25.0
"""Seconds one step may take with things still moving: far beyond any right server under load; silence is proved long before."""
REPLY_LIMIT: Final = 1 << 20
"""Bytes one guest takes in one conversation; no right server sends a fraction of it."""
SOON: Final = 0.002
"""Seconds in which a good server on an idle machine relays a message, several times over; what takes longer is waited for properly."""
MOST_SAID_BEFORE: Final = 5
"""Turns that what came before a text may take: two empty lines, and the other's first word, if it is the other who begins."""
HELD_UP: Final = 1.0
"""Seconds by which one who says nothing may delay the others; a server that asks its guests in turn waits hundredths for each."""
GO_ON: Final = "да"
"""What one says only to give the other his turn again."""


class Conversation:
    """The guests of one server, from when the first comes.

    Attributes:
        guests: those in the room now; everybody: also those who have left.
        transcript: what happened, in order.
        dice: where everything random in it comes from.
        seats: 2 where the server takes only two guests, None where it takes any number.
        calm: as in Options.
        rest: how the last wait ended, None once somebody has acted since.
    """

    def __init__(
        self, server: Server, dialect: Dialect, dice: random.Random, seats: int | None = None, seated: Sequence[Guest] = ()
    ) -> None:
        """`seated`: guests of an earlier conversation who stayed. They hear all, and are the first to be taken by `join`."""
        self.dialect, self.seats = dialect, seats
        self.wire = Wire(dialect)
        self.dice, self.words = dice, Vocabulary(dice)
        self.calm = False
        self._begin(server)
        self._seated = {guest.name: guest for guest in reversed([self._still_here(old) for old in seated])}  # of namesakes the first

    def _begin(self, server: Server) -> None:
        self.server, self.clock = server, server.clock
        self.rest: Rest | None = None
        self.guests: list[Guest] = []
        self.everybody: list[Guest] = []
        self.transcript = Transcript()
        self.oracle: Oracle[Guest] = Oracle(self.dialect)

    # -- coming

    def _still_here(self, old: Guest) -> Guest:
        """A guest who stayed from an earlier conversation: what was said in that one is no matter of this."""
        guest = Guest(self, old.name, old.link, self.wire.stream())
        guest.called = old.called
        guest.link.inbox.clear()
        self.guests.append(guest)
        self.everybody.append(guest)
        self.oracle.enter(guest, guest.link.local)
        if guest.called and self.dialect.named_by != "nobody":
            self.oracle.hear(guest, self._meant(guest.called))
        return guest

    def connect(self, name: str = "Молчун") -> Guest:
        """Somebody connects and says nothing, not even a name. Raises CheckFailed if he cannot."""
        guest = self.arrive(name)
        self.settle()
        return guest

    def arrive(self, name: str, *, reads: bool = True) -> Guest:
        """The same without waiting for what the server makes of it; one who never `reads` leaves everything to the kernel."""
        self._seated.clear()  # whoever comes in after him comes in anew
        self._act()
        try:
            link = self.server.connect(name, reads=reads)
        except NoConnection as error:
            raise self._failed(
                _("{guest} подключается к серверу").format(guest=person(name)), _("подключиться не удалось ({why})").format(why=error)
            ) from error
        guest = Guest(self, name, link, self.wire.stream())
        self.guests.append(guest)
        self.everybody.append(guest)
        self.transcript.repeatable &= reads
        self.note(guest, "connects")
        if self.dialect.transport != "udp":  # there nobody knows him before his first datagram
            self.oracle.enter(guest, link.local)
        return guest

    def join(self, *names: str) -> list[Guest]:
        """Newcomers connect one after another and give their names the way this server wants them.

        Where one of two has the server's own keyboard, whose turn it is comes first.
        """
        if self.dialect.transport == "console" and len(names) == 2:
            return seating.one_at_the_keyboard(self, *names)
        seated, self._seated = self._seated, {}  # only the first to come may have been there before
        came = []
        for name in names:
            if name in seated:
                came.append(seated[name])
                continue
            guest = self.connect(name)
            came.append(guest)
            if self.dialect.turns == "free" or self.dialect.named_by == "first-message" or guest.link.inbox:
                self.introduce(guest)
        for guest in came:  # a server for two may ask only once both are there
            if not guest.called:
                self.introduce(guest)
        return came

    def come_back(self, guest: Guest) -> Guest:
        """Somebody who has left connects again and gives the very same name."""
        back = self.connect(guest.name)
        self.introduce(back, guest.called)
        return back

    def introduce(self, guest: Guest, called: str = "") -> None:
        """A guest who has connected gives his name, a new one if not told which, where the server wants to know names."""
        if self.give_name(guest, called):
            self.settle()

    def give_name(self, guest: Guest, called: str = "") -> bool:
        """The same without waiting. Returns whether anything was sent. Raises CheckFailed if the server has hung up."""
        if guest.link.ended:
            expected = _("сервер принимает гостя {guest}").format(guest=guest)
            raise self._failed(expected, _("сервер закрыл соединение с гостем {guest}").format(guest=guest))
        guest.called = called or self.words.name(guest.name)
        over_udp = self.dialect.transport == "udp"  # there one is known by his first datagram, and asked for his name only then
        if self.dialect.named_by == "nobody" and not over_udp:
            return False
        hello = self.wire.hello(guest.called)
        for number, message in enumerate(hello * 2 if over_udp and self.dialect.named_by == "prompt" else hello):
            if number:
                self.settle()  # the rest is asked for only then
            self._transmit(guest, message)
            self.note(guest, "names", message)
        self.oracle.hear(guest, self._meant(guest.called))
        return True

    def _meant(self, name: str) -> bytes:
        return self.wire.meant(name.encode(self.dialect.encoding, errors="replace"))

    # -- saying

    def framed(self, text: str, guest: Guest | None = None) -> bytes:
        """What a guest's program sends for one text: it alone, or wrapped as the server wants it."""
        return self.wire.text(text, guest.called if guest else "")

    def say(self, guest: Guest, text: str, *, loose: bool = False) -> Said[Guest]:
        """See Guest.says; `loose` as in Said."""
        unique = text if isinstance(text, Unique) else f"{text} {self.words.nonsense()}"
        sent = self.framed(unique, guest)
        self._transmit(guest, sent)
        self.note(guest, "says", sent)
        data = unique.encode(self.dialect.encoding, errors="replace")
        return self.oracle.say(guest, text, data, self.wire.meant(data) if self.wire.wraps else sent, loose=loose)

    def send(self, guest: Guest, data: bytes, of: Said[Guest] | None) -> None:
        """See Guest.sends."""
        seating.not_from_the_keyboard(guest)
        self._transmit(guest, data)
        self.note(guest, "sends", data)
        if self.wire.wraps:  # the Room is told of whole messages; without framing there is no telling what pieces come to
            if of is not None and is_framed(self.dialect.framing):
                self.oracle.say(guest, of.text, of.data, self.wire.meant(of.data))
            elif of is not None:
                self.oracle.said.append(of)
        elif of is None:
            self.oracle.hear(guest, data)
        else:
            self.oracle.say(guest, of.text, of.data, data)

    def fill(self, guest: Guest, data: bytes) -> None:
        """Sends what nobody will be asked for, so the Room need not work it out."""
        seating.not_from_the_keyboard(guest)
        self._transmit(guest, data)
        self.note(guest, "sends", data)

    def last(self, author: Guest, text: str) -> Said[Guest]:
        """The last thing `author` said in these words. Raises LookupError: a mistake in the check."""
        for said in reversed(self.oracle.said):
            if said.author is author and said.text == text:
                return said
        raise LookupError(f"{author} never said {text!r}")

    def _transmit(self, guest: Guest, data: bytes) -> None:
        self._act()
        if self.dialect.transport == "udp":
            self.oracle.enter(guest, guest.link.local)
        try:
            sent = guest.link.send(data)
            while sent < len(data):  # the send buffer is full: go on only if the server reads
                self._wait()
                self._act()
                more = guest.link.send(data[sent:])
                if not more:
                    raise self._failed(_("сервер читает то, что шлёт {guest}").format(guest=guest), _("сервер перестал читать"))
                sent += more
        except OSError as error:
            broken = _("соединение с гостем {guest} оборвано").format(guest=guest)  # how, is a race: EPIPE or ECONNRESET
            raise self._failed(_("{guest} может говорить").format(guest=guest), broken) from error

    # -- hearing

    def expect(self, hearer: Guest, said: Said[Guest]) -> None:
        """`hearer` must receive the text whole. Raises CheckFailed, Infra."""
        if self._comes(hearer, said) or (self.dialect.turns == "alternate" and self._answer_until_drained(hearer, said)):
            self.note(hearer, "hears", said.data)
            if self.calm:  # the others have it as well before anybody acts
                self.settle()
            return
        self.note(hearer, "misses", said.data)
        expected = _("{hearer} слышит, что говорит {author}: «{text}»")
        expected = expected.format(hearer=hearer, author=said.author, text=story.short(self, said))
        raise self._failed(expected, story.missing(self, hearer, said))

    def _comes(self, hearer: Guest, said: Said[Guest]) -> bool:
        def came() -> bool:
            return said.data in self._heard(hearer)

        if not self.soon(came):
            self._wait(came)
        return came()

    def reaches(self, hearer: Guest, said: Said[Guest]) -> bool:
        """Whether `hearer` receives the text whole. Raises Infra."""
        return self._comes(hearer, said)

    def comes(self, what: Callable[[], bool]) -> bool:
        """Whether something that can be looked at comes true before nothing more can happen. Raises Infra."""
        self._wait(what)
        return what()

    def soon(self, came: Callable[[], bool]) -> bool:
        """Whether something comes at once, as it does from a good server. Costs next to nothing; proves nothing if it does not come."""
        return glimpse((guest.link for guest in self.guests), came, SOON)

    def _heard(self, hearer: Guest) -> bytes | bytearray:
        """What a guest received. In turns the echo of his own words may come between two pieces of a text, and is left out."""
        if self.dialect.turns != "alternate" or not self.dialect.echo:
            return hearer.heard
        stream = bytes(hearer.heard)
        for said in self.oracle.said:
            stream = stream.replace(said.data, b"", 1) if said.author is hearer else stream
        return stream

    def _answer_until_drained(self, hearer: Guest, said: Said[Guest]) -> bool:
        """Where two speak in turns, a long text takes several turns of its author, and so does what he said before it: the other answers
        until all has come, or nothing more does."""
        for _turn in range(MOST_SAID_BEFORE + len(said.data) // 100):
            before = len(hearer.link.inbox)
            self.say(hearer, GO_ON)
            if self._comes(hearer, said):
                return True
            if len(hearer.link.inbox) == before:
                break
        return False

    def outwait(self) -> bool:
        """Where the server gives somebody only so long to say something, lets that time pass. Returns whether it did. Raises Infra."""
        return self.server.hurries() and not self.comes(lambda: False)

    def kept_waiting(self, silent: Guest, came: Callable[[], bool]) -> bool:
        """Whether what was just done has not come to anything in HELD_UP seconds because all that time the server sat in one and the same
        wait for somebody silent. At the end all its threads must sleep: on a busy machine another may still wait for a processor."""
        before = self.server.waiter(silent.link)
        if before is None or came():
            return False
        rest = self.clock.settle(time.monotonic() + HELD_UP, came, patient=True)
        return rest is Rest.STILL and not came() and self.server.waiter(silent.link) == before

    def wake(self, guest: Guest) -> None:
        """Somebody who did not read begins to. What the kernel and the server have kept for him comes now; what may have been dropped is
        no longer promised."""
        self._act()
        if guest.link.sock is not None:
            widen(guest.link.sock)
        guest.link.reading = guest.excused = True

    def settle(self, *, sure: bool = False) -> Rest:
        """Waits until nothing more can come; `sure` where somebody will be blamed for it. Raises Infra if that cannot be told in time."""
        rest = self._wait(sure=sure)
        events = self.transcript.events
        if events and events[-1].what != "rests":
            self.note(None, "rests")
        return rest

    def _wait(self, came: Callable[[], bool] | None = None, *, sure: bool = False) -> Rest:
        rest = self.clock.settle(time.monotonic() + STEP_LIMIT, came or (lambda: False), patient=came is not None, sure=sure)
        if any(len(guest.link.inbox) > REPLY_LIMIT for guest in self.guests):
            endless = _("сервер шлёт данные без конца: больше мегабайта одному гостю")
            raise CheckFailed(_("сервер шлёт гостям только сообщения чата"), endless)
        if rest is Rest.LATE:
            raise Infra(_("компьютер слишком занят: за время, отведённое на шаг, всё так и не стихло"))
        self.rest = rest
        return rest

    @property
    def rested(self) -> bool:
        """Whether nothing more comes until somebody acts."""
        return self.rest in (Rest.STILL, Rest.BUSY)

    def _act(self) -> None:
        self.transcript.look(self.everybody)
        self.clock.before_acting()
        self.rest = None

    # -- going

    def part(self, guest: Guest, *, reset: bool) -> None:
        """See Guest.leaves and Guest.vanishes. All that is due to him has come by then: an end that finds bytes unread, or that bytes
        follow, is a reset to the kernel, and whether it was one must not depend on who was quicker."""
        if not self.rested:
            self.settle()
        self.go(guest, reset=reset)
        self.settle()

    def go(self, guest: Guest, *, reset: bool = False) -> None:
        """The same without waiting."""
        seating.not_from_the_keyboard(guest)
        self._act()
        self.note(guest, "vanishes" if reset else "leaves")
        guest.link.close(reset=reset)
        self.guests.remove(guest)
        self.oracle.leave(guest)

    def _failed(self, expected: str, what: str) -> CheckFailed:
        return CheckFailed(expected, story.why_not(self, what))

    def note(self, guest: Guest | None, what: str, data: bytes = b"", wrong: str = "") -> None:
        """Adds a line to the transcript; `guest` is None where all rest."""
        self.transcript.note(guest, what, data, wrong)
