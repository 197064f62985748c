"""How checks become verdicts: check files of a teacher, run by pytest against a bench on which everything is written down."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grading.eyes import Waiting
from grading.lab import Lab
from grading.plugin import Grading
from grading.result import CheckResult, Stuck, Verdict
from grading.runner import run_checks
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.server import NotStarted
from grading.submission.model import Submission
from grading.verdicts import CheckFailed, Infra, NotApplicable

PASSED, FAILED, BLOCKED, NA, INFRA = Verdict.PASSED, Verdict.FAILED, Verdict.BLOCKED, Verdict.NA, Verdict.INFRA
BAD = CheckFailed("все слышат", "никто не слышит")


class FakeChat:
    """A conversation that ends as it was told."""

    def __init__(self, ending: BaseException | None, *, differs: CheckFailed | None = None, code: int | None = None) -> None:
        self.ending, self.differs = ending, differs
        waiting = [Waiting("recv", "пока Вера что-нибудь пришлёт", (("/lab/server.py", 2),))]
        self.server = SimpleNamespace(exit_code=lambda: code, waiting=lambda: waiting, sandbox=SimpleNamespace(lab="/lab"))

    def happens(self) -> None:
        if self.ending is not None:
            raise self.ending

    def verify(self) -> None:
        if self.differs is not None:
            raise self.differs


class FakeBench:
    """Gives out conversations in the order they were written down for a check; `log` remembers what it was asked.

    An exception stands for a conversation that ends with it, None for one that goes well, a function for what opening one does.
    """

    def __init__(self, *, shared: bool = True, **endings: list[object]) -> None:
        self.shared = shared
        self.endings = {name.replace("_", "-"): list(row) for name, row in endings.items()}
        self.log: list[str] = []

    def chat(self, check: str, *, fresh: bool) -> tuple[FakeChat, bool]:
        self.log.append(f"{check} {'fresh' if fresh else 'any'}")
        row = self.endings.get(check)
        ending = row.pop(0) if row else None
        if callable(ending):
            ending = ending()
        chat = ending if isinstance(ending, FakeChat) else FakeChat(ending)  # type: ignore[arg-type]
        return chat, fresh or not self.shared

    def release(self, chat: FakeChat, *, passed: bool) -> None:
        self.log.append("kept" if passed else "spoilt")

    def discard(self) -> None:
        self.log.append("discarded")


class Run:
    """A folder of checks, run against one bench."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def write(self, name: str, source: str) -> None:
        head = "from grading.plugin import check\nfrom grading.verdicts import *\n"
        (self.folder / name).write_text(head + textwrap.dedent(source), encoding="utf-8")

    def checks(self, *ids: str, name: str = "theme.py", **needs: str) -> None:
        """One check of a line for each id: something happens."""
        for id in ids:
            needed = needs.get(id.replace("-", "_"), "")
            path = self.folder / name
            before = path.read_text(encoding="utf-8") if path.exists() else "from grading.plugin import check\n"
            function = f'\n@check("{id}", needs="{needed}")\ndef test_{id.replace("-", "_")}(chat):\n    """Что {id}."""\n    chat.happens()\n'
            path.write_text(before + function, encoding="utf-8")

    def against(self, bench: FakeBench, *only: str) -> Grading:
        self.grading = Grading(Lab(Submission("student", {"server.py": b"while True:\n    conn.recv(10)\n"})), bench, only)  # type: ignore[arg-type]
        run_checks(self.grading, self.folder)
        return self.grading


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "checks")


def verdicts(grading: Grading) -> dict[str, Verdict]:
    return {id: result.verdict for id, result in grading.results.items()}


def only_result(grading: Grading) -> CheckResult:
    (result,) = grading.results.values()
    return result


# -- one check


def test_a_check_that_passes(run: Run) -> None:
    run.write(
        "manners.py",
        '''
        @check("polite", level="must")
        def test_something(chat):
            """Сервер вежлив.

            Об этом подробнее.
            """
            chat.happens()
        ''',
    )
    bench = FakeBench()
    result = only_result(run.against(bench))
    assert (result.id, result.title, result.theme, result.level) == ("polite", "Сервер вежлив.", "manners", "must")
    assert (result.verdict, result.expected, result.actual, result.stuck, result.unstable) == (PASSED, "", "", (), False)
    assert bench.log == ["polite any", "kept"]
    assert result.seconds >= 0


# endings -> (verdict, unstable, what the bench was asked)
ENDINGS: dict[str, tuple[FakeBench, Verdict, bool, list[str]]] = {
    "fails where others were before, passes on a fresh server": (
        FakeBench(a=[BAD, None]), PASSED, False, ["a any", "spoilt", "a fresh", "kept"],
    ),
    "fails wherever it is tried": (
        FakeBench(a=[BAD, BAD, BAD]), FAILED, False, ["a any", "spoilt", "a fresh", "spoilt", "a fresh", "spoilt"],
    ),
    "fails on a fresh server, then passes on another": (
        FakeBench(a=[BAD, BAD, None]), FAILED, True, ["a any", "spoilt", "a fresh", "spoilt", "a fresh", "kept"],
    ),
    "the first server was fresh anyway": (
        FakeBench(shared=False, a=[BAD, BAD]), FAILED, False, ["a any", "spoilt", "a fresh", "spoilt"],
    ),
    "the first server was fresh anyway, the second differs": (
        FakeBench(shared=False, a=[BAD, None]), FAILED, True, ["a any", "spoilt", "a fresh", "kept"],
    ),
    "does not apply": (
        FakeBench(a=[NotApplicable("имён нет")]), NA, False, ["a any", "kept"],
    ),
    "does not apply on a fresh server": (
        FakeBench(a=[BAD, NotApplicable("имён нет")]), NA, False, ["a any", "spoilt", "a fresh", "kept"],
    ),
    "our fault once": (
        FakeBench(a=[Infra("slow"), None]), PASSED, False, ["a any", "discarded", "a any", "kept"],
    ),
    "our fault again and again": (
        FakeBench(a=[Infra("slow"), SandboxError("no disk"), Infra("slow")]), INFRA, False,
        ["a any", "discarded", "a any", "discarded", "a any", "discarded"],
    ),
    "a fault in the check itself": (
        FakeBench(a=[ZeroDivisionError("oops")] * 3), INFRA, False, ["a any", "discarded", "a any", "discarded", "a any", "discarded"],
    ),
    "a teacher's own assertion": (
        FakeBench(a=[AssertionError("не то")] * 3), FAILED, False, ["a any", "spoilt", "a fresh", "spoilt", "a fresh", "spoilt"],
    ),
    "the student broke the sandbox": (
        FakeBench(a=[StudentBrokeSandbox("starter killed")] * 3), FAILED, False,
        ["a any", "spoilt", "a fresh", "spoilt", "a fresh", "spoilt"],
    ),
    "something said did not come": (
        FakeBench(a=[FakeChat(None, differs=BAD)] * 3), FAILED, False, ["a any", "spoilt", "a fresh", "spoilt", "a fresh", "spoilt"],
    ),
    "the server ended, as it may": (
        FakeBench(a=[FakeChat(None, differs=BAD, code=0)]), PASSED, False, ["a any", "kept"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("bench", "verdict", "unstable", "log"), ENDINGS.values(), ids=ENDINGS.keys())
def test_how_it_ends_tells_how_often_it_is_tried(run: Run, bench: FakeBench, verdict: Verdict, unstable: bool, log: list[str]) -> None:
    run.checks("a")
    result = only_result(run.against(bench))
    assert (result.verdict, result.unstable) == (verdict, unstable)
    assert bench.log == log


def test_a_failure_tells_what_was_expected_what_came_and_where_it_is_stuck(run: Run) -> None:
    run.checks("a")
    result = only_result(run.against(FakeBench(a=[CheckFailed("раз", "первый"), CheckFailed("два", "второй"), CheckFailed("три", "третий")])))
    assert (result.expected, result.actual) == ("два", "второй")  # of the first fresh server
    assert result.stuck == (Stuck("server.py", 2, "conn.recv(10)", "recv", "пока Вера что-нибудь пришлёт"),)


def test_an_unstable_failure_says_so(run: Run) -> None:
    run.checks("a")
    result = only_result(run.against(FakeBench(a=[BAD, BAD, None])))
    assert result.actual == "никто не слышит; при повторе на новом сервере всё получилось: сервер ведёт себя каждый раз по-разному"


def test_the_reason_why_it_does_not_apply_is_kept(run: Run) -> None:
    run.checks("a")
    assert only_result(run.against(FakeBench(a=[NotApplicable("имён нет")]))).actual == "имён нет"


def test_troubles_of_ours_are_kept_for_the_log(run: Run) -> None:
    run.checks("a", "b")
    grading = run.against(FakeBench(a=[Infra("the machine is too busy"), None], b=[ZeroDivisionError("oops"), None]))
    assert verdicts(grading) == {"a": PASSED, "b": PASSED}
    first, second = grading.troubles
    assert first == "a: the machine is too busy"
    assert second.startswith("b: Traceback")
    assert "ZeroDivisionError: oops" in second


def opening_fails(error: Exception) -> Callable[[], None]:
    def open() -> None:
        raise error

    return open


@pytest.mark.parametrize("error", [SandboxError("no bwrap"), NotStarted("exited", 1), OSError(28, "No space left on device")])
def test_a_bench_that_gives_no_server_is_our_fault(run: Run, error: Exception) -> None:
    run.checks("a")
    grading = run.against(FakeBench(a=[opening_fails(error)] * 3))
    assert verdicts(grading) == {"a": INFRA}
    assert len(grading.troubles) == 3


# -- known faults


@pytest.mark.xfail(strict=True, reason="whatever is no failure the third time counts as a success")
@pytest.mark.parametrize("third", [Infra("slow"), NotApplicable("имён нет")])
def test_only_a_success_makes_a_failure_unstable(run: Run, third: Exception) -> None:
    run.checks("a")
    result = only_result(run.against(FakeBench(a=[BAD, BAD, third, third, third])))
    assert (result.verdict, result.unstable, result.actual) == (FAILED, False, "никто не слышит")


@pytest.mark.xfail(strict=True, reason="the student escapes a zero: what opening a conversation raises is taken for our fault")
def test_a_student_who_breaks_the_sandbox_at_a_restart_has_failed(run: Run) -> None:
    run.checks("a")
    assert verdicts(run.against(FakeBench(a=[opening_fails(StudentBrokeSandbox("starter killed"))] * 3))) == {"a": FAILED}


@pytest.mark.xfail(strict=True, reason="the student escapes a zero: asking a broken sandbox where the server waits raises again")
def test_a_student_who_broke_the_sandbox_is_asked_no_more(run: Run) -> None:
    def broken() -> FakeChat:
        chat = FakeChat(StudentBrokeSandbox("starter killed"))
        chat.server.waiting = opening_fails(StudentBrokeSandbox("starter killed"))
        return chat

    run.checks("a")
    assert verdicts(run.against(FakeBench(a=[broken] * 9))) == {"a": FAILED}


@pytest.mark.xfail(strict=True, reason="pytest's own outcomes are no Exception, and reach pytest")
@pytest.mark.parametrize(
    ("line", "verdict"),
    [("pytest.fail('не то')", FAILED), ("pytest.skip('имён нет')", NA), ("with pytest.raises(ValueError): pass", FAILED)],
)
def test_a_teacher_may_use_what_pytest_offers(run: Run, line: str, verdict: Verdict) -> None:
    run.write("own.py", f"import pytest\n@check('a')\ndef test_a(chat):\n    {line}\n")
    assert verdicts(run.against(FakeBench())) == {"a": verdict}


@pytest.mark.xfail(strict=True, raises=RecursionError, reason="pytest's hook goes round until the stack is full")
def test_checks_that_need_each_other_are_named(run: Run) -> None:
    run.checks("a", "b", a="b", b="a")
    with pytest.raises(Infra, match="need"):
        run.against(FakeBench())


# -- checks that look at the submission


def test_a_check_may_look_at_the_lab_and_needs_no_server(run: Run) -> None:
    run.write(
        "code.py",
        '''
        @check("good")
        def test_good(lab):
            assert lab.submission.path == "student"

        @check("bad")
        def test_bad(lab):
            raise CheckFailed("одно", "другое")

        @check("neither")
        def test_neither():
            assert 1 == 2, "не равно"
        ''',
    )
    bench = FakeBench()
    grading = run.against(bench)
    assert verdicts(grading) == {"good": PASSED, "bad": FAILED, "neither": FAILED}
    assert bench.log == []  # nothing to try again: a source does not change
    assert grading.results["bad"].actual == "другое"
    assert grading.results["neither"].actual.startswith("не равно")


def test_a_check_may_have_both(run: Run) -> None:
    run.write("both.py", "@check('both')\ndef test_both(lab, chat):\n    chat.happens()\n    assert lab.facts\n")
    assert verdicts(run.against(FakeBench())) == {"both": PASSED}


def test_without_a_docstring_the_id_is_the_title(run: Run) -> None:
    run.write("plain.py", "@check('plain-one')\ndef test_plain(chat): pass\n")
    result = only_result(run.against(FakeBench()))
    assert (result.title, result.level) == ("plain-one", "should")


def test_what_a_check_prints_goes_nowhere(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run.write("loud.py", "import sys\n@check('loud')\ndef test_loud(chat):\n    print('сюда')\n    print('и сюда', file=sys.stderr)\n")
    assert verdicts(run.against(FakeBench())) == {"loud": PASSED}
    assert capfd.readouterr() == ("", "")


# -- what stands in the way of what


def test_a_check_whose_need_failed_is_blocked_and_names_the_root(run: Run) -> None:
    run.checks("a", "b", "c", "d", b="a", c="b")
    bench = FakeBench(a=[BAD] * 3)
    grading = run.against(bench)
    assert verdicts(grading) == {"a": FAILED, "b": BLOCKED, "c": BLOCKED, "d": PASSED}
    assert [grading.results[id].blocked_by for id in "abcd"] == ["", "a", "a", ""]
    assert not any(line.startswith(("b ", "c ")) for line in bench.log)


@pytest.mark.parametrize(("ending", "expected"), [(None, PASSED), (NotApplicable("нет"), PASSED), (Infra("slow"), BLOCKED)])
def test_what_is_needed_must_have_passed_or_not_apply(run: Run, ending: Exception | None, expected: Verdict) -> None:
    run.checks("a", "b", b="a")
    assert verdicts(run.against(FakeBench(a=[ending] * 3)))["b"] is expected


def test_what_is_needed_comes_first_wherever_it_is_written(run: Run) -> None:
    run.checks("c", "d", name="a_first.py", c="b", d="a")
    run.checks("b", "a", name="b_second.py", b="a")
    assert list(run.against(FakeBench()).results) == ["a", "b", "c", "d"]


def test_a_need_that_is_not_among_the_checks_stands_in_nobodys_way(run: Run) -> None:
    run.checks("b", b="elsewhere")
    assert verdicts(run.against(FakeBench())) == {"b": PASSED}


def test_only_what_was_asked_for_runs_and_what_that_needs(run: Run) -> None:
    run.checks("d", "c", "b", "a", "e", c="b", b="a", e="a")
    assert list(run.against(FakeBench(), "c").results) == ["a", "b", "c"]
    assert list(run.against(FakeBench(), "e", "d").results) == ["a", "e", "d"]
    assert list(run.against(FakeBench(), "nothing").results) == []


# -- nothing of a student's reaches pytest


def test_configuration_plugins_and_options_around_the_grader_do_not_reach_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "student"
    here.mkdir()
    evil = "raise SystemExit('the student was here')\n"
    for folder in (here, tmp_path):
        (folder / "conftest.py").write_text(evil)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\npython_functions = nothing_*\n")
        (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--no-such-option'\n")
        (folder / "setup.cfg").write_text("[tool:pytest]\naddopts = --no-such-option\n")
    (here / "evil_plugin.py").write_text(evil)
    (here / "grading.py").write_text(evil)
    (here / "test_mine.py").write_text(evil)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option -p evil_plugin")
    monkeypatch.setenv("PYTEST_PLUGINS", "evil_plugin")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    run.checks("a")
    assert verdicts(run.against(FakeBench())) == {"a": PASSED}
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option -p evil_plugin"  # as it was before
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_nothing_is_written_beside_the_checks(run: Run) -> None:
    run.checks("a")
    run.against(FakeBench())
    left = {path.name for path in run.folder.iterdir() if path.name != "__pycache__"}
    assert left == {"theme.py"}


def test_a_check_file_that_cannot_be_read_is_said_plainly(run: Run) -> None:
    run.write("broken.py", "def (:\n")
    with pytest.raises(Infra, match=r"(?s)could not be run.*broken\.py"):
        run.against(FakeBench())


def test_a_folder_without_checks_gives_no_results(run: Run) -> None:
    assert run.against(FakeBench()).results == {}
