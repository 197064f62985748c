"""How much of each check its reader may see: the levels there are, and which one each check has. Reports apply it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

FULL: Final = "full"
OWN_OUTPUT_ONLY: Final = "own-output-only"
VERDICT_ONLY: Final = "verdict-only"
LEVELS: Final = (FULL, OWN_OUTPUT_ONLY, VERDICT_ONLY)
"""From all to least; see `grading.reports.visibility`."""


@dataclass(frozen=True)
class Policy:
    """What is shown of the checks of one variant: `default` of every check that has no level of its own in `checks`."""

    default: str = FULL
    checks: Mapping[str, str] = field(default_factory=dict)

    def of(self, id: str) -> str:
        """The level of one check."""
        return self.checks.get(id, self.default)


def strictest(policies: Iterable[Policy]) -> Policy:
    """One that shows only what all of them show: for a report of which it is not known whose it is."""
    policies = tuple(policies)
    named = dict.fromkeys(id for policy in policies for id in policy.checks)
    least = {id: max((policy.of(id) for policy in policies), key=LEVELS.index) for id in named}
    return Policy(max((policy.default for policy in policies), key=LEVELS.index, default=FULL), least)
