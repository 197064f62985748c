"""`--format classroom50`: result.json of Classroom 50 (classroom50/result/v1), from the report and what its runner says of the push."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from grading.errors import ConfigError
from grading.messages import _
from grading.reports import brief
from grading.reports.text import json_safe
from grading.result import CheckResult, Report, Verdict

_FROM: Final = {
    "classroom": ("CLASSROOM",),
    "assignment": ("ASSIGNMENT",),
    "assignment_type": ("ASSIGNMENT_TYPE",),
    "owner": ("OWNER", "USERNAME"),
    "submission": ("SUBMISSION_TAG",),
    "commit": ("COMMIT_URL",),
    "release": ("RELEASE_URL",),
    "review": ("REVIEW_URL",),
}
"""Each field, and the variables of the runner that may say it."""


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What the runner says of the push. Raises ConfigError naming every variable that is missing or makes no sense."""
    found = {key: next((environment[name] for name in names if environment.get(name)), "") for key, names in _FROM.items()}
    missing = [" / ".join(_FROM[key]) for key, value in found.items() if not value]
    if missing:
        raise ConfigError(_("формат classroom50 берёт из окружения то, чего там нет: {names}").format(names=", ".join(missing)))
    if not found["submission"].startswith("submit/"):
        raise ConfigError(_("SUBMISSION_TAG начинается с submit/, а здесь «{value}»").format(value=found["submission"]))
    if found["assignment_type"] not in ("individual", "group"):
        raise ConfigError(_("ASSIGNMENT_TYPE бывает individual или group, а здесь «{value}»").format(value=found["assignment_type"]))
    return found


def result(report: Report, push: Mapping[str, str], now: datetime) -> str:
    """The object as text; `push` as `settings` gives it, `now` with a time zone."""
    found = {
        "schema": "classroom50/result/v1",
        **push,
        "datetime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": report.score,
        "max-score": report.max_score,
        "tests": [_test(check) for check in brief.graded(report)],
    }
    return json_safe(json.dumps(found, ensure_ascii=False)) + "\n"


def _test(check: CheckResult) -> dict[str, Any]:
    passed = check.verdict is Verdict.PASSED
    return {
        "test-name": check.id,
        "passed": passed,
        "score": check.points,
        "max-score": check.max_points,
        "message": brief.title(check),
        "output": "" if passed else "\n".join(brief.lines(check)),
    }
