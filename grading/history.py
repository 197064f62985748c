"""Everything one guest received, against what the Room says he should have: the one place where a whole conversation is judged. Pure.

A text is lost (it did not come whole), torn (something stands inside it), duplicated, reordered (against the same author's other texts),
leaked (it came to somebody whose session had ended before it was said) or misattributed (the label before it names somebody else).
A guest's own words are free, as is whatever was said before he came, and every byte that is no text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Generic

from grading.oracle import Guest, Oracle, Said, matched

_KNOWN: Final = b"\0"  # no text and no label holds it
_LEAST_PIECE: Final = 6
"""Bytes a piece of a text must have to be taken for one: three letters that stand anywhere by chance are no torn text."""


@dataclass(frozen=True, slots=True)
class Difference(Generic[Guest]):
    """Something that came otherwise than the Room says.

    Attributes:
        kind: "lost", "torn", "duplicated", "reordered", "leaked" or "misattributed".
        hearer: with whom it shows.
        said: the text in question.
        times: how often it came whole.
        between: what stands inside a torn text or before a misattributed one.
    """

    kind: str
    hearer: Guest
    said: Said[Guest]
    times: int
    between: str = ""


def differences(
    oracle: Oracle[Guest], hearer: Guest, stream: bytes, unlabelled: bytes = b"", names: Mapping[Guest, str] | None = None
) -> Iterator[Difference[Guest]]:
    """What is wrong with all `hearer` received, in the order in which it was said.

    Args:
        unlabelled: the stream without the server's labels, in which loose texts are looked for.
        names: who is called what, where the labels are to be judged too.
    """
    ended = oracle.ended.get(hearer, len(oracle.said))
    last: dict[Guest, int] = {}
    labels = _Labels(oracle, stream, names or {})
    for number, said in enumerate(oracle.said):
        where = unlabelled if said.loose else stream
        if said.author == hearer:
            continue
        if number >= ended:
            if said.data in where:
                yield Difference("leaked", hearer, said, where.count(said.data))
            continue
        if not oracle.due(hearer, said):
            continue
        at, times = where.find(said.data), where.count(said.data)
        if times != 1:
            inside = "" if times else torn(_without(where, oracle.said), said.data)
            yield Difference("duplicated" if times else "torn" if inside else "lost", hearer, said, times, inside)
        elif at < last.get(said.author, -1):
            yield Difference("reordered", hearer, said, times)
        elif wrong := labels.wrong(said, at):
            yield Difference("misattributed", hearer, said, times, wrong)
        last[said.author] = max(at, last.get(said.author, -1))


def _without(stream: bytes, texts: Iterable[Said[Guest]]) -> bytes:
    """The stream without the texts that came whole: what begins like them must not be taken for a piece of another."""
    for said in texts:
        stream = stream.replace(said.data, _KNOWN)
    return stream


def torn(stream: bytes, data: bytes) -> str:
    """What stands between the two pieces of a text that came in two, "" if it did not."""
    whole = matched(stream, data)
    rest = data[whole:]
    if whole < _LEAST_PIECE or len(rest) < _LEAST_PIECE:
        return ""
    begins = stream.find(data[:whole]) + whole
    ends = stream.find(rest, begins)
    return stream[begins:ends].decode("utf-8", errors="replace") if ends > begins else ""


class _Labels(Generic[Guest]):
    """Who is named before each text. Judged only where the server puts a name before every text."""

    def __init__(self, oracle: Oracle[Guest], stream: bytes, names: Mapping[Guest, str]) -> None:
        dialect = oracle.dialect
        self._names = names if dialect.author == "server" and "{name}" in dialect.relay.partition("{text}")[0] else {}
        self._stream = stream
        found = ((stream.find(said.data), len(said.data)) for said in oracle.said if self._names)
        self._ends = sorted(at + length for at, length in found if at >= 0)

    def wrong(self, said: Said[Guest], at: int) -> str:
        """The label before the text at `at`, if it names others and not its author; else "". A name in a notice before it does no harm."""
        if said.author not in self._names or said.loose:
            return ""
        before = bisect_right(self._ends, at)
        label = self._stream[self._ends[before - 1] if before else 0 : at].decode("utf-8", errors="replace")
        named = {guest for guest, name in self._names.items() if name and name in label}
        return label if named and said.author not in named else ""
