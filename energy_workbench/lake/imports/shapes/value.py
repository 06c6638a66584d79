"""One value of a file of any shape."""

from __future__ import annotations

from typing import NamedTuple


class Value(NamedTuple):
    """One value of a file.

    Attributes
    ----------
    line : int
    column : str
        Where it stands, as people know it.
    meter : str
        As the importer knows it.
    start, end : int
        The interval whose energy it is; of other values both are its instant [µs since 1970, UTC].
    quantity : str
    value : float
        In the workbench's unit.
    estimated : bool
        Whether the sender says so.
    """

    line: int
    column: str
    meter: str
    start: int
    end: int
    quantity: str
    value: float
    estimated: bool = False
