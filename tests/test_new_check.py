"""`python -m tests.new_check`: what it lays out is a check the grader finds, and a zoo server without a fault yet."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from grading.catalogue import checks_in
from grading.errors import ConfigError
from grading.rubrics import parse
from tests.new_check import ROOT, files


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("grading/checks", "grading/rubrics"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "tests/zoo/broken").mkdir(parents=True)
    return tmp_path


def test_a_check_in_a_theme_that_is_there(checkout: Path) -> None:
    texts = files(checkout, "polite-goodbye", "departures", "three-users-hear", "should")
    grown = texts[checkout / "grading/checks/departures.py"]
    last = list(checks_in(grown))[-1]
    assert (last.id, last.level, last.needs) == ("polite-goodbye", "should", "three-users-hear")
    assert grown.startswith((checkout / "grading/checks/departures.py").read_text(encoding="utf-8"))
    server = texts[checkout / "tests/zoo/broken/polite_goodbye.py"]
    ast.parse(server)
    assert "\ncaught-by: polite-goodbye\n" in server
    assert "\nvariant: multi-user\n" in server


def test_it_costs_nothing_where_what_it_needs_is_asked_for(checkout: Path) -> None:
    texts = files(checkout, "polite-goodbye", "departures", "three-users-hear", "should")
    rubrics = {path.stem: parse(text, "x").points for path, text in texts.items() if path.suffix == ".toml"}
    assert rubrics["multi-user"]["polite-goodbye"] == 0
    assert "two-user" not in rubrics


def test_a_theme_of_ones_own(checkout: Path) -> None:
    texts = files(checkout, "polite-goodbye", "politeness", "starts", "must")
    (only,) = checks_in(texts[checkout / "grading/checks/politeness.py"])
    assert (only.id, only.level) == ("polite-goodbye", "must")


@pytest.mark.parametrize(
    ("id", "theme", "needs", "words"),
    [
        ("Polite", "departures", "starts", "like-this"),
        ("polite", "my-theme", "starts", "like_this"),
        ("leave-quietly", "departures", "starts", "already"),
        ("polite", "departures", "start", "starts"),
    ],
)
def test_names_that_cannot_be(checkout: Path, id: str, theme: str, needs: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        files(checkout, id, theme, needs, "should")


def test_a_server_is_not_overwritten(checkout: Path) -> None:
    (checkout / "tests/zoo/broken/polite.py").touch()
    with pytest.raises(ConfigError, match="already"):
        files(checkout, "polite", "departures", "starts", "should")
