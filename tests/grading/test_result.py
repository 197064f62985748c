"""The model every output renders."""

import dataclasses

import pytest

from grading.result import CheckResult, Report, Verdict


def test_the_verdicts_are_the_five_of_the_design():
    assert [verdict.value for verdict in Verdict] == ["passed", "failed", "blocked", "n/a", "infra"]


def test_a_report_cannot_be_changed_after_the_fact():
    report = Report("labs/student_x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.score = 100  # type: ignore[misc]


def test_a_report_without_any_finding_claims_nothing():
    report = Report("labs/student_x")
    assert (report.score, report.passed, report.infra, report.checks, report.dialect) == (0, False, False, (), {})


def test_two_equal_findings_are_equal():
    assert CheckResult("starts", "", "", "must", Verdict.PASSED) == CheckResult("starts", "", "", "must", Verdict.PASSED)
