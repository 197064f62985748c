"""Grade many submissions at once: a short-lived worker process for each (see `workers`), results in the order of the input.

What grading is, this package does not know: `grade` comes in as an argument.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from typing import Final

from grading.errors import ConfigError
from grading.messages import _, use
from grading.options import Options
from grading.result import CheckResult, Report, Verdict
from grading.submission.model import Submission

Grade = Callable[[Submission, Options], Report]
Outcome = Report | ConfigError

DEADLINE: Final = 420.0
"""Seconds a worker may take: far above the slowest honest submission, so that only a hang of ours ever meets it."""


def run(
    submissions: Sequence[Submission], options: Options, grade: Grade, *, jobs: int = 0, deadline: float = DEADLINE
) -> Generator[Outcome, None, None]:
    """Grade them all and hand out each outcome as soon as it and all before it are there.

    Args:
        jobs: how many at once; 0 for one a processor. A single submission is graded in this process.
        grade: for several submissions a function of a module, since its name travels to the workers.
        deadline: seconds for one submission.
    Yields:
        One outcome per submission: its report, or the ConfigError that somebody has to correct first.
    """
    if len(submissions) == 1:
        yield attempt(grade, submissions[0], options)
    else:
        from grading.batch.workers import in_workers  # noqa: PLC0415 - multiprocessing is loaded only where there are several

        yield from in_workers(submissions, options, grade, jobs or processors(), deadline)


def attempt(grade: Grade, submission: Submission, options: Options) -> Outcome:
    """Grade one submission in this process; whatever goes wrong with us becomes an infra report."""
    use(options.lang)
    started = time.monotonic()
    try:
        return grade(submission, options)
    except ConfigError as error:
        return error
    except Exception as error:
        return broken(submission, options, _where(error), time.monotonic() - started)


def broken(submission: Submission, options: Options, why: str, seconds: float) -> Report:
    """The report of a submission we failed to grade: nobody's zero."""
    note = _("Проверка сорвалась по нашей вине: {why}").format(why=why)
    starts = CheckResult("starts", _("Сервер запускается и слушает."), "connection", "must", Verdict.INFRA, actual=note)
    return Report(
        path=submission.path,
        sha256=submission.sha256,
        variant=options.variant,
        needs_review=True,
        infra=True,
        seconds=seconds,
        seed=options.seed or 0,
        checks=(starts,),
        notes=(*submission.notes, note),
        server=submission.server,
    )


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _where(error: Exception) -> str:
    """The error and the innermost line of ours it came from: enough to find it, and no path of this machine."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}: {error}{place}"
