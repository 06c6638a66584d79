"""Nominal slots of polls, and a steady clock for a wall clock that may be set."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from energy_workbench.domain.time import clock

JUMP_US = 500_000
"""A wall clock this far from the steady one was set by somebody [µs]."""
MOST_BEHIND_US = 2 * 3_600_000_000
"""Set back by more than this, the wall clock was far in the future: it is followed at once, and told [µs]."""


class SteadyClock:
    """The wall's time, carried on by the monotonic clock: no instant comes twice, and none before an earlier one.

    Where the wall clock is set forward, this one follows at once. Where it is set back (by up to two hours), this one
    goes on at half its speed until the wall has caught up: readings stay in their order and none is left out, each
    up to the step too late, as those before it were.

    Parameters
    ----------
    wall_us : callable, optional
        Microseconds since 1970, UTC.
    steady : callable, optional
        Seconds that only grow.
    """

    def __init__(
        self,
        wall_us: Callable[[], int] = lambda: clock.to_micros(clock.now()),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_us, self._steady = wall_us, steady
        self._anchor = wall_us() - self._steady_us()
        self._ahead, self._ahead_since = 0, 0
        self.jumped_us = 0
        """By how much it jumped so far [µs]: what was planned before is void by the difference."""

    def now_us(self) -> int:
        """Microseconds since 1970, UTC."""
        steady = self._steady_us()
        return self._anchor + steady + (self._still_ahead(steady) if self._ahead else 0)

    def not_before(self, instant_us: int) -> None:
        """Begin after an instant that was given away earlier, by another process; one far in the future is none."""
        ahead = instant_us - self.now_us()
        if 0 < ahead <= MOST_BEHIND_US:
            self._ahead, self._ahead_since = self._ahead + ahead, self._steady_us()

    def follow(self) -> int:
        """Follow the wall clock where it was set; by how much it was [µs], 0 where it was not."""
        steady = self._steady_us()
        step = self._wall_us() - (self._anchor + steady)
        if abs(step) < JUMP_US:
            return 0
        self._anchor += step
        ahead = self._still_ahead(steady) - step
        if not 0 <= ahead <= MOST_BEHIND_US:
            self.jumped_us -= ahead
            ahead = 0
        self._ahead, self._ahead_since = ahead, steady
        how = f": readings follow it slowly, {ahead / 1e6:.1f} s ahead of it now" if ahead else ""
        logging.getLogger("collector.slots").warning("the clock was set by %.1f s%s", step / 1e6, how)
        return step

    def _steady_us(self) -> int:
        return int(self._steady() * 1e6)

    def _still_ahead(self, steady: int) -> int:
        """How much later than the wall this clock still is [µs]."""
        left = self._ahead - (steady - self._ahead_since) // 2
        if left > 0:
            return left
        self._ahead = 0
        return 0


def slot_at(now_us: int, period_us: int) -> int:
    """The nominal slot of an instant: multiples of the period since 1970 [µs]."""
    return now_us - now_us % period_us
