"""Every example in labs/ is graded as its expected.toml says, and the kit's own reference servers get full marks."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from grading.engine import grade
from grading.options import Options
from grading.result import Verdict
from grading.submission import Submission, find

pytestmark = pytest.mark.linux
LABS = Path(__file__).parents[2] / "labs"
FOUND = find(LABS)


def _lab(submission: Submission) -> Path:
    """The lab's folder; a report is named by its own path."""
    path = Path(submission.path)
    return path if path.is_dir() else path.parent


def test_every_folder_is_one_submission() -> None:
    assert {_lab(submission) for submission in FOUND} == {path.parent for path in LABS.glob("*/expected.toml")}
    assert len(FOUND) == len(list(LABS.glob("*/expected.toml")))


@pytest.mark.parametrize("submission", FOUND, ids=lambda submission: _lab(submission).name)
def test_lab(submission: Submission) -> None:
    expected = tomllib.loads((_lab(submission) / "expected.toml").read_text(encoding="utf-8"))
    report = grade(submission, Options())
    by_verdict = {verdict: {one.id for one in report.checks if one.verdict is verdict} for verdict in Verdict}
    assert report.variant == expected["variant"]
    assert by_verdict[Verdict.FAILED] == set(expected["failed"])
    assert by_verdict[Verdict.BLOCKED] == set(expected["blocked"])
    assert by_verdict[Verdict.NA] == set(expected["na"])
    for key, value in expected.get("dialect", {}).items():
        assert report.dialect[key] == value, key
    assert report.score >= 80 or "template" in submission.path  # what does just the text of the assignment gets 80
    for failed in (one for one in report.checks if one.verdict is Verdict.FAILED):
        assert failed.expected
        assert failed.actual
        assert failed.advice


@pytest.mark.parametrize(("style", "seats"), [("threaded", 0), ("selecting", 0), ("polling", 0), ("coroutines", 0), ("blocking", 2)])
def test_the_reference_passes_its_own_grader(style: str, seats: int) -> None:
    """A lab that carries the reference package along is graded like any other."""
    reference = LABS.parent / "reference"
    files = {f"chatroom/{path.relative_to(reference).as_posix()}": path.read_bytes() for path in reference.rglob("*.py")}
    files = {name: source.replace(b"from reference", b"from chatroom") for name, source in files.items()}
    files["server.py"] = f"from chatroom.__main__ import main\nmain(['serve', '{style}', '--port', '9090'])\n".encode()
    submission = Submission(path=style, files=files, server="server.py", argv=("server.py",), sha256=style)
    report = grade(submission, Options(variant="two-user" if seats else "multi-user"))
    bad = {one.id: one.actual for one in report.checks if one.verdict not in (Verdict.PASSED, Verdict.NA)}
    bad.pop("uses-socket", None)  # a hand-made submission has no facts about its source
    assert not bad


@pytest.mark.parametrize("isolation", ["auto", "floor"])
def test_the_clock_that_works_anywhere_comes_to_the_same_verdict(isolation: str) -> None:
    """What macOS, Windows and containers that hide threads have instead of stillness."""
    (submission,) = find(LABS / "student_raw_echo")
    wanted = ("two-users-exchange", "no-busy-loop")
    report = grade(submission, Options(clock="quiet-period", isolation=isolation, checks=wanted))
    assert report.isolation is not None
    assert report.isolation.clock == "quiet-period"
    verdicts = {one.id: one.verdict for one in report.checks if one.id in wanted}
    assert verdicts == {"two-users-exchange": Verdict.PASSED, "no-busy-loop": Verdict.FAILED}
