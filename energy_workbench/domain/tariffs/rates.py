"""A rate: one for all, or blocks, each with its own above the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Final

from energy_workbench.domain.tariffs.schedule import Wrong

LARGEST: Final = Decimal(10) ** 15
MOST_DECIMALS: Final = 20


def decimal(text: str) -> Decimal:
    """A number exactly as it is written.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not sound(value):
        raise ValueError("is no number: write it with digits and a point, such as 7.65")
    return value


def sound(value: Decimal) -> bool:
    """Whether a number is one that money is reckoned with: below 10¹⁵, with 20 decimals at most."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DECIMALS and abs(value) < LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a unit costs up to a threshold, or without end where `to` is left out."""

    rate: Decimal
    to: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit costs, by blocks in their order; the last has no end."""

    blocks: tuple[Block, ...]

    ITEMS: ClassVar = "blocks"

    @classmethod
    def of_text(cls, text: str) -> Rate:
        """One rate for all.

        Raises
        ------
        ValueError
            If it is no number.
        """
        return cls((Block(rate=decimal(text)),))

    def text(self) -> str | None:
        """The number of a rate without blocks."""
        return f"{self.blocks[0].rate:f}" if self.flat else None

    @property
    def flat(self) -> bool:
        """Whether it has one block only."""
        return len(self.blocks) == 1

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        before = Decimal(0)
        for number, block in enumerate(self.blocks):
            last = number == len(self.blocks) - 1
            if last and block.to is not None:
                yield (number, "to"), "the last block has no end: leave its `to` out"
            elif not last and block.to is None:
                yield (number,), "has no `to`, and another block comes after it: write where it ends"
            elif block.to is not None and block.to <= before:
                yield (number, "to"), f"a block ends above the one before it, which ends at {before:f}"
            before = block.to if block.to is not None else before


FREE = Rate((Block(rate=Decimal(0)),))
