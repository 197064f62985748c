"""When a mutant counts as caught, what a journal remembers, and the sum of it all."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from grading.result import CheckResult, Report, Verdict
from tests.mutation import trial
from tests.mutation.mutants import Mutant
from tests.mutation.summary import Summary
from tests.mutation.targets import GOOD_LABS, ROOT, targets
from tests.mutation.trial import Outcome, caught_by, read_journal


def report(score: int, *checks: tuple[str, str, Verdict]) -> Report:
    return Report("x", score=score, checks=tuple(CheckResult(id, id, "t", level, verdict) for id, level, verdict in checks))


ORIGINAL = report(
    100, ("starts", "must", Verdict.PASSED), ("leave-notice", "info", Verdict.PASSED), ("join-notice", "info", Verdict.FAILED)
)


@pytest.mark.parametrize(
    ("found", "caught"),
    [
        (ORIGINAL, ""),
        (report(100, ("leave-notice", "info", Verdict.FAILED)), "leave-notice"),
        (report(99, ("starts", "must", Verdict.FAILED)), "starts"),
        (report(90, ("starts", "must", Verdict.PASSED)), "score"),
        (replace(ORIGINAL, dialect={"echo": True}), trial.DIALECT),
    ],
)
def test_caught_is_what_the_original_does_otherwise(found: Report, caught: str) -> None:
    assert caught_by(found, ORIGINAL) == caught


def mutant(line: int, operator: str = "deleted") -> Mutant:
    return Mutant("a.py", line, "f", operator, 1, "x", "pass", f"source {line}")


def test_a_journal_is_read_up_to_where_it_was_interrupted(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    good, bad = Outcome("a", "1", "starts", "chat", 0.5), Outcome("b", "2", trouble="no sandbox")
    file.write_text("\n".join(json.dumps(asdict(one)) for one in (good, bad)) + '\n{"id": "c", "sou')
    assert read_journal(file) == {"a": good}  # trouble of ours is tried again
    assert read_journal(tmp_path / "none") == {} == read_journal(None)


def test_what_the_journal_knows_is_not_graded_again() -> None:
    known = Outcome(mutant(1).id, mutant(1).digest, "starts")
    assert list(trial.try_all([(mutant(1), ())], {known.id: known}, 1, None)) == [known]


def test_the_summary_counts_what_says_something() -> None:
    found = [mutant(line) for line in range(1, 6)]
    caught, survived, excused, troubled, denied = (one.id for one in found)
    outcomes = {one.id: Outcome(one.id, "") for one in found}
    outcomes[caught] = Outcome(caught, "", "starts")
    outcomes[denied] = Outcome(denied, "", "restart")
    outcomes[troubled] = Outcome(troubled, "", trouble="no sandbox")
    summary = Summary(found, outcomes, {excused: "why", denied: "why"})
    assert [one.id for one in summary.survivors] == [survived]
    assert [one.id for one in summary.excused] == [excused]
    assert summary.share_caught == pytest.approx(2 / 3)
    assert summary.share_excused == pytest.approx(1 / 5)
    assert not summary.good
    text = "\n".join(summary.lines())
    assert f"survived: {survived}" in text
    assert f"called equivalent, but caught by restart: {denied}" in text
    assert f"not graded, our fault: {troubled}: no sandbox" in text


def test_targets_are_the_files_as_they_are() -> None:
    files = [target.file for target in targets()]
    assert files[-len(GOOD_LABS) :] == [f"labs/{name}/server.py" for name in GOOD_LABS]
    assert all((ROOT / file).is_file() for file in files)
    for target in targets():
        for chat in target.chats:
            submission = chat.submission(target.file, target.source, "as it is")
            assert submission.problem is None
            assert submission.server == "server.py"
            assert submission.facts.uses_socket
            assert not submission.facts.engines
