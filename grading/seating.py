"""How two sit down where one of them has the server's own keyboard."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from grading.guests import Guest
from grading.keyboard import NAME, asks_for_name
from grading.messages import _
from grading.server import Server
from grading.verdicts import CheckFailed, NotApplicable

if TYPE_CHECKING:
    from grading.conversation import Conversation


def one_at_the_keyboard(chat: Conversation, comes: str, sits: str) -> list[Guest]:
    """One comes over the network, gives his name if he is asked, and the other sits down at the server.

    Returns: both, whose turn it is to speak first in front. Raises: CheckFailed, Infra.
    """
    guest = chat.connect(comes)
    companion = Guest(chat, sits, chat.server.sit_down(sits))
    chat.guests.append(companion)
    chat.everybody.append(companion)
    chat.note(companion, "connects")
    chat.oracle.enter(companion, companion.address)
    companion.called = name_typed(chat.server)
    chat.settle()
    chat.introduce(guest)
    companion.called = name_typed(chat.server) or companion.called
    if chat.dialect.named_by != "nobody":
        chat.oracle.hear(companion, chat.wire.meant((companion.called or sits).encode(chat.dialect.encoding, errors="replace")))
    chat.settle()
    waits_for_us = chat.dialect.turns == "alternate" and only_reads_keyboard(chat.server)
    return [companion, guest] if waits_for_us else [guest, companion]


def name_typed(server: Server) -> str:
    """Gives the name of whoever sits at the keyboard if the server asks for it there now, and returns it; "" if it does not."""
    if not asks_for_name(server.asked()):
        return NAME if NAME in server.answers else ""
    server.clock.before_acting()
    server.type(NAME + "\n")
    return NAME


def only_reads_keyboard(server: Server) -> bool:
    """Whether a server waits for words at its keyboard and, as far as threads can be seen, for nobody's else."""
    reading = [thread for thread in server.threads() if thread.call in ("read", "recv", "select", "poll", "epoll")]
    return bool(reading) and all(thread.call == "read" and thread.first == 0 for thread in reading)


def over_the_network(*guests: Guest) -> Guest:
    """The first of them who did not sit down at the server's keyboard: he can leave, be cut off, or cut a letter in two."""
    return next(guest for guest in guests if not guest.at_keyboard)


def goes_on(chat: Conversation, guest: Guest) -> None:
    """Whoever stays has not noticed that the other is gone, and goes on talking: the first words still find the closed connection."""
    for _again in range(2):
        if chat.server.exit_code() is None and not guest.link.ended:
            with suppress(CheckFailed):  # the server may well end their talk just now
                guest.says("ты ещё здесь?")
            chat.settle()


def not_from_the_keyboard(guest: Guest) -> None:
    """Raises NotApplicable for who sits at the server's keyboard."""
    if guest.at_keyboard:
        raise NotApplicable(_("собеседник сидит за клавиатурой сервера"))
