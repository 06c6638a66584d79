"""Adjustments by month, by energy or as per cent of lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from energy_workbench.analytics.tariffs.kinds.energy import unit_line
from energy_workbench.analytics.tariffs.kinds.percent import percent_line
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.adjustment import AdjustmentCharge


def adjustment_lines(charge: AdjustmentCharge, part: Part) -> Iterator[Priced]:
    """The line of an adjustment, at its value of the month.

    Raises
    ------
    InputError
        If its first month is later.
    """
    month = part.calendar_month
    known = [each for each in sorted(charge.months) if each <= month]
    if not known:
        raise InputError(f"{charge.name!r} has no value for {month}: its first is {min(charge.months)}")
    value = charge.months[known[-1]]
    stale = known[-1] != month
    notes = (f"no value for {month} yet: that of {known[-1]}",) if stale else ()
    if charge.unit == "percent":
        found = percent_line(charge, part, value, part.above(charge.of))
    else:
        found = unit_line(charge, part, charge.unit, value)
    for each in found:
        yield Priced(replace(each.line, provisional=each.line.provisional or stale, notes=notes), each.costs)
