"""Runs the check files under pytest, with no plugin but ours and nothing taken from where we are."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grading.verdicts import Infra

if TYPE_CHECKING:
    import pytest

    from grading.plugin import Grading

CHECKS: Final = Path(__file__).parent / "checks"
THEMES: Final = ("code", "connection", "exchange", "stream", "independence", "departures", "model", "manners")
"""Files of checks in the order of the run and the report: those that may spoil a shared server come last."""
_FILES: Final = "[!_]*.py"
_UNWANTED: Final = (
    *("cacheprovider", "stepwise", "terminal", "faulthandler", "logging", "junitxml", "pastebin", "doctest", "subtests"),
    *("unraisableexception", "threadexception", "warnings", "debugging", "legacypath", "recwarn", "setuponly", "setupplan", "reports"),
    "unittest",
)
"""Plugins of pytest's own that no check can use: each is imported, asked at every step, and debugging alone takes pdb along."""


def run_checks(grading: Grading, folder: Path = CHECKS) -> None:
    """Runs the checks of a folder and leaves the results in `grading.results`.

    Raises: what `grading.aborted` holds; Infra if pytest itself fails.

    A student's conftest.py, pytest.ini or environment must never reach the grader: no plugin is loaded by itself, no configuration read.
    And without --confcutdir pytest would go through every folder above this one.
    """
    import pytest  # noqa: PLC0415 - a fifth of a second that `grade --help` need not pay

    files = [file for file in folder.glob(_FILES) if file.name != "conftest.py"]
    if not files:
        return
    arguments = ["--noconftest", "-c", os.devnull, "--rootdir", str(folder), "--confcutdir", str(folder), "-s"]
    arguments += ["--ignore", str(folder / "conftest.py"), "-o", f"python_files={_FILES}", "-o", "norecursedirs=*"]
    arguments += ["--import-mode", "importlib"]
    arguments += [argument for name in _UNWANTED for argument in ("-p", f"no:{name}")]
    arguments += [] if any(map(_asserts, files)) else ["--assert", "plain"]
    clean = _environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None})
    with clean, contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        code = pytest.main([*arguments, str(folder)], plugins=[grading, _InOrder()])  # named one by one, each file has the folder read anew
    if grading.aborted is not None:
        raise grading.aborted
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        why = "\n".join([*grading.troubles, out.getvalue()])
        raise Infra(f"the checks could not be run (pytest exit code {int(code)}): {why[-2000:]}")


class _InOrder:
    """A plugin that has the themes in their order before anybody else looks at the checks."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Plugins are asked in the reverse order of their registration, so this one first."""
        items.sort(key=lambda item: _place(item.path))


def _asserts(file: Path) -> bool:
    """Whether pytest has to rewrite a file so that its asserts tell what they saw: 10 ms a file, and ours have none."""
    try:
        return b"assert" in file.read_bytes()
    except OSError:  # pytest will say so
        return True


def _place(file: Path) -> tuple[int, str]:
    """The themes we know in their order, a teacher's own before those that come last."""
    known = THEMES.index(file.stem) if file.stem in THEMES else THEMES.index("departures")
    return known, file.name


@contextlib.contextmanager
def _environment(values: dict[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    try:
        _set(values)
        yield
    finally:
        _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
