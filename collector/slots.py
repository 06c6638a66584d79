"""Nominal slots: when a meter is due, without drift, on a clock that may be set."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from energy_workbench.core import clock

JUMP_US = 500_000
"""A wall clock this far from the steady one was set by somebody [µs]."""


class SteadyClock:
    """The wall's time, carried on by the monotonic clock, so that a cycle is never cut or doubled by a small step.

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
        self._anchor = wall_us() - int(steady() * 1e6)
        self.steps = 0
        """How often the wall clock was set so far: slots planned before are void."""

    def now_us(self) -> int:
        """Microseconds since 1970, UTC."""
        return self._anchor + int(self._steady() * 1e6)

    def follow(self) -> int:
        """Follow the wall clock where it was set; by how much [µs], 0 where it was not."""
        step = self._wall_us() - self.now_us()
        if abs(step) < JUMP_US:
            return 0
        self._anchor += step
        self.steps += 1
        logging.getLogger("collector.slots").warning("the clock was set by %.1f s", step / 1e6)
        return step


def slot_at(now_us: int, period_us: int) -> int:
    """The nominal slot of an instant: multiples of the period since 1970 [µs]."""
    return now_us - now_us % period_us
