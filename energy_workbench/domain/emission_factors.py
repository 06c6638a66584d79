"""Emission factors: dated, sourced, and replaced by a site's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

KINDS: Final = {
    "grid_location": ("kWh", "grid electricity, average of the grid (Scope 2, location-based)"),
    "grid_market": ("kWh", "grid electricity as contracted (Scope 2, market-based)"),
    "diesel": ("L", "diesel burnt on site (Scope 1)"),
    "other_producers": ("kWh", "energy of producers that are neither solar nor diesel generators (Scope 1)"),
    "export_credit": ("kWh", "what exported energy is credited with in the net figure"),
}
"""What there are factors of: a kilogram for each of what, and meaning."""

CO2: Final = "CO₂"
GASES: Final = (CO2, "CH₄", "N₂O", "HFCs", "PFCs", "SF₆", "NF₃")
"""Greenhouse gases of the Kyoto Protocol, in its order."""

OLD: Final = 3
"""A factor of a year that began longer ago than this is told to be old [years]."""


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
    gases : str
        Which of `GASES` it counts, with commas; carbon dioxide alone by default.
    """

    name: str
    value: float
    valid_from: date | None = None
    source: str = ""
    gases: str = CO2

    @property
    def unit(self) -> str:
        """`kg CO₂/kWh`; `CO₂e` where it counts other gases than carbon dioxide."""
        return f"kg {self.counted}/{KINDS[self.name][0]}"

    @property
    def counted(self) -> str:
        """`CO₂`, or `CO₂e` where other gases are counted too, as what warms alike."""
        return CO2 if self.gases == CO2 else "CO₂e"

    @property
    def year(self) -> int | None:
        """The year whose value it is; None where it holds from the beginning of time."""
        return self.valid_from.year if self.valid_from else None

    def is_old(self, day: date) -> bool:
        """Whether it is of a year that began more than three years before a day."""
        since = self.valid_from
        return since is not None and (day.year - since.year, day.month, day.day) > (OLD, since.month, since.day)


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
        Factor(name="grid_location", value=0.727, valid_from=date(2023, 4, 1), source=_CEA.format("20, FY 2023-24")),
        Factor(name="grid_location", value=0.7117, valid_from=date(2024, 4, 1), source=_CEA.format("21, FY 2024-25")),
    ),
}
"""What holds where a site has no factor of its own, by country (ISO 3166 alpha-2); `""` is every country.

A grid's holds from the first day of its year until that of a later year: nobody knows it of the time before the first.
"""


def effective(country: str | None, own: Iterable[Factor]) -> list[Factor]:
    """The factors that hold at a site, by kind and date: its own, which replace those shipped of the same date.

    Of a site that states no country, only what holds everywhere.
    """
    rows = {(each.name, each.valid_from): each for each in (*SHIPPED[""], *SHIPPED.get(country or "-", ()))}
    rows |= {(each.name, each.valid_from): each for each in own}
    return sorted(rows.values(), key=lambda each: (list(KINDS).index(each.name), each.valid_from or date.min))


def steps(factors: Sequence[Factor], name: str) -> list[tuple[date | None, float]]:
    """From when each value of a kind holds, oldest first; empty where there is none."""
    return [(each.valid_from, each.value) for each in factors if each.name == name]


def gases_of(text: str) -> str:
    """The gases of a list, such as `CO2, CH4, N2O`, as they are written here, in their order.

    Raises
    ------
    ValueError
        If one of them is none.
    """
    by_plain = {each.translate(_PLAIN).casefold(): each for each in GASES}
    named = {each.strip().translate(_PLAIN).casefold() for each in text.split(",")}
    if unknown := named - set(by_plain):
        raise ValueError(f"no such gas: {', '.join(sorted(unknown))}; {', '.join(GASES)}")
    return ", ".join(each for plain, each in by_plain.items() if plain in named)


_PLAIN: Final = str.maketrans("₂₃₄₆", "2346")
