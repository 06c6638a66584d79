"""Load shapes: mean load by hour of the week, typical day, load duration curve, and energy by shift.

All from the demand of 15-minute intervals that are known closely, at the site's time of day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.contract.rows.energy import DurationPoint, HourOfWeek, ShiftRow, TimeOfDay
from energy_workbench.energy.counter_steps import COARSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Ints = NDArray[np.int64]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BASE_SHARE = 0.95
"""The base load is exceeded this share of the time [1]."""
CURVE_POINTS = 201
"""Of a load duration curve: every half per cent of the time."""


class LocalTimes:
    """Day and time of day of consecutive intervals, as the site's clock shows them.

    Parameters
    ----------
    start : datetime
        Of the first interval, UTC.
    count : int
    """

    def __init__(self, start: datetime, count: int, zone: ZoneInfo) -> None:
        first = int(start.timestamp())
        seconds = first + 900 * np.arange(count, dtype="int64")
        local = seconds + _offsets(seconds, zone)
        self.day: Ints = local // 86_400
        """Days since 1970, local."""
        self.quarter: Ints = local % 86_400 // 900
        """Of the day, 0 to 95."""
        self.weekday: Ints = (self.day + 3) % 7
        """0 is Monday."""


def _offsets(seconds: Ints, zone: ZoneInfo) -> Ints:
    """Offset from UTC at each instant [s]; looked up once an hour-wide stretch that may hold a change."""
    offsets = np.empty(len(seconds), "int64")
    step = 96
    for low in range(0, len(seconds), step):
        part = seconds[low : low + step]
        first, last = _offset(part[0], zone), _offset(part[-1], zone)
        if first == last and _offset(part[len(part) // 2], zone) == first:
            offsets[low : low + step] = first
        else:
            offsets[low : low + step] = [_offset(instant, zone) for instant in part]
    return offsets


def _offset(second: np.int64, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(int(second), zone).utcoffset()
    return int((offset or timedelta()).total_seconds())


def certain(kw: Array, step: Array) -> Array:
    """What may be a maximum demand [kW]: NaN where the counter's step [kWh] is above 2 % of the interval's energy."""
    return np.where(step > COARSE * kw / 4, np.nan, kw)


def heat_map(kw: Array, demand: Array, at: LocalTimes) -> list[HourOfWeek]:
    """Mean demand by weekday and hour: `weekday, hour, mean_kw, minimum_kw, maximum_kw, hours`.

    Parameters
    ----------
    kw, demand : array of float, shape (n,)
        Power, and that of it which may be a maximum [kW]; NaN where it is not known.
    at : LocalTimes
    """
    cell = at.weekday * 24 + at.quarter // 4
    return [
        {
            "weekday": WEEKDAYS[cell // 24],
            "hour": cell % 24,
            "mean_kw": _rounded(values.sum() / len(values)) if len(values) else None,
            "minimum_kw": _rounded(values.min()) if len(values) else None,
            "maximum_kw": _rounded(peaks.max()) if len(peaks) else None,
            "hours": len(values) / 4,
        }
        for (cell, values), (_, peaks) in zip(_groups(cell, kw, 168), _groups(cell, demand, 168), strict=True)
    ]


def typical_day(kw: Array, at: LocalTimes, weekend: Sequence[int] = (5, 6)) -> list[TimeOfDay]:
    """Demand by time of day on workdays and on days of rest: `day, time, mean_kw, median_kw, p10_kw, p90_kw, days`."""
    rest = np.isin(at.weekday, weekend).astype("int64")
    return [
        {
            "day": ("workday", "weekend")[cell // 96],
            "time": f"{cell % 96 // 4:02d}:{cell % 4 * 15:02d}",
            "mean_kw": spread[0],
            "median_kw": spread[1],
            "p10_kw": spread[2],
            "p90_kw": spread[3],
            "days": len(values),
        }
        for cell, values in _groups(rest * 96 + at.quarter, kw, 192)
        for spread in [_spread(np.sort(values))]
    ]


def _spread(values: Array) -> list[float | None]:
    """Mean, median, lowest and highest decile of sorted values."""
    if not len(values):
        return [None] * 4
    figures = [float(values.sum()) / len(values)]
    # As numpy.percentile, which takes ten times as long for a few values.
    for place in (share * (len(values) - 1) for share in (0.5, 0.1, 0.9)):
        low = int(place)
        high = min(low + 1, len(values) - 1)
        figures.append(float(values[low] + (values[high] - values[low]) * (place - low)))
    return [round(value, 6) for value in figures]


def load_duration(kw: Array) -> list[DurationPoint]:
    """Demand that is exceeded a share of the time: `share, kw`, from the highest to the lowest."""
    known = np.sort(kw[~np.isnan(kw)])[::-1]
    if not len(known):
        return []
    shares = np.linspace(0, 1, CURVE_POINTS)
    places = np.minimum((shares * len(known)).astype("int64"), len(known) - 1)
    return [
        {"share": round(float(share), 4), "kw": round(float(known[place]), 6)}
        for share, place in zip(shares, places, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """Demand exceeded 95 % of the time [kW]; None where there is none, and why in words."""

    kw: float | None
    reason: str = ""


def base_load(kw: Array, other: Array, *, producer: bool) -> BaseLoad:
    """The base load of a meter.

    A producer has none. Nor has a meter through which energy goes the other way in more of the time than the base load
    may be undercut: what it takes then is not the load behind it.

    Parameters
    ----------
    kw, other : array of float, shape (n,)
        Power of each interval, and in the other direction [kW]; NaN where it is not known.
    """
    known = ~np.isnan(kw)
    if producer:
        return BaseLoad(None, "a producer has none")
    if not known.any():
        return BaseLoad(None)
    share = float((other[known] > 0).mean())
    if share > 1 - BASE_SHARE:
        return BaseLoad(None, f"none, as it exports {share:.0%} of the time")
    return BaseLoad(round(float(np.percentile(kw[known], 100 * (1 - BASE_SHARE))), 6))


def by_shift(kw: Array, demand: Array, at: LocalTimes, shifts: Sequence[tuple[str, int]]) -> list[ShiftRow]:
    """Energy and demand of each shift: `shift, begins, energy_kwh, share, mean_kw, maximum_kw, hours, shifts`.

    Parameters as of `heat_map`.
    """
    begins = np.array([quarter for _, quarter in shifts])
    place = np.searchsorted(begins, at.quarter, "right") - 1
    day = at.day - (place < 0)
    place = np.where(place < 0, len(shifts) - 1, place)
    known = ~np.isnan(kw)
    total = float(kw[known].sum()) / 4
    rows: list[ShiftRow] = []
    for index, (name, quarter) in enumerate(shifts):
        mine = known & (place == index)
        energy = float(kw[mine].sum()) / 4
        rows.append(
            {
                "shift": name,
                "begins": f"{quarter // 4:02d}:{quarter % 4 * 15:02d}",
                "energy_kwh": round(energy, 6) if mine.any() else None,
                "share": round(energy / total, 4) if total > 0 else None,
                "mean_kw": _statistic(kw[mine], np.mean),
                "maximum_kw": _statistic(demand[mine & ~np.isnan(demand)], np.max),
                "hours": int(mine.sum()) / 4,
                "shifts": len(np.unique(day[mine])),
            }
        )
    return rows


def _groups(cell: Ints, kw: Array, cells: int) -> list[tuple[int, Array]]:
    """The known values of each cell, in order of the cells."""
    known = ~np.isnan(kw)
    cell, kw = cell[known], kw[known]
    order = np.argsort(cell, kind="stable")
    bounds = np.searchsorted(cell[order], np.arange(cells + 1))
    return [(index, kw[order[low:high]]) for index, (low, high) in enumerate(pairwise(bounds))]


def _rounded(kw: Any) -> float:
    return round(float(kw), 6)


def _statistic(values: Array, of: Callable[[Array], Any]) -> float | None:
    return round(float(of(values)), 6) if len(values) else None
