"""Metering periods that people state of a meter: how often its register is read, dated like a ratio."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from energy_workbench.domain.dated_values import dated
from energy_workbench.domain.dated_values.dated import Dated

PERIODS: Final[Mapping[str, int]] = MappingProxyType(
    {"5min": 5, "10min": 10, "15min": 15, "20min": 20, "30min": 30, "1h": 60, "1d": 1440, "1mo": 44_640}
)
"""By their name, in minutes; a month by the longest."""

INFERRED: Final = "inferred"
"""The word for: as the readings of each month tell."""

FORMS: Final = f"{', '.join(PERIODS)}; another from a day on: 1h; 15min from 2026-07-01; {INFERRED} from 2027-01-01"


def stated(text: str) -> tuple[Dated[str | None], ...]:
    """The periods of a text, oldest first; None is what readings tell.

    Raises
    ------
    ValueError
        If it cannot be understood: it says which part, and what would be.
    """
    return dated.dated(text, _period, "metering period", FORMS)


def spelled(periods: tuple[Dated[str | None], ...]) -> str:
    """The text of some periods: one that stands for itself alone is its name."""
    return dated.spelled(periods, lambda period: period or INFERRED)


def _period(word: str) -> str | None:
    name = word.lower()
    if name not in PERIODS and name != INFERRED:
        raise ValueError
    return None if name == INFERRED else name
