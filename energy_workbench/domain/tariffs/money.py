"""Decimal arithmetic of bills: digits enough that no sum of lines is ever rounded."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
"""Amounts have 12 decimals at most: a sum of them fits into 60 digits, exactly."""

UNROUNDED: Final = 12
"""Decimals of an amount whose charge states no rounding: a share of days, such as 10 of 31, has no end of them."""

MICRO: Final = Decimal("0.000001")
"""Energies are told to it [kWh]."""


_ULPS: Final = tuple(Decimal(1).scaleb(-places) for places in range(UNROUNDED + 1))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum, exactly, whatever their order."""
    found = Decimal(0)
    for amount in amounts:
        found = EXACT.add(found, amount)
    return found


def product(*factors: Decimal | Fraction) -> Decimal:
    """Their product to `UNROUNDED` decimals; a fraction is divided last."""
    found, divisor = Decimal(1), 1
    for factor in factors:
        if isinstance(factor, Fraction):
            found, divisor = EXACT.multiply(found, Decimal(factor.numerator)), divisor * factor.denominator
        else:
            found = EXACT.multiply(found, factor)
    if divisor != 1:
        found = EXACT.divide(found, Decimal(divisor))
    return to_places(found, UNROUNDED)


def to_places(value: Decimal, places: int, mode: str = ROUND_HALF_UP) -> Decimal:
    """A value to so many decimals; one that has no more of them stays as it is written."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return value
    return value.quantize(_ULPS[places] if 0 <= places <= UNROUNDED else Decimal(1).scaleb(-places), mode, EXACT)


def of_micro(units: int) -> Decimal:
    """A quantity of so many millionths."""
    return Decimal(units).scaleb(-6, context=EXACT)
