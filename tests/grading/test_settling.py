"""The advice on lab.toml can be copied as it stands: it is read back as what it says."""

from __future__ import annotations

import tomllib

import pytest

from grading.settling import advice
from grading.submission.lab_toml import read
from grading.submission.model import Way
from reference.dialect import Dialect


def lines_of(dialect: Dialect, *ways: Way) -> str:
    return advice(dialect, ways).partition("\n\n")[2]


def test_the_guess_is_filled_in() -> None:
    settled = tomllib.loads(lines_of(Dialect(prompt="Ваш ник: ", named_by="prompt")))["dialect"]
    assert settled == {"prompt": "Ваш ник: ", "named_by": "prompt", "framing": "none", "hello": "{name}", "says": "{text}"}


def test_what_the_source_hints_at_goes_first() -> None:
    way = Way("json", "", "", '{"name": "{name}", "text": "{text}"}')
    settled = tomllib.loads(lines_of(Dialect(), way, Way("json-lines")))["dialect"]
    assert settled == {"named_by": "nobody", "framing": "json", "hello": "", "says": way.says}


@pytest.mark.parametrize("prompt", ['Имя?\n> "', "back\\slash", "\x1b[31m", "tab\t\r\n", "\u202eназад", "😀", "\udcff", "\x7f"])
def test_whatever_the_server_asks_can_be_read_back(prompt: str) -> None:
    settings = read(lines_of(Dialect(prompt=prompt, named_by="prompt"), Way(then="1")).encode(), "lab.toml")
    assert settings.dialect["prompt"] == prompt.replace("\udcff", "?")
    assert settings.dialect["then"] == "1"


def test_its_comments_fit_on_a_narrow_screen() -> None:
    assert all(len(line) <= 56 for line in lines_of(Dialect(), Way(then="1")).splitlines() if line.startswith("#"))


def test_a_flood_is_no_prompt() -> None:
    assert "prompt =" not in lines_of(Dialect(prompt="x" * 5000, named_by="prompt"))
