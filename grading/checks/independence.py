"""Nobody has to wait for anybody else."""

from __future__ import annotations

from grading.chat import Chat
from grading.plugin import check


@check("silent-newcomer", needs="three-users-hear")
def test_a_silent_newcomer_delays_nobody(chat: Chat) -> None:
    """Молчащий новичок не задерживает остальных."""
    chat.connect()  # подключился и молчит
    boris, vera = chat.join("Борис", "Вера")
    boris.says("есть кто?")
    vera.hears("есть кто?", by=boris)
