"""A line of a bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """What one charge asks for, in one window, block or version.

    Attributes
    ----------
    charge : str
        Its name in the tariff.
    kind : str
        Its kind; `tax` where it is one.
    quantity, rate : Decimal or None
        [unit], [currency a unit].
    amount : Decimal
        As the tariff rounds it [currency].
    unit, window : str
        The window is empty where the charge has none.
    at : tuple of int
        When the demand was: begins of its blocks [µs since 1970, UTC].
    share : Decimal
        Of the month's days that the version has [1]; the amount is the product with it, where it is not of energy.
    estimated, missing : Decimal
        Of the quantity, and of the time [1].
    could_change : Decimal
        How much of the amount rests on estimates; of a demand, how much more it is if they are right [currency].
    provisional : bool
        Whether something is not known yet that it rests on; `notes` say what.
    """

    charge: str
    kind: str
    quantity: Decimal | None
    unit: str
    rate: Decimal | None
    amount: Decimal
    window: str = ""
    at: tuple[int, ...] = ()
    share: Decimal = Decimal(1)
    estimated: Decimal = ZERO
    missing: Decimal = ZERO
    could_change: Decimal = ZERO
    provisional: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Priced:
    """A line, and how it is spread over the intervals of its part of the month.

    Attributes
    ----------
    weights : callable or None
        Gives the weight of each interval of the part; None is all alike. It is only asked where costs of intervals are.
    """

    line: Line
    weights: Callable[[], Array] | None = None
