"""What a demand is: its unit, the blocks it is the mean of, and which of them count."""

from __future__ import annotations

from dataclasses import dataclass

from energy_workbench.domain.tariffs.charges.charge import POWERS
from energy_workbench.domain.tariffs.fields import Fields

BLOCKS = ("15", "30", "60")


@dataclass(frozen=True)
class DemandBasis:
    """The measured demand of a month.

    Attributes
    ----------
    unit : str
        kW or kVA.
    minutes : int
        Length of a block.
    sliding : bool
        Whether a block may begin with each interval; else only at whole blocks of the site's clock.
    highest : int
        The mean of so many highest blocks.
    different_days : bool
        Whether each of them is of another day.
    """

    unit: str = "kW"
    minutes: int = 15
    sliding: bool = False
    highest: int = 1
    different_days: bool = False


def read_basis(fields: Fields) -> DemandBasis:
    """Keys that tell a demand."""
    return DemandBasis(
        unit=fields.choice("unit", POWERS),
        minutes=int(fields.choice("block minutes", BLOCKS, "15")),
        sliding=fields.flag("sliding"),
        highest=fields.whole("mean of highest", 1, least=1, most=100),
        different_days=fields.flag("on different days"),
    )
