"""The first servers of a submission start while the rest of the grader is still being loaded: both take a quarter of a second."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterator

from grading.bench import AHEAD, Bench
from grading.messages import _
from grading.options import Options
from grading.result import Isolation
from grading.running import Launch
from grading.sandbox import Sandbox, open_sandbox
from grading.submission.model import Submission


class Start:
    """The beginning of a grading run.

    Attributes:
        seed: where everything random in the run comes from.
        bench: opens and starts servers.
        isolation: what its sandboxes promise, None before the first.
    """

    def __init__(self, submission: Submission, options: Options) -> None:
        self._submission, self._options = submission, options
        self.seed = options.seed if options.seed is not None else int(hashlib.sha256(submission.sha256.encode()).hexdigest()[:8], 16)
        self.isolation: Isolation | None = None
        facts = submission.facts
        launch = Launch(tuple(submission.argv), submission.cwd, submission.settings.stdin, facts.transport, facts.idle)
        self.bench = Bench(self._sandbox, launch, f"{self.seed}", options.clock)
        self.bench.calm = options.calm
        self.bench.expected = AHEAD + 1  # the interview may need some, too

    def begin(self) -> None:
        """The first servers start, beside whatever goes on; none where it is known already that nothing would start."""
        if self._submission.problem is None:
            self.bench.prepare()

    def _sandbox(self) -> Sandbox:
        sandbox = open_sandbox(self._submission.files, isolation=self._options.isolation)
        self.isolation = Isolation(sandbox.tier, sandbox.network, "", tuple(map(_, sandbox.not_protected)))
        return sandbox


@contextlib.contextmanager
def quick_turns() -> Iterator[None]:
    """Lets threads take turns every half a millisecond, not every five: what runs beside each other must not make each step wait."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
