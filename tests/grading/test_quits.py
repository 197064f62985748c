"""How a word that may end a session would be said in a dialect."""

from __future__ import annotations

import pytest

from grading.quits import guesses
from grading.wire import Wire
from reference.dialect import Dialect

COMMANDS = Dialect(hello="NICK:{name}", says="MSG:{text}")
OBJECTS = Dialect(framing="json-lines", hello='{"type": "join", "name": "{name}"}', says='{"type": "message", "text": "{text}"}')


@pytest.mark.parametrize(
    ("dialect", "word", "said"),
    [
        (Dialect(), "/quit", {"/quit": ""}),
        (Dialect(), "quit", {"quit": "", "/quit": "/rvju"}),
        (Dialect(hello="/nick {name}"), "/quit", {"/quit": ""}),
        (Dialect(hello="HELLO {name}", says="SAY {text}"), "BYE", {"BYE": "CZF", "SAY BYE": ""}),
        (COMMANDS, "QUIT", {"QUIT:": "RVJU:", "QUIT": "RVJU", "MSG:QUIT": ""}),
        (COMMANDS, "nick", {}),
        (Dialect(says="{name}|{text}", hello=""), "выход", {"{name}|выход": ""}),
        (Dialect(says='{"name": "{name}", "text": "{text}"}'), "exit", {"exit": ""}),
        (OBJECTS, "join", {}),
        (
            OBJECTS,
            "leave",
            {
                "leave": "",
                '{"type": "leave"}': '{"type": "mfbwf"}',
                '{"type": "leave", "text": ""}': '{"type": "mfbwf", "text": ""}',
            },
        ),
    ],
)
def test_a_word_is_said_as_things_are_said_there(dialect: Dialect, word: str, said: dict[str, str]) -> None:
    assert guesses([word], dialect) == said


@pytest.mark.parametrize(
    ("dialect", "quit", "sent"),
    [
        (Dialect(framing="lines"), "/quit", b"/quit\n"),
        (COMMANDS, "QUIT:", b"QUIT:"),
        (OBJECTS, "/quit", b'{"type": "message", "text": "/quit"}\n'),
        (OBJECTS, '{"type": "leave"}', b'{"type": "leave"}\n'),
        (OBJECTS, '{"type": "leave", "name": "{name}"}', b'{"type": "leave", "name": "\\u042f"}\n'),
    ],
)
def test_it_is_a_text_only_where_texts_come_in_objects(dialect: Dialect, quit: str, sent: bytes) -> None:
    wire = Wire(Dialect(framing=dialect.framing, hello=dialect.hello, says=dialect.says, quit=quit))
    assert wire.quit("Я") == sent
