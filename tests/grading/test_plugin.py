"""How checks become verdicts: check files of a teacher, run by pytest against a bench on which everything is written down."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grading.eyes import Waiting
from grading.lab import Lab
from grading.learned import Learned
from grading.play import ScenarioFailed
from grading.plugin import SHRINKING_TRIES, Grading
from grading.result import CheckResult, Stuck, Verdict
from grading.runner import run_checks
from grading.running import NotStarted
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.scenario import Manner, Step
from grading.submission.model import Submission
from grading.transcript import Transcript
from grading.verdicts import CheckFailed, Infra, NotApplicable
from reference.dialect import Dialect

PASSED, FAILED, BLOCKED, NA, INFRA = Verdict.PASSED, Verdict.FAILED, Verdict.BLOCKED, Verdict.NA, Verdict.INFRA
BAD = CheckFailed("все слышат", "никто не слышит")


class FakeChat:
    """A conversation that ends as it was told."""

    def __init__(self, ending: BaseException | None, *, differs: CheckFailed | None = None, code: int | None = None) -> None:
        self.ending, self.differs = ending, differs
        self.transcript, self.everybody = Transcript(), ()
        self.rested = False
        waiting = [Waiting("recv", "пока Вера что-нибудь пришлёт", (("/lab/server.py", 2),))]
        seen = lambda: waiting if self.rested else []  # noqa: E731 - who is not asked at rest is somewhere else
        self.server = SimpleNamespace(exit_code=lambda: code, waiting=seen, output=lambda: "", sandbox=SimpleNamespace(lab="/lab"))

    def happens(self) -> None:
        if self.ending is not None:
            raise self.ending

    def settle(self) -> None:
        self.rested = True

    def verify(self) -> None:
        if self.differs is not None:
            raise self.differs


FRESH = "the next server is a fresh one, asked for or not"


class FakeBench:
    """Gives out conversations in the order they were written down for a check; `asked` remembers what it was asked for each.

    An exception stands for a conversation that ends with it, None for one that goes well, a function for what opening one does.
    """

    def __init__(self, **endings: list[object]) -> None:
        self.endings = {name: list(row) for name, row in endings.items()}
        self.asked: dict[str, list[str]] = {}
        self.learned: Any = SimpleNamespace(timers_matter=False, left_busy=False, seats=None, dialect=Dialect())
        self.expected, self.private = 0, False
        self._now = ""

    def chat(self, check: str, *, fresh: bool) -> tuple[FakeChat, bool]:
        self._now = check
        self._note("fresh" if fresh else "any")
        row = self.endings.get(check)
        ending = row.pop(0) if row else None
        if row and ending == FRESH:
            fresh, ending = True, row.pop(0)
        if callable(ending):
            ending = ending()
        chat = ending if isinstance(ending, FakeChat) else FakeChat(ending)  # type: ignore[arg-type]
        return chat, fresh

    def release(self, chat: FakeChat, *, passed: bool) -> None:
        self._note("kept" if passed else "spoilt")

    def discard(self) -> None:
        self._note("discarded")

    def _note(self, what: str) -> None:
        self.asked.setdefault(self._now, []).append(what)


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
            needed = needs.get(id, "")
            path = self.folder / name
            before = path.read_text(encoding="utf-8") if path.exists() else "from grading.plugin import check\n"
            mark, function = f'@check("{id}", needs="{needed}")', f"def test_{id}(chat):"
            path.write_text(f'{before}\n{mark}\n{function}\n    """Что {id}."""\n    chat.happens()\n', encoding="utf-8")

    def against(self, bench: FakeBench, *only: str, fatal: Collection[str] = ()) -> Grading:
        lab = Lab(Submission("student", {"server.py": b"while True:\n    conn.recv(10)\n"}))
        self.grading = Grading(lab, bench, only, fatal)  # type: ignore[arg-type]
        try:
            run_checks(self.grading, self.folder)
        finally:
            for path in self.folder.glob("*.py"):  # pytest keeps them by their names, and the next test has others of the same name
                sys.modules.pop(path.stem, None)
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


def test_what_a_check_returns_is_a_remark(run: Run) -> None:
    run.write("manners.py", '@check("polite")\ndef test_polite(chat):\n    """Здоровается."""\n    return "его словами"\n')
    result = only_result(run.against(FakeBench()))
    assert (result.verdict, result.actual) == (PASSED, "его словами")


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
    assert bench.asked == {"polite": ["any", "kept"]}
    assert result.seconds >= 0


# how its conversations end, one after the other -> (verdict, unstable, what the bench was asked)
ENDINGS: dict[str, tuple[list[object], Verdict, bool, str]] = {
    "fails where others were before, passes on a fresh server": ([BAD, None], PASSED, False, "any, spoilt, fresh, kept"),
    "fails wherever it is tried": ([BAD, BAD, BAD], FAILED, False, "any, spoilt, fresh, spoilt, fresh, spoilt"),
    "fails on a fresh server, then passes on another": ([BAD, BAD, None], FAILED, True, "any, spoilt, fresh, spoilt, fresh, kept"),
    "the first server was fresh anyway": ([FRESH, BAD, BAD], FAILED, False, "any, spoilt, fresh, spoilt"),
    "the first server was fresh anyway, the second differs": ([FRESH, BAD, None], FAILED, True, "any, spoilt, fresh, kept"),
    "does not apply": ([NotApplicable("имён нет")], NA, False, "any, kept"),
    "does not apply on a fresh server": ([BAD, NotApplicable("имён нет")], NA, False, "any, spoilt, fresh, kept"),
    "our fault once": ([Infra("slow"), None], PASSED, False, "any, discarded, any, kept"),
    "our fault again and again": (
        [Infra("slow"), SandboxError("no disk"), Infra("slow")],
        INFRA,
        False,
        "any, discarded, any, discarded, any, discarded",
    ),
    "a fault in the check itself": ([ZeroDivisionError("oops")] * 3, INFRA, False, "any, discarded, any, discarded, any, discarded"),
    "a teacher's own assertion": ([AssertionError("не то")] * 3, FAILED, False, "any, spoilt, fresh, spoilt, fresh, spoilt"),
    "the student broke the sandbox": (
        [StudentBrokeSandbox("starter killed")] * 3,
        FAILED,
        False,
        "any, spoilt, fresh, spoilt, fresh, spoilt",
    ),
    "something said did not come": ([FakeChat(None, differs=BAD)] * 3, FAILED, False, "any, spoilt, fresh, spoilt, fresh, spoilt"),
    "the server crashed": ([FakeChat(None, differs=BAD, code=1)] * 3, FAILED, False, "any, spoilt, fresh, spoilt, fresh, spoilt"),
    "the server ended, as it may": ([FakeChat(None, code=0)], PASSED, False, "any, kept"),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[CheckResult, str]]:
    """(result, what the bench was asked) of each of ENDINGS, all from one run of pytest."""
    run = Run(tmp_path_factory.mktemp("endings") / "checks")
    ids = [f"n{number}" for number in range(len(ENDINGS))]
    run.checks(*ids)
    bench = FakeBench(**dict(zip(ids, (row[0] for row in ENDINGS.values()), strict=True)))
    results = run.against(bench).results
    return {title: (results[id], ", ".join(bench.asked[id])) for title, id in zip(ENDINGS, ids, strict=True)}


@pytest.mark.parametrize("title", ENDINGS)
def test_how_it_ends_tells_how_often_it_is_tried(title: str, ended: dict[str, tuple[CheckResult, str]]) -> None:
    _, verdict, unstable, asked = ENDINGS[title]
    result, log = ended[title]
    assert (result.verdict, result.unstable, log) == (verdict, unstable, asked)


def test_a_failure_tells_what_was_expected_what_came_and_where_it_is_stuck(run: Run) -> None:
    run.checks("a")
    failures: list[object] = [CheckFailed("раз", "первый"), CheckFailed("два", "второй"), CheckFailed("три", "третий")]
    result = only_result(run.against(FakeBench(a=failures)))
    assert (result.expected, result.actual) == ("два", "второй")  # of the first fresh server
    assert result.stuck == (Stuck("server.py", 2, "conn.recv(10)", "recv", "пока Вера что-нибудь пришлёт"),)


def test_an_unstable_failure_says_so(run: Run) -> None:
    run.checks("a")
    result = only_result(run.against(FakeBench(a=[BAD, BAD, None])))
    assert result.actual == "никто не слышит; при повторе на новом сервере всё получилось: сервер ведёт себя каждый раз по-разному"


_FIRST, _LAST = Step("says", (0,), ("привет",)), Step("says", (1,), ("привет",))
STEPS = [Step("joins", (0,)), Step("joins", (1,)), _FIRST, Step("joins", (2,)), Step("vanishes", (2,)), _LAST]


def deaf_after_a_departure(chat: object, steps: Sequence[Step]) -> None:
    """Plays against a server that passes nothing on once somebody has left."""
    for number, step in enumerate(steps):
        if step.what == "says" and any(one.what in ("leaves", "vanishes") for one in steps[:number]):
            raise ScenarioFailed(BAD, steps[: number + 1], Manner())


def test_a_scenario_that_fails_is_told_as_short_as_can_be(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.checks("one")
    monkeypatch.setattr("grading.attempts.play", deaf_after_a_departure)
    failure = ScenarioFailed(BAD, STEPS, Manner())
    bench = FakeBench(one=[failure, failure, failure])
    result = only_result(run.against(bench))
    assert result.verdict is Verdict.FAILED
    assert len(result.expected.split("; ")) == 5, result.expected  # two come, one leaves, the other speaks, and nobody hears
    assert bench.asked["one"].count("fresh") + bench.asked["one"].count("any") <= 3 + 2 * SHRINKING_TRIES


def test_a_scenario_that_fails_only_now_and_then_is_told_as_it_was(run: Run) -> None:
    run.checks("one")
    failure = ScenarioFailed(BAD, STEPS, Manner())
    result = only_result(run.against(FakeBench(one=[failure, failure, None])))
    assert result.unstable
    assert result.expected.count(";") == len(STEPS)


def test_a_failure_of_ours_while_it_is_made_shorter_costs_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def play(chat: object, steps: Sequence[Step]) -> None:
        raise Infra("too busy")

    run.checks("one")
    monkeypatch.setattr("grading.attempts.play", play)
    failure = ScenarioFailed(BAD, STEPS, Manner())
    result = only_result(run.against(FakeBench(one=[failure, failure, failure])))
    assert result.verdict is Verdict.FAILED
    assert result.expected.count(";") == len(STEPS)


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


@pytest.mark.parametrize("error", [SandboxError("no bwrap"), NotStarted("slow"), OSError(28, "No space left on device")])
def test_a_bench_that_gives_no_server_is_our_fault(run: Run, error: Exception) -> None:
    run.checks("a")
    grading = run.against(FakeBench(a=[opening_fails(error)] * 3))
    assert verdicts(grading) == {"a": INFRA}
    assert len(grading.troubles) == 3


def test_a_server_that_starts_only_now_and_then_is_not_our_fault(run: Run) -> None:
    run.checks("a", "b")
    no_start = opening_fails(NotStarted("exited", 1))
    grading = run.against(FakeBench(a=[no_start] * 3, b=[no_start, None]))
    assert verdicts(grading) == {"a": FAILED, "b": FAILED}
    assert (grading.results["a"].unstable, grading.results["b"].unstable) == (False, True)
    assert grading.troubles == []


@pytest.mark.parametrize(("failure", "verdict"), [(NotStarted("exited", 1), FAILED), (NotStarted("slow"), INFRA)])
def test_nor_is_one_that_a_check_asked_for_in_the_middle(run: Run, failure: Exception, verdict: Verdict) -> None:
    run.checks("a")
    assert verdicts(run.against(FakeBench(a=[failure] * 3))) == {"a": verdict}


@pytest.mark.parametrize("third", [Infra("slow"), NotApplicable("имён нет")])
def test_only_a_success_makes_a_failure_unstable(run: Run, third: Exception) -> None:
    run.checks("a")
    result = only_result(run.against(FakeBench(a=[BAD, BAD, third, third, third])))
    assert (result.verdict, result.unstable, result.actual) == (FAILED, False, "никто не слышит")


def test_a_student_who_breaks_the_sandbox_at_a_restart_has_failed(run: Run) -> None:
    run.checks("a")
    assert verdicts(run.against(FakeBench(a=[opening_fails(StudentBrokeSandbox("starter killed"))] * 3))) == {"a": FAILED}


def test_a_student_who_broke_the_sandbox_is_asked_no_more(run: Run) -> None:
    def broken() -> FakeChat:
        chat = FakeChat(StudentBrokeSandbox("starter killed"))
        chat.server.waiting = opening_fails(StudentBrokeSandbox("starter killed"))
        return chat

    run.checks("a")
    assert verdicts(run.against(FakeBench(a=[broken] * 9))) == {"a": FAILED}


@pytest.mark.parametrize(
    ("line", "verdict"),
    [("pytest.fail('не то')", FAILED), ("pytest.skip('имён нет')", NA), ("with pytest.raises(ValueError): pass", FAILED)],
)
def test_a_teacher_may_use_what_pytest_offers(run: Run, line: str, verdict: Verdict) -> None:
    run.write("own.py", f"import pytest\n@check('a')\ndef test_a(chat):\n    {line}\n")
    assert verdicts(run.against(FakeBench())) == {"a": verdict}


def test_checks_that_need_each_other_are_named(run: Run) -> None:
    run.checks("a", "b", a="b", b="a")
    with pytest.raises(Infra, match="need"):
        run.against(FakeBench())


# -- checks that look at the submission


def test_a_check_may_look_at_the_lab_and_needs_no_server(run: Run) -> None:
    run.write(
        "source.py",
        """
        @check("good")
        def test_good(lab):
            assert lab.submission.path == "student"

        @check("bad")
        def test_bad(lab):
            raise CheckFailed("одно", "другое")

        @check("neither")
        def test_neither():
            assert 1 == 2, "не равно"
        """,
    )
    bench = FakeBench()
    grading = run.against(bench)
    assert verdicts(grading) == {"good": PASSED, "bad": FAILED, "neither": FAILED}
    assert bench.asked == {}  # nothing to try again: a source does not change
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
    assert bench.asked.keys() == {"a", "d"}


@pytest.mark.parametrize(("ending", "expected"), [(None, PASSED), (NotApplicable("нет"), PASSED), (Infra("slow"), BLOCKED)])
def test_what_is_needed_must_have_passed_or_not_apply(run: Run, ending: Exception | None, expected: Verdict) -> None:
    run.checks("a", "b", b="a")
    assert verdicts(run.against(FakeBench(a=[ending] * 3)))["b"] is expected


@pytest.mark.parametrize(
    ("others", "verdict", "blocker"),
    [({"a": [None]}, NA, ""), ({"a": [BAD] * 3}, BLOCKED, "a"), ({"b": [BAD] * 3}, BLOCKED, "b"), ({"d": [BAD] * 3}, BLOCKED, "d")],
)
def test_what_could_not_be_seen_because_of_a_failure_is_blocked_by_it(
    run: Run, others: dict[str, list[object]], verdict: Verdict, blocker: str
) -> None:
    run.checks("a", "b", "c", "d", d="b")
    hidden = NotApplicable("не видно", because_of=("a", "d", "elsewhere"))
    result = run.against(FakeBench(c=[hidden], **others)).results["c"]
    assert (result.verdict, result.blocked_by, result.actual) == (verdict, blocker, "не видно")


@pytest.mark.parametrize(("a", "verdict", "actual"), [(None, FAILED, "имя занято"), (BAD, BLOCKED, "")])
def test_a_failure_that_is_another_checks_affair_is_one_only_if_that_passed(
    run: Run, a: CheckFailed | None, verdict: Verdict, actual: str
) -> None:
    run.checks("a", "c")
    failure = CheckFailed("его пускают", "имя занято")
    failure.because_of = ("a",)
    result = run.against(FakeBench(a=[a] * 3, c=[failure] * 3)).results["c"]
    assert (result.verdict, result.actual) == (verdict, actual)


def test_what_is_needed_comes_first_wherever_it_is_written(run: Run) -> None:
    run.checks("c", "d", name="a_first.py", c="b", d="a")
    run.checks("b", "a", name="b_second.py", b="a")
    assert list(run.against(FakeBench()).results) == ["a", "b", "c", "d"]


def test_a_need_that_is_not_among_the_checks_stands_in_nobodys_way(run: Run) -> None:
    run.checks("b", b="elsewhere")
    assert verdicts(run.against(FakeBench())) == {"b": PASSED}


@pytest.mark.parametrize(("seats", "verdict"), [(2, PASSED), (None, BLOCKED)])
def test_a_chat_for_two_is_not_asked_for_what_only_many_can_do(run: Run, seats: int | None, verdict: Verdict) -> None:
    run.checks("two")
    run.write(
        "later.py",
        """
        @check("three", needs="two", variants="multi-user select udp")
        def test_three(chat):
            chat.happens()

        @check("model", needs="three")
        def test_model(chat):
            chat.happens()
        """,
    )
    bench = FakeBench(three=[BAD] * 3)
    bench.learned = Learned(Dialect(), True, seats)
    assert verdicts(run.against(bench)) == {"two": PASSED, "three": FAILED, "model": verdict}


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


def test_without_check_files_nothing_around_the_grader_is_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "student"
    here.mkdir()
    (here / "server.py").write_text("import pathlib\npathlib.Path('was_here').touch()\n")
    monkeypatch.chdir(here)
    assert run.against(FakeBench()).results == {}
    assert not (here / "was_here").exists()


def test_a_plain_function_is_a_check_that_costs_nobody_points(run: Run) -> None:
    title = '"""Молчащий новичок не задерживает остальных."""'
    run.write("own.py", f"def test_a_silent_newcomer_delays_nobody(chat):\n    {title}\n    chat.happens()\n")
    (result,) = run.against(FakeBench()).results.values()
    assert (result.id, result.level, result.verdict) == ("a-silent-newcomer-delays-nobody", "info", PASSED)
    assert result.title == "Молчащий новичок не задерживает остальных."


def test_after_the_failure_of_a_fatal_check_there_are_no_more(run: Run) -> None:
    run.checks("one", "two", "three", "four")
    bench = FakeBench(one=[BAD, BAD, BAD], three=[FRESH, BAD, BAD])
    grading = run.against(bench, fatal=("three", "four"))
    assert verdicts(grading) == {"one": FAILED, "two": PASSED, "three": FAILED}  # the first one is nothing this variant asks for
    assert bench.asked["three"].count("spoilt") == 1  # nor is it asked whether the failure is stable
