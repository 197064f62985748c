"""What every zoo server got when somebody last looked: `tests/zoo/goldens.toml`, written by `pytest tests/grading/test_zoo.py --record`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grading.result import Report, Verdict
from grading.rubrics import built_in

FILE = Path(__file__).parents[1] / "zoo" / "goldens.toml"
_HEAD = "# Written by `pytest tests/grading/test_zoo.py --record`. Checks that are not named have passed.\n"
_LISTED = (Verdict.FAILED, Verdict.BLOCKED, Verdict.NA, Verdict.INFRA)


def of(report: Report) -> dict[str, Any]:
    """What is kept of a report: its variant, its score, and what did not pass. A check that costs nobody points is left out."""
    points = {id: worth for rubric in built_in() if rubric.variant == report.variant for id, worth in rubric.points.items()}
    counted = [check for check in report.checks if check.id in points or check.level == "info"]
    listed = {verdict.name.lower(): sorted(one.id for one in counted if one.verdict is verdict) for verdict in _LISTED}
    return {"variant": report.variant, "score": report.score, **{name: ids for name, ids in listed.items() if ids}}


def read(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """Name of a server ("broken/crashes") -> what `of` gave; nothing where no file is."""
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keep(name: str, golden: Mapping[str, Any], file: Path = FILE) -> None:
    """Writes one server's into the file, and leaves the others as they are."""
    everything = {**read(file), name: golden}
    file.write_text(_HEAD + "".join(map(_table, sorted(everything.items()))), encoding="utf-8")


def _table(item: tuple[str, Mapping[str, Any]]) -> str:
    name, golden = item
    return "\n".join([f'\n["{name}"]', *(f"{key} = {json.dumps(value)}" for key, value in golden.items())]) + "\n"
