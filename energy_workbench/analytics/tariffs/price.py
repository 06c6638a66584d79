"""One function for all kinds of charges: each kind's room registers what gives its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch

from energy_workbench.analytics.tariffs.line import Priced
from energy_workbench.analytics.tariffs.month import BillingMonth, Part
from energy_workbench.domain.tariffs.charges.charge import Charge

Above = Mapping[str, Sequence[Priced]]
"""By charge the lines above, of the same part of the month."""


@singledispatch
def price(charge: Charge, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    """The lines of a charge on the days of one version.

    Raises
    ------
    InputError
        If the meter does not measure what is charged.
    """
    del month, part, above
    raise NotImplementedError(f"no function gives the lines of {charge.KIND}")


def kind_of(charge: Charge) -> str:
    """`kind` of a charge's lines."""
    return "tax" if charge.common.tax else charge.KIND
