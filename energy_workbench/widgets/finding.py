"""Meters by a part of their number or name, the best hit first."""

from __future__ import annotations

from collections.abc import Iterable

LISTED = 300
"""Meters that are all offered at once at most; of more those that have what is typed."""
SUGGESTED = 50
"""Of these, at most."""


def hits(text: str, meters: Iterable[tuple[str, str]]) -> list[str]:
    """Numbers of the meters that have a text in number or name, whatever its case.

    Parameters
    ----------
    text : str
        Blanks around it do not count; an empty one is in none.
    meters : iterable of (str, str)
        Number and name of each.

    Returns
    -------
    list of str
        The number that it is, then numbers that begin with it, those that have it, and names that have it; each kind in
        the order given.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    ranked = ((_rank(wanted, number.casefold(), name.casefold()), number) for number, name in meters)
    return [number for rank, number in sorted((each for each in ranked if each[0] < NONE), key=lambda each: each[0])]


def no_hit(text: str) -> str:
    """That a search found nothing, in words."""
    return f"No meter has “{text.strip()}” in its number or name."


NONE = 4


def _rank(wanted: str, number: str, name: str) -> int:
    found = (number == wanted, number.startswith(wanted), wanted in number, wanted in name)
    return next((rank for rank, holds in enumerate(found) if holds), NONE)
