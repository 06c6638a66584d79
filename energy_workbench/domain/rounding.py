"""How many digits a value is printed with, by how far its meters can err: one rule for all that is written."""

from __future__ import annotations

from typing import Final

SIGNIFICANT: Final = 2
"""Digits of an expanded uncertainty that mean something (ISO/IEC Guide 98-3, 7.2.6)."""


def places(error: float | None, most: int = 1) -> int:
    """Digits after the point of a value: it stops where the second digit of its expanded uncertainty stands.

    Parameters
    ----------
    error : float or None
        Expanded uncertainty, in the unit of the value; None or 0 where nothing is known of it.
    most : int
        Digits that there are at most.

    Returns
    -------
    int
        Negative where tens, hundreds and so on are not known.
    """
    if not error or error != error:
        return most
    # By what is left once the uncertainty is rounded itself: 99.7 is 100, to the tens.
    exponent = int(f"{abs(error):.{SIGNIFICANT - 1}e}".partition("e")[2])
    return min(most, SIGNIFICANT - 1 - exponent)


def rounded(value: float, error: float | None, most: int = 1) -> str:
    """A value as its uncertainty lets it be told, thousands separated: `136,500`."""
    digits = places(error, most)
    return f"{round(value, digits) + 0.0:,.{max(digits, 0)}f}"
