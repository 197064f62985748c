"""The five real reports, from their Markdown to their grade."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.engine import grade
from grading.options import Options
from grading.result import Report, Verdict
from grading.submission import find

pytestmark = [pytest.mark.seeds, pytest.mark.linux]
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"

# Each by reading and running that server. 000 sends the last message again when a reset raises in recv, and goes round for ever at the end
# of the stream; 001 loses what it cannot decode for its log; 002 and 003 read the name in the accept loop, as 004 does.
EXPECTED = {
    "000": {"odd-boundary", "split-character", "no-busy-loop", "restart", "leave-abruptly"},
    "001": {"odd-boundary", "split-character", "restart", "stops-on-interrupt"},
    "002": {"silent-newcomer", "long-message", "odd-boundary", "split-character", "restart", "stops-on-interrupt"},
    "003": {"silent-newcomer", "no-busy-loop", "restart", "stops-on-interrupt"},
    "004": {"silent-newcomer", "restart"},
}
NO_NAMES = {"prompt": "", "named_by": "nobody", "joined": "", "left": "", "welcome": ""}
DIALECTS = {
    "000": NO_NAMES | {"author": "client", "echo": True},
    "001": NO_NAMES | {"author": "nobody", "echo": False},
    "002": {
        "prompt": "", "named_by": "first-message", "author": "server", "relay": "{name}: {text}", "echo": False,
        "joined": "", "left": "", "welcome": "", "quit": "quit",
    },
    "003": {
        "prompt": "Nick", "named_by": "prompt", "author": "client", "echo": True, "joined": "{name} joined the chat.",
        "left": "{name} left the chat.", "welcome": "Connected to the server",
    },
    "004": {
        "prompt": "NICK", "named_by": "prompt", "author": "client", "echo": False, "joined": "{name} присоединился к чату!",
        "left": "{name} покинул чат!", "welcome": "Подключение к серверу успешно!",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Number of the report -> its grade."""
    return {Path(submission.path).name[:3]: grade(submission, Options()) for submission in find(SEEDS)}


@pytest.mark.parametrize("seed", EXPECTED)
def test_verdicts(reports: dict[str, Report], seed: str) -> None:
    report = reports[seed]
    assert {one.id for one in report.checks if one.verdict is Verdict.FAILED} == EXPECTED[seed]
    assert not [one.id for one in report.checks if one.verdict in (Verdict.BLOCKED, Verdict.INFRA)]
    assert report.variant == "multi-user"
    assert report.model == "threads"
    assert not report.needs_review


@pytest.mark.parametrize("seed", DIALECTS)
def test_dialects(reports: dict[str, Report], seed: str) -> None:
    dialect = reports[seed].dialect
    assert {key: dialect[key] for key in DIALECTS[seed]} == DIALECTS[seed]


def test_stuck_lines_are_the_reports_own(reports: dict[str, Report]) -> None:
    (newcomer,) = [one for one in reports["002"].checks if one.id == "silent-newcomer"]
    (place,) = newcomer.stuck
    assert place.source == "name = conn.recv(1024).decode()"
    lines = next(SEEDS.glob("002*")).read_text(encoding="utf-8").splitlines()
    assert lines[place.line - 1].strip() == place.source
    assert place.call == "recv"
    assert "Молчун" in place.waits_for
