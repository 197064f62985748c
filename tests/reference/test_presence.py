"""What a line is and who is here, read back from the templates; no sockets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.clients.terminal.presence import MOST_NAMES, Line, Presence
from reference.dialect import KNOWN, Dialect
from reference.room import Room, Send

LINES = KNOWN["lines"]


def test_who_comes_speaks_and_goes_is_followed() -> None:
    presence = Presence(LINES, "Анна")
    assert presence.read("Добро пожаловать, Анна (2)! Чтобы уйти, напишите /выход").kind == "note"
    assert presence.own == "Анна (2)"
    assert presence.read("Борис теперь с нами") == Line("joined", "Борис теперь с нами", "Борис")
    assert presence.read("Вера: я давно тут") == Line("said", "я давно тут", "Вера")
    assert presence.read("Анна (2): эхо") == Line("said", "эхо", "Анна (2)")
    assert presence.others == ["Борис", "Вера"]
    assert presence.read("Борис больше не с нами") == Line("left", "Борис больше не с нами", "Борис")
    assert presence.others == ["Вера"]
    presence.forget()
    assert presence.others == []


def test_a_notice_that_somebody_says_is_no_notice() -> None:
    presence = Presence(LINES)
    presence.read("Борис теперь с нами")
    assert presence.read("Анна: Борис больше не с нами") == Line("said", "Борис больше не с нами", "Анна")
    assert presence.others == ["Борис", "Анна"]


@pytest.mark.parametrize(
    ("dialect", "text", "line"),
    [
        (KNOWN["raw"], "привет", Line("said", "привет")),
        (KNOWN["raw-echo"], "[12:30] Анна: привет: да", Line("said", "привет: да", "Анна")),
        (KNOWN["raw-echo"], "без подписи", Line("note", "без подписи")),
        (KNOWN["first-message"], "Анна: http://a.b/: вот", Line("said", "http://a.b/: вот", "Анна")),
        (KNOWN["first-message"], "Свободных мест нет", Line("note", "Свободных мест нет")),
        (KNOWN["prompt-echo"], "Анна Павловна joined the chat.", Line("joined", "Анна Павловна joined the chat.", "Анна Павловна")),
        (KNOWN["prompt"], "Анна покинул чат!", Line("left", "Анна покинул чат!", "Анна")),
        (Dialect(relay="[{time}] <{name}> {text}"), "[9:05] <a.*> x", Line("said", "x", "a.*")),
        (Dialect(relay="{name} ({name}): {text}"), "A (A): x", Line("said", "x", "A")),
        (Dialect(relay="{name} ({name}): {text}"), "A (B): x", Line("note", "A (B): x")),
        (Dialect(author="label", relay="{host}:{port}: {text}"), "127.0.0.1:5001: x", Line("said", "x", "127.0.0.1:5001")),
    ],
)
def test_each_dialect_is_read_as_it_is_written(dialect: Dialect, text: str, line: Line) -> None:
    assert Presence(dialect).read(text) == line


def test_a_sentence_before_a_colon_is_no_name() -> None:
    text = "с" * 65 + ": вот что"
    assert Presence(LINES).read(text) == Line("note", text)


@pytest.mark.parametrize("name", KNOWN)
def test_the_list_is_kept_only_where_it_can_be_true(name: str) -> None:
    dialect = KNOWN[name]
    presence = Presence(dialect)
    assert presence.told is bool(dialect.joined and dialect.left)
    presence.read("Анна: привет")
    assert presence.others == (["Анна"] if presence.told else [])
    assert not Presence(replace(LINES, left="")).told


def test_names_without_end_are_forgotten_from_the_first() -> None:
    presence = Presence(LINES)
    for number in range(MOST_NAMES + 5):
        presence.read(f"n{number} теперь с нами")
    assert len(presence.others) == MOST_NAMES
    assert presence.others[0] == "n5"


def test_what_the_room_writes_is_understood() -> None:
    """The templates are the Room's: each line it makes for Anna is read as what it is."""
    room: Room[str] = Room(LINES)
    presence = Presence(LINES, "Анна")
    heard: list[Line] = []

    def tell(actions: list[object]) -> None:
        for action in actions:
            if isinstance(action, Send) and "a" in action.recipients:
                heard.extend(presence.read(line) for line in action.data.decode().splitlines())

    for guest, data in (("a", "Анна\n"), ("b", "Анна\n"), ("b", "привет\n"), ("b", "/выход\n")):
        tell([*room.enter(guest), *room.hear(guest, data.encode())])
    assert [(line.kind, line.author) for line in heard[2:]] == [("joined", "Анна (2)"), ("said", "Анна (2)"), ("left", "Анна (2)")]
    assert presence.own == "Анна"
