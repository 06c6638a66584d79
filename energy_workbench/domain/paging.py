"""Pages of a long list: limit and offset, and the rows of the next page that are new."""

from __future__ import annotations

from typing import Final, TypeVar

from energy_workbench.domain.errors import InputError

Row = TypeVar("Row")

PAGE: Final = 1000
"""Rows that a list of the service holds at most."""

LEFT_OUT: Final = 1_000_000
"""Rows that may be left out at the beginning of a list."""

MOST: Final = 2**31 - 1
"""No list is longer; a larger number is none that a database takes."""


def window(limit: int, offset: int = 0) -> slice:
    """The rows from `offset` on, at most `limit` of them.

    Raises
    ------
    InputError
        If fewer than one is asked for, or fewer than none or too many are left out.
    """
    if limit < 1:
        raise InputError(f"a limit of {limit} rows leaves none: ask for 1 or more")
    if not 0 <= offset <= LEFT_OUT:
        raise InputError(f"{offset} rows cannot be left out: 0 to {LEFT_OUT}")
    return slice(offset, min(offset + limit, MOST))


def following(rows: list[Row], page: list[Row]) -> list[Row]:
    """What is new in the next page of a list, newest first, that may have grown at its head meanwhile."""
    again = range(min(len(rows), len(page)), 0, -1)
    return page[next((count for count in again if rows[-count:] == page[:count]), 0) :]
