"""What every charge has, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.windows import Scheme

ZERO = Decimal(0)
ENERGIES = ("kWh", "kVAh", "kvarh")
POWERS = ("kW", "kVA")
Tell = Callable[[str, str, str], None]
"""Takes what is wrong with a charge: key, value, reason."""


@dataclass(frozen=True)
class Common:
    """Name and what may stand with every kind.

    Attributes
    ----------
    tax : bool
        Whether its lines are of the kind `tax`.
    rounding : Rounding or None
        Of its amounts; None is the tariff's.
    hours_from, hours_below : Decimal or None
        It is there only where the hours of use (energy of twelve months ÷ their maximum demand) [h] are at least, or
        below, so many.
    """

    name: str
    tax: bool = False
    rounding: Rounding | None = None
    hours_from: Decimal | None = None
    hours_below: Decimal | None = None


@dataclass(frozen=True)
class Charge:
    """One charge of a version. A kind is a class with its data and `read`, and a function that prices it."""

    KIND: ClassVar[str]
    """How files name it, and `kind` of its lines."""

    common: Common

    @property
    def name(self) -> str:
        """As lines and other charges name it."""
        return self.common.name

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        """The charge of a mapping; what is wrong is told to its problems."""
        raise NotImplementedError

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        """The charge with what it names put in place; windows and lines that are not there are told."""
        del schemes, before, tell
        return self


def read_common(fields: Fields) -> Common:
    """Keys that every charge may have."""
    return Common(
        name=fields.text("charge"),
        tax=fields.flag("tax"),
        rounding=fields.rounding("round", None),
        hours_from=fields.maybe("hours of use from", least=ZERO),
        hours_below=fields.maybe("hours of use below", least=ZERO),
    )


ALL = ("*",)


def check_on(on: tuple[str, ...], before: tuple[Charge, ...], tell: Tell) -> tuple[str, ...]:
    """Names of the lines that a charge is made of: all before it where `on` is `all`."""
    names = tuple(each.name for each in before)
    if on == ("all",):
        return names
    for name in on:
        if name not in names:
            tell("on", name, f"is no charge above this one ({', '.join(names) or 'there is none'})")
    return on
