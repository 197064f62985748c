"""`python -m tests.repeats`: which servers it takes, and how it counts what they got."""

from __future__ import annotations

import time

from tests import repeats


def test_the_zoo_comes_in_the_variants_of_its_docstrings() -> None:
    works = repeats.submissions("zoo")
    variants = {work.path.rpartition("/")[2]: work.settings.variant for work in works}
    assert variants["two_user_lockstep.py"] == "two-user"
    assert variants["own_modules"] == "multi-user"
    assert "" not in variants.values()


def test_reports_that_differ_are_counted_and_shown() -> None:
    tally = repeats.Tally()
    for text in ("score 1", "score 1", "score 2"):
        tally.add("a", text)
    tally.add("b", "score 1")
    assert tally.differing == ["a"]
    lines = list(tally.lines())
    assert lines[0] == "a: 3 runs, 2 distinct"
    assert lines[1] == "  2 times - and 1 times +"
    assert "  -score 1" in lines
    assert "  +score 2" in lines
    assert lines[-1] == "b: 1 runs, 1 distinct"


def test_no_round_is_begun_for_nothing() -> None:
    assert repeats.repeat([], 3, 1, time.monotonic() + 60, repeats.Tally()) == 3


def test_hogs_are_gone_afterwards() -> None:
    with repeats.hogs(1) as burning:
        assert burning[0].poll() is None
    assert burning[0].poll() is not None
