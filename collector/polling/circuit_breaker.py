"""A circuit breaker: a meter that does not answer is asked more and more rarely, by one question at a time; pure.

    closed ── three failures in a row ──▶ open ── the pause is over ──▶ half-open ── an answer ──▶ closed
                                           ▲                               │
                                           └──── no answer: twice the pause┘

Instants are microseconds of whatever clock the caller has.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

OPENS_AFTER: Final = 3
"""Failures in a row: fewer are a noisy line."""
FIRST_PAUSE_US: Final = 5_000_000
"""[µs]"""
LONGEST_PAUSE_US: Final = 40_000_000
"""Who is back is read within a minute: a pause that began just before, a new connection that fails once, and the wait
for a gap among the others have room in it [µs]."""


class State(StrEnum):
    """Whether a meter is asked."""

    CLOSED = "closed"
    """As its period says."""
    OPEN = "open"
    """Not before the pause is over."""
    HALF_OPEN = "half-open"
    """Once, now: the answer decides."""


class Breaker:
    """Of one meter.

    Attributes
    ----------
    state : State
    failures : int
        In a row.
    until_us : int
        When an open one is tried again [µs]; 0 while closed.
    """

    __slots__ = ("_pause_us", "failures", "state", "until_us")

    def __init__(self) -> None:
        self.state, self.failures, self.until_us = State.CLOSED, 0, 0
        self._pause_us = FIRST_PAUSE_US

    def begin(self, now_us: int) -> bool:
        """Whether the meter may be asked now; an open breaker whose pause is over becomes half-open."""
        if self.state is State.OPEN and now_us >= self.until_us:
            self.state = State.HALF_OPEN
        return self.state is not State.OPEN

    def succeeded(self) -> None:
        """It answered: as if nothing had been."""
        self.state, self.failures, self.until_us = State.CLOSED, 0, 0
        self._pause_us = FIRST_PAUSE_US

    def failed(self, now_us: int) -> None:
        """It did not answer: the breaker opens, or stays open for twice as long."""
        self.failures += 1
        if self.state is State.HALF_OPEN:
            self._pause_us = min(2 * self._pause_us, LONGEST_PAUSE_US)
        elif self.failures < OPENS_AFTER:
            return
        self.state, self.until_us = State.OPEN, now_us + self._pause_us

    def unasked(self, now_us: int) -> None:
        """It could not be asked, for reasons that are not its own: it still may be, at its next turn."""
        if self.state is State.HALF_OPEN:
            self.state, self.until_us = State.OPEN, now_us

    def hurry(self, now_us: int) -> None:
        """End the pause: something says that the meter may be back. The next one will be as long as it would."""
        if self.state is State.OPEN:
            self.until_us = min(self.until_us, now_us)

    def shift(self, step_us: int) -> None:
        """The clock was set by so much [µs]."""
        if self.state is State.OPEN:
            self.until_us += step_us
