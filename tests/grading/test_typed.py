"""What became of a text: whether all of it left its author's program, and to how much of it the program cuts what is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from grading.typed import Typed, all_that_came

TEXT = "слышно меня? {}"


@dataclass(eq=False)
class Fake:
    """Somebody at a terminal, as far as a text knows of them."""

    name: str
    screen: str = ""

    def sees(self, text: str) -> bool:
        return text in self.screen


def typed(word: str, *shown: str, left: int = 13, inside: bool = True) -> Typed:
    """A text that ends with this word, when this came on the others' screens."""
    others: list[Any] = [Fake(f"other {number}", screen) for number, screen in enumerate(shown)]
    author: Any = Fake("author")
    made = Typed(author, TEXT.format(word), others if inside else others[1:], others, left=left)
    made.instead = {other.name: other.screen for other in others}
    made.look_again()
    return made


@pytest.mark.parametrize(("left", "sent"), [(0, False), (13, False), (len(TEXT.format("гав")), True), (100, True)])
def test_all_was_sent_that_has_a_byte_for_each_letter(left: int, sent: bool) -> None:
    assert typed("гав", "", left=left).sent is sent


def test_a_text_may_come_late() -> None:
    text = typed("гав", "", "")
    late: Any = text.others[1]
    late.screen = "Анна: слышно меня? гав"
    text.look_again()
    assert text.missing == text.others[:1]


CUT = ("Анна: слышно\n", "[Анна] слышно\n")


@pytest.mark.parametrize(("shown", "came"), [(CUT, "слышно"), (("> слышно меня", "> слышно меня? г"), "слышно меня"), (CUT[:1], "слышно")])
def test_a_beginning_that_came_twice_is_all_that_comes(shown: tuple[str, ...], came: str) -> None:
    assert all_that_came(typed("мяу", *shown), typed("гав", *shown)) == came


NOT_CUT = {
    "once only": (typed("мяу", "", ""), typed("гав", *CUT)),
    "nothing left the program": (typed("мяу", *CUT, left=0), typed("гав", *CUT, left=0)),
    "all of it left the program": (typed("мяу", *CUT), typed("гав", *CUT, left=40)),
    "one of the others saw nothing": (typed("мяу", *CUT), typed("гав", CUT[0], "")),
    "one of the others saw all": (typed("мяу", *CUT), typed("гав", CUT[0], "слышно меня? гав")),
    "the end came as well": (typed("мяу", *CUT), typed("гав", CUT[0], "слышно\nменя?\nгав")),
    "old texts are shown again": (typed("мяу", *CUT), typed("гав", CUT[0], "> слышно меня? мяу\nАнна: слышно")),
    "one of the others was not in the chat": (typed("мяу", *CUT, inside=False), typed("гав", *CUT)),
    "only the author was answered": (typed("мяу", "", ""), typed("гав", "", "")),
}


@pytest.mark.parametrize(("before", "last"), NOT_CUT.values(), ids=NOT_CUT.keys())
def test_what_may_have_another_reason_is_not_called_cut(before: Typed, last: Typed) -> None:
    assert all_that_came(before, last) == ""
