"""Every broken server is caught by its check and by no unexpected one; every odd-but-right server gets full marks.

What each got is kept in `tests/zoo/goldens.toml`, so that no verdict changes without anybody noticing. `--record` keeps it anew. Checks
for information only (whether joining is announced) say no to many a right server, and are no part of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import goldens
import pytest

from grading.engine import grade
from grading.options import Options
from grading.result import Report, Verdict
from grading.submission import find
from reference.dialect import Dialect

pytestmark = pytest.mark.linux
ZOO = Path(__file__).parents[1] / "zoo"


def _servers(kind: str) -> list[Path]:
    return [path for path in sorted((ZOO / kind).iterdir()) if not path.name.startswith(("_", "."))]


def _facts(path: Path) -> dict[str, str]:
    source = path / "server.py" if path.is_dir() else path
    return dict(re.findall(r"^([a-z-]+):[ \t]*(.*?)[ \t]*$", source.read_text(encoding="utf-8"), re.MULTILINE))


def _report(path: Path, variant: str) -> Report:
    (submission,) = find(path)
    return grade(submission, Options(variant=variant))


def _story(report: Report) -> str:
    other = [one for one in report.checks if one.verdict is not Verdict.PASSED]
    lines = [f"{one.id}: {one.verdict} {one.expected} | {one.actual} | {one.stuck}" for one in other]
    return "\n".join([f"score {report.score}, dialect {report.dialect}", *report.notes, *lines])


@pytest.fixture
def same_as_ever(request: pytest.FixtureRequest) -> Callable[[Path, Report], None]:
    """Compares a report with the golden, or makes it the golden."""

    def compare(path: Path, report: Report) -> None:
        name, found = f"{path.parent.name}/{path.stem}", goldens.of(report)
        if request.config.getoption("--record"):
            goldens.keep(name, found)
        golden = goldens.read().get(name)
        how = f"{name}: to keep what it gets now, run  pytest tests/grading/test_zoo.py --record -k {path.stem}"
        assert golden is not None, f"no golden of {how}"
        assert found == golden, f"{how}\n{_story(report)}"

    return compare


def test_goldens_are_of_servers_that_are_there() -> None:
    there = {f"{kind}/{path.stem}" for kind in ("broken", "right") for path in _servers(kind)}
    assert set(goldens.read()) - there == set()


@pytest.mark.parametrize("path", _servers("broken"), ids=lambda path: path.stem)
def test_broken(path: Path, same_as_ever: Callable[[Path, Report], None]) -> None:
    facts = _facts(path)
    report = _report(path, facts["variant"])
    failed = {one.id for one in report.checks if one.verdict is Verdict.FAILED and (one.level != "info" or one.id == facts["caught-by"])}
    may = {id.strip() for id in facts.get("may-also-fail", "").split(",")} - {""}
    assert not report.infra, _story(report)
    assert facts["caught-by"] in failed, _story(report)
    assert failed <= {facts["caught-by"]} | may, _story(report)
    same_as_ever(path, report)


@pytest.mark.parametrize("path", _servers("right"), ids=lambda path: path.stem)
def test_right(path: Path, same_as_ever: Callable[[Path, Report], None]) -> None:
    facts = _facts(path)
    report = _report(path, facts["variant"])
    assert report.score == 100, _story(report)
    assert not report.needs_review
    assert all(one.verdict in (Verdict.PASSED, Verdict.NA) for one in report.checks if one.level != "info")
    assert report.model == facts.get("model", report.model)
    spoken = dict(word.split("=", 1) for word in facts.get("speaks", "").split())
    for key in ("named_by", "author", "framing", "turns"):
        if key in spoken and not (key == "author" and report.dialect[key] == "unknown"):  # no client listing to tell client from nobody
            assert report.dialect[key] == spoken[key], _story(report)
    assert report.dialect["echo"] is (spoken.get("echo") == "true")
    for key in ("hello", "then", "says", "encoding"):
        assert report.dialect[key] == facts.get(key, getattr(Dialect(), key)).replace("\\n", "\n"), _story(report)
    assert not any("не похож на чат" in note for note in report.notes)
    for key in facts.keys() & {"quit", "left"}:
        assert report.dialect[key] == facts[key], _story(report)
    same_as_ever(path, report)
