"""Does the server come up at all?"""

from __future__ import annotations

from grading.lab import Lab
from grading.plugin import check


@check("starts", level="must")
def test_the_server_starts(lab: Lab) -> None:
    """Сервер запускается и слушает порт."""
    lab.starts()
