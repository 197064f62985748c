"""`--durations`: phases first, then the checks, the slowest first."""

from __future__ import annotations

import io
from dataclasses import replace

from reports_data import REPORT
from rich.console import Console

from grading.reports import durations
from grading.result import CheckResult, Verdict


def test_the_slowest_check_comes_first_and_what_took_no_time_not_at_all() -> None:
    seconds = {"starts": 0.0, "two-users-exchange": 0.05, "restart": 0.2}
    checks = tuple(CheckResult(id, id, "exchange", "must", Verdict.PASSED, seconds=time) for id, time in seconds.items())
    report = replace(REPORT, seconds=0.9, checks=checks, phases={"start": 0.1, "interview": 0.2, "checks": 0.6, "servers": 0.05})
    screen = io.StringIO()
    durations.show(report, Console(file=screen, width=80))
    rows = [line.split() for line in screen.getvalue().splitlines() if line.strip() and line.split()[-1][0].isdigit()]
    assert [(row[0], row[-1]) for row in rows] == [
        ("песочница", "0.100"), ("знакомство:", "0.200"), ("проверки", "0.600"), ("в", "0.050"), ("всего", "0.900"),
        ("restart", "0.200"), ("two-users-exchange", "0.050"),
    ]  # fmt: skip
