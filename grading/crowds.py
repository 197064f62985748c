"""Many guests at once, and one who does not read: scenarios with them, without thirty waits where one will do."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from grading.chat import BURST_WIDTH, Chat
from grading.guests import Guest
from grading.messages import N_, _
from grading.stillness import Rest
from grading.story import why_not
from grading.verdicts import CheckFailed, NotApplicable
from grading.wire import is_framed
from grading.words import Vocabulary

MESSAGE: Final = 1024
"""Bytes of one message that is only to fill buffers: a divisor of every usual buffer size, as BURST_WIDTH of a burst."""
AT_ONCE: Final = 4
MOST_ROUNDS: Final = 64
"""Rounds of so many messages, 256 KB in all: the kernel keeps 12 to 25 KB for a guest who connected with `reads=False`."""
BLIND_ROUNDS: Final = 16
"""The same where it cannot be seen how full they are."""
PROBES: Final = 12
"""Messages after which it is known whether a time-out has to wake a server: of one that asks three guests and its door in turn, one in
three comes at once."""
MARGIN: Final = 32
"""Messages said when nothing more fits: the kernel tidies its buffers up after a while, and then a little more does."""
QUEUED: Final = 1100
"""Short messages said to a server that can write no more: then a queue of at most 10, 100 or 1000 is full, and put() waits."""
PORTION: Final = 50
"""So many of them at a time; two hundred quick messages every server must bear."""
QUEUED_WIDTH: Final = 16
"""Bytes of one of them: as few as keep their numbers apart."""
_GUEST: Final = N_("Гость")


def gather(chat: Chat, count: int) -> list[Guest]:
    """So many newcomers come into the room, as many at a time as the server's listen() leaves room for.

    Where a newcomer is announced, names are given one after another all the same: a server whose threads announce two people at the same
    moment may fail once in ten runs, and its report must not depend on luck.

    Raises: NotApplicable for a server that burns processor time: each guest may make it worse, and waiting for thirty would take minutes.
    """
    if chat.clock.known_busy or (chat.clock.suspected_busy and chat.settle(sure=True) is Rest.BUSY):
        slow = _("сервер занят бесконечным циклом, и толпу гостей он обслуживал бы несколько минут")
        raise NotApplicable(slow, because_of=("no-busy-loop",))
    announced, nameless = bool(chat.dialect.joined), chat.dialect.named_by == "nobody"
    came: list[Guest] = []
    while len(came) < count:
        inside = list(chat.guests)
        at_once = 1 if announced and nameless else min(count - len(came), chat.server.door())
        with _noticed(chat, inside if announced and nameless else []):
            batch = [chat.arrive(f"{_GUEST} {len(came) + number}") for number in range(1, at_once + 1)]
        for guest in batch:
            if announced and not nameless:
                with _noticed(chat, inside):
                    chat.give_name(guest)
                inside.append(guest)
            else:
                chat.give_name(guest)
        if not nameless:
            chat.settle()
        came += batch
    return came


def scatter(chat: Chat, guests: Iterable[Guest]) -> None:
    """They all leave, every other one by a reset; one after another where that is announced."""
    for number, guest in enumerate(list(guests)):
        if chat.dialect.left:
            with _noticed(chat, [other for other in chat.guests if other is not guest]):
                chat.go(guest, reset=bool(number % 2))
        else:
            chat.go(guest, reset=bool(number % 2))
    chat.settle()


@contextmanager
def _noticed(chat: Chat, hearers: Sequence[Guest]) -> Iterator[None]:
    """What is done inside reaches each of these as something new; where it does not, or there are none, nothing more comes in the end."""
    before = [(guest.link.inbox, len(guest.link.inbox)) for guest in hearers]
    yield
    if not hearers or not chat.soon(lambda: all(len(inbox) > length for inbox, length in before)):
        chat.settle()


def must_be_woken(chat: Chat, author: Guest, hearer: Guest) -> bool:
    """Whether a time-out has to wake the server before it passes anything on. One that asks its guests in turn may just be asking the one
    who speaks, so `author` says something PROBES times; it was no conversation."""
    filler = _Filler(chat, author)
    for _again in range(PROBES if any(thread.timed for thread in chat.server.threads()) else 0):
        if not filler.is_heard(hearer) or chat.clock.timers_matter:
            return chat.clock.timers_matter
    return False


def clog(chat: Chat, author: Guest, hearer: Guest, sleeper: Guest) -> list[bytes]:
    """`author` talks until the server can write no more to `sleeper`, who does not read. Returns the texts he said.

    It is over as well when that is the server's own business (it dropped him, or keeps his messages itself), and when `hearer` gets nothing
    any more. What the others have received is taken: it was no conversation.
    """
    filler = _Filler(chat, author)
    _fill(filler, hearer, sleeper)
    chat.settle()
    for guest in (author, hearer):
        guest.forget()
    return filler.said


class _Filler:
    """Somebody who says things nobody is to listen to, as many as it takes. How many that are depends on the machine, so his words come
    from dice of their own: what is said afterwards is the same every time.

    Attributes:
        said: his texts, as they are to arrive.
    """

    def __init__(self, chat: Chat, author: Guest) -> None:
        self.chat, self._author = chat, author
        self._words = Vocabulary(random.Random(chat.words.nonsense()))
        self.said: list[bytes] = []

    def is_heard(self, hearer: Guest) -> bool:
        """Says a few words, and waits until they have come to `hearer`, or nothing more comes."""
        (text,) = self._words.burst(1, BURST_WIDTH)
        data = text.encode(self.chat.dialect.encoding, errors="replace")
        self.chat.fill(self._author, self._framed(text))
        return self.chat.comes(lambda: data in hearer.link.inbox)

    def says(self, count: int) -> None:
        """So many messages of MESSAGE bytes, in one send. Most of each is dots: dice for all of it would take longer than the server."""
        dots = "." * (MESSAGE - len(self._framed("")) - BURST_WIDTH)
        texts = [text + dots for text in self._words.burst(count, BURST_WIDTH)]
        self.chat.fill(self._author, b"".join(map(self._framed, texts)))
        self.said += [text.encode(self.chat.dialect.encoding, errors="replace") for text in texts]

    def queues(self, hearer: Guest) -> None:
        """Says QUEUED short messages. Nobody is asked for them later: it is their number that fills a queue, though not that of `hearer`,
        who reads: a server may drop somebody whose queue is full, so he is given the time to take what is in his.

        Where messages have no frames, the server takes many of them for one, and their number says nothing.
        """
        if not is_framed(self.chat.dialect.framing):
            return
        texts = self._words.burst(QUEUED, QUEUED_WIDTH)
        for begin in range(0, QUEUED, PORTION):
            self._says_in_one(texts[begin : begin + PORTION], hearer)

    def _says_in_one(self, texts: Sequence[str], hearer: Guest) -> None:
        """By one send; it is over when the last has come to `hearer`, or nothing more does."""
        self.chat.fill(self._author, b"".join(map(self._framed, texts)))
        last = texts[-1].encode(self.chat.dialect.encoding, errors="replace")
        if not self.chat.soon(lambda: last in hearer.link.inbox):
            self.chat.settle()

    def _framed(self, text: str) -> bytes:
        """As its author sends it, whose name may stand in each message."""
        return self.chat.framed(text, self._author)

    def still_heard(self, hearer: Guest) -> bool:
        """Says AT_ONCE more. Whether anything at all of it comes to `hearer`."""
        taken = len(hearer.link.inbox)
        self.says(AT_ONCE)
        if not self.chat.soon(lambda: len(hearer.link.inbox) >= taken + AT_ONCE * MESSAGE):
            self.chat.settle()
        return len(hearer.link.inbox) > taken


def _fill(filler: _Filler, hearer: Guest, sleeper: Guest) -> None:
    chat = filler.chat
    written, full = chat.server.written(sleeper.link), False
    blind = written is None  # it cannot be seen; so more is said than there is room for
    for _again in range(BLIND_ROUNDS if blind else MOST_ROUNDS):
        if not filler.still_heard(hearer):
            filler.says(MARGIN)
            return
        if blind:
            continue
        before, was_full, written = written, full, chat.server.written(sleeper.link)
        if written == before and not was_full:  # it may be late
            chat.settle()
            written = chat.server.written(sleeper.link)
        full = written == before
        if written is None:
            return
        if full and was_full:
            break
    filler.queues(hearer)


def catches_up(chat: Chat, author: Guest, sleeper: Guest, meanwhile: Sequence[bytes]) -> None:
    """`sleeper` begins to read again. A server may have hung up on him, struck him off, and dropped what was said `meanwhile`, in part or
    whole; but what it has kept for him must come now by itself, and not only when `author` speaks. Raises CheckFailed, Infra.
    """
    chat.wake(sleeper)
    if chat.settle() is Rest.BUSY:
        chat.settle(sure=True)
    came, sure = _whole(sleeper, meanwhile), _only_guests_wake(chat)
    chat.reaches(sleeper, author.says("мы тебя ждали"))
    if sure and not sleeper.link.ended and _whole(sleeper, meanwhile) > came:
        words = {"guest": sleeper, "author": author}
        expected = _("{guest} снова читает, и всё, что сервер не смог отправить раньше, приходит само").format(**words)
        raise CheckFailed(expected, why_not(chat, _("оно пришло только после того, как заговорил {author}").format(**words)))


def _whole(guest: Guest, texts: Iterable[bytes]) -> int:
    heard = bytes(guest.heard)
    return sum(text in heard for text in texts)


def _only_guests_wake(chat: Chat) -> bool:
    """Whether nothing more comes, though threads may spin, and no timer of the server will make it go on."""
    threads = chat.server.threads()
    return chat.rested and bool(threads) and not any(thread.timed for thread in threads)
