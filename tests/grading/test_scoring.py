"""From verdicts to points: whole, deterministic, always out of 100."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading import scoring
from grading.result import CheckResult, Verdict
from grading.rubrics import Rubric, built_in
from grading.scoring import Observed
from grading.submission import Place

PASSED, FAILED, BLOCKED, NA, INFRA = Verdict


def result(id, verdict=PASSED, level="must", **more):
    return CheckResult(id, f"title of {id}", "theme", level, verdict, **more)


def rubric(points, **more):
    points = {id: Decimal(worth) for id, worth in points.items()}
    return Rubric(more.pop("variant", "v"), Decimal(more.pop("factor", "1.0")), 60, points, **more)


def points(results):
    return {one.id: (one.points, one.max_points) for one in results}


ABC = rubric({"a": 50, "b": 30, "c": 20})


def test_passed_earns_and_all_else_does_not():
    results = [result("a"), result("b", FAILED), result("c", BLOCKED, blocked_by="b")]
    assert points(scoring.score(results, ABC)) == {"a": (50, 50), "b": (0, 30), "c": (0, 20)}


def test_points_of_what_does_not_apply_go_to_the_rest_in_proportion():
    results = [result("a"), result("b"), result("c", NA)]
    # 20 points over 50:30 are 12.5:7.5; the larger remainder gets the odd point, and where remainders are equal the rubric's order.
    assert points(scoring.score(results, ABC)) == {"a": (63, 63), "b": (37, 37), "c": (0, 0)}


def test_a_check_outside_the_rubric_does_not_apply_whatever_became_of_it():
    (other,) = scoring.score([result("z", FAILED, expected="x", actual="y")], ABC)
    assert (other.verdict, other.max_points, other.expected, other.actual) == (NA, 0, "", "")


def test_an_informative_check_keeps_its_verdict_for_no_points():
    results = scoring.score([result("a"), result("b"), result("c"), result("join-notice", FAILED, "info")], ABC)
    assert results[-1].verdict is FAILED
    assert results[-1].max_points == 0


def test_what_a_lab_toml_switches_off_earns_nothing_and_helps_nobody():
    results = [result("a"), result("b"), result("c", NA)]
    assert points(scoring.score(results, ABC, declared={"c"})) == {"a": (50, 50), "b": (30, 30), "c": (0, 20)}


def test_infra_is_neither_earned_nor_lost_and_makes_the_score_provisional():
    graded = scoring.grade_by([result("a"), result("b", FAILED), result("c", INFRA)], ABC)
    assert points(graded.results) == {"a": (63, 63), "b": (0, 37), "c": (0, 0)}
    assert graded.infra
    assert any("предварительный" in note for note in graded.notes)


def test_what_waits_for_an_infra_check_is_not_the_students_loss_either():
    results = [result("a", INFRA), result("b", BLOCKED, blocked_by="a"), result("c", BLOCKED, blocked_by="b")]
    graded = scoring.grade_by(results, ABC)
    assert points(graded.results) == {"a": (0, 0), "b": (0, 0), "c": (0, 0)}
    assert graded.infra


def test_checks_that_did_not_run_are_said_and_their_points_go_to_the_others():
    graded = scoring.grade_by([result("a")], ABC)
    assert (graded.score, points(graded.results)) == (100, {"a": (100, 100)})
    assert any("2 проверки" in note for note in graded.notes)


@pytest.mark.parametrize(("earned", "factor", "points"), [(100, "0.6", 60), (87, "0.6", 52), (75, "0.5", 38), (5, "0.1", 1), (4, "0.1", 0)])
def test_course_points_round_half_up(earned, factor, points):
    assert scoring.course_points(earned, Decimal(factor)) == points


def test_the_variant_with_most_course_points_wins_and_the_report_says_so():
    generous, mean = rubric({"a": 100}, variant="multi-user"), rubric({"b": 100}, variant="two-user", factor="0.6")
    graded = scoring.choose([result("a", FAILED), result("b")], [generous, mean])
    assert (graded.rubric.variant, graded.score, graded.course_points, graded.passed) == ("two-user", 100, 60, True)
    assert graded.notes[0].startswith("Вариант выбран по наибольшему баллу курса: two-user — 60 (по другим: multi-user — 0)")


def test_the_first_of_equal_variants_wins():
    first, second = rubric({"a": 100}, variant="multi-user"), rubric({"a": 100}, variant="two-user")
    assert scoring.choose([result("a")], [first, second]).rubric is first


def test_a_single_variant_is_no_choice_and_needs_no_note():
    assert scoring.choose([result("a"), result("b"), result("c")], [ABC]).notes == ()


@pytest.mark.parametrize(("model", "verdict"), [("threads", PASSED), ("blocking", FAILED), ("", PASSED)])
def test_which_model_is_asked_for_the_rubric_says(model, verdict):
    asked = rubric({"concurrency-model": 100}, models=("threads", "select"))
    (judged,) = scoring.score([result("concurrency-model")], asked, Observed(model))
    assert judged.verdict is verdict
    assert (model in judged.actual) if verdict is FAILED else judged.actual == ""


def test_halves_are_made_whole_and_the_rubrics_order_says_which() -> None:
    halves = rubric({"a": 98, "b": "0.5", "c": "0.5", "d": "0.5", "e": "0.5"})
    scored = scoring.score([result(id) for id in "edcba"], halves)
    assert points(scored) == {"a": (98, 98), "b": (1, 1), "c": (1, 1), "d": (0, 0), "e": (0, 0)}


@pytest.mark.parametrize(("model", "variant"), [("select", "select"), ("threads", "multi-user"), ("asyncio", "select")])
def test_of_equal_variants_the_one_closest_to_what_was_observed(model: str, variant: str) -> None:
    wide = rubric({"a": 100}, variant="multi-user", models=("threads", "select", "asyncio"))
    narrow = rubric({"a": 100}, variant="select", models=("select", "asyncio"))
    assert scoring.choose([result("a")], [wide, narrow], Observed(model)).rubric.variant == variant


def test_of_equal_variants_the_one_that_is_passed() -> None:
    """94 of 100 at 60 % are 56 course points, as are 56 of 100 in full: the former pass, the latter do not."""
    results = [result("a"), result("b", FAILED), result("c", FAILED)]
    two_users = rubric({"a": 94, "b": 6}, variant="two-user", factor="0.6", models=("select", "blocking"))
    select = rubric({"a": 56, "c": 44}, variant="select", models=("select",))
    chosen = scoring.choose(results, [two_users, select], Observed("select"))
    assert (chosen.rubric.variant, chosen.course_points, chosen.passed) == ("two-user", 56, True)


def test_of_equal_variants_that_are_passed_the_one_of_which_least_is_missing() -> None:
    """A whole chat for two, at 60 %, is not reported as one for many in which 40 of 100 are missing."""
    results = [result("a"), result("b", FAILED)]
    many = rubric({"a": 60, "b": 40}, variant="multi-user", models=("threads",))
    two = rubric({"a": 100}, variant="two-user", factor="0.6")
    chosen = scoring.choose(results, [many, two], Observed("threads"))
    assert (chosen.rubric.variant, chosen.score, chosen.course_points) == ("two-user", 100, 60)


@pytest.mark.parametrize(
    ("asked", "imports", "verdict", "seen"),
    [
        ({"required": ("socket",)}, ["socket", "threading"], PASSED, ""),
        ({"required": ("socket", "threading")}, ["socket"], FAILED, "не импортированы: threading"),
        ({"forbidden": ("asyncio",)}, ["socket", "asyncio"], FAILED, "импортирован asyncio (server.py:2)"),
        ({"forbidden": ("os",)}, ["socket", "os.path"], FAILED, "импортирован os.path (server.py:2)"),
        ({"forbidden": ("asyn",)}, ["socket", "asyncio"], PASSED, ""),
    ],
)
def test_modules_the_rubric_asks_for_or_forbids(asked, imports, verdict, seen) -> None:
    observed = Observed("threads", tuple(Place(name, "server.py", line) for line, name in enumerate(imports, 1)))
    (judged,) = scoring.score([result("uses-socket")], rubric({"uses-socket": 100}, **asked), observed)
    assert (judged.verdict, judged.actual) == (verdict, seen)


@pytest.mark.parametrize(("allowed", "verdict"), [(("socketserver",), PASSED), (("asyncio",), FAILED), ((), FAILED)])
def test_a_rubric_may_let_pass_what_does_the_students_work(allowed, verdict) -> None:
    engine = Place("socketserver", "server.py", 1)
    failed = result("uses-socket", FAILED, expected="socket", actual="socketserver")
    (judged,) = scoring.score([failed], rubric({"uses-socket": 100}, allowed=allowed), Observed("threads", (engine,), (engine,)))
    assert judged.verdict is verdict


VERDICTS = st.lists(st.sampled_from(list(Verdict)), min_size=40, max_size=40)


@given(VERDICTS, st.sampled_from(built_in()))
def test_whatever_happens_points_are_whole_and_sum_to_a_hundred(verdicts, rubric):
    results = [result(id, verdict) for id, verdict in zip(rubric.points, verdicts, strict=False)]
    scored = scoring.score(results, rubric)
    worth = sum(one.max_points for one in scored)
    assert worth == (100 if any(one.verdict not in (NA, INFRA) for one in scored) else 0)
    assert all(0 <= one.points <= one.max_points for one in scored)
    assert scoring.score(results, rubric) == scored


@given(VERDICTS, st.sampled_from(built_in()))
def test_a_score_is_the_exact_one_half_up_and_full_only_where_nothing_is_missing(verdicts, rubric):
    results = [result(id, verdict) for id, verdict in zip(rubric.points, verdicts, strict=False)]
    counted = [one for one in results if one.verdict not in (NA, INFRA)]
    worth, earned = (sum(rubric.points[one.id] for one in some) for some in (counted, [one for one in counted if one.verdict is PASSED]))
    exact = Fraction(earned) * 100 / Fraction(worth) if worth else Fraction(0)
    rounded = int(exact + Fraction(1, 2))
    assert scoring.grade_by(results, rubric).score == (99 if rounded == 100 and exact < 100 else rounded)


def test_half_a_point_lost_is_no_full_score():
    graded = scoring.grade_by([result("a"), result("b", FAILED, "should")], rubric({"a": "99.5", "b": "0.5"}))
    assert (graded.score, points(graded.results)) == (99, {"a": (99, 99), "b": (0, 1)})


@given(VERDICTS, st.sampled_from(built_in()), st.integers(0, 9))
def test_passing_one_more_check_never_costs_points(verdicts, rubric, which):
    ids = list(rubric.points)
    results = [result(id, FAILED if index == which else verdict) for index, (id, verdict) in enumerate(zip(ids, verdicts, strict=False))]
    better = [result(one.id) if one.id == ids[which] else one for one in results]
    assert scoring.grade_by(better, rubric).score >= scoring.grade_by(results, rubric).score


# -- another transport


def test_a_chat_over_another_transport_did_not_start_as_what_the_variant_asks_for():
    over_tcp = rubric({"starts": 10, "uses-socket": 10, "two-users-exchange": 80}, variant="multi-user", transports=("tcp", "console"))
    results = [result("starts"), result("uses-socket"), result("two-users-exchange"), result("join-notice", FAILED, "info")]
    starts, uses, exchange, notice = scoring.score(results, over_tcp, Observed(transport="udp"))
    assert (starts.verdict, uses.verdict, exchange.verdict, exchange.blocked_by, notice.verdict) == (
        FAILED,
        PASSED,
        BLOCKED,
        "starts",
        FAILED,
    )
    assert starts.expected == "вариант «multi-user» — это чат по TCP или через клавиатуру сервера"
    assert starts.actual == "этот сервер ведёт разговор по UDP"


@pytest.mark.parametrize(("transports", "transport"), [(("udp",), "udp"), ((), "udp"), (("tcp",), "")])
def test_the_transport_asked_for_any_or_one_never_seen_changes_nothing(transports, transport):
    asked = rubric({"starts": 100}, transports=transports)
    assert points(scoring.score([result("starts")], asked, Observed(transport=transport))) == {"starts": (100, 100)}


@pytest.mark.parametrize(
    ("transport", "model", "variant"), [("udp", "udp", "udp"), ("tcp", "threads", "multi-user"), ("console", "threads", "two-user")]
)
def test_a_chat_is_graded_as_the_variant_of_its_transport(transport, model, variant):
    everything = [result(id) for id in dict.fromkeys(id for one in built_in() for id in one.points)]
    assert scoring.choose(everything, built_in(), Observed(model, transport=transport)).rubric.variant == variant
