"""The list of equivalent mutants: each entry fits, and says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutation import equivalents
from tests.mutation.equivalents import StaleError, entry, read
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.targets import targets

MUTANT = Mutant("a.py", 3, "f", "number", 1, "x = '1'", 'x = "2"', "")


def test_an_entry_fits_wherever_the_line_has_gone() -> None:
    moved = replace(MUTANT, line=9)
    assert read(entry(MUTANT, "nobody asks"), [moved]) == {moved.id: "nobody asks"}


@pytest.mark.parametrize(
    "text",
    [
        entry(replace(MUTANT, mutated="x = 3"), "gone"),
        entry(MUTANT, "once") + entry(MUTANT, "twice"),
        entry(MUTANT, " "),
        entry(MUTANT, "why").replace("operator", "operation"),
    ],
)
def test_what_fits_nothing_is_an_error(text: str) -> None:
    with pytest.raises(StaleError):
        read(text, [MUTANT])


def test_an_entry_of_a_file_that_was_not_asked_for_is_left_alone() -> None:
    assert read(entry(MUTANT, "why"), [replace(MUTANT, file="b.py")]) == {}


def test_the_file_itself_fits_the_sources() -> None:
    """Only of the small files: making all mutants takes half a minute."""
    small = [target for target in targets() if target.file.endswith(("doorstep.py", "student_blocking/server.py"))]
    found = [mutant for target in small for mutant in mutants(target.file, target.source, target.left_out)]
    read(equivalents.FILE.read_text(encoding="utf-8"), found)
