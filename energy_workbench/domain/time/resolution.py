"""How finely a span of time is shown: so that its shape can be seen, and never with more points than a screen has."""

from __future__ import annotations

from datetime import datetime, time, timedelta

MOST_POINTS = 2000
"""Of a trace [1]: a wide screen has about as many columns."""

LENGTHS = {
    "15min": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "1w": timedelta(days=7),
    "1mo": timedelta(days=28),
}
"""Least length of a bucket of each resolution, the finest first."""

SUITS = {"15min": timedelta(days=2), "1h": timedelta(weeks=3), "1d": timedelta(days=400), "1w": timedelta(days=8 * 366)}
"""The longest span whose shape is seen best at that resolution."""


def resolution(span: timedelta, wanted: str = "") -> str:
    """The resolution for a span: `15min`, `1h`, `1d`, `1w` or `1mo`.

    Parameters
    ----------
    wanted : str
        What a reader asks for; the next coarser one where that would be too many points. Empty for what suits the span.
    """
    if not wanted:
        # A day of a clock change has an hour more, and is no longer for it.
        return next((every for every, longest in SUITS.items() if span <= longest + timedelta(hours=1)), "1mo")
    steps = list(LENGTHS)
    allowed = steps[steps.index(wanted) :]
    # A step before a gap is drawn with two points.
    return next((every for every in allowed if span / LENGTHS[every] < MOST_POINTS / 2), "1mo")


def outward(start: datetime, end: datetime, every: str) -> tuple[datetime, datetime]:
    """The whole buckets that a span touches, so that none is shown cut.

    Parameters
    ----------
    start, end : datetime
        On the site's clock, without a zone.
    every : str
        A resolution.
    """
    first = _floor(start, every)
    last = _floor(end, every)
    return first, last if last == end else _next(last, every)


def _floor(at: datetime, every: str) -> datetime:
    if every in ("15min", "1h"):
        return at.replace(minute=at.minute // 15 * 15 if every == "15min" else 0, second=0, microsecond=0)
    midnight = datetime.combine(at.date(), time())
    if every == "1w":
        return midnight - timedelta(days=at.weekday())
    return midnight.replace(day=1) if every == "1mo" else midnight


def _next(edge: datetime, every: str) -> datetime:
    if every == "1mo":
        return (edge + timedelta(days=31)).replace(day=1)
    return edge + LENGTHS[every]
