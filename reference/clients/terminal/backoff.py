"""How long to wait before connecting again: longer each time, never for ever. Pure: the clock and the dice are handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST: Final = 1.0  # seconds; a server that is being restarted is back in about one
LONGEST: Final = 30.0  # seconds; who comes back to the screen after a while should not wait longer
MOST_TRIES: Final = 8  # about two minutes in all: a laptop that changes networks is back by then
STEADY: Final = 10.0  # seconds; a server that hangs up sooner (no seat, a crash on entering) has not let us in, and the count goes on


class Backoff:
    """The delays of one session.

    Args:
        clock: seconds, as `time.monotonic`.
        dice: a number from 0 to 1, as `random.random`. A class whose server was restarted must not come back all at one moment.
    """

    def __init__(self, clock: Callable[[], float], dice: Callable[[], float]) -> None:
        self._clock = clock
        self._dice = dice
        self._since: float | None = None
        self.tries = 0

    def connected(self) -> None:
        """A connection was made; whether it is any good, its length will show."""
        self._since = self._clock()

    def broken(self) -> None:
        """The connection has ended: after a steady one, the count begins anew."""
        if self._since is not None and self._clock() - self._since >= STEADY:
            self.tries = 0
        self._since = None

    def delay(self) -> float | None:
        """Seconds to wait before the next try, between half and all of 1, 2, 4, ... up to `LONGEST`; None to give up."""
        if self.tries >= MOST_TRIES:
            return None
        longest = min(LONGEST, FIRST * (1 << self.tries))
        self.tries += 1
        return longest * (1 + self._dice()) / 2
