"""How a charge rounds: its quantity before it is priced, its amount after."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Final, Literal

from energy_workbench.domain.tariffs.money import UNROUNDED, to_places

Mode = Literal["half_up", "half_even", "up", "down"]

MODES: Final[dict[Mode, str]] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Decimals of what is billed.

    Attributes
    ----------
    quantity : int or None
        Decimals of the quantity before it is priced, negative for tens and hundreds; None leaves it as it is.
    amount : int or None
        Decimals of each line's amount; None leaves it as it is, to `UNROUNDED` decimals.
    mode : str
        `half_up` (0.5 goes up, away from zero), `half_even`, `up` (away from zero), `down`.
    """

    quantity: int | None = None
    amount: int | None = 2
    mode: Mode = "half_up"

    def of_quantity(self, value: Decimal) -> Decimal:
        """A quantity as it is billed."""
        return value if self.quantity is None else _places(value, self.quantity, self.mode)

    def of_amount(self, value: Decimal) -> Decimal:
        """An amount as it is billed."""
        return _places(value, UNROUNDED if self.amount is None else self.amount, self.mode)


def _places(value: Decimal, places: int, mode: Mode) -> Decimal:
    found = to_places(value, places, MODES[mode])
    return found.quantize(Decimal(1)) if places < 0 else found


UNSTATED: Final = Rounding()
"""What holds where nobody states another: amounts to hundredths, half up."""
