"""Measures the reference beside ngircd and two servers in C, and says which of the promised ratios hold.

    python -m tests.bench --rounds 5 --json run.json

It needs a C compiler and ngircd (Debian: apt-get install gcc libc6-dev ngircd). The ratios are of rounds that ran side by side; the exit
code is 1 if one is not as promised. Absolute figures move with the neighbours, ratios much less; in a busy hour take more rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from reference.bench.contest import Contestant, Plan, run
from reference.bench.crowd import LoadError
from reference.bench.figures import Round, save
from reference.bench.table import shown, tables
from reference.bench.target import allow_descriptors
from tests.bench.promises import Judged, judged
from tests.bench.servers import MissingError, compiled, in_c, ngircd, of_ours

CROWDS = ("threaded", "selecting", "polling", "coroutines")


def main() -> int:
    """The command. Returns 0, 1 if a promise is not kept or a line went wrong, 2 if it cannot be measured here."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each load on each server, by turns (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each round (default 1)")
    parser.add_argument("--json", type=Path, help="keep all rounds here")
    chosen = parser.parse_args()
    rounds: list[Round] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            for one in measured(Path(folder), chosen.rounds, chosen.seconds):
                rounds.append(one)
                print(f"{one.server}: {one.load}, {one.guests} guests, round {one.number + 1}", file=sys.stderr)
    except (LoadError, MissingError) as error:
        print(error, file=sys.stderr)
        return 2
    if chosen.json:
        save(rounds, chosen.json)
    console = Console()
    for table in tables(rounds):
        console.print(table)
    verdicts = judged(rounds)
    console.print(_table(verdicts))
    return 0 if all(one.kept for one in verdicts) and not any(one.faults for one in rounds) else 1


def measured(folder: Path, rounds: int, seconds: float) -> Iterator[Round]:
    """All rounds all promises are about. Raises LoadError or MissingError."""
    descriptors = allow_descriptors()
    broadcaster, nodelay = compiled(folder)
    irc, coalesce, each = ngircd(folder, nodelay), in_c(broadcaster, "coalesce"), in_c(broadcaster, "each")
    ours = [of_ours(style) for style in CROWDS]
    polling = ours[CROWDS.index("polling")]

    def closed(contestants: list[Contestant], guests: int, senders: int) -> Iterator[Round]:
        plan = Plan(loads=("closed",), guests=(guests,), senders=senders, rounds=rounds, seconds=seconds)
        return run(contestants, plan, descriptors)

    for guests in (30, 300):
        yield from closed([irc, coalesce, each, *ours], guests, 16)
    yield from closed([irc, polling], 301, 300)  # the one who only listens is whom the ledger goes by
    yield from closed([each, *ours], 1000, 16)
    yield from run(ours, Plan(loads=("deaf",), guests=(30,), rounds=rounds, seconds=seconds * 3), descriptors)


def _table(verdicts: list[Judged]) -> Table:
    table = Table(title="What was promised", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("promise", "bound", "measured", ""):
        table.add_column(heading)
    for one in verdicts:
        table.add_row(one.promise, one.bound, shown(one.spread), "kept" if one.kept else "[bold]NOT KEPT[/bold]")
    return table


if __name__ == "__main__":
    sys.exit(main())
