"""Holidays of a country and region, and a plant's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from energy_workbench.domain.tariffs.schedule import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """Which days are holidays.

    Attributes
    ----------
    country : str
        ISO 3166 alpha-2; empty for no country's holidays.
    region : str
        As the `holidays` library names the subdivisions of the country (`MH`, `BY`); empty for the whole country's.
    days : tuple of date
        Days that are holidays beside them: what a utility announces, a plant's own.
    working : tuple of date
        Days that are none, whatever the country says.
    """

    country: str = ""
    region: str = ""
    days: tuple[date, ...] = ()
    working: tuple[date, ...] = ()

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        if not self.country and self.region:
            yield ("region",), "has no country: write its country too"
        if not self.country:
            return
        import holidays

        supported = holidays.list_supported_countries()
        if self.country not in supported:
            yield ("country",), "no holidays are known of it: write its ISO 3166 code, such as IN, and its own `days`"
        elif self.region and self.region not in supported[self.country]:
            yield ("region",), f"there is none in {self.country}: {', '.join(supported[self.country]) or 'no region'}"
        for day in set(self.days) & set(self.working):
            yield ("working",), f"{day} is among `days` too: keep one"

    def of_years(self, first: int, last: int) -> Mapping[date, str]:
        """The holidays of some years, with their names."""
        found = dict(_country(self.country, self.region, first, last)) if self.country else {}
        found |= {day: "own" for day in self.days if first <= day.year <= last}
        for day in self.working:
            found.pop(day, None)
        return found


@cache
def _country(country: str, region: str, first: int, last: int) -> tuple[tuple[date, str], ...]:
    # A quarter of a second to import, for those only who ask.
    import holidays

    found = holidays.country_holidays(country, subdiv=region or None, years=range(first, last + 1))
    return tuple(sorted(found.items()))


def days(first: date, end: date) -> list[date]:
    """The days from one to another, which is left out."""
    return [first + timedelta(days=each) for each in range((end - first).days)]
