"""One row of the table: when it fits, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grading.result import Stuck


@dataclass(frozen=True)
class Symptom:
    """One row: when it fits, what to do, and which example shows how (a key of READ, "" for none).

    Attributes:
        text: the advice, in Russian; translated when it is given.
        checks: ids it is about; empty for any.
        call, source: a thread is in one of these calls, on a line of code like this regular expression; empty for any.
        alone: and that is the only thread there is. In a healthy threaded server one thread waits in accept and the rest in recv:
            only where nobody else is left does such a call explain anything.
        seen: a regular expression searched in what the server printed and in what came instead of the expected; "" for any. The text
            is hostile: no nested repeats.
        expected: the same in what was expected.
        models: how the server works, as the report names it; empty for any.
    """

    text: str
    read: str = ""
    checks: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    source: str = ""
    alone: bool = False
    seen: str = ""
    expected: str = ""
    models: tuple[str, ...] = ()

    def fits(self, check_id: str, stuck: Sequence[Stuck], seen: str, expected: str, model: str) -> bool:
        """Whether everything this row asks for is there."""
        return (
            (not self.checks or check_id in self.checks)
            and (not self.call or any(thread.call in self.call and re.search(self.source, thread.source) for thread in stuck))
            and (not self.alone or len(stuck) == 1)
            and (not self.seen or re.search(self.seen, seen) is not None)
            and (not self.expected or re.search(self.expected, expected) is not None)
            and (not self.models or model in self.models)
        )
