"""The Russian that students and teachers read is spelt right, with every ё in its place."""

from __future__ import annotations

import shutil

import pytest

from tests import russian

HINT = "apt install hunspell hunspell-ru"


@pytest.fixture(scope="module")
def words() -> dict[str, str]:
    assert shutil.which("hunspell"), HINT
    return russian.words()


def test_everything_is_read(words: dict[str, str]) -> None:
    """A lint that looks nowhere finds nothing: each kind of text has its share."""
    places = {where.partition(":")[0].partition(",")[0] for where in words.values()}
    assert {"a message", "labs/README.md", "grading/lessons/glossary.toml"} <= places
    assert any(place.startswith("grading/starting/") for place, _text in russian.texts())
    assert {path.name for path in (russian.ROOT / "notebooks").glob("*.ipynb")} <= {
        where.partition(",")[0] for where, text in russian.texts() if text.strip()
    }
    assert len(words) > 2500


def test_every_word_is_spelt_right(words: dict[str, str]) -> None:
    assert {word: words[word] for word in russian.misspelt(words)} == {}


def test_every_yo_is_in_its_place(words: dict[str, str]) -> None:
    assert {f"{word}, {right}?": words[word] for word, right in russian.without_yo(words).items()} == {}


def test_mistakes_would_be_found(words: dict[str, str]) -> None:
    assert russian.misspelt(["сервир", "сокета", "веб-фреймворкам", "поток-демон", "клеент-сервер"]) == {"сервир", "клеент-сервер"}
    assert russian.without_yo(["еще", "пришел", "Дошел-таки", "все", "сервер"]) == {
        "еще": "ещё", "пришел": "пришёл", "Дошел-таки": "дошёл",
    }  # fmt: skip


def test_the_lists_hold_nothing_that_is_not_needed(words: dict[str, str]) -> None:
    here = {part.lower() for word in words for part in russian.parts(word)}
    assert [word for word in russian.listed("russian_e.txt") if word not in here] == []
