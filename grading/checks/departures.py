"""Guests go, politely or not; the others stay."""

from __future__ import annotations

from collections.abc import Callable

from grading.chat import Chat
from grading.guests import Guest
from grading.plugin import check


@check("leave-quietly", needs="two-users-exchange")
def test_one_leaves_the_others_go_on(chat: Chat) -> None:
    """Один выходит из чата, остальные продолжают разговор."""
    _others_go_on(chat, Guest.leaves)


@check("leave-abruptly", needs="two-users-exchange")
def test_one_is_cut_off_the_others_go_on(chat: Chat) -> None:
    """У одного обрывается связь, остальные продолжают разговор."""
    _others_go_on(chat, Guest.vanishes)


def _others_go_on(chat: Chat, go: Callable[[Guest], None]) -> None:
    if chat.seats == 2:
        boris, vera = chat.join("Борис", "Вера")
        boris.says("мне пора")
        vera.hears("мне пора", by=boris)
        go(boris)
        chat.rests("собеседник ушёл")
        return
    boris, vera, gleb = chat.join("Борис", "Вера", "Глеб")
    boris.says("мне пора")
    vera.hears("мне пора", by=boris)
    gleb.hears("мне пора", by=boris)
    go(boris)
    for author, hearer in ((vera, gleb), (gleb, vera), (vera, gleb)):
        author.says("остались мы вдвоём")
        hearer.hears("остались мы вдвоём", by=author)
        chat.settle()  # what the message did to the server takes effect before the next one
