"""Numbers, percentages and instants as text of a report."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from energy_workbench.contract.results import Comparison
from energy_workbench.domain.rounding import rounded
from energy_workbench.domain.time.period import Period
from energy_workbench.domain.time.period_text import iso, lengths, span

__all__ = ["NONE", "between", "change", "day", "instant", "iso", "measured", "number", "percent", "span", "totals"]

MINUS = "\N{MINUS SIGN}"
NONE = "–"
"""Stands where nothing is known; a gap is never written as 0."""


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands separated; `NONE` where it is not known."""
    if value is None or value != value:
        return NONE
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", MINUS)


def measured(value: float | None, error: float | None, most: int = 1) -> str:
    """A number as far as its expanded uncertainty, in its own unit, lets it be told; `NONE` where it is not known."""
    if value is None or value != value:
        return NONE
    return rounded(value, error, most).replace("-", MINUS)


def percent(share: float | None, digits: int = 1) -> str:
    """A share [0 to 1] as percent. What is not quite whole is never rounded up to 100 %."""
    if share is None or share != share:
        return NONE
    text = number(100 * share, digits)
    whole = number(100.0, digits)
    if text == whole and share < 1:
        text = number(100 - 10**-digits, digits)
    return f"{text} %"


def change(percent: float | None) -> str:
    """A signed change [%], `NONE` where there is nothing to compare with."""
    if percent is None:
        return NONE
    return f"{'+' if percent >= 0 else MINUS}{number(abs(percent), 1)} %"


def totals(comparison: Comparison) -> str:
    """How the totals of a comparison differ: `totals +5.3 %, 31 and 30 days`."""
    if comparison.totals_percent is None:
        return "totals not comparable"
    return f"totals {change(comparison.totals_percent)}, {lengths(comparison.days, comparison.before_days)}"


def between(start: str, end: str, zone: ZoneInfo) -> str:
    """The time between two instants as a title: `September 2026`."""
    first, last = (datetime.fromisoformat(edge).astimezone(UTC) for edge in (start, end))
    return span(Period(first, last, ""), zone)


def instant(value: datetime | str | None, zone: ZoneInfo) -> str:
    """An instant in the site's zone, to the minute: `14 Oct 2026, 11:15`."""
    if value is None:
        return NONE
    local = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def day(value: datetime | str, zone: ZoneInfo) -> str:
    """A day in the site's zone: `Wed 14 Oct`."""
    local = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"
