"""How lines look: literal fragments, and colours that are the same for ever."""

from __future__ import annotations

from datetime import datetime

import pytest

from reference.clients.terminal.look import COLOURS, STYLES, author_style, bar, fragments, remark
from reference.clients.terminal.presence import Line

NOON = datetime(2024, 5, 6, 12, 3)
STAMP = ("class:time", "12:03 ")


def test_an_author_has_his_colour_and_the_text_none() -> None:
    anna = (author_style("Анна"), "Анна")
    assert fragments(Line("said", "привет,\tвсем", "Анна"), NOON) == [STAMP, anna, ("", ": "), ("", "привет, всем")]
    assert fragments(Line("said", "привет"), NOON) == [STAMP, ("", "привет")]


def test_a_notice_has_a_dot_and_the_name_in_its_colour() -> None:
    anna = (author_style("Анна"), "Анна")
    assert fragments(Line("joined", "Анна с нами", "Анна"), NOON) == [STAMP, ("class:notice", "· "), anna, ("class:notice", " с нами")]
    assert fragments(Line("note", "мест нет"), NOON) == [STAMP, ("class:notice", "· мест нет")]
    assert remark("связь есть", NOON) == [STAMP, ("class:notice", "(связь есть)")]
    assert remark("связи нет", NOON, trouble=True) == [STAMP, ("class:trouble", "(связи нет)")]


def test_a_name_has_the_same_colour_in_every_session() -> None:
    """The literal values would change with any hash that is not the same everywhere."""
    assert [author_style(name) for name in ("Анна", "Борис", "Вера")] == ["class:author2", "class:author8", "class:author4"]
    assert {author_style(f"гость {number}") for number in range(100)} == {f"class:author{number}" for number in range(len(COLOURS))}
    assert {f"author{number}" for number in range(len(COLOURS))} <= set(STYLES)
    assert author_style("\udcff")


def luminance(colour: str) -> float:
    """As WCAG defines it, from 0 to 1."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_are_legible_on_black_and_on_white(colour: str) -> None:
    light = luminance(colour)
    assert (light + 0.05) / 0.05 >= 4
    assert 1.05 / (light + 0.05) >= 4


@pytest.mark.parametrize(
    ("names", "columns", "text"),
    [
        ([], 40, " localhost:9090"),
        ([], 5, " loca"),
        (["Анна (вы)", "Борис"], 40, " здесь: Анна (вы), Борис"),
        (["Анна (вы)", "Борис"], 41, " localhost:9090 · здесь: Анна (вы), Борис"),
        (["Анна (вы)", "Борис", "Вера"], 33, " здесь: Анна (вы), Борис, Вера"),
        (["Анна (вы)", "Борис", "Вера"], 28, " здесь: Анна (вы) и ещё 2"),
        (["Анна (вы)", "Борис", "Вера"], 12, " здесь 3"),
        (["Анна (вы)"], 0, ""),
    ],
)
def test_the_bar_fits_in_one_row(names: list[str], columns: int, text: str) -> None:
    assert bar("localhost:9090", names, columns) == text


def test_the_bar_counts_columns_and_not_letters() -> None:
    assert bar("s", ["漢漢"], 15) == " s · здесь: 漢漢"
    assert bar("s", ["漢漢"], 15, lambda text: len(text) + text.count("漢")) == " здесь: 漢漢"
