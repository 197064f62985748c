"""The comparison: which promise a set of rounds keeps, and the servers in C it is made with."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from reference.bench.contest import Plan, run
from reference.bench.figures import Round
from tests.bench.promises import judged
from tests.bench.servers import MissingError, compiled, in_c, ngircd


def one(server: str, guests: int, load: str = "closed", **figures: object) -> Round:
    given = {"senders": 16, "size": 60, "number": 0, "seconds": 1.0, "messages": 10, "deliveries": 1_000_000, **figures}
    return Round(server=server, dialect="lines", load=load, guests=guests, **given)  # type: ignore[arg-type]


def rounds(polling: float = 0.5, threaded: float = 4.0, coroutines: float = 0.7, p99: float = 0.01) -> list[Round]:
    """Microseconds of CPU per delivery of our servers at 300 and 30 guests, beside servers whose figures are round."""
    seen = []
    for guests in (30, 300, 1000):
        cpus = {"ngircd": 1.0, "C-coalesce": 0.5, "C-each": 4.0, "polling": polling, "threaded": threaded, "coroutines": coroutines}
        seen += [one(server, guests, cpu=cpu) for server, cpu in {**cpus, "selecting": 1.0}.items()]
    seen += [one("polling", 301, seconds=1.0), one("ngircd", 301, seconds=3.0)]
    for style in ("threaded", "selecting", "polling", "coroutines"):
        seen += [one(style, 30, "hearing", p99=0.01), one(style, 30, "deaf", p99=p99, let_go=True)]
    return seen


def test_all_promises_can_be_kept() -> None:
    assert [verdict.promise for verdict in judged(rounds()) if not verdict.kept] == []


@pytest.mark.parametrize(
    ("worse", "broken"),
    [
        ({"polling": 0.7}, ["polling / C-coalesce, CPU per delivery, 300 guests"]),
        ({"threaded": 6.0}, [f"threaded / C-each, CPU per delivery, {guests} guests" for guests in (30, 300, 1000)]),
        ({"coroutines": 1.2}, ["coroutines / ngircd, CPU per delivery, 300 guests"]),
    ],
)
def test_a_broken_promise_is_named(worse: dict[str, float], broken: list[str]) -> None:
    assert [verdict.promise for verdict in judged(rounds(**worse)) if not verdict.kept] == broken


def test_who_slows_the_others_or_is_never_let_go_breaks_a_promise() -> None:
    assert sum(not verdict.kept for verdict in judged(rounds(p99=0.03))) == 4
    kept_for_ever = [one("polling", 30, "deaf", p99=0.01, let_go=False), *rounds()]
    assert [verdict.promise for verdict in judged(kept_for_ever) if not verdict.kept] == ["polling, he is let go (1 = in every round)"]


def test_what_was_not_measured_is_not_kept() -> None:
    assert not any(verdict.kept for verdict in judged([]))


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler")
def test_the_servers_in_c_speak_our_dialect_and_ngircd_its_own(tmp_path: Path) -> None:
    broadcaster, nodelay = compiled(tmp_path)
    contestants = [in_c(broadcaster, "coalesce"), in_c(broadcaster, "each")]
    try:
        contestants.append(ngircd(tmp_path, nodelay))
    except MissingError:
        assert not shutil.which("ngircd")
    plan = Plan(loads=["closed", "churn"], guests=[4], senders=2, visitors=3, seconds=0.1, rounds=1)
    seen = list(run(contestants, plan, 1000))
    assert len(seen) == 2 * len(contestants)
    assert all(each.deliveries and not each.faults for each in seen)
