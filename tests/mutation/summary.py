"""What came of a run, for people: the share caught, tables per file and operator, the survivors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.mutation.mutants import Mutant
from tests.mutation.trial import DIALECT, Outcome

WANTED = 0.95
"""The least share of the non-equivalent mutants that has to be caught."""
EXCUSED = 0.10
"""The largest share of all mutants that may be called equivalent."""


class Summary:
    """The mutants of one run, their outcomes, and which of them are equivalent (id -> reason)."""

    def __init__(self, mutants: Sequence[Mutant], outcomes: Mapping[str, Outcome], equivalent: Mapping[str, str]) -> None:
        self.outcomes, self.equivalent = outcomes, equivalent
        self.mutants = [mutant for mutant in mutants if mutant.id in outcomes]

    def caught(self, mutant: Mutant) -> bool:
        return bool(self.outcomes[mutant.id].caught_by)

    @property
    def counted(self) -> list[Mutant]:
        """Those whose outcome says something: not equivalent, or caught after all, and no trouble of ours."""
        mine = [mutant for mutant in self.mutants if not self.outcomes[mutant.id].trouble]
        return [mutant for mutant in mine if mutant.id not in self.equivalent or self.caught(mutant)]

    @property
    def survivors(self) -> list[Mutant]:
        return [mutant for mutant in self.counted if not self.caught(mutant)]

    @property
    def excused(self) -> list[Mutant]:
        return [mutant for mutant in self.mutants if mutant.id in self.equivalent and not self.caught(mutant)]

    @property
    def share_caught(self) -> float:
        return 1 - len(self.survivors) / len(self.counted) if self.counted else 1.0

    @property
    def share_excused(self) -> float:
        return len(self.excused) / len(self.mutants) if self.mutants else 0.0

    @property
    def good(self) -> bool:
        """Whether the grader notices enough, and nothing went wrong on our side."""
        troubled = any(outcome.trouble for outcome in self.outcomes.values())
        return self.share_caught >= WANTED and self.share_excused <= EXCUSED and not troubled

    def lines(self) -> Iterator[str]:
        """The whole report."""
        yield from self._table("file", lambda mutant: mutant.file)
        yield from self._table("operator", lambda mutant: mutant.operator)
        yield ""
        for check, count in Counter(self.outcomes[mutant.id].caught_by for mutant in self.mutants if self.caught(mutant)).most_common():
            yield f"{count:6} caught by {check}"
        for mutant in self.survivors:
            yield from ("", f"survived: {mutant.id}  in {mutant.function or 'the module'}", *difference(mutant))
        for mutant in self.mutants:
            if trouble := self.outcomes[mutant.id].trouble:
                yield f"\nnot graded, our fault: {mutant.id}: {trouble}"
            if mutant.id in self.equivalent and self.caught(mutant):
                yield f"\ncalled equivalent, but caught by {self.outcomes[mutant.id].caught_by}: {mutant.id}"
        yield ""
        counted, excused = len(self.counted), len(self.excused)
        yield f"{len(self.mutants)} mutants, {excused} equivalent ({self.share_excused:.1%}, at most {EXCUSED:.0%})"
        yield f"{counted - len(self.survivors)} of {counted} caught: {self.share_caught:.1%} (at least {WANTED:.0%})"
        heard = sum(self.outcomes[mutant.id].caught_by == DIALECT for mutant in self.mutants)
        yield f"{heard} of them by nothing but that the report says that they speak otherwise than the original"

    def _table(self, head: str, kind: Callable[[Mutant], str]) -> Iterator[str]:
        yield f"\n{head:36} mutants  caught  equivalent  survived"
        for name in dict.fromkeys(map(kind, self.mutants)):
            here = [mutant for mutant in self.mutants if kind(mutant) == name]
            caught = sum(map(self.caught, here))
            excused = sum(mutant in self.excused for mutant in here)
            survived = sum(mutant in self.survivors for mutant in here)
            yield f"{name:36} {len(here):7} {caught:7} {excused:11} {survived:9}"


def difference(mutant: Mutant) -> list[str]:
    """The line that was, and those that are there now."""
    return [f"  - {mutant.original}", *(f"  + {line}" for line in mutant.mutated.split(" | "))]
