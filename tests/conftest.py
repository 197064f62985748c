"""What all tests share.

Tests of the real reports may be skipped only where nobody promised that they are there; `--record` keeps the verdicts of the zoo anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

TOGETHER = ("tests/test_notebooks.py", "tests/grading/test_seeds.py", "tests/grading/test_english_reports.py")
SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record`: what the zoo gets now is right, and kept."""
    parser.addoption("--record", action="store_true", help="keep the verdicts of the zoo as tests/zoo/goldens.toml")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `--record` in one process: several would write one file."""
    if config.getoption("--record"):
        config.option.numprocesses = 0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files whose tests share what took long go to one process. (The mark `xdist_group` does nothing with pytest 9.2 and xdist 3.8.)"""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - where it is not installed, nobody asks for this

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file.endswith(TOGETHER) else nodeid

    return Scheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test marked `seeds` without the reports; fails it where CHAT_LAB_REQUIRE_SEEDS says that they must be there."""
    if item.get_closest_marker("seeds") is None or SEEDS.is_dir():
        return
    if os.environ.get("CHAT_LAB_REQUIRE_SEEDS"):
        pytest.fail("the five real reports are missing", pytrace=False)
    pytest.skip("the five real reports are not here")
