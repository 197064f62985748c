"""Grades servers again and again beside processes that burn CPU, and counts the different reports of each, times apart.

    python -m tests.repeats --runs 20 --hogs 4 zoo

All servers are graded once, then all again, so a run that is out of time has seen each equally often. Exit code 1 if any differs.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from grading import batch
from grading.engine import grade
from grading.options import Options
from grading.session import without_times
from grading.submission import Submission, find

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"


def submissions(kind: str) -> list[Submission]:
    """The zoo in the variants its docstrings name, the labs, or the five real reports."""
    if kind != "zoo":
        return find(ROOT / "labs" if kind == "labs" else SEEDS)
    folders = [ROOT / "tests" / "zoo" / name for name in ("broken", "right")]
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if not path.name.startswith(("_", "."))]
    return [_as_its_docstring_says(path, submission) for path in paths for submission in find(path)]


def _as_its_docstring_says(path: Path, submission: Submission) -> Submission:
    lines = submission.files[submission.server or path.name].decode("utf-8", "replace").splitlines()
    (variant,) = [line.partition(":")[2].strip() for line in lines if line.startswith("variant:")]
    return replace(submission, settings=replace(submission.settings, variant=variant))


@contextlib.contextmanager
def hogs(number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes that burn CPU."""
    burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield burning
    finally:
        for hog in burning:
            hog.kill()
            hog.wait()


class Tally:
    """The different reports of each submission."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, int]] = {}

    def add(self, path: str, text: str) -> None:
        kinds = self.kinds.setdefault(path, {})
        kinds[text] = kinds.get(text, 0) + 1

    @property
    def differing(self) -> list[str]:
        return [path for path, kinds in self.kinds.items() if len(kinds) > 1]

    def lines(self) -> Iterator[str]:
        """One line a submission; under it how its other reports differ from the first."""
        for path, kinds in self.kinds.items():
            first, *others = kinds
            yield f"{path}: {sum(kinds.values())} runs, {len(kinds)} distinct"
            for other in others:
                yield f"  {kinds[first]} times - and {kinds[other]} times +"
                yield from ("  " + line for line in difflib.unified_diff(first.splitlines(), other.splitlines(), lineterm="", n=3))


def repeat(works: Sequence[Submission], runs: int, jobs: int, until: float, tally: Tally) -> int:
    """Grades them all `runs` times; stops at `until` (of time.monotonic). Returns how many rounds were complete."""
    for done in range(runs):
        left = max(1.0, until - time.monotonic())
        with contextlib.closing(batch.run(works, Options(), grade, jobs=jobs, deadline=min(left, batch.DEADLINE))) as outcomes:
            for work, outcome in zip(works, outcomes, strict=True):
                if time.monotonic() > until:  # and what was under way may have been cut short by that
                    return done
                tally.add(work.path, without_times(outcome))
        print(f"round {done + 1} of {runs}: {len(tally.differing)} differ", file=sys.stderr, flush=True)
    return runs


def main() -> int:
    """Runs the command; exit code 1 if any server got two different reports."""
    parser = argparse.ArgumentParser(prog="python -m tests.repeats", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kinds", nargs="*", choices=("zoo", "labs", "seeds"), default=["zoo", "labs", "seeds"])
    parser.add_argument("--runs", type=int, default=20, help="how often each is graded")
    parser.add_argument("--hogs", type=int, default=4, help="processes that burn CPU beside it")
    parser.add_argument("--jobs", type=int, default=0, help="how many at once; one a processor by default")
    parser.add_argument("--minutes", type=float, default=60, help="no longer than this")
    parser.add_argument("--only", default="", help="only paths with this in them")
    options = parser.parse_args()
    works = [work for kind in options.kinds for work in submissions(kind) if options.only in work.path]
    tally = Tally()
    with hogs(options.hogs):
        rounds = repeat(works, options.runs, options.jobs, time.monotonic() + 60 * options.minutes, tally)
    print("\n".join(tally.lines()))
    print(f"{len(works)} servers, {rounds} complete rounds, {options.hogs} hogs: {len(tally.differing)} with more than one report")
    return int(bool(tally.differing))


if __name__ == "__main__":
    sys.exit(main())
