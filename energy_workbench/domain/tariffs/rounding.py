"""How amounts and quantities are rounded: to a step, in a stated way. Money is decimal and never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Final

EXACT: Final = Context(prec=80)
"""Digits that no bill reaches: sums and products are exact, quotients err beyond all that is printed."""

MODES: Final = {
    "half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "up": ROUND_CEILING, "down": ROUND_DOWN,
}  # fmt: skip
"""Half up is away from zero; up is towards what costs more, down towards zero."""


@dataclass(frozen=True)
class Rounding:
    """A step and what becomes of what lies between two.

    Attributes
    ----------
    step : Decimal
        Such as 0.01 of the currency, 0.05 or 1 kW.
    mode : str
        One of `MODES`.
    """

    step: Decimal
    mode: str = "half up"

    def __call__(self, value: Decimal) -> Decimal:
        """The value, as a multiple of the step."""
        steps = EXACT.divide(value, self.step).to_integral_value(MODES[self.mode], EXACT)
        return EXACT.multiply(steps, self.step) + Decimal(0)


NONE: Final = Rounding(Decimal("1e-10"), "half even")
"""Of amounts that are not to be rounded: what is left of a third is cut where nobody sees it."""
CENT: Final = Rounding(Decimal("0.01"))
"""Where a tariff does not say otherwise."""
