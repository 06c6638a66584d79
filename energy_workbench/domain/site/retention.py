"""How long every reading is kept, before those that no interval needs are taken away: as people state it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

LEAST_DAYS: Final = 35
"""A month is over, looked at and locked before any of its readings goes [d]."""

MOST_DAYS: Final = 36_500
"""More than that is for ever [d]."""


def days_of(value: object) -> int | None:
    """The days that somebody gave; None where all readings are kept for ever.

    Raises
    ------
    ValueError
        If it is no number of days, or too short.
    """
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if value is None or (isinstance(value, str) and not text):
        return None
    said = f"a whole number of days, {LEAST_DAYS} to {MOST_DAYS}, or nothing: every reading is kept for ever"
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_DAYS)):
        raise ValueError(said)
    if not LEAST_DAYS <= int(text) <= MOST_DAYS:
        raise ValueError(f"{text} days are {'too few' if int(text) < LEAST_DAYS else 'too many'}: {said}")
    return int(text)


def whole_from(keep_days: int, now: datetime) -> date:
    """The first UTC day all of whose readings are kept."""
    return now.date() - timedelta(days=keep_days)
