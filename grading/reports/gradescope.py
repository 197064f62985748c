"""`--format gradescope`: results.json as Gradescope's autograder reads it. One submission, for Gradescope grades them one by one."""

from __future__ import annotations

import json
from typing import Any

from grading.messages import _
from grading.reports import brief
from grading.reports.text import json_safe, safe
from grading.result import SCHEMA, CheckResult, Report, Verdict


def results(report: Report) -> str:
    """The object as text. Points of the variant; `score` is said at the top, so that rounding never changes the sum."""
    found = {
        "score": report.score,
        "execution_time": round(report.seconds, 3),
        "output": "\n".join([brief.summary(report), *map(safe, report.notes)])[: brief.KEPT],
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {
            "schema": SCHEMA, "sha256": report.sha256, "variant": report.variant, "model": report.model, "seed": report.seed,
            "course_points": report.course_points, "needs_review": report.needs_review, "infra": report.infra,
        },
        "tests": [_test(number, check) for number, check in enumerate(_shown(report), 1)],
    }  # fmt: skip
    return json_safe(json.dumps(found, ensure_ascii=False)) + "\n"


def _shown(report: Report) -> list[CheckResult]:
    """What is for information, or does not apply and costs nothing, would only be noise among points."""
    return [check for check in brief.graded(report) if check.verdict is not Verdict.NA or check.max_points]


def _test(number: int, check: CheckResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": brief.title(check),
        "number": str(number),
        "score": check.points,
        "max_score": check.max_points,
        "output": _("пройдено") if check.verdict is Verdict.PASSED else "\n".join(brief.lines(check)),
        "tags": [check.id, check.theme, check.level],
        "visibility": "visible",
        "extra_data": {"verdict": check.verdict.value},
    }
    if check.verdict is not Verdict.INFRA:  # there is no word for our own fault, and failed would be the wrong one
        found["status"] = "passed" if check.verdict is Verdict.PASSED else "failed"
    return found
