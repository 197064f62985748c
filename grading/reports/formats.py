"""All formats by name: which come report by report, and which are one document over all of them. Each is loaded by those who ask for it."""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from grading.errors import ConfigError
from grading.messages import _
from grading.reports.files import write_atomically
from grading.reports.places import root
from grading.result import Report

Render = Callable[[Sequence[Report], Mapping[str, str]], str]
"""All reports and the environment, to a text."""


@dataclass(frozen=True)
class Document:
    """A format that is one document over all submissions.

    Attributes:
        shown: what is printed in the end.
        files: what is written into the folder of `--output`, by name.
        appended: variable of the environment -> what is added to the file it names, where it names one.
        alone: it holds one submission only.
        needs: raises ConfigError if the environment lacks something.
    """

    shown: Render
    files: Mapping[str, Render]
    appended: Mapping[str, Render]
    alone: bool = False
    needs: Callable[[Mapping[str, str]], object] = lambda environment: None


def _classroom50(reports: Sequence[Report], environment: Mapping[str, str]) -> str:
    from grading.reports import classroom50

    return classroom50.result(reports[0], classroom50.settings(environment), datetime.now(UTC))


def _classroom50_needs(environment: Mapping[str, str]) -> object:
    from grading.reports import classroom50

    return classroom50.settings(environment)


def _gradescope(reports: Sequence[Report], environment: Mapping[str, str]) -> str:
    from grading.reports import gradescope

    return gradescope.results(reports[0])


def _junit(reports: Sequence[Report], environment: Mapping[str, str]) -> str:
    from grading.reports import junit

    return junit.document(reports, root(environment))


def _annotations(reports: Sequence[Report], environment: Mapping[str, str]) -> str:
    from grading.reports import github

    return github.commands(reports, root(environment))


def _summary(reports: Sequence[Report], environment: Mapping[str, str]) -> str:
    from grading.reports import github

    return github.summary(reports)


def _code_quality(reports: Sequence[Report], environment: Mapping[str, str]) -> str:
    from grading.reports import gitlab

    return gitlab.code_quality(reports, root(environment))


DOCUMENTS: Final[Mapping[str, Document]] = {
    "junit": Document(_junit, {"junit.xml": _junit}, {}),
    "github": Document(_annotations, {"summary.md": _summary}, {"GITHUB_STEP_SUMMARY": _summary}),
    "gitlab": Document(_code_quality, {"gl-code-quality-report.json": _code_quality, "junit.xml": _junit}, {}),
    "gradescope": Document(_gradescope, {"results.json": _gradescope}, {}, alone=True),
    "classroom50": Document(_classroom50, {"result.json": _classroom50}, {}, alone=True, needs=_classroom50_needs),
}
"""Those not named here, terminal, json and html, are shown report by report, each as soon as it is there."""


def check(format: str, submissions: int, output: str | None, environment: Mapping[str, str] | None = None) -> None:
    """Everything about a format that can be wrong before the first submission is touched. Raises ConfigError."""
    if format == "html" and submissions > 1 and output is None:
        raise ConfigError(_("страниц будет несколько ({n}): добавьте --output ПАПКА").format(n=submissions))
    document = DOCUMENTS.get(format)
    if document is None:
        return
    document.needs(os.environ if environment is None else environment)
    if document.alone and submissions != 1:
        raise ConfigError(_("в формате {format} отчёт бывает об одной работе, а здесь их {n}").format(format=format, n=submissions))


def write(format: str, reports: Sequence[Report], folder: Path | None, environment: Mapping[str, str] | None = None) -> str:
    """Write the files of a document, and return what is to be printed; "" for a format that has none, or nothing to say.

    Where a platform takes one submission's score for the grade, our own fault leaves it without a file: it then shows a failed run, to be
    run again, and not a student's zero.

    Raises: OSError.
    """
    document = DOCUMENTS.get(format)
    if document is None or not reports or (document.alone and reports[0].infra):
        return ""
    environment = os.environ if environment is None else environment
    for name, render in document.files.items() if folder is not None else ():
        write_atomically(Path(folder or ".") / name, render(reports, environment).encode("utf-8", "backslashreplace"))
    for variable, render in document.appended.items():
        if path := environment.get(variable):
            with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(render(reports, environment))
    return document.shown(reports, environment)
