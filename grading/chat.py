"""One conversation as a check has it: texts in pieces and in bursts, what is judged at the end, and the server as a program."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from grading import history, story
from grading.conversation import GO_ON, Conversation
from grading.guests import Guest
from grading.messages import _
from grading.oracle import Said
from grading.running import NotStarted
from grading.server import Server
from grading.stillness import Rest
from grading.verdicts import CheckFailed
from grading.wire import is_framed
from grading.words import Unique
from reference.dialect import Dialect

INTERRUPT_LIMIT: Final = 2.0
"""Seconds between Ctrl-C and the end of the server."""
BURST_WIDTH: Final = 32
"""Bytes of one message in a burst, its newline included: a divisor of every usual buffer size, so that a server without framing, for which
glued messages are one, cuts them only between messages."""


class Chat(Conversation):
    """What a check talks through.

    Attributes:
        another: starts another server in place of this one; where nobody said how, there is no other.
    """

    def __init__(
        self, server: Server, dialect: Dialect, dice: random.Random, seats: int | None = None, seated: Sequence[Guest] = ()
    ) -> None:
        """The arguments are those of Conversation."""
        super().__init__(server, dialect, dice, seats, seated)
        self.another: Callable[[], Server] | None = None

    def begin_anew(self) -> None:
        """The conversation is over, and another begins with a server just started. Raises CheckFailed, Infra, NotStarted."""
        assert self.another is not None
        self.verify()
        self._begin(self.another())

    # -- more than one text, or less

    def burst(self, author: Guest, count: int) -> list[Said[Guest]]:
        """`count` messages, one right after another without waiting; a tenth of that to a server that sends when a timer tells it to."""
        count = count // 10 if self.clock.timers_matter else count
        loose = self.dialect.framing in ("none", "lines-out", "json-out") and self.dialect.transport != "udp"  # datagrams do not glue
        around = len(self.framed("", author))
        width = BURST_WIDTH - around if around <= BURST_WIDTH // 2 else BURST_WIDTH
        return [self.say(author, text, loose=loose) for text in self.words.burst(count, width)]

    def cut_in_two(self, author: Guest, text: str, inside: str = "", halfway: Callable[[], None] = lambda: None) -> Said[Guest]:
        """Sends a text in two pieces, the cut within the bytes of the letter `inside`, or else after its second letter; between them
        everything comes to rest, and `halfway` is done."""
        unique = text if isinstance(text, Unique) else f"{text} {self.words.nonsense()}"
        at = self.framed(unique, author).index(self.wire.inside(inside)) + 1 if inside else self._behind(author, unique, 2)
        return self._in_pieces(author, text, unique, [at], halfway)

    def cut_in_three(self, author: Guest, text: Unique) -> Said[Guest]:
        """Sends a text in three pieces as a network may cut it, though never a letter; after each one everything comes to rest."""
        return self._in_pieces(author, text, text, [self._behind(author, text, len(text) * part // 3) for part in (1, 2)])

    def drip(self, author: Guest, text: Unique, halfway: Callable[[], None]) -> Said[Guest]:
        """Sends a text byte by byte; after each one everything comes to rest, so that the server reads them one by one.

        `halfway` is done in the middle of it: there others may speak, whose bytes are not to be taken for a part of it.
        """
        length = len(self.framed(text, author))
        return self._in_pieces(author, text, text, range(1, length), halfway)

    def _behind(self, author: Guest, text: str, letters: int) -> int:
        """Where in the bytes of a framed text so many of its letters end."""
        beginning = self.wire.inside(text[:letters])
        return self.framed(text, author).index(beginning) + len(beginning)

    def _in_pieces(
        self, author: Guest, text: str, unique: str, cuts: Sequence[int], halfway: Callable[[], None] = lambda: None
    ) -> Said[Guest]:
        """`halfway` is done when half of the cuts have been made, or the only one."""
        sent = self.framed(unique, author)
        for number, (begin, end) in enumerate(itertools.pairwise([0, *cuts]), 1):
            author.sends(sent[begin:end])
            self.settle()
            if number == max(1, len(cuts) // 2):
                halfway()
        author.sends(sent[cuts[-1] :], of=Said(author, text, unique.encode(self.dialect.encoding)))
        return self.last(author, text)

    def glue(self, author: Guest, *texts: str) -> list[Said[Guest]]:
        """Sends several texts, each in its frame, by one send."""
        uniques = [f"{text} {self.words.nonsense()}" for text in texts]
        frames = [self.framed(unique, author) for unique in uniques]
        self._transmit(author, b"".join(frames))
        self.note(author, "says", b"".join(frames))
        encoded = [unique.encode(self.dialect.encoding) for unique in uniques]
        heard = [self.wire.meant(data) for data in encoded] if self.wire.wraps else frames
        return [self.oracle.say(author, *one) for one in zip(texts, encoded, heard, strict=True)]

    @property
    def framed_both_ways(self) -> bool:
        """Whether the server can tell where one message of a guest ends and the next begins."""
        return is_framed(self.dialect.framing)

    @property
    def passes_pieces_on(self) -> bool:
        """Whether two pieces make up one text at the hearer: nothing is put between them, or the server waits for the newline."""
        return is_framed(self.dialect.framing) or (self.dialect.framing == "none" and self.dialect.relay == "{text}")

    def hears_burst(self, hearer: Guest, burst: list[Said[Guest]]) -> None:
        """All of a burst must come, in order; labels between the messages are free. Raises CheckFailed, Infra."""

        def missing() -> list[Said[Guest]]:
            stream = story.unlabelled(self, hearer) if burst[0].loose else bytes(hearer.heard)
            return [said for said in burst if said.data not in stream]

        lost, before = burst, None
        while lost and lost != before:  # a server that forwards one a second is slow, and right
            before = lost
            self._wait(lambda: burst[-1].data in hearer.heard)
            lost = missing()
        if lost:  # how many, and which, may depend on how quick the server is today; a report must not
            self.note(hearer, "lacks", lost[0].data)
            expected = _("{hearer} слышит все быстрые сообщения, которые шлёт {author} (их {n})")
            expected = expected.format(hearer=hearer, author=burst[0].author, n=len(burst))
            raise self._failed(expected, _("часть из них не пришла или пришла повреждённой"))

    # -- judging

    def verify(self, *, authors: bool = False) -> None:
        """Everything said in this conversation must have come to everybody it was due to, once and in order. Raises CheckFailed, Infra.

        Args:
            authors: the name before each text is judged too; not by every check, for a wrong one is no lost message.
        """
        rest = self.settle()
        try:
            self.examine(self.everybody, authors=authors)
        except CheckFailed:
            if rest is not Rest.BUSY:
                raise
            self.settle(sure=True)
            self.examine(self.everybody, authors=authors)

    def examine(self, hearers: Iterable[Guest], *, authors: bool = False) -> None:
        """The same for what these have received by now, without waiting."""
        names = {guest: guest.called for guest in self.everybody if guest.called} if authors else {}
        loose = any(said.loose for said in self.oracle.said)
        for guest in hearers:
            unlabelled = story.unlabelled(self, guest) if loose else b""
            for difference in history.differences(self.oracle, guest, bytes(self._heard(guest)), unlabelled, names):
                if not self._excused(difference):
                    wrong = "missing" if difference.kind == "lost" else difference.kind
                    self.note(guest, "hears" if difference.times else "misses", difference.said.data, wrong)
                    raise self._failed(*story.otherwise(self, difference))

    def _excused(self, difference: history.Difference[Guest]) -> bool:
        """Whether that may well be: nothing is promised to its hearer, or he left before it could come, or it was said only to make a
        server in turns go on and waits for its own turn."""
        if difference.hearer.excused or not difference.hearer.link.reading:
            return True
        if difference.kind == "duplicated" and difference.hearer.at_keyboard:
            return True  # a server may print what it receives, and again what it passes on
        unheard = difference.times == 0
        return unheard and (difference.hearer not in self.guests or (self.dialect.turns == "alternate" and difference.said.text == GO_ON))

    # -- the server as a program

    def rests(self, when: str) -> None:
        """The server must be at rest now. Raises CheckFailed if it burns processor time, or has crashed."""
        self.survives(self.burns_nothing(when))

    def burns_nothing(self, when: str) -> str:
        """The server may have ended, but not go round and round. Returns what was expected, in words. Raises CheckFailed."""
        expected = _("сервер ждёт, не занимая процессор: {when}").format(when=when)
        if self.settle(sure=True) is Rest.BUSY:
            raise self._failed(expected, _("какой-то поток непрерывно занимает процессор"))
        return expected

    def survives(self, expected: str) -> None:
        """The server must not have crashed; one for two may end by itself when its talk is over."""
        if self.server.exit_code() not in (None, 0) or (self.server.exit_code() == 0 and self.seats is None):
            raise self._failed(expected, _("сервер больше не работает"))

    def restart(self) -> None:
        """The server is killed with people in the room and started again at once; it must listen on the same port."""
        before = self.server.addresses
        self.server.kill()
        expected = _("сервер снова слушает тот же порт сразу после остановки")
        try:
            self.server.start()
        except NotStarted as failure:
            raise CheckFailed(expected, story.not_again(failure, self.server.output())) from failure
        there = set(before) & set(self.server.addresses)  # of two doors one may open later
        if before[0][1][1] < story.EPHEMERAL and not there:  # a port the kernel chose is a new one each time
            moved = _("теперь он слушает порт {now} вместо {before}")
            raise CheckFailed(expected, moved.format(now=self.server.addresses[0][1][1], before=before[0][1][1]))
        for guest in self.guests:
            guest.link.close(reset=True)
        self.guests.clear()

    def interrupt(self) -> None:
        """Ctrl-C must end the server. Raises CheckFailed if it goes on."""
        if not self.server.interrupt(INTERRUPT_LIMIT):
            expected = _("после Ctrl-C сервер завершается за 2 секунды")
            if self.server.exit_code() is not None:
                raise CheckFailed(expected, _("сам сервер завершился, а запущенные им процессы продолжают работать"))
            raise self._failed(expected, _("сервер продолжает работать"))
