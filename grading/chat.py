"""One conversation with one running server: its guests, what was said, and the Room beside it that knows what should have come."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from grading import story
from grading.guests import Event, Guest
from grading.oracle import Oracle, Said
from grading.server import NoConnection, NotStarted, Server
from grading.stillness import Rest
from grading.verdicts import CheckFailed, Infra
from grading.words import Unique, Vocabulary
from reference.dialect import Dialect
from reference.framing import frame

STEP_LIMIT: Final = 25.0
"""Seconds one step may take with things still moving: far beyond any right server under load; silence is proved long before."""
REPLY_LIMIT: Final = 1 << 20
"""Bytes one guest takes in one conversation; no right server sends a fraction of it."""
INTERRUPT_LIMIT: Final = 2.0
"""Seconds between Ctrl-C and the end of the server."""
BURST_WIDTH: Final = 32
"""Bytes of one message in a burst, its newline included: a divisor of every usual buffer size, so that a server without framing, for which
glued messages are one, cuts them only between messages."""
_GO_ON: Final = "да"


class Chat:
    """What a check talks through.

    Attributes:
        guests: those in the room now; everybody: also those who have left.
        events: the transcript.
        seats: 2 where the server takes only two guests, None where it takes any number.
    """

    def __init__(self, server: Server, dialect: Dialect, dice: random.Random, seats: int | None = None) -> None:
        self.server, self.dialect, self.seats = server, dialect, seats
        self.clock = server.clock
        self.words = Vocabulary(dice)
        self.guests: list[Guest] = []
        self.everybody: list[Guest] = []
        self.events: list[Event] = []
        self.oracle: Oracle[Guest] = Oracle(dialect)

    # -- coming

    def connect(self, name: str = "Молчун") -> Guest:
        """Somebody connects and says nothing, not even a name. Raises CheckFailed if he cannot."""
        self.clock.before_acting()
        try:
            link = self.server.connect(name)
        except NoConnection as error:
            raise self._failed(f"{name} подключается к серверу", f"подключиться не удалось ({error})") from error
        guest = Guest(self, name, link)
        self.guests.append(guest)
        self.everybody.append(guest)
        self.note(guest, "connects")
        self.oracle.enter(guest, link.local)
        self.settle()
        return guest

    def join(self, *names: str) -> list[Guest]:
        """Newcomers connect one after another and give their names the way this server wants them."""
        came = []
        for name in names:
            guest = self.connect(name)
            came.append(guest)
            if self.dialect.turns == "free" or self.dialect.named_by == "first-message" or guest.link.inbox:
                self._introduce(guest)
        for guest in came:  # a server for two may ask only once both are there
            if not guest.called:
                self._introduce(guest)
        return came

    def _introduce(self, guest: Guest) -> None:
        if guest.link.ended:
            raise self._failed(f"сервер принимает гостя {guest}", f"сервер закрыл соединение с гостем {guest}")
        guest.called = self.words.name(guest.name)
        if self.dialect.named_by == "nobody":
            return
        sent = self.framed(guest.called)
        self._transmit(guest, sent)
        self.note(guest, "says", sent)
        self.oracle.hear(guest, sent)
        self.settle()

    # -- saying

    def framed(self, text: str) -> bytes:
        """What a guest's program sends for one text: a newline after it only where the server reads lines."""
        return frame(text, "lines" if self.dialect.framing == "lines" else "none", self.dialect.encoding)

    def say(self, guest: Guest, text: str, *, loose: bool = False) -> Said[Guest]:
        """See Guest.says; `loose` as in Said."""
        unique = text if isinstance(text, Unique) else f"{text} {self.words.nonsense()}"
        sent = self.framed(unique)
        self._transmit(guest, sent)
        self.note(guest, "says", sent)
        return self.oracle.say(guest, text, unique.encode(self.dialect.encoding, errors="replace"), sent, loose=loose)

    def send(self, guest: Guest, data: bytes, of: Said[Guest] | None) -> None:
        """See Guest.sends."""
        self._transmit(guest, data)
        self.note(guest, "sends", data)
        if of is None:
            self.oracle.hear(guest, data)
        else:
            self.oracle.say(guest, of.text, of.data, data)

    def last(self, author: Guest, text: str) -> Said[Guest]:
        """The last thing `author` said in these words. Raises LookupError: a mistake in the check."""
        for said in reversed(self.oracle.said):
            if said.author is author and said.text == text:
                return said
        raise LookupError(f"{author} never said {text!r}")

    def burst(self, author: Guest, count: int) -> list[Said[Guest]]:
        """`count` messages, one right after another without waiting; a tenth of that to a server that sends when a timer tells it to."""
        count = count // 10 if self.clock.timers_matter else count
        width = BURST_WIDTH - len(self.framed(""))
        loose = self.dialect.framing in ("none", "lines-out")
        return [self.say(author, text, loose=loose) for text in self.words.burst(count, width)]

    def cut_in_two(self, author: Guest, text: str, inside: str) -> None:
        """Sends a text in two pieces, the cut within the bytes of the letter `inside`; between them everything comes to rest."""
        unique = f"{text} {self.words.nonsense()}"
        sent = self.framed(unique)
        at = sent.index(inside.encode(self.dialect.encoding)) + 1
        author.sends(sent[:at])
        self.settle()
        author.sends(sent[at:], of=Said(author, text, unique.encode(self.dialect.encoding)))

    @property
    def passes_pieces_on(self) -> bool:
        """Whether two pieces make up one text at the hearer: nothing is put between them, or the server waits for the newline."""
        return self.dialect.framing == "lines" or (self.dialect.framing == "none" and self.dialect.relay == "{text}")

    def _transmit(self, guest: Guest, data: bytes) -> None:
        self.clock.before_acting()
        try:
            sent = guest.link.send(data)
            while sent < len(data):  # the send buffer is full: go on only if the server reads
                self.settle()
                more = guest.link.send(data[sent:])
                if not more:
                    raise self._failed(f"сервер читает то, что шлёт {guest}", "сервер перестал читать")
                sent += more
        except OSError as error:
            raise self._failed(f"{guest} может говорить", f"соединение с гостем {guest} оборвано ({error.strerror})") from error

    # -- hearing

    def expect(self, hearer: Guest, said: Said[Guest]) -> None:
        """`hearer` must receive the text whole. Raises CheckFailed, Infra."""
        if self._comes(hearer, said) or (self.dialect.turns == "alternate" and self._answer_until_drained(hearer, said)):
            self.note(hearer, "hears", said.data)
            return
        raise self._failed(f"{hearer} слышит, что говорит {said.author}: «{story.short(said)}»", story.missing(self, hearer, said))

    def _comes(self, hearer: Guest, said: Said[Guest]) -> bool:
        self._wait(lambda: said.data in hearer.link.inbox)
        return said.data in hearer.link.inbox

    def _answer_until_drained(self, hearer: Guest, said: Said[Guest]) -> bool:
        """Where two speak in turns, a long text takes several turns of its author: the other answers until all has come."""
        for _ in range(2 + len(said.data) // 100):
            before = len(hearer.link.inbox)
            self.say(hearer, _GO_ON)
            if self._comes(hearer, said):
                return True
            if len(hearer.link.inbox) == before:
                break
        return False

    def hears_burst(self, hearer: Guest, burst: list[Said[Guest]]) -> None:
        """All of a burst must come, in order; labels between the messages are free. Raises CheckFailed, Infra."""
        def missing() -> list[Said[Guest]]:
            stream = story.unlabelled(self, hearer) if burst[0].loose else bytes(hearer.link.inbox)
            return [said for said in burst if said.data not in stream]

        lost, before = burst, None
        while lost and lost != before:  # a server that forwards one a second is slow, and right
            before = lost
            self._wait(lambda: burst[-1].data in hearer.link.inbox)
            lost = missing()
        if lost:
            expected = f"{hearer} слышит все быстрые сообщения, которые шлёт {burst[0].author} (их {len(burst)})"
            raise self._failed(expected, f"не пришло или пришло повреждённым: {len(lost)}, первое из них «{story.short(lost[0])}»")

    def settle(self, *, brief: bool = False) -> Rest:
        """Waits until nothing more can come; `brief` where nothing depends on it. Raises Infra if that cannot be told in time."""
        return self._wait(brief=brief)

    def _wait(self, came: Callable[[], bool] | None = None, *, brief: bool = False) -> Rest:
        rest = self.clock.settle(time.monotonic() + STEP_LIMIT, came or (lambda: False), patient=came is not None, brief=brief)
        if any(len(guest.link.inbox) > REPLY_LIMIT for guest in self.guests):
            raise CheckFailed("сервер шлёт гостям только сообщения чата", "сервер шлёт данные без конца: больше мегабайта одному гостю")
        if rest is Rest.LATE:
            raise Infra("the machine is too busy: things were still moving at the deadline of a step")
        return rest

    # -- going

    def part(self, guest: Guest, *, reset: bool, brief: bool = False) -> None:
        """See Guest.leaves and Guest.vanishes."""
        self.clock.before_acting()
        self.note(guest, "vanishes" if reset else "leaves")
        guest.link.close(reset=reset)
        self.guests.remove(guest)
        self.oracle.leave(guest)
        self.settle(brief=brief)

    def verify(self) -> None:
        """Everything said in this conversation must have come to everybody it was due to, once and in order. Raises CheckFailed, Infra."""
        self.settle(brief=True)
        for guest in self.guests:
            for difference in self.oracle.compare(guest, bytes(guest.link.inbox), story.unlabelled(self, guest)):
                if difference.kind == "lost" and self.dialect.turns == "alternate" and difference.said.text == _GO_ON:
                    continue  # said only to make a server in turns go on; it may still wait for its own turn
                raise self._failed(*story.otherwise(self, difference))

    # -- the server as a program

    def rests(self, when: str) -> None:
        """The server must be at rest now. Raises CheckFailed if it burns processor time, or has crashed."""
        expected = f"сервер ждёт, не занимая процессор: {when}"
        if self.settle() is Rest.BUSY:
            raise self._failed(expected, "какой-то поток непрерывно занимает процессор")
        self.survives(expected)

    def survives(self, expected: str) -> None:
        """The server must not have crashed; one for two may end by itself when its talk is over."""
        if self.server.exit_code() not in (None, 0) or (self.server.exit_code() == 0 and self.seats is None):
            raise self._failed(expected, "сервер больше не работает")

    def restart(self) -> None:
        """The server is killed with people in the room and started again at once; it must listen on the same port."""
        before = self.server.addresses
        self.server.kill()
        expected = "сервер снова слушает тот же порт сразу после остановки"
        try:
            self.server.start()
        except NotStarted as failure:
            raise CheckFailed(expected, story.not_again(failure, self.server.output())) from failure
        if before[0][1][1] < story.EPHEMERAL and self.server.addresses != before:  # a port the kernel chose is a new one each time
            raise CheckFailed(expected, f"теперь он слушает порт {self.server.addresses[0][1][1]} вместо {before[0][1][1]}")
        for guest in self.guests:
            guest.link.close(reset=True)
        self.guests.clear()

    def interrupt(self) -> None:
        """Ctrl-C must end the server. Raises CheckFailed if it goes on."""
        if not self.server.interrupt(INTERRUPT_LIMIT):
            raise self._failed("после Ctrl-C сервер завершается за 2 секунды", "сервер продолжает работать")

    def _failed(self, expected: str, what: str) -> CheckFailed:
        return CheckFailed(expected, story.why_not(self, what))

    def note(self, guest: Guest, what: str, data: bytes = b"") -> None:
        """Adds a line to the transcript."""
        self.events.append(Event(time.monotonic(), guest.name, what, data))
