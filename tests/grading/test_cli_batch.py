"""Many submissions: in order, in parallel, and one that goes wrong costs only itself."""

import os
import pickle
import signal
import threading
from contextlib import closing

import pytest

from grading import batch
from grading.errors import ConfigError
from grading.options import Options
from grading.result import Report, Verdict
from grading.submission.model import Submission


def grade(submission, options):
    """What becomes of a submission is written in its path; workers find this function by its name."""
    if "raise" in submission.path:
        raise RuntimeError("no such luck")
    if "config" in submission.path:
        raise ConfigError("what is this", "lab.toml", 3)
    if "crash" in submission.path:
        os.kill(os.getpid(), signal.SIGKILL)
    if "exit" in submission.path:
        raise SystemExit(7)
    if "hang" in submission.path:
        threading.Event().wait()
    return Report(submission.path, score=len(submission.path), passed=True, seed=os.getpid())


def submissions(*paths):
    return [Submission(path, sha256="cd" * 32, notes=("chosen among two",)) for path in paths]


def run(*paths, **how):
    return list(batch.run(submissions(*paths), Options(), grade, **how))


def test_a_single_submission_is_graded_in_this_process():
    (report,) = run("labs/one")
    assert (report.score, report.seed) == (8, os.getpid())


def test_several_have_a_process_each_and_come_in_the_order_of_the_input():
    reports = run("labs/b", "labs/a", "labs/c", jobs=2)
    assert [report.path for report in reports] == ["labs/b", "labs/a", "labs/c"]
    assert len({report.seed for report in reports} | {os.getpid()}) == 4


def test_nothing_to_grade_is_no_work():
    assert run() == []


def test_an_exception_of_ours_is_an_infra_report_that_says_where():
    (report,) = run("labs/raise")
    assert (report.infra, report.passed, report.needs_review) == (True, False, True)
    assert (report.path, report.sha256, report.notes[0]) == ("labs/raise", "cd" * 32, "chosen among two")
    assert report.checks[0].id == "starts"
    assert report.checks[0].verdict is Verdict.INFRA
    assert "RuntimeError: no such luck (test_cli_batch.py:" in report.notes[-1]
    assert os.sep not in report.notes[-1]


def test_what_goes_wrong_costs_one_submission():
    good, crashed, ended, config, raised, last = run("labs/1", "labs/crash", "labs/exit", "labs/config", "labs/raise", "labs/2", jobs=3)
    assert (good.infra, last.infra) == (False, False)
    assert "упал с кодом" in crashed.notes[-1]
    assert "упал с кодом 7" in ended.notes[-1]
    assert str(config) == "lab.toml:3: what is this"
    assert raised.infra


def test_a_hung_worker_is_ended_at_its_deadline():
    hung, good = run("labs/hang", "labs/1", jobs=2, deadline=4.0)  # enough for the good one on a busy machine
    assert "не уложилась в 4 с" in hung.notes[-1]
    assert hung.infra
    assert not good.infra


def test_leaving_early_leaves_no_worker_behind():
    with closing(batch.run(submissions("labs/1", "labs/hang", "labs/hang"), Options(), grade, jobs=2)) as outcomes:
        assert next(outcomes).path == "labs/1"
    import multiprocessing  # noqa: PLC0415

    assert multiprocessing.active_children() == []


def test_a_worker_never_imports_a_module_of_the_current_folder(tmp_path, monkeypatch):
    for name in ("socket.py", "signal.py", "grading.py", "selectors.py"):
        (tmp_path / name).write_text("raise SystemExit('a module of the lab was imported')\n")
    monkeypatch.chdir(tmp_path)
    assert [report.infra for report in run("labs/1", "labs/2")] == [False, False]


@pytest.mark.parametrize("error", [ConfigError("m", "f", 1), ConfigError("m")])
def test_a_config_error_survives_the_way_back(error):
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.file, again.line, str(again)) == (error.message, error.file, error.line, str(error))
