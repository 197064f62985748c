"""Grades mutants of right servers, and tells which of them nobody notices.

    python -m tests.mutation --journal run.jsonl --jobs 2

Needs the extra `mutation` (libcst). Exit code 0 if enough are caught, 1 if not, 2 if `equivalent.toml` or the command line is wrong,
or a chat nobody has mutated does not get full marks.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.mutation import equivalents, trial
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.summary import Summary, difference
from tests.mutation.targets import Chat, targets

EVERY = 15.0
"""Seconds between two lines about how far it is."""


def main() -> int:
    """Runs the command; the exit code says how it went."""
    options = _parser().parse_args()
    chosen = [target for target in targets() if options.only in target.file]
    found = [(mutant, target.chats) for target in chosen for mutant in mutants(target.file, target.source, target.left_out)]
    if not found:
        print(f"no file is called like {options.only!r}; there are: {', '.join(target.file for target in targets())}", file=sys.stderr)
        return 2
    try:
        excused = equivalents.read(equivalents.FILE.read_text(encoding="utf-8"), [mutant for mutant, _ in found])
    except equivalents.StaleError as error:
        print(f"{equivalents.FILE.name}: {error}", file=sys.stderr)
        return 2
    if options.sample and options.sample < len(found):
        kept = set(random.Random(options.seed).sample(range(len(found)), options.sample))
        found = [one for index, one in enumerate(found) if index in kept]
    if options.list:
        for mutant, _ in found:
            print(mutant.id, *([f"(equivalent: {excused[mutant.id]})"] if mutant.id in excused else []), *difference(mutant), sep="\n")
        return 0
    spared = {} if options.all else {mutant.id: trial.Outcome(mutant.id, mutant.digest) for mutant, _ in found if mutant.id in excused}
    try:
        outcomes = spared | _tried([one for one in found if one[0].id not in spared], options)
    except trial.OriginalError as error:
        print(f"not graded with full marks as it is: {error}", file=sys.stderr)
        return 2
    summary = Summary([mutant for mutant, _ in found], outcomes, excused)
    print("\n".join(summary.lines()))
    return 0 if summary.good else 1


def _tried(found: list[tuple[Mutant, tuple[Chat, ...]]], options: argparse.Namespace) -> dict[str, trial.Outcome]:
    begun = told = time.monotonic()
    outcomes = {}
    with ExitStack() as stack:
        journal = stack.enter_context(options.journal.open("a", encoding="utf-8")) if options.journal else None
        for outcome in trial.try_all(found, trial.read_journal(options.journal), options.jobs, journal):
            outcomes[outcome.id] = outcome
            if time.monotonic() - told >= EVERY:
                told = time.monotonic()
                print(f"{len(outcomes)} of {len(found)} after {told - begun:.0f} s", file=sys.stderr, flush=True)
    print(f"{len(outcomes)} mutants in {time.monotonic() - begun:.0f} s", flush=True)
    return outcomes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", metavar="FILE", help="only files with this in their path")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="how many at once; one a processor by default")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="only so many, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--all", action="store_true", help="grade the equivalent ones too: nobody may notice them")
    parser.add_argument("--list", action="store_true", help="list the mutants and grade none")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="outcomes, a line of JSON each; a second run goes on from there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
