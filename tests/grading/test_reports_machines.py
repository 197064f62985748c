"""The formats for machines: what each says of all kinds of reports, hostile ones included, and that the real readers take it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import junitparser
import pytest
from markdown_it import MarkdownIt
from reports_data import BROKEN, CHECKS, HOSTILE, REPORT, check

from grading import messages
from grading.errors import ConfigError
from grading.reports import FORMATS, classroom50, formats, github, gitlab, gradescope, junit
from grading.reports.places import place
from grading.result import CheckResult, Report, Stuck, Verdict

BASE = Path("/checkout")
INJECTIONS = (
    "::error::x", "::set-env name=A::b", "\n::add-mask::x\n", "##[error]x", "]]>", "<script>alert(1)</script>", "=cmd()",
    "[x](https://x.example)", "![x](y)", "| a | b |", "```", "\ud800\udfff\ud800", "\x00\x1b[31m", "\u202etxt", "\ufffe\uffff", "привет 🙂",
)  # fmt: skip
ENVIRONMENT = {
    "CLASSROOM": "networks", "ASSIGNMENT": "chat", "ASSIGNMENT_TYPE": "individual", "USERNAME": "anna", "SUBMISSION_TAG": "submit/1",
    "COMMIT_URL": "c", "RELEASE_URL": "r", "REVIEW_URL": "v",
}  # fmt: skip


def every(verdict: Verdict, **more: str) -> Report:
    return Report("labs/student_y", checks=tuple(check(f"check-{n}", verdict, worth=10, level="must", **more) for n in range(3)))


def hostile() -> Report:
    checks = tuple(
        check(f"c{n}", Verdict.FAILED, 0, n, expected=text, actual=text, advice=text, stuck=(Stuck(text, 3, text, text, text),))
        for n, text in enumerate(INJECTIONS, 1)
    )
    return Report(f"labs/{''.join(INJECTIONS)}", checks=checks, notes=INJECTIONS, server_output="".join(INJECTIONS))


REPORTS = {
    "mixed": REPORT,
    "broken": BROKEN,
    "empty": Report("labs/empty"),
    "all pass": every(Verdict.PASSED),
    "all fail": every(Verdict.FAILED, expected="слышно", actual="не слышно"),
    "blocked": every(Verdict.BLOCKED, blocked_by="starts"),
    "n/a": every(Verdict.NA),
    "infra": replace(every(Verdict.INFRA, actual="песочница"), infra=True),
    "hostile": hostile(),
    "a megabyte": replace(REPORT, server_output="я\n" * 500_000, checks=(check("a", Verdict.FAILED, actual="я" * 1_000_000),)),
}
each = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())


@pytest.fixture(autouse=True)
def _russian() -> None:
    messages.use("ru")


# -- JUnit


@each
def test_junit_is_read_by_a_reader_of_junit(report: Report) -> None:
    found = junitparser.JUnitXml.fromstring(junit.document([report], BASE).encode())
    (suite,) = list(found)
    failed = [one for one in report.checks if one.verdict is Verdict.FAILED and one.level != "info"]
    skipped = [one for one in report.checks if one.verdict in (Verdict.BLOCKED, Verdict.NA)]
    ours = [one for one in report.checks if one.verdict is Verdict.INFRA]
    assert (suite.tests, suite.failures, suite.skipped, suite.errors) == (len(report.checks), len(failed), len(skipped), len(ours))
    assert [case.name for case in suite] == [one.id for one in report.checks]
    assert len(junit.document([report], BASE)) < 300_000


def test_junit_has_points_places_and_reasons() -> None:
    top = ET.fromstring(junit.document([REPORT, BROKEN], BASE))
    assert top.get("tests") == str(len(REPORT.checks) + 1)
    case = next(case for case in top.iter("testcase") if case.get("name") == "silent-newcomer")
    assert (case.get("classname"), case.get("line")) == ("labs.student_x.theme", "54")
    assert {one.get("name"): one.get("value") for one in case.iter("property")}["max_points"] == "2"
    failure = case.find("failure")
    assert failure is not None
    assert "Вера слышит «есть кто?»" in str(failure.text)
    blocked = next(case for case in top.iter("testcase") if case.get("name") == "late-joiner-hears").find("skipped")
    assert blocked is not None
    assert blocked.get("message") == "ждёт проверки three-users-hear"


# -- GitHub

_COMMAND = re.compile(r"::(error file=[^,:]+,line=\d+,endLine=\d+,title=[^,:]*|notice title=grade)::.*")


@each
def test_every_line_of_annotations_is_a_command_of_ours(report: Report) -> None:
    lines = github.commands([report], BASE).splitlines()
    assert lines
    assert all(_COMMAND.fullmatch(line) for line in lines)
    assert sum(line.startswith("::error") for line in lines) <= github.MOST_ERRORS
    assert not any(char in "".join(lines) for char in "\x00\x1b\u202e")


def test_the_dearest_are_annotated_first_at_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second, *_rest = github.commands([REPORT], tmp_path).splitlines()
    assert first.startswith("::error file=labs/student_x/server.py,line=1,endLine=1,title=three-users-hear%3A ")
    assert second.startswith("::error file=labs/student_x/server.py,line=54,endLine=54,title=silent-newcomer%3A ")


@each
def test_nothing_in_the_summary_is_markup_of_a_student(report: Report) -> None:
    text = github.summary([report])
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = {one.type for token in tokens for one in [token, *(token.children or ())]}
    ours = ["table", "thead", "tbody", "tr", "th", "td", "heading", "bullet_list", "list_item", "paragraph", "strong"]
    assert kinds <= {f"{name}_{end}" for name in ours for end in ("open", "close")} | {"inline", "text", "text_special", "softbreak"}
    assert sum(token.type == "tr_open" for token in tokens) == 2
    assert not re.search(r"^(::|##\[)", text, re.MULTILINE)
    assert len(text.encode()) < github.MOST_BYTES


def test_a_summary_stays_below_the_limit_and_says_how_many_did_not_fit() -> None:
    wordy = replace(REPORT, checks=tuple(check(f"c{n}", Verdict.FAILED, worth=1, actual="слово " * 100) for n in range(40)))
    text = github.summary([wordy] * 200)
    assert github.MOST_BYTES / 2 < len(text.encode()) < github.MOST_BYTES + 10_000
    assert re.search(r"Не поместилось: \d+ работ", text)


# -- GitLab

_FINDINGS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}


@each
def test_findings_are_what_gitlab_reads(report: Report) -> None:
    found = json.loads(gitlab.code_quality([report], BASE))
    jsonschema.validate(found, _FINDINGS)
    assert len({one["fingerprint"] for one in found}) == len(found)


def test_a_fingerprint_survives_another_line_another_text_and_another_count() -> None:
    def of(actual: str, line: int, id: str = "x") -> str:
        one = check(id, Verdict.FAILED, actual=actual, stuck=(Stuck("server.py", line, "", "recv", ""),))
        return str(json.loads(gitlab.code_quality([Report("labs/a", checks=(one,))], BASE))[0]["fingerprint"])

    same = of("пришло «раз», байт: 10", 3)
    assert of("пришло «два», байт: 12", 4) == same
    assert of("не пришло", 3) != same
    assert of("пришло «раз», байт: 10", 3, "y") != same


# -- Gradescope, Classroom 50

_RESULTS = {
    "type": "object",
    "required": ["score", "tests"],
    "properties": {
        "score": {"type": "number"},
        "output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "stdout_visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["score", "max_score", "name", "output"],
                "properties": {
                    "score": {"type": "number", "minimum": 0},
                    "status": {"enum": ["passed", "failed"]},
                    "visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
    "additionalProperties": {},
}


@each
def test_results_are_what_gradescope_reads(report: Report) -> None:
    found = json.loads(gradescope.results(report))
    jsonschema.validate(found, _RESULTS)
    assert found["score"] == report.score
    assert not [one for one in found["tests"] if one["extra_data"]["verdict"] == "infra" and "status" in one]


_RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review", "datetime", "score",
        "max-score", "tests",
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": {"type": "string"}, "assignment": {"type": "string"}, "owner": {"type": "string"},
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "commit": {"type": "string"}, "release": {"type": "string"}, "review": {"type": "string"},
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": {"type": "integer", "minimum": 0}, "max-score": {"type": "integer"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {"passed": {"type": "boolean"}, "score": {"type": "integer"}, "max-score": {"type": "integer"}},
            },
        },
    },
}  # fmt: skip


@each
def test_a_result_is_what_classroom_50_reads(report: Report) -> None:
    now = datetime(2026, 9, 1, 3, 0, 0, tzinfo=timezone(timedelta(hours=3)))
    found = json.loads(classroom50.result(report, classroom50.settings(ENVIRONMENT), now))
    jsonschema.validate(found, _RESULT)
    assert (found["owner"], found["datetime"]) == ("anna", "2026-09-01T00:00:00Z")


@pytest.mark.parametrize(
    ("change", "said"),
    [({"CLASSROOM": ""}, "CLASSROOM"), ({"SUBMISSION_TAG": "v1"}, "submit/"), ({"ASSIGNMENT_TYPE": "exam"}, "ASSIGNMENT_TYPE")],
)
def test_what_the_runner_does_not_say_is_named(change: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        classroom50.settings(ENVIRONMENT | change)


# -- places and the table of formats


@pytest.mark.parametrize(
    ("path", "stuck", "wanted"),
    [
        ("labs/x", (Stuck("server.py", 7, "", "recv", ""),), ("labs/x/server.py", 7)),
        ("labs/x/report.md", (Stuck("report.md", 70, "", "recv", ""),), ("labs/x/report.md", 70)),
        ("labs/x", (), ("labs/x/server.py", 1)),
        ("labs/x", (Stuck("", 0, "", "busy", ""), Stuck("a/b.py", 2, "", "recv", "")), ("labs/x/a/b.py", 2)),
        ("../elsewhere", (), ("../elsewhere/server.py", 1)),
    ],
)
def test_a_place_is_relative_to_the_checkout(
    path: str, stuck: tuple[Stuck, ...], wanted: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one: CheckResult = replace(CHECKS[0], stuck=stuck)
    assert place(Report(path, server="server.py", checks=(one,)), one, tmp_path) == wanted


def test_a_place_in_a_folder_of_the_checkout_is_named_from_its_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert place(Report("labs/x"), CHECKS[0], tmp_path) == ("work/labs/x", 1)


def test_every_format_has_its_place() -> None:
    assert set(formats.DOCUMENTS) | {"terminal", "json", "html"} == set(FORMATS)


@pytest.mark.parametrize("format", formats.DOCUMENTS)
def test_a_document_is_printed_and_its_files_are_written(format: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    environment = ENVIRONMENT | {"GITHUB_STEP_SUMMARY": str(summary)}
    assert formats.write(format, [REPORT], tmp_path, environment)
    assert all((tmp_path / name).stat().st_size for name in formats.DOCUMENTS[format].files)
    if format == "github":
        assert summary.read_text(encoding="utf-8").startswith("before\n## chat-lab")
    assert formats.write(format, [], tmp_path, environment) == ""


@pytest.mark.parametrize("format", [name for name, document in formats.DOCUMENTS.items() if document.alone])
def test_our_own_fault_is_nobodys_grade(format: str, tmp_path: Path) -> None:
    assert formats.write(format, [replace(REPORT, infra=True)], tmp_path, ENVIRONMENT) == ""
    assert list(tmp_path.iterdir()) == []


def test_what_is_about_one_submission_is_refused_for_several() -> None:
    formats.check("gradescope", 1, None, {})
    formats.check("html", 2, "folder", {})
    for format, count in (("gradescope", 2), ("html", 2)):
        with pytest.raises(ConfigError):
            formats.check(format, count, None, {})
    with pytest.raises(ConfigError, match="CLASSROOM"):
        formats.check("classroom50", 1, None, {})


def test_hostile_text_reaches_no_machine_as_it_is() -> None:
    assert HOSTILE not in junit.document([BROKEN], BASE) + github.commands([BROKEN], BASE) + gitlab.code_quality([BROKEN], BASE)
