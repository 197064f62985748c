"""What the command calls to have one submission graded: its first servers start while the rest of the grader is being loaded."""
# ruff: noqa: PLC0415

from __future__ import annotations

from grading.early import Start, quick_turns
from grading.options import Options
from grading.result import Report
from grading.submission.model import Submission


def grade(submission: Submission, options: Options) -> Report:
    """See grading.engine.grade. Loading that, pytest above all, takes as long as two servers take to start."""
    start = Start(submission, options)
    try:
        with quick_turns():
            start.begin()
            from grading import engine
        return engine.grade(submission, options, start)
    finally:
        start.bench.close()
