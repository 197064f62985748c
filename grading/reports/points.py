"""What a failure costs: its own points, and those of the checks that could not run because of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grading.messages import _, ngettext
from grading.result import CheckResult, Verdict


def behind(id: str, checks: Sequence[CheckResult]) -> int:
    """The points of all checks that could not run because this one failed, directly or through others."""
    waiting = [check for check in checks if check.verdict is Verdict.BLOCKED and check.blocked_by == id]
    return sum(check.max_points + behind(check.id, checks) for check in waiting if check.id != id)


def cost(check: CheckResult) -> str:
    """What a failed check costs by itself, in words: a half point, made whole, may be none."""
    lost = check.max_points - check.points
    return ngettext("{n} балл", "{n} балла", lost) if lost else _("меньше балла")


def dearest_first(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """The failed ones, those first that stand before most points."""
    failed = [check for check in checks if check.verdict is Verdict.FAILED]
    return sorted(failed, key=lambda check: -(check.max_points - check.points + behind(check.id, checks)))


def lost(checks: Sequence[CheckResult]) -> int:
    """All points that are missing, save those nobody could give: what is blocked by nothing that failed."""
    failed = dearest_first(checks)
    off = (check for check in checks if check.verdict is Verdict.NA)
    return sum(check.max_points - check.points + behind(check.id, checks) for check in failed) + sum(check.max_points for check in off)


def by_theme(checks: Iterable[CheckResult]) -> list[tuple[str, int, int]]:
    """(theme, points, points there are) in the order of the checks; themes that give nobody points are left out."""
    table: dict[str, tuple[int, int]] = {}
    for check in checks:
        got, most = table.get(check.theme, (0, 0))
        table[check.theme] = (got + check.points, most + check.max_points)
    return [(theme, got, most) for theme, (got, most) in table.items() if most]
