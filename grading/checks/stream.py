"""TCP is a stream of bytes: long, quick and cut messages arrive as they were said."""

from __future__ import annotations

import codecs
import itertools
from typing import Final

from grading.chat import Chat
from grading.guests import Guest
from grading.messages import _
from grading.oracle import Said, label_before
from grading.plugin import check
from grading.verdicts import CheckFailed, NotApplicable
from grading.words import Unique

EMOJI: Final = "😀🎉👩‍🚀 ѣ 𐍈 𠜎"
"""Four bytes of UTF-8 in most of them; one emoji is three characters in a row, and one letter has two bytes and is rare."""
NO_TEXT: Final = b"\xff\xfe\xfa"
"""Bytes that begin no character of UTF-8; as many as _PLACE has letters, so that a length before them stays true."""
_PLACE: Final = "???"
QUICK: Final = 200
AT_ONCE: Final = 20
"""So many of them lie side by side for certain when the server reads; 640 bytes, less than a usual recv takes."""


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
    with chat.server.frozen():  # as when it is busy: however quick it is, it finds these all at once
        at_once = chat.burst(boris, AT_ONCE)
    chat.hears_burst(vera, at_once + chat.burst(boris, QUICK - AT_ONCE))


@check("long-message", needs="two-users-exchange")
def test_a_long_message_arrives_whole(chat: Chat) -> None:
    """Сообщение в 3000 байт кириллицы доходит целиком, без вставок внутри."""
    boris, vera = _arrives_whole(chat, chat.words.solid(1500))
    if chat.framed_both_ways and chat.dialect.transport == "tcp":
        vera.says("слышу")  # also gives the turn back where two speak in turns
        boris.hears("слышу", by=vera)
        text = chat.words.solid(1500)
        chat.cut_in_three(boris, text)
        vera.hears(text, by=boris)


@check("odd-boundary", needs="two-users-exchange")
def test_a_letter_across_the_buffer_boundary(chat: Chat) -> None:
    """Буква, попавшая на границу 1024 байт, доходит неповреждённой."""
    _arrives_whole(chat, chat.words.solid(701, before="!"))


@check("split-character", needs="two-users-exchange", variants="multi-user select two-user")
def test_a_character_cut_between_two_sends(chat: Chat) -> None:
    """Буква, разрезанная между двумя отправками, никому не вредит."""
    boris, vera = chat.join("Борис", "Вера")

    def speaks() -> None:
        vera.says("моё слово целое")
        boris.hears("моё слово целое", by=vera)

    # another may speak meanwhile, whom a half letter kept for all would hurt; not where the echo of her words would come between the halves
    apart = chat.dialect.turns == "free" and (chat.framed_both_ways or not chat.dialect.echo)
    chat.cut_in_two(boris, "разрезанное слово", inside="з", halfway=speaks if apart else lambda: None)
    chat.settle()
    if chat.passes_pieces_on:
        vera.hears("разрезанное слово", by=boris)
    boris.says("а я ещё здесь")
    vera.hears("а я ещё здесь", by=boris)
    vera.says("и я")
    boris.hears("и я", by=vera)


@check("dripped-message", needs="two-users-exchange", variants="multi-user select two-user")
def test_a_message_sent_byte_by_byte(chat: Chat) -> None:
    """Сообщение, отправленное по одному байту, доходит одним сообщением."""
    _only_where_framed(chat)
    boris, vera = chat.join("Борис", "Вера")
    text = chat.words.latin()

    def answers() -> None:
        vera.says("слышу")
        boris.hears("слышу", by=vera)

    chat.drip(boris, text, halfway=answers if chat.dialect.turns == "free" else lambda: None)
    vera.hears(text, by=boris)
    answers()


@check("glued-messages", needs="two-users-exchange", variants="multi-user select two-user")
def test_two_messages_in_one_send(chat: Chat) -> None:
    """Два сообщения, отправленные вместе, доходят как два."""
    _only_where_framed(chat)
    boris, vera = chat.join("Борис", "Вера")
    apart: list[Said[Guest]] = []
    for text in ("это раз", "это два"):
        apart.append(boris.says(text))
        vera.hears(text, by=boris)
        vera.says("слышу")  # also gives the turn back where two speak in turns
        boris.hears("слышу", by=vera)
    together = chat.glue(boris, "это три", "это четыре")
    vera.hears("это три", by=boris)
    vera.says("слышу")
    boris.hears("слышу", by=vera)
    vera.hears("это четыре", by=boris)
    _come_as_two(chat, bytes(vera.heard), apart, together)


def _come_as_two(chat: Chat, stream: bytes, apart: list[Said[Guest]], together: list[Said[Guest]]) -> None:
    """What separates two messages said one after the other must separate them also if they were sent together: a newline, or the label
    where a server puts no newline. Where it puts nothing between them, nothing can be told.

    What stands before the second is looked at, from the end of the text before it: that may be the hearer's own, which comes back. Where
    texts come in another order, that is another fault, and found by itself.
    """
    usual, found = (label_before(stream, two[1], chat.oracle.said) for two in (apart, together))
    if (usual and not found) or ("\n" in usual and "\n" not in found) or ("\n" not in usual and usual.strip() and not found.strip()):
        came = f"{together[0].data.decode(errors='replace')}{found}{together[1].data.decode(errors='replace')}"
        expected = _("два сообщения, отправленные одним send(), приходят по отдельности")
        raise CheckFailed(expected, _("пришло одно: «{text}»").format(text=came))


@check("four-byte-characters", needs="two-users-exchange")
def test_emoji_arrive(chat: Chat) -> None:
    """Эмодзи и редкие буквы доходят как есть."""
    if codecs.lookup(chat.dialect.encoding).name != "utf-8":
        raise NotApplicable(_("в кодировке этого чата эмодзи нет"))
    boris, vera = chat.join("Борис", "Вера")
    boris.says(EMOJI)
    vera.hears(EMOJI, by=boris)
    vera.says("красиво")
    boris.hears("красиво", by=vera)


@check("invalid-bytes", needs="two-users-exchange")
def test_bytes_that_are_no_text(chat: Chat) -> None:
    """Байты, которые не складываются в UTF-8, не мешают остальным."""
    boris, vera = chat.join("Борис", "Вера")
    others = [vera] if chat.seats == 2 else [vera, *chat.join("Глеб")]
    boris.excused = True  # he may be put out for it, or not be heard any more
    boris.sends(chat.framed(_PLACE, boris).replace(_PLACE.encode(), NO_TEXT))
    chat.settle()
    chat.survives(_("сервер работает и после байтов, которые не складываются в UTF-8"))
    for author, hearer in itertools.permutations(others, 2):
        author.says("мы тут ни при чём")
        hearer.hears("мы тут ни при чём", by=author)


@check("empty-message", needs="two-users-exchange")
def test_an_empty_message(chat: Chat) -> None:
    """Пустая строка и одни пробелы никому не вредят, и тому, кто их послал, тоже."""
    boris, vera = chat.join("Борис", "Вера")
    whole = chat.framed_both_ways or chat.dialect.transport == "udp"  # a datagram is a message, also one of no bytes: Enter pressed at once
    for empty in ("", "   ") if whole else ("   ", "\n"):
        boris.sends(chat.framed(empty, boris))
        chat.settle()
    boris.says("а я ещё здесь")
    vera.hears("а я ещё здесь", by=boris)
    if chat.dialect.turns == "free":  # in turns, whose turn it is now depends on whether an empty message counts
        vera.says("и я")
        boris.hears("и я", by=vera)


def _only_where_framed(chat: Chat) -> None:
    if chat.dialect.framing == "json":  # most servers of this kind expect one object a recv; who loses quick ones is found by order-kept
        raise NotApplicable(_("объекты JSON идут здесь без разделителя; склеенные видны в проверке быстрых сообщений"))
    if not chat.framed_both_ways:
        raise NotApplicable(_("границ между сообщениями в этом чате нет"))


def _arrives_whole(chat: Chat, text: Unique) -> tuple[Guest, Guest]:
    boris, vera = chat.join("Борис", "Вера")
    boris.says(text)
    vera.hears(text, by=boris)
    return boris, vera
