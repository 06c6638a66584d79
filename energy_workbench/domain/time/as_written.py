"""Periods, instants and lengths of rows as Python and pandas have them, as the text that every face understands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeAlias, runtime_checkable
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import PeriodError, printable
from energy_workbench.domain.time.period import HELP, between


@runtime_checkable
class SpanLike(Protocol):
    """A span of the site's clock, as `pandas.Period` is one."""

    @property
    def start_time(self) -> Any: ...

    @property
    def end_time(self) -> Any: ...


InstantLike: TypeAlias = str | date
"""ISO text, a `datetime` or `pandas.Timestamp`, or a `date`: its first instant.

With an offset it is that instant; without one it is what the site's clock shows, whichever zone the caller is in.
"""
PeriodLike: TypeAlias = str | date | SpanLike | Sequence[InstantLike]
"""Text as `parse_period` reads it, a `date` (all of it), a `pandas.Period` of any frequency, or a pair.

A pair is from its first to its last: an instant ends it and is no part of it, a `date` that ends it is part of it, as
in `2026-10-01/2026-10-15`. A `pandas.Period` is on the site's clock.
"""
EveryLike: TypeAlias = str | timedelta
"""Length of a row: `15min`, `1h`, `1d`, `1w`, `1mo`, `1y`, an alias of pandas for one of these, or a `timedelta`."""

ALSO = "; in Python also a date, a pandas.Period, or a pair of dates, datetimes or Timestamps"
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_ALIASES = {
    "min": "min", "T": "min", "h": "h", "H": "h", "D": "d", "d": "d", "W": "w", "W-SUN": "w",
    "MS": "mo", "M": "mo", "ME": "mo",
    "YS": "y", "Y": "y", "YE": "y", "YS-JAN": "y", "Y-DEC": "y", "YE-DEC": "y", "A": "y", "AS": "y",
}  # fmt: skip
"""Aliases of pandas → units of ours; rows are labelled by their start, so that the end of a month is its month."""


def period_text(given: PeriodLike) -> str:
    """A period as text.

    Raises
    ------
    PeriodError
        If it is of a kind that is no period.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, datetime):
        raise PeriodError(f"{shown(given)} is an instant and has no length: give a pair, or its day by date()")
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, SpanLike):
        return _span(given)
    if isinstance(given, Sequence) and len(given) == 2:
        return "/".join(instant_text(each) for each in given)
    raise PeriodError(f"cannot read the period {shown(given)}: {HELP}{ALSO}")


def instant_text(given: InstantLike) -> str:
    """An instant, or a date as one side of a period, as text.

    Raises
    ------
    PeriodError
        If it is of a kind that is no instant.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, date):
        return given.isoformat()
    raise PeriodError(f"{shown(given)} is no instant: write ISO 8601, such as 2026-10-05T14:30, or give a datetime")


def span_text(start: InstantLike | None, end: InstantLike | None, zone: ZoneInfo, now: datetime) -> str:
    """The period from one instant to another, which is no part of it, as `from` and `to` of REST; until now by default.

    Raises
    ------
    PeriodError
        If there is no start, one of them is no instant, or they hold no time.
    """
    if start is None:
        raise PeriodError("`end` needs a `start`")
    return between(instant_text(start), now.isoformat() if end is None else instant_text(end), zone).text


def every_text(given: EveryLike) -> str:
    """A length of a row as the workbench calls it; text that is no alias of pandas stays as it is.

    Raises
    ------
    PeriodError
        If it is of a kind that is no length.
    """
    text = getattr(given, "freqstr", given)
    if isinstance(text, timedelta) and text > timedelta() and not text % _MINUTE:
        return f"{text // _DAY}d" if not text % _DAY else f"{text // _MINUTE}min"
    if not isinstance(text, str):
        raise PeriodError(f"{shown(given)} is no length of a row: write 15min, 30min, 1h, 1d, 1w, 1mo or 1y")
    alias = re.fullmatch(r"(\d*)([A-Za-z]+(?:-[A-Z]{3})?)", text)
    return f"{alias[1] or 1}{_ALIASES[alias[2]]}" if alias and alias[2] in _ALIASES else text


def shown(given: object) -> str:
    """A value of a wrong kind as messages show it: `7.5 (a float)`."""
    return f"{printable(repr(given))} ({type(given).__name__})" if given is not None else "None"


def _span(given: SpanLike) -> str:
    # A nanosecond or a microsecond before the next one begins, by the version of pandas.
    start, end = given.start_time, given.end_time.ceil("ms")
    if start == start.normalize() and end == end.normalize():
        first, last = start.date(), (end - _DAY).date()
        return first.isoformat() if first == last else f"{first}/{last}"
    return f"{start.isoformat()}/{end.isoformat()}"
