"""Every broken server is caught by its check and by no unexpected one; every odd-but-right server gets full marks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grading.engine import grade
from grading.options import Options
from grading.result import Report, Verdict
from grading.submission import find

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


@pytest.mark.parametrize("path", _servers("broken"), ids=lambda path: path.stem)
def test_broken(path: Path) -> None:
    facts = _facts(path)
    report = _report(path, facts["variant"])
    failed = {one.id for one in report.checks if one.verdict is Verdict.FAILED}
    may = {id.strip() for id in facts.get("may-also-fail", "").split(",")} - {""}
    assert not report.infra, _story(report)
    assert facts["caught-by"] in failed, _story(report)
    assert failed <= {facts["caught-by"]} | may, _story(report)


@pytest.mark.parametrize("path", _servers("right"), ids=lambda path: path.stem)
def test_right(path: Path) -> None:
    facts = _facts(path)
    report = _report(path, facts["variant"])
    assert report.score == 100, _story(report)
    assert not report.needs_review
    assert all(one.verdict in (Verdict.PASSED, Verdict.NA) for one in report.checks)
    assert report.model == facts.get("model", report.model)
    spoken = dict(word.split("=", 1) for word in facts.get("speaks", "").split())
    for key in ("named_by", "author", "framing", "turns"):
        if key in spoken and not (key == "author" and report.dialect[key] == "unknown"):  # no client listing to tell client from nobody
            assert report.dialect[key] == spoken[key], _story(report)
    assert report.dialect["echo"] is (spoken.get("echo") == "true")
