"""The ledger of one round: which line was heard by whom, which was lost, doubled, torn, or given to somebody else. No input or output.

All guests of a room hear the same lines in nearly the same order. So the ledger keeps one stream of lines, each examined once, when the
first guest hears it; what another guest hears is compared with the stream byte by byte, at the speed of memcmp, and only where it differs
is it taken line by line. That is how a load in Python counts millions of deliveries a second and still looks at every byte of each.

A guest's place in the stream is the end of what he has heard without a gap. Lines he heard before their place in the stream came, and his
own, which he is not told, are his `skips`. Who speaks does not hear his own lines, so the stream is written by those who only listen, if
there are any: what others have heard beyond its end is held until it is there to be compared with.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from typing import Final

from reference.bench.speech import IRC, Said, Speech, has_mark, pong, text_of

LONGEST: Final = 1_048_576  # bytes without an end of a line, of which none was sent so long: the rest of them is no line of ours


class Ledger:
    """The lines of one round.

    Args:
        speech: how the server speaks.
        names: of the guests, all of whom are to hear everything; a guest is known by his index here.
        listeners: how many of them, from the first, will not speak.
        size: bytes of each text.
        ports: the guests' own ports, where the server's label shows them.
    """

    def __init__(self, speech: Speech, names: Sequence[str], listeners: int, size: int, ports: Sequence[int] = ()) -> None:
        self._speech = speech
        self._names = names
        self._ports = ports
        self._size = size
        self._hearers = dict.fromkeys(range(len(names)))
        self._leaders = set(range(listeners))
        self._held: set[int] = set()
        self._stream = bytearray()
        self._ends: list[int] = []  # of the lines in the stream
        self._keys: list[tuple[int, int]] = []  # their authors and numbers
        self._starts: dict[tuple[int, int], int] = {}
        self._place = [0] * len(names)
        self._skips: list[list[tuple[int, int]]] = [[] for _ in names]
        self._rest = [b""] * len(names)
        self._told = [0] * len(names)  # own lines in the stream
        self._said = [0] * len(names)
        self._done = 0
        self.torn = self.misattributed = self.duplicated = self.notices = 0

    # -- what happens

    def speak(self, author: int) -> tuple[int, bytes]:
        """The author says his next line: its number and its bytes, to be sent now."""
        number = self._said[author]
        self._said[author] += 1
        return number, self._speech.say(self._names[author], text_of(author, number, self._size))

    def hear(self, guest: int, chunk: bytes) -> bytes:
        """`recv` returned `chunk` for a guest. Returns what the server wants answered, nearly always nothing."""
        data = self._rest[guest] + chunk
        end = self._speech.end
        cut = data.rfind(end) + 1
        self._rest[guest] = data[cut:]
        if len(data) - cut > LONGEST:
            self.torn += 1
            self._rest[guest] = b""
        answer = b""
        at = self._along(guest, data, 0, cut)
        while at < cut:
            if self._leaders and guest not in self._leaders and self._place[guest] == len(self._stream):
                self._rest[guest] = data[at:]
                self._held.add(guest)
                break
            until = data.index(end, at) + 1
            answer += self._line(guest, data[at:until])
            at = self._along(guest, data, until, cut)
        return answer

    def gone(self, guest: int) -> None:
        """A guest was hung up on: what he has not heard is lost, and nobody waits for him."""
        self._hearers.pop(guest, None)
        self._leaders.discard(guest)

    def completed(self) -> Iterator[tuple[int, int]]:
        """Author and number of each line that, since the last call, has been heard by the last of those who are to hear it."""
        held, self._held = self._held, set()
        for guest in held:
            self.hear(guest, b"")
        low = min((self._place[guest] for guest in self._hearers), default=0)
        while self._done < len(self._ends) and self._ends[self._done] <= low:
            self._done += 1
            yield self._keys[self._done - 1]

    def close(self) -> None:
        """Nothing more comes: what is still held is taken line by line."""
        self._leaders.clear()
        for guest in self._held:
            self.hear(guest, b"")

    # -- what came of it

    @property
    def said(self) -> int:
        """How many lines were sent."""
        return sum(self._said)

    @property
    def deliveries(self) -> int:
        """How many complete, correctly attributed lines were heard, each guest counted."""
        return sum(self._heard(guest) for guest in range(len(self._names)))

    @property
    def lost(self) -> int:
        """How many deliveries are missing."""
        return self.said * (len(self._names) - (not self._speech.echo)) - self.deliveries

    def _heard(self, guest: int) -> int:
        return bisect_right(self._ends, self._place[guest]) + len(self._skips[guest]) - self._told[guest]

    # -- bytes

    def _along(self, guest: int, data: bytes, at: int, cut: int) -> int:
        """Go along the stream as far as `data[at:cut]` is the same; returns where it begins to differ, always the beginning of a line."""
        stream, skips = self._stream, self._skips[guest]
        while at < cut:
            place = self._place[guest]
            length = min((skips[0][0] if skips else len(stream)) - place, cut - at)
            same = _common(stream, place, data, at, length)
            if same < length:
                same = data.rfind(self._speech.end, at, at + same) + 1 - at
                self._move(guest, place + max(same, 0))
                return at + max(same, 0)
            if not length:
                break
            self._move(guest, place + length)
            at += length
        return at

    def _move(self, guest: int, place: int) -> None:
        skips = self._skips[guest]
        while skips and skips[0][0] == place:
            place = skips.pop(0)[1]
        self._place[guest] = place

    def _line(self, guest: int, line: bytes) -> bytes:
        """One line on its own; returns what to answer."""
        said = self._speech.recognise(line[:-1])
        if said is None:
            if has_mark(line):
                self.torn += 1
            else:
                self.notices += 1
            return pong(line.rstrip()) if self._speech.title == IRC else b""
        author, number = said.author, said.number
        if author >= len(self._said) or number >= self._said[author] or said.text != text_of(author, number, self._size):
            self.torn += 1
        elif not self._is_by(said):
            self.misattributed += 1
        else:
            self._mark(guest, *self._span(author, number, said.line))
        return b""

    def _is_by(self, said: Said) -> bool:
        if said.name and said.name != self._names[said.author]:
            return False
        return not (said.port and self._ports) or int(said.port) == self._ports[said.author]

    def _span(self, author: int, number: int, line: bytes) -> tuple[int, int]:
        """Where a line lies in the stream; it is put at the end if nobody has heard it before."""
        start = self._starts.get((author, number))
        if start is not None:
            return start, self._ends[bisect_right(self._ends, start)]
        start = self._starts[author, number] = len(self._stream)
        self._stream += line + self._speech.end
        self._ends.append(len(self._stream))
        self._keys.append((author, number))
        if not self._speech.echo:
            self._told[author] += 1
            self._mark(author, start, len(self._stream))
        return start, len(self._stream)

    def _mark(self, guest: int, start: int, end: int) -> None:
        """A guest has heard the line that lies there (or will not be told it, being its author)."""
        if end <= self._place[guest] or (start, end) in self._skips[guest]:
            self.duplicated += 1
        elif start == self._place[guest]:
            self._move(guest, end)
        else:
            insort(self._skips[guest], (start, end))


def _common(one: bytearray, first: int, other: bytes, second: int, length: int) -> int:
    """How many bytes from `one[first:]` and `other[second:]` are the same, at most `length`."""
    low, high, middle = 0, length, length
    while low < high:
        if one.startswith(other[second + low : second + middle], first + low):
            low = middle
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return low
