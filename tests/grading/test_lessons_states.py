"""The state diagram: it says what the Room does, whatever the Room does."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from grading.lessons.diagram import Arrow, diagram
from grading.lessons.states import states, walk
from reference.dialect import KNOWN, Dialect
from reference.room import MOST_TRIES, Action, Room

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def between(arrows: list[Arrow], start: str, end: str) -> dict[str, tuple[str, ...]]:
    return {arrow.event: arrow.told for arrow in arrows if (arrow.start, arrow.end) == (start, end)}


def test_a_guest_comes_names_herself_speaks_and_goes() -> None:
    arrows = walk(KNOWN["lines"])
    assert between(arrows, "снаружи", "без имени") == {"Анна подключается": ("→ Анна: «Как вас зовут?»",)}
    assert between(arrows, "без имени", "в чате")["Анна: «Анна»"][1] == "→ Борис: «Анна теперь с нами»"
    assert between(arrows, "в чате", "в чате") == {
        "Анна: «привет»": ("→ Борис: «Анна: привет»",),
        "Борис: «привет»": ("→ Анна: «Борис: привет»",),
    }
    assert between(arrows, "в чате", "снаружи") == {"Анна: «/выход», Анна уходит": ("→ Борис: «Анна больше не с нами»", "→ Анна: отбой")}


def test_the_last_of_many_blank_answers_ends_it() -> None:
    """It takes MOST_TRIES of them to find this arrow, so the walk does not stop at states it has seen."""
    assert MOST_TRIES > 2
    gone = between(walk(KNOWN["lines"]), "без имени", "снаружи")
    assert gone["Анна: одни пробелы"] == ("→ Анна: «Без имени в чат не войти.»", "→ Анна: отбой")


def test_where_nobody_has_a_name_there_are_two_states() -> None:
    assert {arrow.end for arrow in walk(KNOWN["raw"])} == {"снаружи", "в чате"}


@pytest.mark.parametrize("name", ["lines", "raw"])
def test_in_turns_who_has_spoken_waits(name: str) -> None:
    arrows = walk(replace(KNOWN[name], framing="lines", turns="alternate"))
    assert between(arrows, "без имени" if name == "lines" else "снаружи", "говорит") == {}  # Boris was here first
    assert list(between(arrows, "говорит", "ждёт")) == ["Анна: «привет»"]
    assert list(between(arrows, "ждёт", "говорит")) == ["Борис: «привет»"]


@pytest.mark.parametrize("dialect", KNOWN.values(), ids=KNOWN)
def test_every_dialect_is_drawn(dialect: Dialect) -> None:
    shown = states(dialect)
    drawn = texts(shown.svg)
    assert {arrow.start for arrow in walk(dialect)} <= set(drawn)
    assert len(shown.text.splitlines()) == len(walk(dialect))
    assert states(dialect) == shown


def test_another_room_makes_another_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(self: Room[str], guest: str, data: bytes) -> list[Action[str]]:
        return []

    monkeypatch.setattr(Room, "hear", deaf)
    assert [arrow.event for arrow in walk(KNOWN["lines"])] == ["Анна подключается"]


def test_what_was_said_cannot_become_markup() -> None:
    assert "<b>" in texts(diagram([Arrow("&", "&", "<b>", ("</svg>",))]))
