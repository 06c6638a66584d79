"""A quantity divided into the blocks of a rate."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from energy_workbench.domain.tariffs.money import of_micro
from energy_workbench.domain.tariffs.rates import Rate

NOTHING: Final = Decimal(0)


def pieces(
    quantity: Decimal, held: Decimal, rate: Rate, factor: Fraction, before: Decimal = NOTHING
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Bounds, rate and quantity of each block that has something; the first, where none has.

    Parameters
    ----------
    quantity : Decimal
        Of a window.
    held : Decimal
        What thresholds are held against: a window has its share of each block.
    factor : Fraction
        What thresholds are multiplied by.
    before : Decimal
        What earlier months of the year have had of the blocks.
    """
    if rate.flat or not held:
        yield "", rate.blocks[0].rate, quantity
        return
    # Whole millionths, and each block up to its end less what is below it: the pieces are the quantity, exactly.
    parts, whole, had = int(quantity.scaleb(6)), Fraction(held), Fraction(before)
    below, done, found = Fraction(0), 0, False
    for block in rate.blocks:
        end = whole if block.to is None else min(max(Fraction(block.to) * factor - had, Fraction(0)), whole)
        upto = parts if block.to is None else round(parts * end / whole)
        if upto > done or (block.to is None and not found):
            last = "" if block.to is None else f"{_short(Fraction(block.to) * factor)}"
            found = True
            yield f"{_short(below)}-{last}" if last else f"over {_short(below)}", block.rate, of_micro(upto - done)
        done = upto
        below = Fraction(block.to or 0) * factor


def _short(value: Fraction) -> str:
    return f"{float(value):.10g}"
