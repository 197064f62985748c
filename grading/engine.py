"""Grade one submission: start it, interview it, run the checks, score them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from grading.advice import advise
from grading.bench import Bench
from grading.interview import Hints, Learned, interview, with_settings
from grading.lab import Lab
from grading.options import Options
from grading.plugin import Grading
from grading.result import CheckResult, Isolation, Report, Verdict
from grading.rubrics import chosen
from grading.sandbox import Sandbox, SandboxError, StudentBrokeSandbox, open_sandbox
from grading.scoring import choose
from grading.server import Launch, NotStarted
from grading.submission import Submission
from grading.verdicts import Infra
from reference.dialect import Dialect

CHECKS = Path(__file__).parent / "checks"
_OUTPUT_KEPT = 4000


def grade(submission: Submission, options: Options) -> Report:
    """Everything about one submission.

    A server that does not start, or misbehaves in any way, is a report; what fails on our side is `infra` in it.

    Raises: ConfigError from a rubric.
    """
    return _Run(submission, options).report()


class _Run:
    """One grading run and what it finds out on the way."""

    def __init__(self, submission: Submission, options: Options) -> None:
        self.submission, self.options = submission, options
        self.rubrics = chosen(options)
        self.seed = options.seed if options.seed is not None else int(hashlib.sha256(submission.sha256.encode()).hexdigest()[:8], 16)
        self.lab = Lab(submission)
        self.isolation: Isolation | None = None
        self.notes: list[str] = list(submission.notes)
        settings = submission.settings
        launch = Launch(tuple(submission.argv), submission.cwd, settings.stdin)
        self.bench = Bench(self._sandbox, launch, f"{self.seed}")

    def report(self) -> Report:
        begun = time.monotonic()
        grading = Grading(self.lab, self.bench, self.options.checks)
        try:
            if self.submission.problem is None:
                self._learn()
            run_checks(grading)
            output = self.bench.server.output() if self.bench.server else self.lab.output
        except (SandboxError, Infra) as error:
            return self._infra(str(error), time.monotonic() - begun)
        finally:
            with contextlib.suppress(SandboxError):
                self.bench.close()
        return self._scored(grading, output, time.monotonic() - begun)

    def _sandbox(self) -> Sandbox:
        sandbox = open_sandbox(self.submission.files, isolation=self.options.isolation)
        self.isolation = Isolation(sandbox.tier, sandbox.network, "stillness", tuple(sandbox.not_protected))
        return sandbox

    def _learn(self) -> None:
        facts, settings = self.submission.facts, self.submission.settings
        given = Dialect(**settings.dialect) if settings.dialect else None  # type: ignore[arg-type]
        try:
            learned = interview(self.bench.fresh, Hints(facts.author, facts.quit_words), random.Random(f"{self.seed} interview"), given)
        except NotStarted as failure:
            self.lab.failure = failure
            if self.bench.server is not None:
                self.lab.output = self.bench.server.output()
                self.lab.stuck = self.lab.in_source(self.bench.server.stuck())
            return
        except StudentBrokeSandbox as broken:
            learned = Learned(Dialect(), False, remarks=(str(broken),))
        self.bench.learned = with_settings(learned, dict(settings.dialect))
        self.lab.model = learned.model
        self.notes += learned.remarks

    # -- the report

    def _scored(self, grading: Grading, output: str, seconds: float) -> Report:
        learned = self.bench.learned
        results = [self._advised(result, output) for result in grading.results.values()]
        model = learned.model if learned else ""
        score = choose(results, self.rubrics, model=model)
        starts = grading.results.get("starts")
        if starts is not None and starts.verdict is Verdict.FAILED and self.lab.stuck:
            score = replace(score, results=tuple(replace(one, stuck=self.lab.stuck) if one.id == "starts" else one for one in score.results))
        not_understood = learned is not None and not learned.understood
        if not_understood:
            self.notes.append("Понять, как говорит этот сервер, не удалось: балл предварительный, работу посмотрит преподаватель.")
        return Report(
            path=self.submission.path, sha256=self.submission.sha256, variant=score.rubric.variant, model=model,
            score=score.score, course_points=score.course_points, passed=score.passed, needs_review=not_understood,
            infra=score.infra, dialect=asdict(learned.dialect) if learned else {}, isolation=self.isolation, seconds=seconds,
            seed=self.seed, checks=score.results, notes=(*self.notes, *score.notes), server=self.submission.server,
            server_output=output[-_OUTPUT_KEPT:],
        )  # fmt: skip

    def _advised(self, result: CheckResult, output: str) -> CheckResult:
        if result.verdict is not Verdict.FAILED:
            return result
        return replace(result, advice=advise(result.id, result.stuck, output, result.actual))

    def _infra(self, why: str, seconds: float) -> Report:
        return Report(
            path=self.submission.path, sha256=self.submission.sha256, infra=True, isolation=self.isolation, seconds=seconds, seed=self.seed,
            server=self.submission.server, notes=(*self.notes, f"Проверить не удалось по нашей вине: {why}"),
        )  # fmt: skip


def run_checks(grading: Grading, files: Sequence[Path] = (CHECKS,)) -> None:
    """Runs the check files under pytest, with no plugin but ours and nothing taken from where we are.

    A student's conftest.py, pytest.ini or environment must never reach the grader; the results are left in `grading.results`.
    """
    import pytest  # noqa: PLC0415 - a fifth of a second that `grade --help` need not pay

    arguments = ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "--noconftest", "-c", os.devnull, "-o", "python_files=*.py"]
    arguments += ["--rootdir", str(CHECKS), "-p", "no:logging", "-p", "no:junitxml", "-p", "no:doctest", "--import-mode", "importlib"]
    with _environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=None, PYTEST_PLUGINS=None), contextlib.redirect_stdout(io.StringIO()) as log:
        code = pytest.main([*arguments, *map(str, files)], plugins=[grading])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise Infra(f"the checks could not be run (pytest exit code {int(code)}): {log.getvalue()[-2000:]}")


@contextlib.contextmanager
def _environment(**values: str | None) -> Any:
    before = {name: os.environ.get(name) for name in values}
    try:
        _set(values)
        yield
    finally:
        _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
