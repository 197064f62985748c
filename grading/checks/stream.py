"""TCP is a stream of bytes: long, quick and cut messages arrive as they were said."""

from __future__ import annotations

from grading.chat import Chat
from grading.plugin import check
from grading.words import Unique


@check("order-kept", needs="two-users-exchange")
def test_quick_messages_keep_their_order(chat: Chat) -> None:
    """Двести быстрых сообщений одного автора доходят все и по порядку."""
    boris, vera = chat.join("Борис", "Вера")
    if chat.dialect.turns == "alternate":
        for _ in range(20):
            boris.says("теперь ты")
            vera.hears("теперь ты", by=boris)
            vera.says("нет, ты")
            boris.hears("нет, ты", by=vera)
        return
    chat.hears_burst(vera, chat.burst(boris, 200))


@check("long-message", needs="two-users-exchange")
def test_a_long_message_arrives_whole(chat: Chat) -> None:
    """Сообщение в 3000 байт кириллицы доходит целиком, без вставок внутри."""
    _arrives_whole(chat, chat.words.solid(1500))


@check("odd-boundary", needs="two-users-exchange")
def test_a_letter_across_the_buffer_boundary(chat: Chat) -> None:
    """Буква, попавшая на границу 1024 байт, доходит неповреждённой."""
    _arrives_whole(chat, chat.words.solid(701, before="!"))


@check("split-character", needs="two-users-exchange")
def test_a_character_cut_between_two_sends(chat: Chat) -> None:
    """Буква, разрезанная между двумя отправками, никому не вредит."""
    boris, vera = chat.join("Борис", "Вера")
    chat.cut_in_two(boris, "разрезанное слово", inside="з")
    chat.settle()
    if chat.passes_pieces_on:
        vera.hears("разрезанное слово", by=boris)
    boris.says("а я ещё здесь")
    vera.hears("а я ещё здесь", by=boris)
    vera.says("и я")
    boris.hears("и я", by=vera)


def _arrives_whole(chat: Chat, text: Unique) -> None:
    boris, vera = chat.join("Борис", "Вера")
    boris.says(text)
    vera.hears(text, by=boris)
