"""`--format json`: one object per submission, on one line. The object is described by `schema.json` beside this file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from grading.messages import _
from grading.reports.text import json_safe
from grading.result import SCHEMA, CheckResult, Isolation, Report, Verdict


def line(report: Report) -> str:
    """The report as one line of JSON, without the newline; letters stand as they are, characters that could harm a screen escaped."""
    return json_safe(json.dumps(to_object(report), ensure_ascii=False))


def to_object(report: Report) -> dict[str, Any]:
    """The object of the schema."""
    return {
        "schema": SCHEMA,
        "path": report.path,
        "sha256": report.sha256,
        "variant": report.variant,
        "model": report.model,
        "course_points": report.course_points,
        "needs_review": report.needs_review,
        "dialect": dict(report.dialect),
        "isolation": _isolation(report.isolation),
        "score": report.score,
        "max_score": report.max_score,
        "seconds": round(report.seconds, 3),
        "phases": {name: round(seconds, 3) for name, seconds in report.phases.items()},
        "seed": report.seed,
        "checks": [_check(check) for check in report.checks],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": check.id,
        "title": check.title,
        "theme": check.theme,
        "level": check.level,
        "verdict": check.verdict.value,
        "points": check.points,
        "max_points": check.max_points,
        "expected": check.expected,
        "actual": _blocked_by(check) if check.verdict is Verdict.BLOCKED else check.actual,
        "advice": check.advice,
        "stuck": [asdict(thread) for thread in check.stuck],
        "seconds": round(check.seconds, 3),
    }
    if check.unstable:
        found["unstable"] = True
    if check.replay:
        found["replay"] = check.replay
    return found


def _blocked_by(check: CheckResult) -> str:
    """What stands in the way, by its id: a reader of the JSON needs it even where a check said something else."""
    if not check.blocked_by or check.blocked_by in check.actual:
        return check.actual
    return _("сначала должна пройти проверка {id}").format(id=check.blocked_by)


def _isolation(isolation: Isolation | None) -> dict[str, Any] | None:
    if isolation is None:
        return None
    return {
        "tier": isolation.tier,
        "network": isolation.network,
        "clock": isolation.clock,
        "not_protected": list(isolation.not_protected),
    }
