"""How far the meters of a report can err: by their load over its period, as every balance of it knows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from energy_workbench.analytics.uncertainty.uncertainty import relative
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.fields.meter_fields import ratio_of


def shares(balance: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Expanded uncertainty of what each meter measures, as a share of it [1], by id.

    Parameters
    ----------
    balance : mapping
        Of the period: its `meters` say so by their load.
    rows : iterable of mapping
        Meters as `wb.meters()` gives them; those that no balance of the period knows have that of their classes.
    """
    by_load = {row["meter"]: row["uncertainty_percent"] / 100 for row in balance["meters"]}
    return {row["id"]: by_load[row["id"]] if row["id"] in by_load else at_any_load(row) for row in rows}


def at_any_load(row: Mapping[str, Any]) -> float:
    """Expanded uncertainty by the classes of meter, CT and PT, usual ones where none is stated, as a share [1].

    Parameters
    ----------
    row : mapping
        A meter as `wb.meters()` gives it.
    """
    classes = {name: row[name] for name in ("accuracy_class", "ct_class", "pt_class")}
    return relative(Meter(key=0, number="", name="", type=MeterType.OTHER, ratio=ratio_of(row), **classes))


def together(parts: Iterable[tuple[float | None, float | None]]) -> float:
    """Expanded uncertainty of a sum, in its unit: meters err independently of each other.

    Parameters
    ----------
    parts : iterable of (float or None, float or None)
        Of each meter its share [1] and what it adds; nothing where that is not known.
    """
    return math.hypot(*(share * value for share, value in parts if share is not None and value is not None))
