"""Emission factors: dated, sourced, and replaced by a site's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

KINDS: Final = {
    "grid_location": ("kg CO₂/kWh", "grid electricity, average of the grid (Scope 2, location-based)"),
    "grid_market": ("kg CO₂/kWh", "grid electricity as contracted (Scope 2, market-based)"),
    "diesel": ("kg CO₂/L", "diesel burnt on site (Scope 1)"),
    "export_credit": ("kg CO₂/kWh", "what exported energy is credited with in the net figure"),
}
"""What there are factors of: unit and meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """An emission factor.

    Attributes
    ----------
    name : str
        Of `KINDS`.
    value : float
        In the unit of its kind.
    valid_from : date or None
        Of the site's calendar; None is the beginning of time.
    source : str
        Who published it, and where it was read.
    """

    name: str
    value: float
    valid_from: date | None = None
    source: str = ""

    @property
    def unit(self) -> str:
        """Of its kind."""
        return KINDS[self.name][0]


_CEA = "CEA CO₂ Baseline Database for the Indian Power Sector, version {} (secondary: read on a page that quotes it)"

SHIPPED: Final[dict[str, tuple[Factor, ...]]] = {
    "": (
        Factor(
            name="diesel",
            value=2.68,
            source="IPCC 2006 guidelines vol. 2: 74,100 kg/TJ × 43.0 TJ/Gg × 0.84 kg/L (density assumed); "
            "EIA: 10.15 kg/US gal (secondary)",
        ),
        Factor(name="export_credit", value=0.0, source="no credit, unless a site states one"),
    ),
    "IN": (
        Factor(name="grid_location", value=0.727, source=_CEA.format("20, FY 2023-24")),
        Factor(name="grid_location", value=0.7117, valid_from=date(2024, 4, 1), source=_CEA.format("21, FY 2024-25")),
    ),
}
"""What holds where a site has no factor of its own, by country (ISO 3166 alpha-2); `""` is every country."""


def effective(country: str, own: Iterable[Factor]) -> list[Factor]:
    """The factors that hold at a site, by kind and date: its own, which replace those shipped of the same date."""
    rows = {(each.name, each.valid_from): each for each in (*SHIPPED[""], *SHIPPED.get(country, ()))}
    rows |= {(each.name, each.valid_from): each for each in own}
    return sorted(rows.values(), key=lambda each: (list(KINDS).index(each.name), each.valid_from or date.min))


def steps(factors: Sequence[Factor], name: str) -> list[tuple[date | None, float]]:
    """From when each value of a kind holds, oldest first; empty where there is none."""
    return [(each.valid_from, each.value) for each in factors if each.name == name]
