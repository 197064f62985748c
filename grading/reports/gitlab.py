"""`--format gitlab`: findings for GitLab's code quality widget; JUnit stands beside it for the tests tab."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from grading.reports import brief
from grading.reports.places import place
from grading.reports.text import json_safe
from grading.result import CheckResult, Report

_CHANGING: Final = re.compile(r"«[^»]*»|\d+")
"""What may differ between two runs that found the same: texts that were said, ports and counts."""


def code_quality(reports: Sequence[Report], base: Path) -> str:
    """The array of findings, one for each failed check; `base`: the root of the repository, to which paths must be relative."""
    found = [_finding(report, check, base) for report in reports for check in brief.failed(report)]
    return json_safe(json.dumps(found, ensure_ascii=False)) + "\n"


def _finding(report: Report, check: CheckResult, base: Path) -> dict[str, Any]:
    path, line = place(report, check, base)
    said = "; ".join([brief.title(check), *brief.lines(check)])
    kind = _CHANGING.sub("…", f"{check.expected} {check.actual}")
    return {
        "description": said[: brief.KEPT],
        "check_name": check.id,
        "fingerprint": hashlib.sha256("\0".join((path, report.path, check.id, kind)).encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": "blocker" if check.id == "starts" else "critical" if check.level == "must" else "minor",
        "location": {"path": path, "lines": {"begin": line}},
    }
