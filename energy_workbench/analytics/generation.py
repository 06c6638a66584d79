"""Own generation over time, what it burns, and what the site emits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.analytics.diesel import RUNNING_SHARE, litres_an_hour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Generator:
    """A diesel generator over consecutive intervals.

    Attributes
    ----------
    number : str
    energy : array of float, shape (n,)
        Delivered [kWh]; NaN where not known.
    rated_kw : float or None
        None where nobody stated it: its highest power stands in.
    counted_hours, metered_litres : float or None
        By its own counters over the same time [h, L]; None where it has none.
    """

    number: str
    energy: Array
    rated_kw: float | None = None
    counted_hours: float | None = None
    metered_litres: float | None = None

    @property
    def size(self) -> float | None:
        """Rated power, or what stands in for it [kW]."""
        if self.rated_kw:
            return self.rated_kw
        highest = float(np.nanmax(self.energy)) * 4 if (self.energy > 0).any() else 0.0
        return highest or None

    @property
    def run_hours(self) -> float:
        """Counted, or the intervals in which it delivers [h]."""
        if self.counted_hours is not None:
            return self.counted_hours
        return float(np.sum(self.energy * 4 > RUNNING_SHARE * self.size)) / 4 if self.size else 0.0

    @property
    def curve_litres(self) -> Array:
        """Fuel of each interval by its load [L]; nothing where the energy is not known."""
        if not self.size:
            return np.zeros(len(self.energy))
        return np.nan_to_num(litres_an_hour(self.energy * 4, self.size) / 4)

    @property
    def litres(self) -> Array:
        """Fuel of each interval [L]: metered fuel is spread as the load says, else the load alone says it."""
        by_load = self.curve_litres
        if self.metered_litres is None:
            return by_load
        total = float(by_load.sum())
        share = by_load / total if total > 0 else np.full(len(by_load), 1 / max(len(by_load), 1))
        return share * self.metered_litres

    @property
    def fuel_deviation(self) -> float | None:
        """Metered fuel against what the load says [1]; a theft, a leak or a wrong meter shows here."""
        expected = float(self.curve_litres.sum())
        return None if self.metered_litres is None or expected <= 0 else self.metered_litres / expected - 1


@dataclass(frozen=True, slots=True)
class Flows:
    """Energies of the site over the same intervals [kWh], shape (n,); NaN where not known."""

    grid_import: Array
    grid_export: Array
    solar: Array

    @property
    def solar_self_used(self) -> Array:
        """Solar energy that did not leave the site: what is exported while the sun shines is solar first."""
        return self.solar - np.minimum(self.solar, np.nan_to_num(self.grid_export))


@dataclass(frozen=True, slots=True)
class Emissions:
    """What the site emits [kg CO₂]; None where a factor is missing.

    Scopes are gross. Solar energy used on site already lowers the grid import: what it avoided, and the
    net figure, are memo figures beside them and no part of them.
    """

    scope1: float | None
    scope2_location: float | None
    scope2_market: float | None
    avoided: float | None
    net: float | None


def by_interval(steps: Sequence[tuple[date | None, float]], day: Ints) -> Array | None:
    """The factor that holds in each interval; None where there is none.

    Parameters
    ----------
    steps : sequence of (date or None, float)
        From when each value holds, oldest first; before the first, the first.
    day : array of int, shape (n,)
        Local day of each interval since 1970.
    """
    if not steps:
        return None
    begins = np.array([-(2**31) if since is None else (since - date(1970, 1, 1)).days for since, _ in steps])
    place = np.maximum(np.searchsorted(begins, day, "right") - 1, 0)
    return np.array([value for _, value in steps])[place]


def emitted(
    flows: Flows, litres: Array, *, diesel: Array | None, grid_location: Array | None, grid_market: Array | None
) -> dict[str, Array | None]:
    """What each interval emits, and what its solar energy avoids [kg CO₂]; None where there is no factor.

    Returns
    -------
    dict of str to (array of float, shape (n,)) or None
        `scope1_kg, scope2_location_kg, scope2_market_kg, avoided_kg`; nothing where an energy is not known.
    """
    return {
        "scope1_kg": _times(litres, diesel),
        "scope2_location_kg": _times(flows.grid_import, grid_location),
        "scope2_market_kg": _times(flows.grid_import, grid_market),
        "avoided_kg": _times(flows.solar_self_used, grid_location),
    }


def emissions(found: Mapping[str, Array | None], exported: Array, export_credit: Array | None) -> Emissions:
    """Emissions of the whole time, of those of its intervals (`emitted`) and of what was exported [kWh]."""
    scope1, location, market, avoided = (None if each is None else float(each.sum()) for each in found.values())
    credit = 0.0 if export_credit is None else float(np.nansum(exported * export_credit))
    net = None if scope1 is None or location is None else scope1 + location - credit
    return Emissions(scope1, location, market, avoided, net)


def _times(amount: Array, factor: Array | None) -> Array | None:
    return None if factor is None else np.nan_to_num(amount * factor)
