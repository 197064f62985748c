"""What is told to the student: of a conversation written down, without a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from grading import story
from grading.guests import Guest
from grading.history import Difference
from grading.oracle import Oracle, Said
from grading.running import NotStarted
from grading.transcript import Transcript
from grading.verdicts import CheckFailed
from reference.dialect import KNOWN, Dialect


@dataclass
class Link:
    """A guest's end with what he received."""

    local: tuple[str, int]
    inbox: bytearray = field(default_factory=bytearray)
    ended: bool = False


class Chat:
    """As much of a Chat as a story needs."""

    def __init__(self, author: str = "server") -> None:
        dialect = Dialect(named_by="nobody", author=author)  # type: ignore[arg-type]
        self.dialect, self.oracle = dialect, Oracle[Guest](KNOWN["raw"])
        self.guests: list[Guest] = []
        self.everybody: list[Guest] = []
        self.notice = ""
        self.transcript = Transcript()
        self.clock = SimpleNamespace(known_busy=False)
        self.code: int | None = None
        self.printed = ""
        self.queue = 0
        self.server = SimpleNamespace(exit_code=lambda: self.code, output=lambda: self.printed, unaccepted=lambda: self.queue)
        self.server.flooded = False

    def join(self, name: str, called: str) -> Guest:
        guest = Guest(self, name, Link(("127.0.0.1", 50001 + len(self.guests))))  # type: ignore[arg-type]
        guest.called = called
        self.guests.append(guest)
        self.everybody.append(guest)
        self.oracle.enter(guest, guest.address)
        return guest

    def part(self, guest: Guest, *, reset: bool) -> None:
        self.guests.remove(guest)
        for hearer in self.guests:
            came(hearer, self.notice)

    def says(self, author: Guest, text: str) -> Said[Guest]:
        return self.oracle.say(author, text, text.encode(), text.encode())


def came(guest: Guest, stream: str | bytes) -> None:
    guest.link.inbox += stream if isinstance(stream, bytes) else stream.encode()


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def boris(chat: Chat) -> Guest:
    return chat.join("Борис", "Borisva")


@pytest.fixture
def vera(chat: Chat, boris: Guest) -> Guest:
    return chat.join("Вера", "Veralo")


# -- texts in a sentence


def test_a_short_text_is_told_whole_and_a_long_one_with_its_size(chat: Chat, boris: Guest) -> None:
    def told(said: Said[Guest]) -> str:
        return story.short(chat, said)  # type: ignore[arg-type]

    assert told(chat.says(boris, "привет")) == "привет"
    assert told(chat.says(boris, "д" * 81)) == "д" * 50 + "… (162 байта)"
    assert told(Said(boris, "", b"\xd0")) == "\ufffd"
    chat.dialect = replace(chat.dialect, encoding="cp1251")
    assert told(Said(boris, "", "привет".encode("cp1251"))) == "привет"


# -- what came instead


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        ("", "Вера не слышит ничего"),
        ("как дела?", "Вера не слышит ничего"),  # what was said before is no news
        ("ПРИВЕТ ГАБИЛО", "пришло «ПРИВЕТ ГАБИЛО»"),
        ("Borisva: как дела?ошибка", "пришло «ошибка»"),
        ("привегабило", "пришло не целиком: первые 10 байт из 25 верны, дальше «габило»"),
        ("привет га", "пришло не целиком: первые 17 байт из 25 верны, дальше ничего"),
        ("приветBorisva: габило", "пришло не целиком: первые 12 байт из 25 верны, дальше «Borisva: габило»"),
        ("при", "пришло «при»"),  # too little to be a piece of it for certain
        ("Borisva: ПРИВЕТ ГАБИЛО\n", "пришло «Borisva: ПРИВЕТ ГАБИЛО»"),  # the server's own newline ends nothing
    ],
)
def test_what_came_instead_of_a_text(chat: Chat, boris: Guest, vera: Guest, stream: str, told: str) -> None:
    chat.says(boris, "как дела?")
    said = chat.says(boris, "привет габило")
    came(vera, stream)
    assert story.missing(chat, vera, said) == told


def test_of_a_long_stream_only_the_end_is_told(chat: Chat, boris: Guest, vera: Guest) -> None:
    said = chat.says(boris, "привет габило")
    came(vera, "ъ" * 500 + "конец")
    told = story.missing(chat, vera, said)
    assert told == "пришло «" + ("ъ" * 500 + "конец")[-160:] + "»"


def test_a_text_that_begins_alike_is_not_taken_for_a_piece(chat: Chat, boris: Guest, vera: Guest) -> None:
    chat.says(boris, "слышно меня? габило")
    second = chat.says(boris, "слышно меня? зелама")
    came(vera, "слышно меня? габило")
    assert story.missing(chat, vera, second) == "Вера не слышит ничего"


# -- what the Room would have done otherwise


@pytest.mark.parametrize(
    ("difference", "told"),
    [
        (("lost", 0), ("Вера один раз слышит, что говорит Борис: «привет»", "Вера не слышит ничего")),
        (("duplicated", 5), ("Вера один раз слышит, что говорит Борис: «привет»", "сообщение пришло не один раз, а 5")),
        (("reordered", 1), ("сообщения, которые шлёт Борис, приходят по порядку", "у гостя Вера порядок нарушен на «привет»")),
    ],
)
def test_each_difference_in_words(chat: Chat, boris: Guest, vera: Guest, difference: tuple[str, int], told: tuple[str, str]) -> None:
    said = chat.says(boris, "привет")
    kind, times = difference
    assert story.otherwise(chat, Difference(kind, vera, said, times)) == told


# -- what else is wrong with the server

TRACE = 'Traceback (most recent call last):\n  File "/lab/server.py", line 3, in <module>\nValueError: плохо\n'


def test_of_a_server_in_order_nothing_is_added(chat: Chat, boris: Guest) -> None:
    assert story.why_not(chat, "тихо") == "тихо"
    chat.code, chat.server.flooded = -9, True
    assert "по сигналу 9 (напечатано больше 64 МиБ" in story.why_not(chat, "тихо")


@pytest.mark.parametrize(
    ("code", "printed", "told"),
    [
        (0, "", "тихо; сервер завершился с кодом 0"),
        (-9, "", "тихо; сервер завершился по сигналу 9"),
        (1, TRACE, "тихо; сервер завершился с кодом 1; последняя ошибка сервера: ValueError: плохо"),
        (None, TRACE, "тихо; последняя ошибка сервера: ValueError: плохо"),
        (None, TRACE + "Traceback (most recent call last):\nsocket.timeout\nConnectionResetError: [Errno 104]\nещё\n",
         "тихо; последняя ошибка сервера: ConnectionResetError: [Errno 104]"),
        (None, "json.decoder.JSONDecodeError: раз\n", "тихо"),  # no traceback: the student printed that himself
        (None, "Traceback (most recent call last):\nбез конца", "тихо"),
    ],
)  # fmt: skip
def test_an_end_and_a_traceback_are_told(chat: Chat, boris: Guest, code: int | None, printed: str, told: str) -> None:
    chat.code, chat.printed = code, printed
    assert story.why_not(chat, "тихо") == told


def test_hangups_loops_and_queues_are_told_together(chat: Chat, boris: Guest, vera: Guest) -> None:
    boris.link.ended = vera.link.ended = True
    chat.clock.known_busy, chat.queue = True, 2
    told = "тихо; сервер закрыл соединение: Борис, Вера; сервер занят бесконечным циклом; ждут, пока сервер вызовет accept: 2"
    assert story.why_not(chat, "тихо") == told


def test_an_error_in_the_output_is_cut(chat: Chat, boris: Guest) -> None:
    chat.printed = "Traceback (most recent call last):\nValueError: " + "ъ" * 199
    assert len(story.why_not(chat, "")) < 260


def test_a_very_long_error_is_cut_and_told(chat: Chat, boris: Guest) -> None:
    chat.printed = "Traceback (most recent call last):\nValueError: " + "ъ" * 500
    assert "последняя ошибка сервера: ValueError: ъъъ" in story.why_not(chat, "тихо")


@pytest.mark.parametrize(
    ("failure", "printed", "told"),
    [
        (NotStarted("exited", 1), TRACE, "второй запуск завершился с кодом 1; последняя ошибка сервера: ValueError: плохо"),
        (NotStarted("exited", 0), "", "второй запуск завершился с кодом 0"),
        (NotStarted("exited", -6), "раз\nдва\n", "второй запуск завершился по сигналу 6; последнее, что он напечатал: два"),
        (NotStarted("silent"), "", "второй запуск порт не слушает"),
    ],
)
def test_why_it_did_not_start_again(failure: NotStarted, printed: str, told: str) -> None:
    assert story.not_again(failure, printed) == told


# -- who spoke


class Room:
    """Three who heard each other, each text with the label a student's server might put before it."""

    def __init__(self, author: str, count: int = 3) -> None:
        self.chat = Chat(author)
        names = [("Борис", "Borisva"), ("Вера", "Veralo"), ("Глеб", "Glebmi")][:count]
        self.guests = [self.chat.join(*name) for name in names]
        self.turn = 0

    def talk(self, label: str) -> None:
        """Everybody says two things, labelled with names, ports or numbers of the author, the hearer, the last joiner."""
        for _ in range(2):
            for index, author in enumerate(self.guests, 1):
                self.turn += 1
                said = self.chat.says(author, f"текст {self.turn}.")
                for hearer in self.guests:
                    if hearer is not author:
                        stamp = label.format(
                            author=author.called, hearer=hearer.called, last=self.guests[-1].called,
                            port=author.address[1], his=hearer.address[1], n=self.turn, i=index,
                        )  # fmt: skip
                        came(hearer, f"{stamp}{said.text}\n")

    def judged(self, judge: Callable[..., None] = story.author_shown) -> str:
        """ "" if everybody can tell who spoke; else what is shown instead."""
        try:
            judge(self.chat)
        except CheckFailed as failure:
            return failure.actual
        return ""


@pytest.mark.parametrize(
    "label",
    [
        "{author}: ",
        "[12:30] <{author}> ",
        "От: {author}, кому: всем. ",
        "({hearer}, вам пишет {author}) ",
        "{n}. 127.0.0.1:{port} {author}: ",
    ],
)
def test_the_authors_own_name_is_right(label: str) -> None:
    room = Room("server")
    room.talk(label)
    assert room.judged() == ""


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("{hearer}: ", "перед сообщением стоит «Borisva:»"),
        ("{last}: ", "перед сообщением стоит «Glebmi:»"),
        ("{author}, {hearer}: ", "перед сообщением стоит «Veralo, Borisva:»"),
        ("", "перед сообщением стоит «»"),
        ("Кто-то: ", "перед сообщением стоит «Кто-то:»"),
    ],
)
def test_any_other_name_is_wrong(label: str, shown: str) -> None:
    room = Room("server")
    room.talk(label)
    assert shown in room.judged()


def test_a_notice_before_the_label_hides_no_author() -> None:
    room = Room("server")
    boris, vera, gleb = room.guests
    said = room.chat.says(boris, "привет.")
    came(vera, "Glebmi вошёл\nBorisva: " + said.text)
    assert room.judged() == ""
    came(gleb, "Borisva пишет\nVeralo: " + said.text)
    assert room.judged() == "перед сообщением стоит «Veralo:»"


def test_a_name_after_the_text_counts_where_the_server_puts_it_there() -> None:
    room = Room("server")
    room.chat.dialect = replace(room.chat.dialect, relay='{"text": "{text}", "author": "{name}"}')
    boris, vera, gleb = room.guests
    first, second = room.chat.says(boris, "раз."), room.chat.says(gleb, "два.")
    for said, author in ((first, "Borisva"), (second, "Glebmi")):
        came(vera, f'{{"text": "{said.text}", "author": "{author}"}}\n{{"info": "Veralo вошёл"}}\n')
    assert room.judged() == ""
    came(gleb, f'{{"text": "{first.text}", "author": "Veralo"}}\n')
    assert "Veralo" in room.judged()


def test_one_wrong_label_is_enough() -> None:
    room = Room("server")
    room.talk("{author}: ")
    said = room.chat.says(room.guests[0], "а теперь?")
    came(room.guests[1], f"Glebmi: {said.text}")
    assert room.judged() == "перед сообщением стоит «Glebmi:»"


@pytest.mark.parametrize("label", ["{author}: ", "", "Кто-то: "])
def test_a_label_may_name_nobody(label: str) -> None:
    room = Room("server")
    room.talk(label)
    assert room.judged(story.nobody_misnamed) == ""


@pytest.mark.parametrize("label", ["{last}: ", "{hearer}: ", "{author}, {hearer}: "])
def test_a_label_may_not_name_another(label: str) -> None:
    room = Room("server")
    room.talk(label)
    assert "перед сообщением стоит" in room.judged(story.nobody_misnamed)


@pytest.mark.parametrize(
    "label",
    [
        "('127.0.0.1', {port}): ",
        "127.0.0.1:{port}> ",
        "Клиент {i}: ",
        "[12:30:0{n}] #{i} ",
        "{port}, сообщение {n}: ",
    ],
)
@pytest.mark.parametrize("count", [2, 3])
def test_a_mark_that_is_the_authors_alone_is_right(label: str, count: int) -> None:
    room = Room("label", count)
    room.talk(label)
    assert room.judged() == ""


@pytest.mark.parametrize(
    "label",
    [
        "Сообщение: ",  # constant
        "",
        "#{n}: ",  # counts the messages, whoever sent them
        "[12:30:0{n}] ",
        "{his}: ",  # the hearer's own
        "127.0.0.1:{his} ",
    ],
)
def test_a_mark_that_others_have_too_is_wrong(label: str) -> None:
    room = Room("label")
    room.talk(label)
    assert "не отличает его от других" in room.judged()


@pytest.mark.parametrize("label", ["{his}: ", "('127.0.0.1', {his}): ", "127.0.0.1:{his}: "])
def test_of_two_the_hearers_own_address_is_no_mark_of_the_other(label: str) -> None:
    room = Room("label", 2)
    room.talk(label)
    assert "не отличает его от других" in room.judged()


# -- whose leaving is announced


@pytest.mark.parametrize("notice", ["", "кто-то вышел", "Veralo вышел", "Veralo ушла, остались: Borisva, Glebmi"])
def test_a_notice_names_the_one_who_leaves_or_nobody(chat: Chat, vera: Guest, notice: str) -> None:
    came(chat.join("Глеб", "Glebmi"), "Borisva вошёл")
    chat.notice = notice
    story.departure_shown(chat, vera)  # type: ignore[arg-type]


@pytest.mark.parametrize("named", ["Borisva", "Glebmi"])
def test_a_notice_that_names_another_is_wrong_also_if_he_has_left_before(chat: Chat, boris: Guest, vera: Guest, named: str) -> None:
    gleb = chat.join("Глеб", "Glebmi")
    story.departure_shown(chat, gleb)  # type: ignore[arg-type]
    chat.notice = f"{named} вышел"
    with pytest.raises(CheckFailed) as failure:
        story.departure_shown(chat, vera)  # type: ignore[arg-type]
    assert (failure.value.expected, failure.value.actual) == ("Борис узнаёт, что уходит Veralo", f"сервер сообщил: «{named} вышел»")


def test_the_name_of_one_who_has_left_is_the_wrong_name(chat: Chat, boris: Guest, vera: Guest) -> None:
    gleb = chat.join("Глеб", "Glebmi")
    chat.part(vera, reset=False)
    came(boris, "Veralo: " + chat.says(gleb, "привет").text)
    for judge in (story.author_shown, story.nobody_misnamed):
        with pytest.raises(CheckFailed):
            judge(chat)  # type: ignore[arg-type]
