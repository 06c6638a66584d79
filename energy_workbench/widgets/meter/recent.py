"""The last hour of one meter: a page that stays open requests only the readings since the last request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from energy_workbench.contract.results import Readings
from energy_workbench.contract.rows.meters import ReadingRow
from energy_workbench.domain.time import clock
from energy_workbench.figures.raw_power import Point, of_readings
from energy_workbench.widgets.history import POWER

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

SHOWN = timedelta(hours=1)
AHEAD = timedelta(minutes=1)
"""A meter's clock, or the service's, may be that much before ours."""
NEWEST = 5
"""Readings from which the newest value of each quantity is taken at first: not every one has all of them."""


@dataclass(frozen=True)
class Live:
    """The newest values of a meter, and its power of the last hour.

    Attributes
    ----------
    ts : str or None
        Of the newest reading, ISO; None where there is none.
    values : dict of str to float
        Primary value of each quantity.
    power : tuple of (datetime, float)
        Of the last hour, on the site's clock [kW].
    """

    ts: str | None = None
    values: dict[str, float] = field(default_factory=dict)
    power: tuple[Point, ...] = ()


class Recent:
    """Keeps the last hour of the meter that was requested last; `look` is called in a thread."""

    def __init__(self, workbench: WorkbenchContract) -> None:
        self._workbench = workbench
        self._number = ""
        self._live = Live()

    def look(self, number: str) -> Live:
        """The newest values and the last hour of that meter."""
        now = clock.now()
        if number != self._number or self._live.ts is None:
            newest = self._workbench.readings(number, None, None, limit=NEWEST, scaled=True)
            hour = self._since(number, now - SHOWN, POWER)
            live = _with(Live(power=tuple(of_readings(hour.to_dict()))), newest.rows, [])
        else:
            fresh = self._since(number, datetime.fromisoformat(self._live.ts) + timedelta(milliseconds=1), None)
            live = _with(self._live, fresh.rows, of_readings(fresh.to_dict()))
        if live.power and live.ts:
            zone = datetime.fromisoformat(live.ts).tzinfo
            begin = (now - SHOWN).astimezone(zone).replace(tzinfo=None)
            live = Live(live.ts, live.values, tuple(point for point in live.power if point[0] >= begin))
        self._number, self._live = number, live
        return live

    def _since(self, number: str, since: datetime, quantities: Sequence[str] | None) -> Readings:
        until = max(clock.now(), since) + AHEAD
        return self._workbench.readings(number, f"{since.isoformat()}/{until.isoformat()}", quantities, scaled=True)


def _with(known: Live, rows: Sequence[ReadingRow], power: list[Point]) -> Live:
    """The values once those readings, oldest first, are added."""
    values, ts = dict(known.values), known.ts
    for row in rows:
        values |= row["values"]
        ts = row["ts"]
    return Live(ts, values, (*known.power, *power))
