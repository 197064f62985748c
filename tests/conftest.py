"""What all tests share.

Tests of the real reports may be skipped only where nobody promised that they are there; `--record` keeps the verdicts of the zoo anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record`: what the zoo gets now is right, and kept."""
    parser.addoption("--record", action="store_true", help="keep the verdicts of the zoo as tests/zoo/goldens.toml")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `--record` in one process: several would write one file."""
    if config.getoption("--record"):
        config.option.numprocesses = 0


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test marked `seeds` without the reports; fails it where CHAT_LAB_REQUIRE_SEEDS says that they must be there."""
    if item.get_closest_marker("seeds") is None or SEEDS.is_dir():
        return
    if os.environ.get("CHAT_LAB_REQUIRE_SEEDS"):
        pytest.fail("the five real reports are missing", pytrace=False)
    pytest.skip("the five real reports are not here")
