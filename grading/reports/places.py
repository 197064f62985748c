"""Where something is, for programs that show it beside the code: paths relative to the root of the repository, and lines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from grading.reports.text import safe
from grading.result import CheckResult, Report

_ROOTS: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Where GitHub and GitLab say that the checkout is."""
_ONE_FILE: Final = (".md", ".markdown", ".txt", ".ipynb", ".zip", ".py")


def root(environment: Mapping[str, str]) -> Path:
    """The root of the checkout: what the CI says, else the working folder."""
    return Path(next((environment[name] for name in _ROOTS if environment.get(name)), "."))


def place(report: Report, check: CheckResult, base: Path) -> tuple[str, int]:
    """(path relative to `base`, line) of what a check has to show: where the server is stuck, else line 1 of its file, or of the work.

    A path outside `base` stays as it is. No control character is left in it.
    """
    stuck = next((thread for thread in check.stuck if thread.file), None)
    file, line = (stuck.file, stuck.line) if stuck else (report.server, 1)
    path = PurePosixPath(report.path)
    if file and path.suffix.lower() not in _ONE_FILE:
        path /= file
    return safe(_relative(path.as_posix(), base)), max(1, line)


def _relative(path: str, base: Path) -> str:
    try:
        found = os.path.relpath(os.path.realpath(path), os.path.realpath(base))
    except ValueError:  # another drive, or a NUL in the name
        return path
    return path if found.startswith("..") else Path(found).as_posix()
