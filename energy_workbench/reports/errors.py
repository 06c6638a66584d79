"""Expanded uncertainty of the meters of a report, by their load over its period."""

from __future__ import annotations

import math
from collections.abc import Iterable

from energy_workbench.analytics.uncertainty.uncertainty import relative
from energy_workbench.contract.results import Balance
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.fields.meter_fields import ratio_of


def shares(balance: Balance, rows: Iterable[MeterRow]) -> dict[str, float]:
    """Expanded uncertainty of what each meter measures, as a share of it [1], by id.

    Parameters
    ----------
    balance : Balance
        Of the period: its `meters` say so by their load.
    rows : iterable of MeterRow
        Meters as `wb.meters()` gives them; those that no balance of the period knows have that of their classes.
    """
    by_load = {row["meter"]: row["uncertainty_percent"] for row in balance.meters}
    percents = ((row, by_load.get(row["id"])) for row in rows)
    return {row["id"]: at_any_load(row) if percent is None else percent / 100 for row, percent in percents}


def at_any_load(row: MeterRow) -> float:
    """Expanded uncertainty by the classes of meter, CT and PT, usual ones where none is stated, as a share [1].

    Parameters
    ----------
    row : MeterRow
        A meter as `wb.meters()` gives it.
    """
    meter = Meter(
        key=0,
        number="",
        name="",
        type=MeterType.OTHER,
        ratio=ratio_of(row),
        accuracy_class=row["accuracy_class"],
        ct_class=row["ct_class"],
        pt_class=row["pt_class"],
    )
    return relative(meter)


def together(parts: Iterable[tuple[float | None, float | None]]) -> float:
    """Expanded uncertainty of a sum, in its unit: meters err independently of each other.

    Parameters
    ----------
    parts : iterable of (float or None, float or None)
        Of each meter its share [1] and what it adds; nothing where that is not known.
    """
    return math.hypot(*(share * value for share, value in parts if share is not None and value is not None))
