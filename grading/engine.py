"""Grade one submission: start it, interview it, run the checks, score them."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from typing import Final

from grading import settling
from grading.advice import advise
from grading.bench import Bench
from grading.early import Start, quick_turns
from grading.interview import PLAIN, interview
from grading.keyboard_talk import at_the_keyboard
from grading.lab import Lab
from grading.learned import Hints, Learned
from grading.messages import _
from grading.options import Options
from grading.plugin import Grading
from grading.result import CheckResult, Report, Verdict
from grading.rubrics import chosen
from grading.runner import run_checks
from grading.running import NotStarted
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.scoring import Observed, choose
from grading.submission import Submission
from grading.submission.model import Way
from grading.verdicts import Infra
from reference.dialect import Dialect

TRIES: Final = 3
"""How often a submission is tried before a failure on our side is called one."""
_OUTPUT_KEPT: Final = 4000
"""Characters of the server's output that a report carries."""

_SOURCE_KEPT: Final = 100_000
"""Bytes of a source file beyond which a report does not carry it."""


def grade(submission: Submission, options: Options, start: Start | None = None) -> Report:
    """Everything about one submission.

    A server that does not start, or misbehaves in any way, is a report.

    Args:
        start: its first servers, already on their way; closed at the end.

    Raises: ConfigError from a rubric; SandboxError or Infra when our side failed again and again: the caller's `infra`.
    """
    for _again in range(TRIES - 1):
        with contextlib.suppress(SandboxError, Infra):
            return _Run(submission, options, start).report()
        start = None
    return _Run(submission, options, start).report()


@contextlib.contextmanager
def acquainted(submission: Submission, options: Options) -> Iterator[tuple[Bench, Lab]]:
    """A bench whose servers have been interviewed, for a conversation that is no check; everything ends with the block.

    Where the server does not start, the bench has learned nothing, and `lab.starts()` says why.

    Raises: as `grade`.
    """
    run = _Run(submission, options, None)
    try:
        run.start.begin()
        with quick_turns():
            run.meet()
            yield run.bench, run.lab
    finally:
        with contextlib.suppress(SandboxError, StudentBrokeSandbox):
            run.bench.close()


def sources(submission: Submission) -> dict[str, dict[int, str]]:
    """The student's Python as it was handed in: file -> line number -> text; of a report or a notebook, the lines of its listings."""
    found: dict[str, dict[int, str]] = {}
    for path, content in submission.files.items():
        if not path.endswith(".py") or len(content) > _SOURCE_KEPT:
            continue
        lines = content.decode("utf-8", errors="replace").splitlines()
        origin = submission.origin.get(path)
        for number, line in enumerate(lines, 1):
            file, place = (path, number) if origin is None else origin.place(number) or ("", 0)
            if place and (line or place not in found.get(file, {})):  # where listings were joined stands a line of nobody's
                found.setdefault(file, {})[place] = line
    return found


class _Run:
    """One grading run and what it finds out on the way."""

    def __init__(self, submission: Submission, options: Options, start: Start | None) -> None:
        self.submission, self.options = submission, options
        self.start = start or Start(submission, options)
        self.seed, self.bench = self.start.seed, self.start.bench
        variant = options.variant or submission.settings.variant
        self.rubrics = chosen(replace(options, variant=variant))
        self.lab = Lab(submission)
        self.notes: list[str] = list(submission.notes)
        self._met = 0.0

    def report(self) -> Report:
        begun = time.monotonic()
        self._met = begun
        asked = {id for rubric in self.rubrics for id in rubric.points} if self.options.first_failure else ()
        grading = Grading(self.lab, self.bench, self.options.checks, asked, self.meet)
        try:
            self.start.begin()
            with quick_turns():
                run_checks(grading)
            checked = time.monotonic()
            output = self.bench.server.output() if self.bench.server else self.lab.output
        finally:
            with contextlib.suppress(SandboxError, StudentBrokeSandbox):  # of a server started ahead that nobody asked for
                self.bench.close()
        start = self.bench.waited[0] if self.bench.waited else 0.0
        met, servers = self._met - begun, sum(self.bench.waited[1:])
        phases = {"start": start, "interview": max(0.0, met - start), "checks": checked - begun - met, "servers": servers}
        return replace(self._scored(grading, output, time.monotonic() - begun), phases=phases)

    def meet(self) -> None:
        """What comes before the first check."""
        if self.submission.problem is None:
            self._learn()
        self._met = time.monotonic()

    def _learn(self) -> None:
        facts, settings = self.submission.facts, self.submission.settings
        hints = Hints(facts.author, facts.quit_words, facts.ways, facts.encoding)
        try:
            learned = interview(self.bench.fresh, hints, random.Random(f"{self.seed} interview"), self._settled_ways())
            if not learned.understood and facts.keyboard:  # nobody hears: perhaps the second user sits at the server itself
                learned = at_the_keyboard(self.bench.fresh, random.Random(f"{self.seed} keyboard")) or learned
        except NotStarted as failure:
            self.lab.failure = failure
            if self.bench.server is not None:
                self.lab.output = self.bench.server.output()
                self.lab.stuck = self.lab.in_source(self.bench.server.waiting(), self.bench.server.sandbox.lab)
            return
        except StudentBrokeSandbox as broken:
            learned = Learned(Dialect(), False, remarks=(str(broken),))
        self.bench.learned = replace(learned, dialect=replace(learned.dialect, **settings.dialect))  # type: ignore[arg-type]
        self.lab.dialect, self.lab.seats = self.bench.learned.dialect, learned.seats
        self.lab.model = self._model(learned)
        self.notes += learned.remarks
        if self.bench.server is not None and self.bench.server.answers:
            asked = _("Сервер спросил с клавиатуры; проверка ответила: {answers}.")
            self.notes.append(asked.format(answers=", ".join(self.bench.server.answers)))

    def _settled_ways(self) -> tuple[Way, ...]:
        """The ways of speaking that lab.toml leaves open; () if it says nothing about them."""
        settled = self.submission.settings.dialect
        said = {field.name: settled[field.name] for field in fields(Way) if field.name in settled}
        return tuple(dict.fromkeys(replace(way, **said) for way in PLAIN)) if said else ()  # type: ignore[arg-type]

    def _model(self, learned: Learned) -> str:
        """What was observed; the source tells asyncio from select, and must do where threads cannot be looked at or never wait."""
        facts = self.submission.facts
        if learned.model == "other" and learned.left_busy and facts.select and not facts.threads:
            learned = replace(learned, model="select")  # a call that returns at once looks like none
        if learned.model == "other" and self.bench.clock_name == "quiet-period" and learned.understood:
            return "threads" if facts.threads else "select" if facts.select else "blocking"
        return "asyncio" if learned.model == "select" and facts.asyncio else learned.model

    # -- the report

    def _scored(self, grading: Grading, output: str, seconds: float) -> Report:
        learned = self.bench.learned
        model = self.lab.model if learned else ""
        declared = {"author-is-known"} if "dialect.author" in self.submission.settings.by_student else set()
        facts = self.submission.facts
        transport = learned.dialect.transport if learned else ""
        observed = Observed(model, facts.imports, facts.engines, transport)
        score = choose(tuple(grading.results.values()), self.rubrics, observed, declared=declared)
        not_understood = learned is not None and not learned.understood
        if learned is not None and not_understood:
            self.notes.append(_("Понять, как говорит этот сервер, не удалось: балл предварительный, работу посмотрит преподаватель."))
            self.notes.append(settling.advice(learned.dialect, self.submission.facts.ways))
        isolation = self.start.isolation and replace(self.start.isolation, clock=self.bench.clock_name)
        if self.submission.doubt and (learned is None or not_understood):
            self.notes.insert(len(self.submission.notes), self.submission.doubt)
        checks = tuple(self._explained(result, output, model) for result in score.results)
        return Report(
            path=self.submission.path, sha256=self.submission.sha256, variant=score.rubric.variant, model=model,
            score=score.score, course_points=score.course_points, passed=score.passed, needs_review=not_understood,
            infra=score.infra, dialect=asdict(learned.dialect) if learned else {}, isolation=isolation, seconds=seconds,
            seed=self.seed, checks=checks, notes=(*self.notes, *score.notes), server=self.submission.server,
            server_output=output[-_OUTPUT_KEPT:], sources=sources(self.submission),
        )  # fmt: skip

    def _explained(self, result: CheckResult, output: str, model: str) -> CheckResult:
        if result.verdict is not Verdict.FAILED:
            return result
        if result.id == "starts":
            result = replace(result, stuck=self.lab.stuck)
        return replace(result, advice=advise(result.id, result.stuck, output, result.actual, expected=result.expected, model=model))
