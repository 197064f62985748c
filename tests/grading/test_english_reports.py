"""Whole reports in English hold no Russian but what servers and guests said; the language changes no verdict and no byte on the wire."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grading import messages
from grading.cli import main
from grading.engine import grade
from grading.options import Options
from grading.reports.console import make_console
from grading.reports.json_lines import to_object
from grading.reports.terminal import show
from grading.result import Report, Verdict
from grading.submission import find

pytestmark = pytest.mark.linux
ROOT = Path(__file__).parents[2]
SUBMISSIONS = {
    "tests/zoo/broken/exits_at_once.py": "starts",
    "tests/zoo/broken/missing_module.py": "starts",
    "tests/zoo/broken/udp_cuts_at_1024.py": "long-message",
    "tests/zoo/broken/console_deaf_guest.py": "two-users-exchange",
    "tests/zoo/broken/client_deaf_while_typing": "own-clients-chat",
    "tests/zoo/broken/one_nick_for_all.py": "author-is-known",
    "labs/student_first_message": "long-message",
    "syntax": "starts",
    "nothing": "starts",
}
"""What is graded -> a check that fails there."""
MADE = {"syntax": {"server.py": "import socket\nwhile True\n    pass\n"}, "nothing": {"notes.docx": "?"}}
_SAID = re.compile(r"“[^”]*”|\"[^\"]*\"")
_CONVERSATION = re.compile(r'^(EXPECTED = |ACTUAL = |    \(").*$', re.MULTILINE)
_ACTS = ("connects", "names", "says", "sends", "leaves", "vanishes")


@pytest.fixture(scope="module", params=SUBMISSIONS, ids=lambda name: Path(name).stem)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Report, Report, str]]:
    """(a check that fails, the report in Russian, in English, the English one as a terminal shows it)."""
    path = ROOT / request.param
    if request.param in MADE:
        path = tmp_path_factory.mktemp(request.param)
        for name, text in MADE[request.param].items():
            (path / name).write_text(text, encoding="utf-8")
    reports = []
    for lang in ("ru", "en"):
        messages.use(lang)
        (submission,) = find(path)
        reports.append(grade(submission, Options(lang=lang, seed=1)))
    screen = io.StringIO()
    show(reports[1], make_console(screen, width=100))
    yield SUBMISSIONS[request.param], reports[0], reports[1], screen.getvalue()
    messages.use("ru")


def test_the_english_report_has_no_russian_of_ours(both: tuple[str, Report, Report, str]) -> None:
    id, _russian, report, _screen = both
    assert next(check.verdict for check in report.checks if check.id == id) is Verdict.FAILED
    checks = [text for check in report.checks for text in (check.title, check.expected, check.actual, check.advice)]
    waits = [thread.waits_for for check in report.checks for thread in check.stuck]
    names = [name for check in report.checks for event in check.events for name in (event.guest, event.by)]
    isolation = list(report.isolation.not_protected) if report.isolation else []
    found = [text for text in (*checks, *waits, *names, *isolation, *report.notes) if messages.RUSSIAN.search(_SAID.sub("", text))]
    assert found == []


def test_the_json_and_the_screen_have_no_russian_but_what_was_said(both: tuple[str, Report, Report, str]) -> None:
    _id, _russian, report, screen = both
    said = [*report.dialect.values(), report.server_output, *(line for file in report.sources.values() for line in file.values())]
    said += [event.text for check in report.checks for event in check.events if event.what != "note"]
    said += [quote for check in report.checks for text in (check.expected, check.actual) for quote in _SAID.findall(text)]
    known = set(_words(" ".join(map(str, said))))
    found = to_object(report)
    for check in report.checks:
        ast.parse(check.replay)
    replays = [_CONVERSATION.sub("", check.pop("replay", "")) for check in found["checks"]]
    assert set(_words(str(found))) - known == set()
    assert set(_words(" ".join(replays))) == set()
    assert {word for word in _words(screen) if not any(word in one for one in known)} == set()  # a long word may be folded


def _words(text: str) -> list[str]:
    return re.findall(r"[А-Яа-яЁё]+", text)


def test_the_language_changes_neither_verdicts_nor_what_is_said_on_the_wire(both: tuple[str, Report, Report, str]) -> None:
    _id, russian, english, _screen = both
    assert _bones(russian) == _bones(english)
    assert russian.dialect == english.dialect


def _bones(report: Report) -> list[object]:
    """What must not depend on the language: verdicts, points, lines, and what guests do. How much is said until a buffer is full depends
    on the machine, so of slow-reader no words are taken."""
    return [
        (
            check.id,
            check.verdict,
            check.points,
            [(thread.file, thread.line, thread.call) for thread in check.stuck],
            [(event.what, event.data) for event in check.events if event.what in _ACTS and check.id != "slow-reader"],
        )
        for check in report.checks
    ]


def test_the_advice_is_the_same_in_both(both: tuple[str, Report, Report, str]) -> None:
    _id, russian, english, _screen = both
    translate = messages.Catalogue("en").gettext
    for ours, theirs in zip(russian.checks, english.checks, strict=True):
        assert theirs.advice.startswith(translate(re.sub(r" Смотрите .+$", "", ours.advice))), ours.id


def test_worker_processes_speak_the_language_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    paths = [str(ROOT / "tests" / "zoo" / "broken" / name) for name in ("exits_at_once.py", "missing_module.py")]
    assert main(["--lang", "en", "--check", "starts", "--format", "json", "--jobs", "2", *paths]) == 1
    messages.use("ru")
    starts = [json.loads(line)["checks"][0] for line in capfd.readouterr().out.splitlines()]
    assert [check["expected"] for check in starts] == ["the server starts and listens on a port"] * 2
    assert [check["title"] for check in starts] == ["The server starts and listens on a port."] * 2
    assert not [check for check in starts if messages.RUSSIAN.search(check["actual"] + check["advice"])]
