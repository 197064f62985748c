"""How one submission is to be graded: what the command line asked for, in a form that travels to a worker process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What the engine has to know.

    Attributes:
        variant: the variant to grade as; "" for the one that gives most course points.
        rubrics: paths of a teacher's own rubrics; none for the built-in ones.
        checks: ids of the checks to run (what they need runs too); none for all.
        seed: overrides the seed derived from the submission; None to derive it.
        lang: "ru" or "en", of every string a person reads.
        first_failure: stop at the first check that costs points: enough to know that a server is wrong, not for a grade.
        clock: "auto", or "quiet-period" for the clock that works anywhere, slower and less sure.
        visibility: how much of every check is shown ("full", "own-output-only", "verdict-only"); "" for what the rubrics say.
        calm: whatever is said has come to everybody before the next word: the same conversation looks the same every time. Costs time.
        isolation: "auto" (the best there is), "require:TIER" (infra where that tier does not work), "floor".
    """

    variant: str = ""
    rubrics: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    seed: int | None = None
    lang: str = "ru"
    isolation: str = "auto"
    clock: str = "auto"
    first_failure: bool = False
    visibility: str = ""
    calm: bool = False
