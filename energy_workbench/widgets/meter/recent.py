"""The last hour of one meter, asked for as it comes: a page that stays open asks only for what is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from energy_workbench.domain.time import clock
from energy_workbench.figures.raw_power import Point, of_readings
from energy_workbench.widgets.history import POWER

SHOWN = timedelta(hours=1)
AHEAD = timedelta(minutes=1)
"""A meter's clock, or the service's, may be that much before ours."""
NEWEST = 5
"""Readings in which the value of each quantity is looked for first: not every one has all of them."""


@dataclass(frozen=True)
class Live:
    """What a meter measures now.

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
    """Keeps what it has heard of the meter that was asked for last; `look` is called in a thread."""

    def __init__(self, workbench: Any) -> None:
        self._workbench = workbench
        self._number = ""
        self._live = Live()

    def look(self, number: str) -> Live:
        """The meter now."""
        now = clock.now()
        if number != self._number or self._live.ts is None:
            newest = self._workbench.readings(number, None, None, limit=NEWEST, scaled=True).to_dict()["items"]
            hour = self._ask(number, now - SHOWN, POWER)
            live = _told(Live(power=tuple(of_readings({"items": hour}))), newest, [])
        else:
            fresh = self._ask(number, datetime.fromisoformat(self._live.ts) + timedelta(milliseconds=1), None)
            live = _told(self._live, fresh, of_readings({"items": fresh}))
        if live.power and live.ts:
            zone = datetime.fromisoformat(live.ts).tzinfo
            begin = (now - SHOWN).astimezone(zone).replace(tzinfo=None)
            live = Live(live.ts, live.values, tuple(point for point in live.power if point[0] >= begin))
        self._number, self._live = number, live
        return live

    def _ask(self, number: str, since: datetime, quantities: Any) -> list[dict[str, Any]]:
        until = max(clock.now(), since) + AHEAD
        found = self._workbench.readings(number, f"{since.isoformat()}/{until.isoformat()}", quantities, scaled=True)
        return list(found.to_dict()["items"])


def _told(known: Live, rows: list[dict[str, Any]], power: list[Point]) -> Live:
    """What is known once those readings, oldest first, have been heard."""
    values, ts = dict(known.values), known.ts
    for row in rows:
        values |= row["values"]
        ts = row["ts"]
    return Live(ts, values, (*known.power, *power))
