"""A tariff: dated versions of lists of charges, in one currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.rounding import CENT, Rounding
from energy_workbench.domain.tariffs.seasons import Seasons
from energy_workbench.domain.tariffs.windows import Scheme


@dataclass(frozen=True)
class Version:
    """What holds from a day of the site on, until the next version.

    Attributes
    ----------
    charges : tuple of Charge
        In the order of the bill: what is made of lines stands below them.
    """

    since: date
    seasons: Seasons
    schemes: Mapping[str, Scheme]
    charges: tuple[Charge, ...]


@dataclass(frozen=True)
class Tariff:
    """Name, currency, and versions, oldest first.

    Attributes
    ----------
    currency : str
        ISO 4217.
    country, region : str
        Whose public holidays count; without a country, those of the site.
    own_days : mapping of date to str
        Days that count as another kind of day.
    billing_day : int
        Day of the month on which a billing month begins; the last one of a shorter month.
    rounding : Rounding
        Of each line, where its charge does not say otherwise.
    total_rounding : Rounding or None
        Of the bill; what it adds is a line.
    source, note : str
        Where it is from, and what is said about it.
    """

    name: str
    currency: str
    versions: tuple[Version, ...]
    country: str = ""
    region: str = ""
    own_days: Mapping[date, str] = field(default_factory=dict)
    billing_day: int = 1
    rounding: Rounding = CENT
    total_rounding: Rounding | None = None
    source: str = ""
    note: str = ""

    def within(self, first: date, end: date) -> list[tuple[Version, date, date]]:
        """The versions of some days, each with its own first day and the day after its last.

        Raises
        ------
        InputError
            If a day is before the first version.
        """
        if first < self.versions[0].since:
            raise InputError(
                f"the tariff {self.name!r} begins on {self.versions[0].since}: nothing is known of {first}. "
                "Add a version that holds then, or ask for a later period"
            )
        edges = [*(version.since for version in self.versions[1:]), date.max]
        spans = zip(self.versions, edges, strict=True)
        cut = ((version, max(version.since, first), min(until, end)) for version, until in spans)
        return [(version, begin, until) for version, begin, until in cut if begin < until]
