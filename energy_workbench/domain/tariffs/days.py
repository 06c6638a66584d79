"""Kinds of days: weekdays, public holidays of a country and region, and days that a plant names itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from energy_workbench.domain.errors import InputError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY: Final = "holiday"
GROUPS: Final = {"workday": WEEKDAYS[:5], "weekend": WEEKDAYS[5:]}
"""Names of several kinds that every tariff knows; one that it declares itself goes before."""


@dataclass(frozen=True)
class HolidayCalendar:
    """What kind of day a date is.

    Attributes
    ----------
    country, region : str
        ISO 3166 codes (`DE`, `BY`); without a country there are no public holidays.
    own : mapping of date to str
        Days that the plant or the tariff names, and what they count as: a kind of their own, a weekday, or `holiday`.
        They go before the country's.
    """

    country: str = ""
    region: str = ""
    own: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.country:
            _public(self.country, self.region, 2026)

    def kind(self, day: date) -> str:
        """One of `WEEKDAYS`, `holiday`, or a kind of the plant's own."""
        if day in self.own:
            return self.own[day]
        if self.country and day in _public(self.country, self.region, day.year):
            return HOLIDAY
        return WEEKDAYS[day.weekday()]

    def with_own(self, own: Mapping[date, str]) -> HolidayCalendar:
        """The same with further days."""
        return HolidayCalendar(self.country, self.region, {**self.own, **own})


@lru_cache(maxsize=256)
def _public(country: str, region: str, year: int) -> frozenset[date]:
    """Public holidays by the `holidays` package (https://holidays.readthedocs.io).

    Raises
    ------
    InputError
        If it does not know the country or its region.
    """
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise InputError(f"no holidays are known of {country} {region}".rstrip() + f": {error}") from None
