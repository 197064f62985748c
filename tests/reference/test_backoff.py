"""The schedule of coming back, with a clock and dice in the test's hands."""

from __future__ import annotations

from reference.clients.terminal.backoff import MOST_TRIES, STEADY, Backoff


class Clock:
    """Stands still unless moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def delays(backoff: Backoff) -> list[float]:
    """All that are left before it gives up."""
    found: list[float] = []
    while (delay := backoff.delay()) is not None:
        found.append(delay)
        assert len(found) <= MOST_TRIES
    return found


def test_each_wait_is_twice_as_long_up_to_half_a_minute_and_they_end() -> None:
    assert delays(Backoff(Clock(), lambda: 1.0)) == [1, 2, 4, 8, 16, 30, 30, 30]


def test_the_dice_take_off_half_at_most() -> None:
    assert delays(Backoff(Clock(), lambda: 0.0)) == [0.5, 1, 2, 4, 8, 15, 15, 15]


def test_a_steady_connection_starts_the_count_anew_and_a_short_one_does_not() -> None:
    clock = Clock()
    backoff = Backoff(clock, lambda: 1.0)
    assert [backoff.delay(), backoff.delay()] == [1, 2]
    backoff.connected()
    clock.now += STEADY - 0.1
    backoff.broken()
    assert backoff.delay() == 4
    backoff.connected()
    clock.now += STEADY
    backoff.broken()
    assert backoff.delay() == 1
    clock.now += 1000  # time spent without a connection proves nothing
    backoff.broken()
    assert backoff.delay() == 2
