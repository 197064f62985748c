"""What a reader may not see is in no output, whatever renders it; verdicts and points always are."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grading import messages
from grading.errors import ConfigError
from grading.options import Options
from grading.reports import files, formats, html, json_lines, terminal
from grading.reports.console import make_console
from grading.reports.visibility import Curtain, shown
from grading.result import CheckResult, Event, Report, Stuck, Verdict
from grading.rubrics import built_in, parse
from grading.rubrics.policy import FULL, LEVELS, OWN_OUTPUT_ONLY, VERDICT_ONLY, Policy, strictest


@pytest.fixture(autouse=True)
def _russian() -> None:
    messages.use("ru")


def marked(id: str, verdict: Verdict, points: int) -> CheckResult:
    """A check each of whose fields holds a word of its own: the first letters say of which level it is the secret."""
    said, lost = f"scenario-said-{id}", f"scenario-lost-{id}"
    event = [
        Event(0.0, f"scenario-guest-{id}", "connects"),
        Event(0.0, f"scenario-guest-{id}", "says", said.encode(), 9, said),
        Event(0.0, f"scenario-hearer-{id}", "hears", lost.encode(), 9, lost, f"scenario-by-{id}", "missing"),
        Event(0.0, f"scenario-hearer-{id}", "hears", lost[:12].encode(), 9, lost[:12]),
        Event(0.0, "", "note", text=f"scenario-note-{id}"),
    ]
    stuck = Stuck("server.py", 1, f"own-source-{id}", f"own-call-{id}", f"scenario-whom-{id}")
    return CheckResult(
        id, f"title-{id}", "theme", "must", verdict, points, 10, f"scenario-expected-{id}", f"scenario-actual-{id}",
        f"scenario-advice-{id}", (stuck,), replay=f"# scenario-replay-{id}", events=tuple(event),
    )  # fmt: skip


CHECKS = tuple(marked(f"{verdict.name.lower()}-check", verdict, 3) for verdict in Verdict)
REPORT = Report(
    "labs/x",
    variant="multi-user",
    score=37,
    checks=CHECKS,
    notes=("note-of-nobody", "a note that tells of scenario-said-failed-check", "and one of scenario-expected-passed-check"),
    server="server.py",
    server_output="own-output\n",
    sources={"server.py": {1: "own-code"}},
)


def in_terminal(report: Report, folder: Path) -> str:
    screen = io.StringIO()
    terminal.show(report, make_console(screen, 200))
    return screen.getvalue()


def in_files(report: Report, folder: Path) -> str:
    files.write(report, folder)
    return "\n".join(f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in folder.iterdir())


def in_documents(report: Report, folder: Path) -> str:
    """Everything each of them prints, writes and appends; in Markdown a backslash stands before punctuation."""
    runner = dict.fromkeys(("CLASSROOM", "ASSIGNMENT", "OWNER", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL"), "x")
    runner |= {"ASSIGNMENT_TYPE": "group", "SUBMISSION_TAG": "submit/1", "GITHUB_STEP_SUMMARY": str(folder / "appended.md")}
    shown = [formats.write(name, [report], folder, runner) for name in formats.DOCUMENTS]
    written = [path.read_text(encoding="utf-8") for path in folder.iterdir()]
    return "\n".join([*shown, *written]).replace("\\", "")


RENDERERS: Mapping[str, Callable[[Report, Path], str]] = {
    "terminal": in_terminal,
    "json": lambda report, folder: json_lines.line(report),
    "html": lambda report, folder: html.page(report),
    "files": in_files,
    "documents": in_documents,
    "repr": lambda report, folder: repr(report),  # what a renderer of tomorrow may show
}


@pytest.mark.parametrize("renderer", RENDERERS)
def test_everything_is_shown_unless_somebody_hides_it(renderer: str, tmp_path: Path) -> None:
    assert shown(REPORT, Policy()) is REPORT
    text = RENDERERS[renderer](REPORT, tmp_path)
    assert "scenario-expected-failed-check" in text
    assert "scenario-replay-failed-check" in text or renderer in ("terminal", "documents")


@pytest.mark.parametrize("renderer", RENDERERS)
def test_own_output_only_shows_nothing_of_the_scenario(renderer: str, tmp_path: Path) -> None:
    text = RENDERERS[renderer](shown(REPORT, Policy(OWN_OUTPUT_ONLY)), tmp_path)
    assert "scenario" not in text
    assert "own-source-failed-check" in text or "own-code" in text  # HTML quotes the file itself


@pytest.mark.parametrize("renderer", RENDERERS)
def test_verdict_only_shows_nothing_but_the_verdict(renderer: str, tmp_path: Path) -> None:
    text = RENDERERS[renderer](shown(REPORT, Policy(VERDICT_ONLY)), tmp_path)
    assert "scenario" not in text
    assert "own-" not in text.replace(OWN_OUTPUT_ONLY, "")
    assert "title-failed-check" in text


@pytest.mark.parametrize("renderer", RENDERERS)
def test_one_check_can_be_hidden_and_the_others_not(renderer: str, tmp_path: Path) -> None:
    text = RENDERERS[renderer](shown(REPORT, Policy(checks={"failed-check": VERDICT_ONLY})), tmp_path)
    hidden = [word for word in text.split() if "failed-check" in word and ("scenario" in word or "own" in word)]
    assert hidden == []
    report = shown(REPORT, Policy(VERDICT_ONLY, {"failed-check": FULL}))
    text = RENDERERS[renderer](report, tmp_path)
    assert "scenario-expected-failed-check" in text
    assert "own-source-failed-check" in text or "own-code" in text  # HTML quotes the file itself
    assert "scenario-actual-infra-check" not in text
    assert report.server_output == "own-output\n"
    assert report.notes == ("note-of-nobody", "a note that tells of scenario-said-failed-check")


@pytest.mark.parametrize("level", LEVELS)
def test_points_and_verdicts_are_never_touched(level: str) -> None:
    report = shown(REPORT, Policy(level))
    assert [(check.id, check.title, check.verdict, check.points, check.max_points) for check in report.checks] == [
        (check.id, check.title, check.verdict, check.points, check.max_points) for check in REPORT.checks
    ]
    emptied = {"checks": (), "notes": (), "server_output": "", "sources": {}}
    assert replace(report, **emptied) == replace(REPORT, **emptied)
    assert "note-of-nobody" in report.notes


RUBRIC = 'variant = "mine"\nfactor = 1\n[points]\nstarts = 60\nrestart = 40\n'


def test_a_rubric_says_what_is_shown() -> None:
    assert all(rubric.visibility == Policy() for rubric in built_in())
    rubric = parse(RUBRIC + '[visibility]\ndefault = "own-output-only"\nstarts = "full"\n', "mine.toml", ["starts", "restart"])
    assert (rubric.visibility.of("starts"), rubric.visibility.of("restart")) == (FULL, OWN_OUTPUT_ONLY)


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ('default = "own-output"', 7, "Может быть, «own-output-only»?"),
        ('starts = "full"\nrestat = "full"', 8, "Может быть, «restart»?"),
        ("starts = 1", 7, "Есть: full, own-output-only, verdict-only."),
    ],
)
def test_a_mistake_in_it_is_shown_with_its_line(lines: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(f"{RUBRIC}[visibility]\n{lines}\n", "mine.toml", ["starts", "restart"])
    assert (error.value.file, error.value.line) == ("mine.toml", line)
    assert words in error.value.message


def test_the_command_line_wins_over_the_rubric(tmp_path: Path) -> None:
    rubric = tmp_path / "mine.toml"
    rubric.write_text(RUBRIC + '[visibility]\ndefault = "verdict-only"\n', encoding="utf-8")
    report = replace(REPORT, variant="mine")
    assert "scenario" not in repr(Curtain(Options(rubrics=(str(rubric),))).before(report))
    assert Curtain(Options(rubrics=(str(rubric),), visibility="full")).before(report) is report
    assert Curtain(Options(visibility=VERDICT_ONLY)).before(report).checks[1].expected == ""


def test_of_a_report_of_no_variant_only_what_every_rubric_shows_is_shown(tmp_path: Path) -> None:
    rubric = tmp_path / "mine.toml"
    rubric.write_text(RUBRIC + '[visibility]\nfailed-check = "verdict-only"\n', encoding="utf-8")
    report = Curtain(Options(rubrics=(str(rubric),))).before(replace(REPORT, variant=""))
    assert [check.id for check in report.checks if not check.expected] == ["failed-check"]
    both = strictest([Policy(OWN_OUTPUT_ONLY, {"a": FULL}), Policy(FULL, {"b": VERDICT_ONLY})])
    assert [both.of(id) for id in ("a", "b", "c")] == [FULL, VERDICT_ONLY, OWN_OUTPUT_ONLY]
    assert strictest([]) == Policy()
