"""Names and texts: unique, harmless, of the size asked for, and the same for the same seed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading import messages
from grading.words import Unique, Vocabulary, person


def vocabulary(seed: str = "1") -> Vocabulary:
    return Vocabulary(random.Random(seed))


def said(words: Vocabulary) -> list[str]:
    return [words.name("Борис"), words.nonsense(), words.solid(9), *words.burst(2, 32)]


def test_the_same_seed_gives_the_same_words_and_another_seed_others() -> None:
    assert said(vocabulary("1")) == said(vocabulary("1"))
    assert said(vocabulary("1")) != said(vocabulary("2"))


@pytest.mark.parametrize(
    ("name", "latin"),
    [("Борис", "Boris"), ("Вера", "Vera"), ("Глеб", "Gleb"), ("Щукарь", "Schukar"), ("Юлий Ёжиков", "Yuliy ezhikov"), ("Anna", "Anna")],
)
def test_a_name_is_in_latin_letters_and_still_told_by_its_beginning(name: str, latin: str) -> None:
    called = vocabulary().name(name)
    assert called.startswith(latin)
    assert called.isascii()
    assert len(called) == len(latin) + 4


@pytest.mark.parametrize(
    ("name", "english"), [("Борис", "Boris"), ("Юлий Ёжиков", "Yuliy Ezhikov"), ("Гость 12", "Guest 12"), ("Anna", "Anna"), ("", "")]
)
def test_who_reads_english_reads_names_in_latin_letters(name: str, english: str) -> None:
    assert person(name) == name
    messages.use("en")
    try:
        assert person(name) == english
        assert vocabulary().name("Гость 1").startswith("Gost")  # what the server is told does not change
    finally:
        messages.use("ru")


def test_no_two_guests_are_called_the_same() -> None:
    words = vocabulary()
    names = [words.name("Борис") for _ in range(200)]
    assert len(set(names)) == 200


def test_nonsense_hardly_ever_repeats_and_holds_no_command() -> None:
    words = vocabulary()
    made = [words.nonsense() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert set("".join(made)) <= set("бвгзлмнраеио")


@given(count=st.integers(0, 200), before=st.text("абв", max_size=20))
def test_a_solid_word_has_exactly_so_many_letters_and_no_blank(count: int, before: str) -> None:
    word = vocabulary().solid(count, before)
    assert isinstance(word, Unique)
    assert len(word) == count
    assert word.startswith(before[:count])
    assert not any(letter.isspace() for letter in word)


@given(count=st.integers(0, 300), width=st.integers(5, 64))
def test_a_burst_has_texts_of_exactly_so_many_bytes_in_order(count: int, width: int) -> None:
    burst = vocabulary().burst(count, width)
    assert [len(text.encode()) for text in burst] == [width] * count
    assert [int(text[:3]) for text in burst] == list(range(count))
    assert all(isinstance(text, Unique) for text in burst)
    assert len(set(burst)) == count
