"""Metering periods of meters: those that people stated, and those that the readings of each month tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from energy_workbench.contract.rows.energy import MeteringPeriodRow
from energy_workbench.domain.dated_values.metering_periods import PERIODS, stated
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.domain.time.period import Period, local_midnight

if TYPE_CHECKING:
    from energy_workbench.lake import Reader
    from energy_workbench.lake.metering import Stated


NAMES: Final = {15: "15min", 30: "30min", 60: "1h", 1440: "1d", 44_640: "1mo"}


def period_rows(
    reader: Reader, meter: Meter, span: Period, stated: Sequence[tuple[int | None, int | None]], zone: ZoneInfo
) -> list[MeteringPeriodRow]:
    """The periods of a meter over what it has intervals of in a span; stretches with the same one are one row."""
    known = reader.stored([meter.key], span)
    if known is None:
        return []
    grains = reader.periods([meter.key], known.start, known.end)
    low, high = to_micros(known.start), to_micros(known.end)
    marks = {low, high, *(since for since, _ in stated if since is not None)}
    marks |= {edge for grain in grains for edge in (grain.since, grain.until)}
    rows: list[MeteringPeriodRow] = []
    for begin, end in pairwise(sorted(mark for mark in marks if low <= mark <= high)):
        minutes = next((grain.minutes for grain in grains if grain.since <= begin < grain.until), 15)
        said = next((held for since, held in reversed(stated) if since is None or since <= begin), None)
        first, last = (from_micros(each).astimezone(zone).isoformat() for each in (begin, end))
        row: MeteringPeriodRow = {"start": first, "end": last, "period": NAMES[minutes], "stated": said is not None}
        if rows and (rows[-1]["period"], rows[-1]["stated"]) == (row["period"], row["stated"]):
            rows[-1]["end"] = last
        else:
            rows.append(row)
    return rows


def periods_of(texts: Mapping[int, str], zone: ZoneInfo) -> Stated:
    """Stated periods by key of the meter, as the lake takes them.

    Parameters
    ----------
    texts : mapping of int to str
        By key what was stated of a meter.
    """

    def begins(since: date | None) -> int | None:
        return None if since is None else to_micros(local_midnight(since, zone))

    return {
        key: [(begins(since), None if period is None else PERIODS[period]) for since, period in stated(text)]
        for key, text in texts.items()
    }
