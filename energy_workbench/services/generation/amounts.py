"""Fuel, run hours, self-used solar energy and emissions of a site's sources over a time of any length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.generation import emissions
from energy_workbench.analytics.generation.generation import Generator, self_used
from energy_workbench.domain.time import axis
from energy_workbench.services.generation.carbon import Carbon
from energy_workbench.services.generation.fuel import Counters, counted, metered_litres
from energy_workbench.services.generation.site_sources import Group, SiteSources, Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is made of a time.

    Attributes
    ----------
    running : sequence of Generator
    litres, used : array of float, shape (n,)
        Fuel and solar energy that stays on site, by interval [L, kWh].
    close : array of bool, shape (n,)
        Where grid and solar were measured.
    burnt, run_hours, used_kwh : float or None
        Of all of it [L, h, kWh].
    scope1, scope2, market, avoided, net : float or None
        Emissions [kg].
    """

    running: Sequence[Generator]
    litres: Array
    used: Array
    close: Any
    burnt: float | None
    run_hours: float | None
    used_kwh: float | None
    scope1: float | None
    scope2: float | None
    market: float | None
    avoided: float | None
    net: float | None

    def figures(self) -> Figures:
        """Rounded, as `Generation` names them."""
        found = {
            "diesel_litres": self.burnt,
            "dg_run_hours": self.run_hours,
            "solar_self_used_kwh": self.used_kwh,
            "scope1_kg": self.scope1,
            "scope2_location_kg": self.scope2,
            "scope2_market_kg": self.market,
            "avoided_kg": self.avoided,
            "net_kg": self.net,
        }
        return {name: None if value is None else round(value, 4) for name, value in found.items()}


def amounts(site: SiteSources, counters: Counters, carbon: Carbon) -> Amounts:
    """The amounts of a time.

    Parameters
    ----------
    counters : Counters
        Readings of the generators' own counters and tanks.
    carbon : Carbon
        The factors of the same intervals.
    """
    grid, solar, others = site.grid, site.solar, site.others
    running = [_generator(counters, source, site.start, site.count) for source in site.generators.members]
    litres = _litres(running, site.count)
    close = grid.close & solar.close
    used = self_used(solar.all_delivered, grid.all_returned, close)
    burnt = None if any(each.litres is None for each in running) else float(np.nansum(litres))
    used_kwh = _known_total(used, solar, None if grid.returned_kwh is None else solar.delivered_kwh)
    scope1 = _added(
        _times(carbon.total("diesel", litres), burnt, any_there=bool(running)),
        _times(carbon.total("other_producers", others.delivered), others.delivered_kwh, any_there=bool(others)),
    )
    scope2, market = (
        _times(carbon.total(name, grid.delivered), grid.delivered_kwh, any_there=bool(grid))
        for name in ("grid_location", "grid_market")
    )
    return Amounts(
        running=running,
        litres=litres,
        used=used,
        close=close,
        burnt=burnt,
        run_hours=_added(*(each.run_hours for each in running)),
        used_kwh=used_kwh,
        scope1=scope1,
        scope2=scope2,
        market=market,
        avoided=_times(carbon.total("grid_location", used), used_kwh, any_there=bool(solar)),
        net=emissions.net(scope1, scope2, grid.returned, carbon.factor("export_credit")),
    )


def _generator(counters: Counters, source: Source, start: datetime, count: int) -> Generator:
    meter, end = source.meter, start + count * axis.INTERVAL
    # Counters are read at both ends of the time, so they say nothing of a part of it.
    always = source.always and count > 0 and source.out is None
    return Generator(
        meter.number,
        # Of one that was out of service nobody knows what it delivered in all.
        source.delivered if source.out is None else np.full(count, np.nan),
        meter.rated_kw,
        counted_hours=counted(counters, meter, "run_hours", start, end) if always else None,
        metered_litres=metered_litres(counters, meter, start, end) if always else None,
        close=source.close,
    )


def _litres(running: Sequence[Generator], count: int) -> Array:
    return np.sum([np.zeros(count), *(each.litres for each in running if each.litres is not None)], axis=0)


def _known_total(values: Array, group: Group, total: float | None) -> float | None:
    """Of what is known of its intervals; None where nothing is, or the whole is not."""
    if not group:
        return 0.0
    return None if total is None or np.isnan(values).all() else float(np.nansum(values))


def _times(factor: float | None, amount: float | None, *, any_there: bool) -> float | None:
    """An emission: nothing where there is nothing that emits, None where its amount or factor is not known."""
    return 0.0 if not any_there else None if amount is None else factor


def _added(*values: float | None) -> float | None:
    """A sum; None where a part is not known."""
    return None if None in values else float(sum(value for value in values if value is not None))
