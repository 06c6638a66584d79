"""Emission factors over a period: which hold, what they make of energy and fuel, and which are lacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.generation import emissions
from energy_workbench.contract.rows.generation import FactorUsed, MissingFactor
from energy_workbench.domain.emission_factors import CO2, Factor, steps
from energy_workbench.domain.time.period import Period
from energy_workbench.services.rows.emission_factors import factor_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Ints = NDArray[np.int64]

FIGURES = {
    "scope1_kg": ("diesel", "other_producers"),
    "scope2_location_kg": ("grid_location",),
    "scope2_market_kg": ("grid_market",),
    "avoided_kg": ("grid_location",),
    "net_kg": ("diesel", "other_producers", "grid_location", "export_credit"),
}
"""Emissions and the kinds of factors that make them."""

STATE_ONE = "state one with its source (PUT /factors, or wb.set_factor in Python)"


class Carbon:
    """The factors that hold at a site, by interval.

    Parameters
    ----------
    factors : sequence of Factor
    day : array of int, shape (n,)
        Local day of each interval since 1970.
    """

    def __init__(self, factors: Sequence[Factor], day: Ints) -> None:
        self._factors, self._day = factors, day

    def factor(self, name: str) -> Array:
        """The factor of each interval; NaN where there is none. Without a contract's, the grid's average stands in."""
        found = emissions.by_interval(steps(self._factors, name), self._day)
        return np.where(np.isnan(found), self.factor("grid_location"), found) if name == "grid_market" else found

    def has(self, name: str) -> bool:
        """Whether a factor of that very kind holds at any time."""
        return not np.isnan(emissions.by_interval(steps(self._factors, name), self._day)).all()

    def market_basis(self) -> str:
        """What the market-based figure is made with, in words: a contract's factor, or what stands in for one."""
        own = np.isnan(emissions.by_interval(steps(self._factors, "grid_market"), self._day))
        if own.all():
            return "no contractual factor is stated: the grid's average is used"
        if own.any():
            since = date(1970, 1, 1) + timedelta(days=int(self._day[~own][0]))
            return f"a contractual factor is stated from {since.isoformat()}: before that, the grid's average is used"
        return "as contracted"

    def lacks(self, name: str) -> bool:
        """Whether there is a time in which none holds."""
        return bool(np.isnan(self.factor(name)).any())

    def total(self, name: str, amount: Array) -> float | None:
        """What an amount of each interval emits in all [kg]; None where a factor is lacking or nothing is known."""
        return emissions.total(amount, self.factor(name))

    def emitted(self, name: str, amount: Array, *, any_there: bool) -> Array:
        """What each interval emits [kg]; NaN where it is not known."""
        return amount * self.factor(name) if any_there else np.zeros(len(amount))

    def steps_within(self, rough: Any) -> bool:
        """Whether the grid's factor changes within a time of which only the sum is known."""
        factor = self.factor("grid_location")
        return bool((rough[1:] & rough[:-1] & (np.diff(factor) != 0)).any())

    def units(self) -> dict[str, str]:
        """Unit of each emission: `kg CO₂`, or `kg CO₂e` where a factor in it counts other gases too."""
        held = {
            name: {factor.counted for factor in self._held(name)} for name in {n for of in FIGURES.values() for n in of}
        }
        return {
            figure: f"kg {next(iter(set().union(*(held[name] for name in names)) - {CO2}), CO2)}"
            for figure, names in FIGURES.items()
        }

    def _held(self, name: str) -> list[Factor]:
        """Factors of a kind that hold at any time, but for those that count for nothing."""
        held = [each for each in self._factors if each.name == name and each.value]
        stand_in = [] if name != "grid_market" or self.has(name) else self._held("grid_location")
        if not len(self._day):
            return held or stand_in
        first, last = (date(1970, 1, 1) + timedelta(days=int(each)) for each in (self._day[0], self._day[-1]))
        return [each for each in held if _holds(each, self._factors, first, last)] or stand_in


def factor_rows(factors: Sequence[Factor], span: Period, zone: ZoneInfo) -> tuple[FactorUsed, ...]:
    """The factors that hold at a site, each with whether it `holds` in a period, and whether it is `old` there."""
    first, last = _days(span, zone)
    rows = []
    for factor in factors:
        holds = _holds(factor, factors, first, last)
        until = _until(factor, factors)
        used = last if until is None else min(last, until - timedelta(days=1))
        row = {name: value for name, value in factor_row(factor, own=False).items() if name not in ("own", "meaning")}
        rows.append(cast(FactorUsed, {**row, "holds": holds, "old": holds and factor.is_old(used)}))
    return tuple(rows)


def lacking(
    factors: Sequence[Factor], country: str | None, carbon: Carbon, needed: Mapping[str, Sequence[str]]
) -> tuple[MissingFactor, ...]:
    """Factors that are needed and do not hold all the time: `name, reason, advice`.

    Parameters
    ----------
    needed : mapping of str to sequence of str
        By kind the numbers of the meters that need it.
    """
    rows: list[MissingFactor] = []
    for name, numbers in needed.items():
        if not numbers or not carbon.lacks(name):
            continue
        first = next((each.valid_from for each in factors if each.name == name), None)
        if first is not None:
            reason = f"the first known factor is that of {first.year}, valid from {first.isoformat()}"
            advice = f"for the time before, {STATE_ONE}"
        elif name == "other_producers":
            are = "is a producer" if len(numbers) == 1 else "are producers"
            reason = f"{', '.join(numbers)} {are} of a type that does not say what powers it (solar, diesel generator)"
            advice = f"{STATE_ONE}, 0 for wind or water; or give the meter the type and fuel of its source"
        elif country is None:
            reason = "the site states no country, so its grid is not known"
            where = "Site on the meter setup page, or energy-workbench site set country=…"
            advice = f"state the country ({where}), or {STATE_ONE}"
        else:
            reason = f"no factor is known for the grid of {country}"
            advice = STATE_ONE
        rows.append({"name": name, "reason": reason, "advice": advice})
    return tuple(rows)


def _days(span: Period, zone: ZoneInfo) -> tuple[date, date]:
    """First and last local day of a period."""
    last = max(span.start, span.end - timedelta(microseconds=1))
    return span.start.astimezone(zone).date(), last.astimezone(zone).date()


def _until(factor: Factor, factors: Sequence[Factor]) -> date | None:
    """From when on a later one of its kind holds."""
    since = factor.valid_from or date.min
    later = [each.valid_from for each in factors if each.name == factor.name and (each.valid_from or date.min) > since]
    return min((day for day in later if day is not None), default=None)


def _holds(factor: Factor, factors: Sequence[Factor], first: date, last: date) -> bool:
    until = _until(factor, factors)
    return (factor.valid_from or date.min) <= last and (until is None or until > first)
