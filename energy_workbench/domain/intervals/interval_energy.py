"""What a reading of the energy of an interval has to say, wherever it comes from."""

from __future__ import annotations

from typing import Final

LONGEST_MINUTES: Final = 32 * 24 * 60
"""A month and the hour of a clock change are the longest interval [min]."""


def unsound(energy: float, minutes: float | None) -> str:
    """Why such a reading tells nothing, in words; empty where it is sound.

    Parameters
    ----------
    energy : float
        What flowed in the interval [kWh].
    minutes : float or None
        How long the interval was that ended at the reading's instant [min].
    """
    if minutes is None:
        return "needs interval_minutes beside it: how long the interval was that ended then"
    if not 0 < minutes <= LONGEST_MINUTES:
        return f"is of an interval of {minutes:g} min: interval_minutes is more than 0, and a month at most"
    if energy < 0:
        return "is negative: what flowed back is interval_energy_active_export"
    return ""
