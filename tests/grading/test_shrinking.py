"""The shortest scenario: with faults as functions, no server at all."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from grading.scenario import ODD, Manner, Step, generate, told
from grading.shrinking import shortest

MANNER = Manner(pieces=True)


def second_departure(steps: tuple[Step, ...]) -> bool:
    """After two have left, nobody hears."""
    gone = 0
    for step in steps:
        gone += step.what in ("leaves", "vanishes")
        if gone >= 2 and step.what in ("says", "together", "pieces"):
            return True
    return False


def seventh_message(steps: tuple[Step, ...]) -> bool:
    """Every seventh message is lost."""
    return sum(2 if step.what == "together" else step.what in ("says", "pieces") for step in steps) >= 7


def reset_of_the_first(steps: tuple[Step, ...]) -> bool:
    """If the first who came is reset, whoever speaks next is not heard."""
    reset = False
    for step in steps:
        reset = reset or (step.what == "vanishes" and step.who == (0,))
        if reset and step.what == "says":
            return True
    return False


def first_failure(fails: Callable[[tuple[Step, ...]], bool], seed: int) -> tuple[Step, ...]:
    """A random scenario as far as the step that fails, () if none does."""
    steps = generate(random.Random(seed), 36, MANNER)
    return next((steps[:end] for end in range(len(steps)) if fails(steps[:end])), ())


def text_with_a_colon(steps: tuple[Step, ...]) -> bool:
    return any(":" in text for step in steps for text in step.texts)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("manner", [MANNER, Manner(), Manner(seats=2), Manner(seats=2, alternate=True)], ids=str)
def test_every_odd_text_is_said(manner: Manner, seed: int) -> None:
    said = {text for step in generate(random.Random(seed), 16 if manner.seats else 32, manner) for text in step.texts}
    assert said >= set(ODD)


def test_a_text_stays_odd_only_where_that_is_the_fault() -> None:
    short = shortest(first_failure(text_with_a_colon, 1), MANNER, text_with_a_colon, 16)
    assert [text for step in short for text in step.texts if ":" in text]
    short = shortest(first_failure(second_departure, 2), MANNER, second_departure, 0)
    assert not [text for step in short for text in step.texts if text in ODD]


def together(steps: tuple[Step, ...]) -> bool:
    return any(step.what == "together" for step in steps)


def two_messages(steps: tuple[Step, ...]) -> bool:
    """Whoever speaks second is not heard, at the same moment or later."""
    return sum(len(step.texts) for step in steps) >= 2


@pytest.mark.parametrize("fails", [together, two_messages])
def test_people_speak_at_the_same_moment_only_where_that_is_the_fault(fails: Callable[[tuple[Step, ...]], bool]) -> None:
    whole = (Step("joins", (0,)), Step("joins", (1,)), Step("together", (1, 0), ("привет", "хорошо")))
    short = shortest(whole, MANNER, fails, 16)
    assert fails(short)
    assert together(short) is (fails is together)


@pytest.mark.parametrize(
    ("fails", "longest"),
    [(second_departure, 6), (seventh_message, 11), (reset_of_the_first, 5)],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_sixteen_tries_come_close_to_the_shortest(fails: Callable[[tuple[Step, ...]], bool], longest: int) -> None:
    lengths = []
    for seed in range(6):
        found = first_failure(fails, seed)
        if found:
            short = shortest(found, MANNER, fails, 16)
            assert fails(short)
            lengths.append(len(short))
    assert lengths
    assert sorted(lengths)[len(lengths) // 2] <= longest


def test_it_never_asks_more_often_than_allowed_nor_twice_about_the_same() -> None:
    asked: list[tuple[Step, ...]] = []

    def fails(steps: tuple[Step, ...]) -> bool:
        asked.append(steps)
        return seventh_message(steps)

    shortest(first_failure(seventh_message, 1), MANNER, fails, 9)
    assert len(asked) <= 9 + 1
    assert len(set(asked)) == len(asked)


def test_the_same_failure_gives_the_same_story() -> None:
    found = first_failure(second_departure, 2)
    stories = {told(shortest(found, MANNER, second_departure, 16)) for _ in range(3)}
    assert len(stories) == 1


def test_what_cannot_be_made_shorter_stays() -> None:
    found = first_failure(seventh_message, 1)
    assert shortest(found, MANNER, lambda steps: False, 16) == found


def test_no_file_is_written(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    shortest(first_failure(seventh_message, 1), MANNER, seventh_message, 16)
    assert os.listdir(str(tmp_path)) == []
