"""The site's clock at each interval, without asking the zone for each: its offset changes twice a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
HOUR_US: Final = 3_600_000_000
MINUTES_US: Final = 60_000_000


def micros(at: datetime) -> int:
    """An instant [µs since 1970, UTC], exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a day [µs]; where the clock skips it, the first there is."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    at = local.astimezone(UTC)
    # A wall time that is skipped comes back as another.
    return micros(at) if at.astimezone(zone).date() == day else micros(local.replace(fold=1).astimezone(UTC))


def local(starts: Array, zone: ZoneInfo) -> tuple[Array, Array]:
    """Day and minute of the site's clock.

    Parameters
    ----------
    starts : array of int, shape (n,)
        Sorted [µs since 1970, UTC].

    Returns
    -------
    array of int, shape (n,)
        Day since 1970-01-01.
    array of int, shape (n,)
        Minute of the day, 0 to 1439; of an hour that is there twice, twice the same.
    """
    if not len(starts):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    edges, offsets = _offsets(int(starts[0]), int(starts[-1]), zone)
    places = np.searchsorted(edges, starts, "right") - 1 if len(edges) > 1 else 0
    minutes = (starts + np.asarray(offsets)[places]) // MINUTES_US
    return np.divmod(minutes, 1440)


@lru_cache(maxsize=1024)
def _offsets(first: int, last: int, zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """From which instants on which offset holds [µs]: looked for each day, then by halves to the minute."""
    edges, offsets = [first], [_offset(first, zone)]
    at = first
    while at < last:
        following = min(at + 24 * HOUR_US, last)
        if (offset := _offset(following, zone)) != offsets[-1]:
            low, high = at, following
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _offset(middle, zone) != offsets[-1] else (middle, high)
            edges.append(high)
            offsets.append(offset)
        at = following
    return edges, offsets


def _offset(at: int, zone: ZoneInfo) -> int:
    offset = (EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset() or timedelta(0)
    return offset // timedelta(microseconds=1)
