"""From verdicts to points. Pure and exact arithmetic: the same verdicts always give the same points.

What a check is worth is the rubric's, in fractions if need be; what became of it is the check's. Points of checks that do not apply go to
the others in proportion, and are made whole by the largest remainder: a score is always a whole number out of 100, and 100 means that
nothing is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from grading.messages import N_, _, ngettext
from grading.result import CheckResult, Verdict
from grading.rubrics import Rubric
from grading.submission import Place

MODEL_CHECK: Final = "concurrency-model"  # passes when a model was observed; whether it is the one asked for, the rubric says
START_CHECK: Final = "starts"  # passes when guests can come; whether over the transport asked for, the rubric says
MODULES_CHECK: Final = "uses-socket"  # fails where something else does the work; what else may or must be imported, the rubric says


@dataclass(frozen=True)
class Observed:
    """What a rubric may ask for beyond the verdicts.

    Attributes:
        model: how the server was seen to work, "" if it never ran.
        transport: over what its guests came, "" if none did.
        imports: the modules its source imports; engines: those of them that do the student's work.
    """

    model: str = ""
    imports: tuple[Place, ...] = ()
    engines: tuple[Place, ...] = ()
    transport: str = ""


@dataclass(frozen=True)
class Score:
    """A submission graded by one rubric.

    Attributes:
        results: all checks, with points; those the rubric leaves out are `n/a`.
        score: 0..100 within the variant; course_points: score x factor, half up.
        infra: points of some checks could be neither earned nor lost: the score is provisional.
        notes: what the reader has to know of how the variant and the points came about.
    """

    rubric: Rubric
    results: tuple[CheckResult, ...]
    score: int
    course_points: int
    passed: bool
    infra: bool
    notes: tuple[str, ...] = ()


_NOTHING: Final = Observed()
_TRANSPORTS: Final = {"tcp": N_("по TCP"), "udp": N_("по UDP"), "console": N_("через клавиатуру сервера")}


def score(
    results: Sequence[CheckResult], rubric: Rubric, observed: Observed = _NOTHING, *, declared: Collection[str] = ()
) -> tuple[CheckResult, ...]:
    """The same results with points filled in.

    Args:
        results: each check once, in the order of the report.
        observed: what the rubric may ask for besides.
        declared: ids that are n/a only because a lab.toml says so: they keep their points and earn none.
    Returns:
        As many results in the same order. The max_points of what applies sum to 100 (to 0 if nothing of the rubric applies).
    """
    asked = [_as_asked(result, rubric, observed) for result in results]
    by_id = {result.id: result for result in asked}
    counted = [id for id in rubric.points if id in by_id and _counts(by_id[id], by_id, declared)]
    worth = _share({id: rubric.points[id] for id in counted}, {id for id in counted if by_id[id].verdict is Verdict.PASSED})
    return tuple(_with_points(result, worth.get(result.id, 0)) for result in asked)


def grade_by(results: Sequence[CheckResult], rubric: Rubric, observed: Observed = _NOTHING, *, declared: Collection[str] = ()) -> Score:
    """Grade by one rubric; the arguments are those of `score`."""
    scored = score(results, rubric, observed, declared=declared)
    earned = sum(result.points for result in scored)
    infra = any(result.verdict is Verdict.INFRA and result.id in rubric.points for result in scored)
    missing = sum(1 for id in rubric.points if id not in {result.id for result in results})
    notes = [_incomplete(missing)] if missing else []
    if infra:
        notes.append(_("Часть проверок не удалось провести по нашей вине: балл предварительный, эти проверки на него не повлияли."))
    return Score(rubric, scored, earned, course_points(earned, rubric.factor), earned >= rubric.pass_mark, infra, tuple(notes))


def choose(
    results: Sequence[CheckResult], rubrics: Sequence[Rubric], observed: Observed = _NOTHING, *, declared: Collection[str] = ()
) -> Score:
    """Grade by the rubric that gives most course points; where two give the same, by the one that is passed, then by the one of which
    least is missing (a whole chat for two is that, not half of one for many), then by the one that asks for the observed model most
    narrowly (a server in select is a `select`, though `multi-user` would take it, too), else by the first.

    With one rubric there is no choice and no note about it. Raises ValueError without any.
    """
    scores = [grade_by(results, rubric, observed, declared=declared) for rubric in rubrics]
    if not scores:
        raise ValueError("no rubric to choose from")
    # max keeps the first of equals
    best = max(scores, key=lambda one: (one.course_points, one.passed, one.score, _closeness(one.rubric, observed.model)))
    others = [one for one in scores if one is not best]
    return replace(best, notes=(_why(best, others), *best.notes)) if others else best


def course_points(earned: int, factor: Decimal) -> int:
    """Score x factor, rounded half up (Python's round would send 52.5 to 52)."""
    return int((earned * factor).quantize(Decimal(1), ROUND_HALF_UP))


def _closeness(rubric: Rubric, model: str) -> int:
    """The fewer other models a rubric accepts besides the observed one, the closer it is."""
    return -len(rubric.models) if model in rubric.models else -100


def _as_asked(result: CheckResult, rubric: Rubric, observed: Observed) -> CheckResult:
    """The result as this rubric sees it: left out, the wrong model, or the wrong modules for the variant."""
    if result.id not in rubric.points:
        return result if result.level == "info" else replace(result, verdict=Verdict.NA, stuck=(), expected="", actual="", advice="")
    if observed.transport and rubric.transports and observed.transport not in rubric.transports and result.id != MODULES_CHECK:
        return _other_assignment(result, rubric, observed.transport)
    if result.id == MODEL_CHECK:
        return _model_asked(result, rubric, observed.model)
    return _modules_asked(result, rubric, observed) if result.id == MODULES_CHECK else result


def _other_assignment(result: CheckResult, rubric: Rubric, transport: str) -> CheckResult:
    """A chat over another transport: it did not start as what the variant asks for, and so nothing of it counts there."""
    if result.id != START_CHECK:
        return replace(result, verdict=Verdict.BLOCKED, blocked_by=START_CHECK, stuck=(), expected="", actual="", advice="")
    asked = _(" или ").join(_(_TRANSPORTS[name]) for name in rubric.transports)
    return replace(
        result,
        verdict=Verdict.FAILED,
        expected=_("вариант «{variant}» — это чат {transports}").format(variant=rubric.variant, transports=asked),
        actual=_("этот сервер ведёт разговор {transport}").format(transport=_(_TRANSPORTS[transport])),
    )


def _model_asked(result: CheckResult, rubric: Rubric, model: str) -> CheckResult:
    if result.verdict is not Verdict.PASSED or not model or not rubric.models or model in rubric.models:
        return result
    return replace(
        result,
        verdict=Verdict.FAILED,
        expected=_("один из способов: {models}").format(models=", ".join(rubric.models)),
        actual=_("сервер работает иначе: {model}").format(model=model),
    )


def _modules_asked(result: CheckResult, rubric: Rubric, observed: Observed) -> CheckResult:
    if result.verdict is Verdict.FAILED and observed.engines and all(_is_of(engine.name, rubric.allowed) for engine in observed.engines):
        result = replace(result, verdict=Verdict.PASSED, expected="", actual="", advice="")
    if result.verdict is not Verdict.PASSED:
        return result
    for place in observed.imports:
        if _is_of(place.name, rubric.forbidden):
            without = _("сервер обходится без модулей: {names}").format(names=", ".join(rubric.forbidden))
            used = _("импортирован {name} ({file}:{line})").format(name=place.name, file=place.file, line=place.line)
            return replace(result, verdict=Verdict.FAILED, expected=without, actual=used)
    missing = [name for name in rubric.required if not any(_is_of(place.name, (name,)) for place in observed.imports)]
    if not missing or not observed.imports:
        return result
    wanted = _("сервер использует модули: {names}").format(names=", ".join(rubric.required))
    return replace(result, verdict=Verdict.FAILED, expected=wanted, actual=_("не импортированы: {names}").format(names=", ".join(missing)))


def _is_of(module: str, names: Collection[str]) -> bool:
    """Whether a module, or a package it lies in, is one of these."""
    return any(module == name or module.startswith(name + ".") for name in names)


def _counts(result: CheckResult, by_id: Mapping[str, CheckResult], declared: Collection[str]) -> bool:
    """Whether a check's points can be earned or lost."""
    if result.verdict is Verdict.NA:
        return result.id in declared
    return not _ours(result, by_id)


def _ours(result: CheckResult, by_id: Mapping[str, CheckResult]) -> bool:
    """Whether a check could not run through our fault: its own `infra`, or that of what blocked it, however far up."""
    seen: set[str] = set()
    while result.verdict is Verdict.BLOCKED and result.blocked_by in by_id and result.id not in seen:
        seen.add(result.id)
        result = by_id[result.blocked_by]
    return result.verdict is Verdict.INFRA


def _share(points: Mapping[str, Decimal], passed: Collection[str]) -> dict[str, int]:
    """Scale points to whole ones with a sum of 100. The passed have the sum of their exact shares, half up; all only if none is lost."""
    total = Fraction(sum(points.values()))
    if not total:
        return dict.fromkeys(points, 0)
    shares = {id: Fraction(worth) * 100 / total for id, worth in points.items()}
    earned = {id: share for id, share in shares.items() if id in passed}
    lost = {id: share for id, share in shares.items() if id not in passed}
    whole = min(int(sum(earned.values()) + Fraction(1, 2)), 99 if lost else 100)
    return _made_whole(earned, whole) | _made_whole(lost, 100 - whole)


def _made_whole(shares: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Whole numbers with this sum by the largest remainder; among equal remainders the rubric's order decides."""
    left = total - sum(map(int, shares.values()))
    lucky = sorted(shares, key=lambda id: int(shares[id]) - shares[id])[:left]  # sorted is stable
    return {id: int(share) + (id in lucky) for id, share in shares.items()}


def _with_points(result: CheckResult, worth: int) -> CheckResult:
    return replace(result, points=worth if result.verdict is Verdict.PASSED else 0, max_points=worth)


def _incomplete(missing: int) -> str:
    count = ngettext("{n} проверка", "{n} проверки", missing)
    return _("Запущены не все проверки варианта (нет: {count}); баллы пересчитаны на 100 по запущенным.").format(count=count)


def _why(best: Score, others: Sequence[Score]) -> str:
    rest = ", ".join(f"{one.rubric.variant} — {one.course_points}" for one in others)
    return _("Вариант выбран по наибольшему баллу курса: {variant} — {points} (по другим: {rest}). Выбрать самому: --variant.").format(
        variant=best.rubric.variant, points=best.course_points, rest=rest
    )
