"""`--format junit`: JUnit XML in pytest's dialect xunit2, as GitLab, Jenkins and others read it. A submission is a suite, a check a case.

A failed check is a failure, our own fault an error; what could not or need not be checked is skipped. Checks for information never fail.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grading.messages import _
from grading.reports import brief
from grading.reports.places import place
from grading.reports.text import safe, safe_lines
from grading.result import CheckResult, Report, Verdict

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (its production Char)."""


def document(reports: Sequence[Report], base: Path) -> str:
    """All submissions as one XML document; `base`: the root of the repository, for the paths."""
    suites = [_suite(report, base) for report in reports]
    counts = {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in ("tests", "failures", "errors", "skipped")}
    top = ET.Element("testsuites", {"name": "chat-lab", **counts, "time": _seconds(sum(report.seconds for report in reports))})
    top.extend(suites)
    ET.indent(top)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(top, encoding="unicode")}\n'


def _suite(report: Report, base: Path) -> ET.Element:
    cases = [_case(report, check, base) for check in report.checks]
    counts = {
        name: str(sum(case.find(tag) is not None for case in cases))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    suite = ET.Element("testsuite", {"name": _xml(report.path), "tests": str(len(cases)), **counts, "time": _seconds(report.seconds)})
    known = {
        "score": report.score, "max_score": report.max_score, "course_points": report.course_points, "variant": report.variant,
        "model": report.model, "needs_review": str(report.needs_review).lower(), "seed": report.seed, "sha256": report.sha256,
    }  # fmt: skip
    suite.append(_properties(known))
    suite.extend(cases)
    _text(suite, "system-out", "\n".join(safe_lines(report.server_output[-brief.KEPT :])))
    return suite


def _case(report: Report, check: CheckResult, base: Path) -> ET.Element:
    name = {"classname": _xml(f"{report.path}.{check.theme}".replace("/", ".")), "name": _xml(check.id), "time": _seconds(check.seconds)}
    case = ET.Element("testcase", name)
    if check.verdict is Verdict.FAILED and check.level != "info":
        path, line = place(report, check, base)
        case.set("file", _xml(path))
        case.set("line", str(line))
    case.append(_properties({"title": brief.title(check), "level": check.level, "points": check.points, "max_points": check.max_points}))
    said = "\n".join(brief.lines(check))
    match check.verdict:
        case Verdict.FAILED if check.level == "info":
            _text(case, "system-out", _("нет"))
        case Verdict.FAILED:
            _outcome(case, "failure", check, said)
        case Verdict.INFRA:
            _outcome(case, "error", check, said)
        case Verdict.BLOCKED | Verdict.NA:
            _outcome(case, "skipped", check, "")
    return case


def _outcome(case: ET.Element, tag: str, check: CheckResult, said: str) -> None:
    entry = ET.SubElement(case, tag, {"type": check.verdict.value, "message": _xml(brief.reason(check)[: brief.KEPT])})
    entry.text = _xml_lines(said)


def _properties(values: dict[str, object]) -> ET.Element:
    entry = ET.Element("properties")
    for name, value in values.items():
        ET.SubElement(entry, "property", {"name": name, "value": _xml(str(value))})
    return entry


def _text(parent: ET.Element, tag: str, text: str) -> None:
    if text:
        ET.SubElement(parent, tag).text = _xml_lines(text)


def _xml(text: str) -> str:
    return _NO_XML.sub("?", safe(text))


def _xml_lines(text: str) -> str:
    return "\n".join(_xml(line) for line in text.split("\n"))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
