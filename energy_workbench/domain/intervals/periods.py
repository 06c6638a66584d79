"""Metering periods that people state of a meter: how often its register is read, dated like a ratio."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

PERIODS: Final[Mapping[str, int]] = MappingProxyType(
    {"5min": 5, "10min": 10, "15min": 15, "20min": 20, "30min": 30, "1h": 60, "1d": 1440, "1mo": 44_640}
)
"""By their name, in minutes; a month by the longest."""

INFERRED: Final = "inferred"
"""The word for: as the readings of each month tell."""

FORMS: Final = f"{', '.join(PERIODS)}; another from a day on: 1h; 15min from 2026-07-01; {INFERRED} from 2027-01-01"

_PART: Final = re.compile(r"(?P<period>\S+)(\s+from\s+(?P<day>\S+))?", re.IGNORECASE)


class Stated(NamedTuple):
    """A period from a day of the site on; day None is the beginning of time, period None what readings tell."""

    since: date | None
    period: str | None


def stated(text: str) -> tuple[Stated, ...]:
    """The periods of a text, oldest first.

    Raises
    ------
    ValueError
        If it cannot be understood: it says which part, and what would be.
    """
    found: dict[date | None, str | None] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _PART.fullmatch(part)
        name = match["period"].lower() if match else part
        if not match or (name not in PERIODS and name != INFERRED):
            raise ValueError(f"{part[:40]!r} is no metering period: {FORMS}")
        since = None
        if match["day"]:
            try:
                since = date.fromisoformat(match["day"])
            except ValueError:
                raise ValueError(f"{match['day'][:40]!r} is no day: write it as 2026-07-01") from None
        if since in found:
            raise ValueError(f"two periods begin {'at the beginning' if since is None else f'on {since}'}")
        found[since] = None if name == INFERRED else name
    return tuple(Stated(since, found[since]) for since in sorted(found, key=lambda each: each or date.min))


def spelled(periods: tuple[Stated, ...]) -> str:
    """The text of some periods: one that stands for itself alone is its name."""
    return "; ".join(
        f"{each.period or INFERRED}{'' if each.since is None else f' from {each.since}'}" for each in periods
    )
