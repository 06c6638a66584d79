"""Own generation over time: generators with what they burn, and solar energy that stays on site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.analytics.generation.diesel import LOADS, RUNNING_SHARE, consumption, litres_an_hour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Mask = NDArray[np.bool_]

USUAL_LOAD = 2
"""Which of the charted loads stands for a generator of which no hour was measured: three quarters."""


@dataclass(frozen=True)
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
    close : array of bool, shape (n,), optional
        Where its power is known; elsewhere only that of a longer time is, which says neither when it ran nor at what
        load: it is taken to have run as it usually does. All by default.
    """

    number: str
    energy: Array
    rated_kw: float | None = None
    counted_hours: float | None = None
    metered_litres: float | None = None
    close: Mask | None = None

    @cached_property
    def known(self) -> bool:
        """Whether anything is known of its energy."""
        return not np.isnan(self.energy).all()

    @cached_property
    def rough(self) -> float:
        """Energy of times in which its power is not known [kWh]."""
        return 0.0 if self.close is None else float(np.nansum(self.energy[~self.close]))

    @cached_property
    def _measured(self) -> Array:
        return self.energy if self.close is None else np.where(self.close, self.energy, np.nan)

    @cached_property
    def size(self) -> float | None:
        """Rated power, or what stands in for it [kW]."""
        if self.rated_kw:
            return self.rated_kw
        powers = self._measured if (self._measured > 0).any() else self.energy
        highest = float(np.nanmax(powers)) * 4 if (powers > 0).any() else 0.0
        return highest or None

    @property
    def run_hours(self) -> float | None:
        """Counted, or the time in which it delivers [h]; None where nothing is known of it."""
        if self.counted_hours is not None:
            return self.counted_hours
        if not self.known:
            return None
        if not self.size:
            return 0.0
        seen = float(np.sum(self._measured * 4 > RUNNING_SHARE * self.size)) / 4
        return seen + self.rough / self._usual[0]

    @property
    def hours_estimated(self) -> bool:
        """Whether its hours are not counted, and it ran at times when its power is not known."""
        return self.counted_hours is None and (self.rough > 0 or not self.known)

    @cached_property
    def curve_litres(self) -> Array:
        """Fuel of each interval by its load [L]; nothing where the energy is not known."""
        if not self.size:
            return np.zeros(len(self.energy))
        by_load = np.nan_to_num(litres_an_hour(self._measured * 4, self.size) / 4)
        if self.close is None:
            return by_load
        return np.where(self.close, by_load, np.nan_to_num(self.energy) * self._usual[1])

    @property
    def litres(self) -> Array | None:
        """Fuel of each interval [L]: metered fuel is spread as the load says, else the load alone says it.

        None where neither is known.
        """
        by_load = self.curve_litres
        if self.metered_litres is None:
            return by_load if self.known else None
        total = float(by_load.sum())
        share = by_load / total if total > 0 else np.full(len(by_load), 1 / max(len(by_load), 1))
        return share * self.metered_litres

    @property
    def fuel_deviation(self) -> float | None:
        """Metered fuel against what the load says [1]; a theft, a leak or a wrong meter shows here."""
        expected = float(self.curve_litres.sum())
        return None if self.metered_litres is None or expected <= 0 else self.metered_litres / expected - 1

    @cached_property
    def _usual(self) -> tuple[float, float]:
        """Its mean power [kW] and specific use [L/kWh] where it was seen to run, else those of a usual load."""
        assert self.size
        power = self._measured * 4
        running = power > RUNNING_SHARE * self.size
        if not running.any():
            return LOADS[USUAL_LOAD] * self.size, float(consumption(self.size)[USUAL_LOAD])
        return float(power[running].mean()), float(
            litres_an_hour(power[running], self.size).sum() / power[running].sum()
        )


def self_used(solar: Array, exported: Array, close: Mask) -> Array:
    """Solar energy that did not leave the site [kWh]: what is exported while the sun shines is solar first.

    Where only the energies of a longer time are known, they are compared over all of it: their even spread says
    nothing of when the sun shone.

    Parameters
    ----------
    solar, exported : array of float, shape (n,)
        NaN where not known [kWh].
    close : array of bool, shape (n,)
        Where both were measured.

    Returns
    -------
    array of float, shape (n,)
        NaN where it cannot be told.
    """
    left = np.minimum(solar, exported)
    rough = ~np.isnan(left) & ~close
    if rough.any():
        stretch = np.cumsum(np.r_[False, rough[1:] != rough[:-1]])[rough]
        made, sent = (np.bincount(stretch, weights=each[rough]) for each in (solar, exported))
        share = np.divide(np.minimum(made, sent), made, out=np.zeros(len(made)), where=made > 0)
        left[rough] = solar[rough] * share[stretch]
    return np.where(solar == 0, 0.0, solar - left)
