"""Where registers begin again of which nobody said it: the powers of ten and two that counters count up to."""

from __future__ import annotations

STEPS = (0.001, 0.01, 0.1, 1.0)
"""Least increments of counters [kWh], where that of one is not known."""

DIGITS = range(4, 10)
"""Digits that displays and registers have."""

BITS = (16, 31, 32)
"""Bits of the registers that end within a counter's life."""

WATT_HOURS = 2**32 / 1000
"""A register of 32 bits in Wh [kWh], whatever is shown of it."""

JUST_BELOW = 0.01
"""A fall comes from just below an end where this share of it was left …"""

REACHES = 4.0
"""… or no more than this many times what flows around it lets expect meanwhile."""

FITS = 2.0
"""What was counted across an end fits where it is at most this many times what was to be expected, and no less than
one part of as many."""

MOST = 0.1
"""Share of the whole range that is counted across an end at most: more might be a reset as well."""


def register_end(before: float, after: float, expected: float, step: float) -> float | None:
    """The end that a fall comes from just below, in the counter's unit; None where it comes from below none.

    Of several, the lowest.

    Parameters
    ----------
    before, after : float
        Readings around the fall.
    expected : float
        What would have flowed meanwhile at the rate of the readings around it; 0 where nothing does.
    step : float
        Least increment of the counter; 0 where it is not known.
    """
    if not 0 <= after < before:
        return None
    reach = REACHES * expected + 2 * step
    return min(
        (
            end
            for end in _ends(step)
            if before <= end and end - before <= max(JUST_BELOW * end, reach) and after <= MOST * end
        ),
        default=None,
    )


def fits_flow(energy: float, end: float, expected: float, step: float, most: float | None) -> bool:
    """Whether what was counted across an end is what flows around the fall, so that it is no reset.

    Parameters
    ----------
    energy : float
        Counted across the end.
    end, expected, step : float
        As of `register_end`.
    most : float or None
        What can have flowed; None where that is not known.
    """
    slack = 2 * step
    if energy > MOST * end or (most is not None and energy > most + slack):
        return False
    return expected / FITS - slack <= energy <= expected * FITS + slack and expected + slack > 0


def _ends(step: float) -> set[float]:
    steps = (step,) if step else STEPS
    decimal = (float(f"{each * 10**digits:.9g}") for each in steps for digits in DIGITS)
    binary = (each * 2**bits for each in steps for bits in BITS)
    return {*decimal, *binary, WATT_HOURS}
