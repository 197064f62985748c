"""The client's thinking in literal transcripts, and one contract for all three clients: a keyboard, a server, and nothing slept."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from queue import Queue
from threading import Thread

import pytest

from reference.__main__ import CLIENTS
from reference.clients.talk import Talk
from reference.dialect import KNOWN, Dialect

DEADLINE = 10.0  # seconds
LINES = KNOWN["lines"]
PROMPT = f"{LINES.prompt}\n".encode()


# -- talk


def test_our_name_answers_the_question_and_typed_lines_wait_for_the_welcome() -> None:
    talk = Talk(KNOWN["prompt"], "Анна")
    assert talk.begin() == b""
    assert talk.typed("рано\n".encode()) == b""
    assert talk.heard(b"NICK") == ([], "Анна".encode())
    assert talk.heard("Подключение к серверу успешно!".encode()) == (["Подключение к серверу успешно!"], "Анна: рано".encode())
    assert talk.typed(b"NI") == b""
    assert talk.typed(b"CK\n\n") == "Анна: NICK".encode()
    assert talk.heard(b"NICK") == (["NICK"], b"")


def test_without_a_name_the_person_is_asked() -> None:
    talk = Talk(LINES)
    assert talk.heard(PROMPT) == ([LINES.prompt], b"")
    assert talk.typed("Анна\n".encode()) == "Анна\n".encode()
    assert talk.heard("Здравствуйте\n".encode()) == (["Здравствуйте"], b"")
    assert talk.typed("привет\n".encode()) == "привет\n".encode()


def test_a_name_that_is_refused_is_asked_of_the_person() -> None:
    talk = Talk(LINES, "???")
    assert talk.heard(PROMPT) == ([], b"???\n")
    assert talk.heard(PROMPT) == ([LINES.prompt], b"")
    assert talk.typed(b"A\nB\n") == b"A\n"
    assert talk.heard(b"hello\n") == (["hello"], b"B\n")


def test_the_first_message_is_the_name_and_nobody_writes_the_author() -> None:
    talk = Talk(KNOWN["first-message"], "Анна")
    assert talk.begin() == "Анна".encode()
    assert talk.typed("привет\n".encode()) == "привет".encode()


@pytest.mark.parametrize(("dialect", "sent"), [("raw", "привет"), ("raw-echo", "Анна: привет")])
def test_without_names_the_talk_begins_at_once(dialect: str, sent: str) -> None:
    talk = Talk(KNOWN[dialect], "Анна")
    assert talk.ready
    assert talk.begin() == b""
    assert talk.typed("привет\n".encode()) == sent.encode()


def test_the_end_of_the_keyboard_waits_for_what_is_not_sent() -> None:
    talk = Talk(LINES, "Анна")
    assert talk.typed("привет".encode()) == b""
    assert talk.typed(b"") == b""
    assert not talk.finished
    talk.heard(PROMPT)
    assert talk.heard(b"hello\n")[1] == "привет\n".encode()
    assert talk.finished


def test_a_strange_text_cannot_paint_the_screen() -> None:
    assert Talk(KNOWN["raw"]).heard(b"\x1b[2Jred\x07\n") == (["\ufffd[2Jred\ufffd"], b"")
    assert Talk(KNOWN["raw"]).heard("a\r\nб\rв\u202eг\r\n".encode()) == (["a\nб\ufffdв\ufffdг"], b"")


def test_who_must_sign_is_asked_first_and_tells_the_server_nothing() -> None:
    talk = Talk(KNOWN["raw-echo"])
    assert not talk.named
    assert talk.typed("Анна\n".encode()) == b""
    assert (talk.named, talk.name) == (True, "Анна")
    assert talk.typed("привет\n".encode()) == "Анна: привет".encode()


def test_name_and_texts_are_wrapped_as_the_dialect_has_it() -> None:
    talk = Talk(Dialect(hello="NICK:{name}", says="MSG {name} {text}!"), "{text}")
    assert talk.begin() == b"NICK:{text}"
    assert talk.typed(b"{name}\n") == b"MSG {text} {name}!"
    assert Talk(Dialect(hello="", named_by="first-message"), "Anna").begin() == b""


def test_where_only_the_server_writes_lines_they_are_put_together() -> None:
    talk = Talk(Dialect(framing="lines-out", named_by="nobody", author="server"))
    assert talk.heard("раз\nд".encode()) == (["раз"], b"")
    assert talk.heard("ва\n".encode()) == (["два"], b"")
    assert talk.typed("три\n".encode()) == "три".encode()


def test_where_only_the_server_reads_lines_what_it_sends_is_shown_as_it_comes() -> None:
    talk = Talk(Dialect(framing="lines-in", named_by="first-message", author="server"), "Анна")
    assert talk.begin() == "Анна\n".encode()
    assert talk.heard("Борис: раз".encode()) == (["Борис: раз"], b"")
    assert talk.typed("два\n".encode()) == "два\n".encode()


@pytest.mark.parametrize(
    ("dialect", "reason"),
    [
        (Dialect(transport="udp"), "TCP"),
        (Dialect(framing="length-4"), "framing"),
        (Dialect(says='{"text": "{text}"}'), "JSON"),
        (Dialect(then="JOIN"), "then"),
        (Dialect(says="{name}"), "{text}"),
        (Dialect(encoding="utf-16"), "utf-16"),
    ],
)
def test_what_a_client_cannot_speak_it_says_at_once(dialect: Dialect, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Talk(dialect)


# -- the three clients


class Desk:
    """A client under test in a thread, with the other ends of its keyboard and of its connection in our hands."""

    def __init__(self, style: str, dialect: Dialect) -> None:
        self._client_end, self.server = socket.socketpair()
        self.server.settimeout(DEADLINE)
        self._keyboard_end, keyboard = os.pipe()
        self._keyboard = os.fdopen(keyboard, "wb", buffering=0)
        self._screen: Queue[str] = Queue()
        arguments = (self._client_end, Talk(dialect, "Анна"), self._keyboard_end, self._screen.put)
        self._client = Thread(target=CLIENTS[style], args=arguments, daemon=True)
        self._client.start()

    def type(self, text: str) -> None:
        self._keyboard.write(text.encode())

    def end_keyboard(self) -> None:
        self._keyboard.close()

    def tell(self, text: str) -> None:
        self.server.sendall(f"{text}\n".encode())

    def sent(self) -> str:
        return self.server.recv(65536).decode()

    def shown(self) -> str:
        return self._screen.get(timeout=DEADLINE)

    def ended(self) -> bool:
        self._client.join(DEADLINE)
        return not self._client.is_alive()

    def close(self) -> None:
        """End the keyboard first, for a thread may wait at the other end of it; that end stays open, as a real keyboard does."""
        self._keyboard.close()
        self.server.close()
        self._client_end.close()


@pytest.fixture(params=CLIENTS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk = Desk(request.param, LINES)
    desk.tell(LINES.prompt)
    assert desk.sent() == "Анна\n"
    desk.tell("заходите")
    assert desk.shown() == "заходите"
    yield desk
    desk.close()


def test_two_talk_until_the_keyboard_ends(desk: Desk) -> None:
    for number in range(3):
        desk.type(f"привет {number}\n")
        assert desk.sent() == f"привет {number}\n"
        desk.tell(f"Борис: и тебе {number}")
        assert desk.shown() == f"Борис: и тебе {number}"
    desk.type("пока")
    desk.end_keyboard()
    assert desk.sent() == "пока\n"
    assert desk.sent() == ""
    desk.tell("Борис: счастливо")
    assert desk.shown() == "Борис: счастливо"
    desk.server.close()
    assert desk.ended()


def test_the_end_of_the_server_ends_the_client(desk: Desk) -> None:
    desk.type("кто тут?\n")
    assert desk.sent() == "кто тут?\n"
    desk.server.close()
    assert desk.ended()
