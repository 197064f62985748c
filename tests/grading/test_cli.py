"""The command `grade`: what it prints where, and its exit codes. The engine is a stand-in that is told what to find."""

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from reports_data import REPORT

import grading
from grading import messages, progress
from grading.catalogue import CheckInfo, catalogue, checks_in
from grading.cli import Engine, main
from grading.errors import ConfigError
from grading.rubrics import built_in
from grading.submission.model import Problem, Submission

CHECKS = [CheckInfo(id, f"Что показывает {id}", "must") for id in ("starts", "two-users-exchange", "silent-newcomer")]
NAMES = {"ok": {}, "low": {"passed": False}, "infra": {"infra": True, "passed": False}}


@pytest.fixture(autouse=True)
def _russian_again():
    yield
    messages.use("ru")


class Stand:
    """An engine whose verdict is in the folder's name; remembers with which options it was asked."""

    def __init__(self):
        self.options = []
        self.number = count()

    def find(self, path):
        if path.name == "bad-toml":
            raise ConfigError("неизвестный ключ", str(path / "lab.toml"), 3)
        if path.name == "none":
            return []
        problem = Problem("config", "lab.toml:4: неизвестный ключ", "lab.toml", 4) if path.name == "students-toml" else None
        return [Submission(str(path), problem=problem)]

    def grade(self, submission, options):
        self.options.append(options)
        name = Path(submission.path).name
        progress.now("silent-newcomer")
        if name == "raise":
            raise RuntimeError("boom")
        if name == "late":
            raise ConfigError("нет такой проверки", "rubric.toml", 9)
        if name == "unstable":
            number = next(self.number)
            return replace(REPORT, path=submission.path, score=number % 2, seconds=number / 7)
        return replace(REPORT, path=submission.path, seconds=next(self.number) / 7, **NAMES.get(name, {}))

    def engine(self):
        layers = [type("Layer", (), {"name": "bubblewrap", "works": True, "detail": "0.8", "remedy": ""})()]
        return Engine(self.find, self.grade, lambda: CHECKS, lambda: layers)


@pytest.fixture
def grade(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with labs of telling names; gives its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    for name in (*NAMES, "bad-toml", "none", "students-toml", "raise", "late", "unstable"):
        (tmp_path / name).mkdir()
    stand = Stand()

    def run(*argv):
        code = main(list(argv), stand.engine())
        out, err = capsys.readouterr()
        return code, out, err

    run.stand = stand
    return run


@pytest.mark.parametrize(
    ("paths", "code"),
    [(["ok"], 0), (["low"], 1), (["infra"], 3), (["bad-toml"], 2), (["missing"], 2), (["none"], 2), (["raise"], 3), (["late"], 2),
     (["students-toml"], 2), (["ok", "bad-toml"], 2), ([], 2)],
)  # fmt: skip
def test_exit_codes(grade, paths, code):
    assert grade(*paths)[0] == code


def test_two_comes_before_three_before_one():
    from grading.errors import worse  # noqa: PLC0415

    assert [worse(0, 1), worse(1, 3, 0), worse(1, 3, 2), worse(0, 0)] == [1, 3, 2, 0]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["missing"], "grade: missing: нет такого файла или папки\n"),
        (["bad-toml"], "grade: bad-toml/lab.toml:3: неизвестный ключ\n"),
        (["students-toml", "--format", "json"], "grade: students-toml: lab.toml:4: неизвестный ключ\n"),
        (["ok", "--check", "silent-newcomr"], "grade: Нет проверки «silent-newcomr». Может быть, «silent-newcomer»? Все: grade --list.\n"),
        (["ok", "--variant", "multi"], "grade: Нет варианта «multi». Может быть, «multi-user»? Есть: multi-user, select, udp, two-user.\n"),
        (["ok", "--rubric", "none.toml"], "grade: none.toml: Не читается: No such file or directory.\n"),
        (["ok", "--zzz"], "grade: ошибка в командной строке: unrecognized arguments: --zzz.\n"),
        (["ok", "--vriant=x"], "grade: ошибка в командной строке: unrecognized arguments: --vriant=x. Может быть, «--variant»?\n"),
        (["ok", "--isolation", "none"], "нужно одно из: auto, floor, require:bubblewrap, require:floor, а не «none».\n"),
        (["ok", "--jobs", "0"], "нужно целое число больше нуля, а не «0».\n"),
        (["\x1b[31m"], "grade: \\x1b[31m: нет такого файла или папки\n"),
        ([], "grade: Что проверять? Назовите папку с работой, например: grade labs/student_threaded\n"),
    ],
)
def test_a_mistake_is_one_clear_line_on_stderr(grade, argv, message):
    code, _out, err = grade(*argv)
    assert code == 2
    assert err.endswith(message)
    assert err.count("\n") == 1


def test_json_has_nothing_but_objects_on_stdout(grade):
    code, out, _err = grade("ok", "--format", "json")
    assert code == 0
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["ok"]


def test_a_failure_of_ours_is_a_report_too(grade):
    code, out, err = grade("raise", "--format", "json")
    found = json.loads(out)
    assert (code, err) == (3, "")
    assert (found["needs_review"], found["checks"][0]["verdict"]) == (True, "infra")
    assert "RuntimeError: boom" in found["checks"][0]["actual"]


def test_the_terminal_report_is_the_default(grade):
    _code, out, _err = grade("ok")
    assert "60 из 100" in out
    assert "\x1b" not in out


def test_options_reach_the_engine(grade, tmp_path):
    (tmp_path / "my.toml").write_text('variant = "mine"\nfactor = 1\n[points]\nstarts = 100\n', encoding="utf-8")
    grade(
        "ok",
        "--rubric",
        "my.toml",
        "--variant",
        "mine",
        "--check",
        "starts",
        "--seed",
        "5",
        "--lang",
        "en",
        "--isolation",
        "require:bubblewrap",
    )
    (options,) = grade.stand.options
    assert (options.rubrics, options.variant, options.checks, options.seed) == (("my.toml",), "mine", ("starts",), 5)
    assert (options.lang, options.isolation) == ("en", "require:bubblewrap")


def test_english_on_request(grade):
    assert "Course points: 60" in grade("ok", "--lang", "en")[1]
    assert "no such file or folder" in grade("missing", "--lang=en")[2]
    assert grade("--help", "--lang", "en")[1].startswith("Usage: grade")


def test_files_are_written_into_a_new_folder(grade, tmp_path):
    code, _out, _err = grade("ok", "--output", "reports/today")
    assert code == 0
    assert json.loads((tmp_path / "reports" / "today" / "ok.json").read_text(encoding="utf-8"))["path"] == "ok"


def test_a_folder_that_cannot_be_made_is_a_mistake_of_the_command_line(grade, tmp_path):
    (tmp_path / "file").write_text("")
    code, _out, err = grade("ok", "--output", "file/reports")
    assert (code, err.startswith("grade: file/reports: папку для отчётов не создать")) == (2, True)


def test_repeating_a_steady_submission_finds_one_report(grade):
    code, out, err = grade("ok", "--repeat", "20", "--format", "json")
    assert (code, out.count("\n")) == (0, 1)
    assert err == "ok: 20 прогонов, 1 отчёт\n"


def test_repeating_an_unsteady_one_exits_with_three_and_shows_the_difference(grade):
    code, out, err = grade("unstable", "--repeat", "3", "--format", "json")
    assert (code, out.count("\n")) == (3, 1)
    assert err.startswith("unstable: 3 прогона, 2 разных отчёта\n--- 1\n+++ 2\n")
    assert '- "score": 0' in err
    assert '+ "score": 1' in err
    assert "seconds" not in err


def test_the_list_of_checks(grade):
    code, out, _err = grade("--list")
    assert code == 0
    assert all(one.id in out for one in CHECKS)


def test_the_doctor_and_the_version(grade):
    assert "bubblewrap" in grade("--doctor")[1]
    assert grade("--version")[1].startswith("chat-lab ")


def test_help_offers_only_what_works(grade):
    code, out, _err = grade("--help")
    assert code == 0
    assert "--watch" not in out
    assert "--new" in out
    assert "Код завершения" in out


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path):
    script = "import sys; from grading.cli import main; sys.exit(main(['--help']))"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_a_lab_in_the_current_folder_never_reaches_the_grader(tmp_path):
    for name in ("argparse.py", "dataclasses.py", "tomllib.py", "rich.py", "json.py", "socket.py"):
        (tmp_path / name).write_text("raise SystemExit('a module of the lab was imported')\n")
    house = os.path.dirname(os.path.dirname(grading.__file__))
    done = subprocess.run(
        [sys.executable, "-m", "grading.cli", "--variant", "none", "--version"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": house}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout[:8], done.stderr, done.returncode) == ("chat-lab", "", 0)


def test_the_catalogue_reads_checks_without_running_them():
    source = '''
raise SystemExit("this must not run")

@check("late-joiner-hears", needs="three-users-hear", level="must")
def test_it(chat):
    """Вошедший позже слышит.

    More words.
    """

@check("restart")
def test_again(chat): ...

def helper(): ...
'''
    assert list(checks_in(source)) == [
        CheckInfo("late-joiner-hears", "Вошедший позже слышит.", "must", "three-users-hear"),
        CheckInfo("restart", "restart", "should", ""),
    ]


def test_every_check_of_the_rubrics_is_there_and_the_levels_add_up():
    levels = {one.id: one.level for one in catalogue()}
    for rubric in built_in():
        assert set(rubric.points) <= set(levels)
        assert sum(worth for id, worth in rubric.points.items() if levels[id] == "must") == 80


class Watched(io.StringIO):
    def isatty(self):
        return True


def watching(monkeypatch):
    screen = Watched()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    return screen


def test_somebody_who_watches_sees_what_is_at_work_and_never_between_the_reports(grade, monkeypatch):
    watched = watching(monkeypatch)
    code, out, _err = grade("ok", "--repeat", "2", "--format", "json")
    assert (code, out.count("\n")) == (0, 1)
    assert "Проверяю, 2 из 2: ok: silent-newcomer" in watched.getvalue()
    assert watched.getvalue().rstrip().endswith("ok: 2 прогона, 1 отчёт")


def test_of_a_single_submission_he_sees_the_check_and_nothing_of_it_stays(grade, monkeypatch):
    watched = watching(monkeypatch)
    grade("ok")
    shown, _last, rest = watched.getvalue().rpartition("Проверяю ok: silent-newcomer")
    assert "1 из 1" not in shown
    assert "\x1b[2K" in rest  # the line is erased
    assert not re.sub(r"\x1b\[[?\d]*[a-zA-Z]|\s", "", rest)


def test_without_a_terminal_there_is_nothing_of_it(grade):
    assert grade("ok")[2] == ""


def test_what_a_reader_may_not_see_is_on_no_stream_and_in_no_file(grade, tmp_path):
    for more in ((), ("--format", "json"), ("--output", "out")):
        assert "есть кто?" in grade("ok", *more)[1]
        assert "есть кто?" not in "".join(grade("ok", *more, "--visibility", "own-output-only")[1:])
    assert "есть кто?" not in (tmp_path / "out" / "ok.json").read_text(encoding="utf-8")
    assert grade("ok", "--visibility", "all")[0] == 2
