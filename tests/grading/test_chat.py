"""What a conversation sends, and how one follows another, without a server."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grading.chat import Chat
from grading.guests import Guest
from grading.server import Server
from grading.stillness import Rest
from grading.verdicts import CheckFailed
from reference.dialect import Dialect


@dataclass
class FakeLink:
    """Keeps what its guest sent, piece by piece."""

    port: int
    sent: list[bytes] = field(default_factory=list)
    inbox: bytearray = field(default_factory=bytearray)
    reading: bool = True
    ended: bool = False
    sock: None = None

    @property
    def local(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def send(self, data: bytes) -> int:
        self.sent.append(data)
        return len(data)

    def drain(self, limit: int) -> None: ...


class FakeServer:
    """Takes guests and is still at once."""

    def __init__(self) -> None:
        self.links: list[FakeLink] = []
        self.clock = SimpleNamespace(settle=lambda *_args, **_more: Rest.STILL, before_acting=lambda: None, known_busy=False)

    def connect(self, name: str, *, reads: bool = True) -> FakeLink:
        self.links.append(FakeLink(50001 + len(self.links)))
        return self.links[-1]

    def exit_code(self) -> None: ...

    def unaccepted(self) -> int:
        return 0

    def output(self) -> str:
        return ""


def chat_with(dialect: Dialect) -> Chat:
    server: Any = FakeServer()
    return Chat(server, dialect, random.Random(1))


def sent_by(guest: Guest) -> list[bytes]:
    link: Any = guest.link
    pieces: list[bytes] = link.sent
    return pieces


@pytest.mark.parametrize(
    "dialect",
    [
        Dialect(framing="lines"),
        Dialect(framing="nul"),
        Dialect(framing="length-decimal-4"),
        Dialect(framing="json-lines", says='{"say": "{text}"}', escaped=False),
        Dialect(framing="json-lines", says='{"say": "{text}"}', escaped=True),
    ],
    ids=["lines", "nul", "length", "json", "escaped"],
)
def test_a_long_text_goes_in_three_pieces_and_no_letter_is_cut(dialect: Dialect) -> None:
    chat = chat_with(dialect)
    boris = chat.connect("Борис")
    text = chat.words.solid(1500)
    said = chat.cut_in_three(boris, text)
    assert (said.author, said.data) == (boris, text.encode())
    pieces = [piece.decode() for piece in sent_by(boris)]
    assert "".join(pieces).encode() == chat.framed(text, boris)
    shares = [len(piece) / sum(map(len, pieces)) for piece in pieces]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.02)
    assert [event.what for event in chat.transcript.events[-5:]] == ["sends", "rests", "sends", "rests", "sends"]


def test_a_text_goes_byte_by_byte_or_in_two_with_a_letter_cut() -> None:
    chat = chat_with(Dialect(framing="lines"))
    boris = chat.connect("Борис")
    amid: list[int] = []
    chat.drip(boris, chat.words.latin(), halfway=lambda: amid.append(len(sent_by(boris))))
    assert [len(piece) for piece in sent_by(boris)] == [1] * 7
    assert amid == [3]
    sent_by(boris).clear()
    chat.cut_in_two(boris, "разрезанное", inside="з")
    first, second = sent_by(boris)
    assert first == "раз".encode()[:-1]
    assert second.startswith("зрезанное".encode()[1:])
    sent_by(boris).clear()
    chat.cut_in_two(boris, "согласен")
    assert sent_by(boris)[0] == "со".encode()


def test_another_conversation_begins_with_another_server_and_nobody_in_it() -> None:
    chat = chat_with(Dialect(named_by="nobody"))
    boris, vera = chat.join("Борис", "Вера")
    vera.link.inbox += boris.says("мне пора").data
    other = FakeServer()
    chat.another = lambda: cast(Server, other)
    chat.begin_anew()
    assert chat.server is cast(Server, other)
    assert chat.clock is chat.server.clock
    assert (chat.guests, chat.everybody, chat.oracle.said, chat.transcript.events) == ([], [], [], [])
    gleb, dasha = chat.join("Глеб", "Даша")
    dasha.link.inbox += gleb.says("мне пора").data
    chat.verify()
    assert len(other.links) == 2


def test_what_was_lost_before_is_not_forgotten() -> None:
    chat = chat_with(Dialect(named_by="nobody"))
    boris, _vera = chat.join("Борис", "Вера")
    boris.says("мне пора")

    def never() -> Server:
        raise AssertionError("no server is needed any more")

    chat.another = never
    with pytest.raises(CheckFailed):
        chat.begin_anew()


def test_who_wakes_reads_and_is_owed_nothing_that_was_dropped() -> None:
    chat = chat_with(Dialect(named_by="nobody"))
    boris, sonya = chat.join("Борис", "Соня")
    sonya.link.reading = False
    boris.says("Соня не читает")
    chat.verify()
    chat.wake(sonya)
    assert sonya.link.reading
    chat.verify()


@pytest.mark.parametrize(("code", "word"), [(None, "сервер продолжает работать"), (-2, "запущенные им процессы")])
def test_who_outlives_ctrl_c_is_named(code: int | None, word: str) -> None:
    server = FakeServer()
    server.interrupt = lambda _limit: False  # type: ignore[attr-defined]
    server.exit_code = lambda: code  # type: ignore[method-assign,assignment]
    chat = Chat(cast("Server", server), Dialect(), random.Random(1))
    with pytest.raises(CheckFailed) as failure:
        chat.interrupt()
    assert word in failure.value.actual
    assert ("завершился по сигналу" in failure.value.actual) is False


@pytest.mark.parametrize(
    ("waiters", "ends", "kept"),
    [
        ((None,), Rest.STILL, False),  # nobody waits for him with a time-out
        (("thread 1", "thread 1"), Rest.STILL, True),
        (("thread 1", "thread 2"), Rest.STILL, False),  # it has moved meanwhile, as one does who asks everybody in turn
        (("thread 1", None), Rest.STILL, False),
        (("thread 1", "thread 1"), Rest.CAME, False),
        (("thread 1", "thread 1"), Rest.LATE, False),  # another thread still runs, or waits for a processor
        (("thread 1", "thread 1"), Rest.BUSY, False),
    ],
)
def test_who_is_silent_keeps_others_waiting_where_the_server_sits_in_one_wait_for_him(
    waiters: tuple[object, ...], ends: Rest, kept: bool
) -> None:
    server: Any = FakeServer()
    seen = list(waiters)
    server.waiter = lambda _link: seen.pop(0)
    chat = Chat(server, Dialect(named_by="nobody"), random.Random(1))
    (boris,) = chat.join("Борис")
    server.clock.settle = lambda *_args, **_more: ends
    assert chat.kept_waiting(boris, lambda: False) is kept
