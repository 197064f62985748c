"""What is kept of a zoo server's report, and how it is written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import goldens
from reports_data import REPORT

from grading.result import CheckResult, Verdict


def _result(id: str, verdict: Verdict, level: str = "should") -> CheckResult:
    return CheckResult(id, id, "exchange", level, verdict)


def test_only_what_did_not_pass_is_named() -> None:
    checks = (
        _result("starts", Verdict.PASSED),
        _result("restart", Verdict.FAILED),
        _result("order-kept", Verdict.FAILED),
        _result("author-is-known", Verdict.NA),
        _result("join-notice", Verdict.FAILED, "info"),
    )
    golden = goldens.of(replace(REPORT, variant="multi-user", score=97, checks=checks))
    failed = ["join-notice", "order-kept", "restart"]
    assert golden == {"variant": "multi-user", "score": 97, "failed": failed, "na": ["author-is-known"]}


def test_a_check_without_points_is_nobodys_golden() -> None:
    report = replace(REPORT, variant="multi-user", score=100, checks=(_result("somebodys-own", Verdict.NA),))
    assert goldens.of(report) == {"variant": "multi-user", "score": 100}


def test_recording_one_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "goldens.toml"
    assert goldens.read(file) == {}
    goldens.keep("right/b", {"variant": "udp", "score": 100}, file)
    goldens.keep("broken/a", {"variant": "udp", "score": 60, "failed": ["starts"]}, file)
    goldens.keep("right/b", {"variant": "udp", "score": 99}, file)
    assert goldens.read(file) == {
        "broken/a": {"variant": "udp", "score": 60, "failed": ["starts"]},
        "right/b": {"variant": "udp", "score": 99},
    }
    assert file.read_text().index("broken/a") < file.read_text().index("right/b")
