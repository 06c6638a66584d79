"""How long the intervals of a series are, and whether their times are where they begin or end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from energy_workbench.lake.imports.shapes.wall_clocks import next_day, shifted

MINUTE_US: Final = 60_000_000
DAY_US: Final = 1440 * MINUTE_US
LENGTHS: Final = {"5min": 5, "10min": 10, "15min": 15, "30min": 30, "1h": 60}
"""Lengths of intervals by their word [min]; a day and a month follow the calendar."""


def length_of(instants: Sequence[int], zone: ZoneInfo) -> str | int | None:
    """The usual step of a series: "1d" or "1mo" where it follows the calendar, else minutes; None without one."""
    ordered = sorted(set(instants))
    steps = Counter(after - before for before, after in pairwise(ordered))
    if not steps:
        return None
    walls = [datetime.fromtimestamp(each / 1e6, zone) for each in ordered[:5000]]
    one_time = len({(wall.hour, wall.minute) for wall in walls}) == 1
    least = min(steps)
    if one_time and least >= 27 * DAY_US and len({wall.day for wall in walls}) == 1:
        return "1mo"
    if one_time and least >= 22 * 60 * MINUTE_US and least < 2 * DAY_US:
        return "1d"
    step, count = steps.most_common(1)[0]
    # A gap of a series is some steps long; where less than half of them are the usual one, there is none.
    return step // MINUTE_US if step % MINUTE_US == 0 and 2 * count >= sum(steps.values()) else None


def begins_with(instants: Sequence[int], minutes: int, zone: ZoneInfo) -> str | None:
    """Whether a series of whole days has the "start" or the "end" of its intervals; None where it does not tell."""
    first, last = (datetime.fromtimestamp(each / 1e6, zone) for each in (min(instants), max(instants)))
    of_day = [wall.hour * 60 + wall.minute for wall in (first, last)]
    if of_day == [0, 1440 - minutes]:
        return "start"
    return "end" if of_day == [minutes % 1440, 0] else None


def bounds(instant: int, length: str | int, stamps: str, zone: ZoneInfo) -> tuple[int, int]:
    """Start and end of the interval of a time [µs]."""
    sign = 1 if stamps == "start" else -1
    if length == "1mo":
        other = shifted(instant, sign, zone)
    elif length == "1d":
        other = next_day(instant, sign, zone)
    else:
        other = instant + sign * int(length) * MINUTE_US
    return (instant, other) if sign > 0 else (other, instant)


def spoken(length: str | int) -> str:
    """In words."""
    return {"1d": "a day", "1mo": "a month", 60: "an hour"}.get(length, f"{length} minutes")
