"""A reading: the values of one meter at one instant; and the bounds of instants and values."""

from __future__ import annotations

from typing import NamedTuple

MAX_OFFSET_MS = 3_600_000
"""A read this far from its nominal slot belongs to another slot; queries rely on the bound [ms]."""

LARGEST = 1e15
"""No meter counts as far; anything above is no value but a mistake, and may not fit."""

EARLIEST_US = 946_684_800_000_000
"""The year 2000: what is before comes from a clock that was never set [µs since 1970]."""

AHEAD_US = 900_000_000
"""How far ahead of this machine's clock a reading from elsewhere may be: clocks differ by minutes [µs]."""


def wrong_instant(ts_us: int, now_us: int) -> str | None:
    """Why nothing can have been read at that instant [µs since 1970, UTC]; None where it can."""
    if ts_us > now_us + AHEAD_US:
        return "lies in the future: is its offset from UTC right, and this machine's clock?"
    return "is before the year 2000" if ts_us < EARLIEST_US else None


class Reading(NamedTuple):
    """The values of one meter at one instant, as the meter reported them.

    Attributes
    ----------
    meter : int
        Key of the meter.
    slot_us : int
        Nominal slot: microseconds since 1970, UTC [µs].
    offset_ms : int
        What the instant of the read is after its slot [ms], less than an hour either way.
    values : dict of str to float or None
        By quantity, in the workbench's units; None where the meter has no value.
    """

    meter: int
    slot_us: int
    offset_ms: int
    values: dict[str, float | None]

    @property
    def ts_us(self) -> int:
        """Instant of the read: microseconds since 1970, UTC [µs]."""
        return self.slot_us + self.offset_ms * 1000


class Refused(NamedTuple):
    """A value that contradicts the one stored for the same meter, instant and quantity.

    Attributes
    ----------
    meter : int
    ts_us : int
        Instant of the read [µs since 1970, UTC].
    quantity : str
    kept, given : float
        What is stored and stays, and what was refused.
    """

    meter: int
    ts_us: int
    quantity: str
    kept: float
    given: float
