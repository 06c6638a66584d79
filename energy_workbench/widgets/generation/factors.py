"""The emission factors of the site, each with its validity in a period."""

from __future__ import annotations

from collections.abc import Iterable

from energy_workbench.contract.rows.generation import FactorRow, FactorUsed


class PeriodFactor(FactorRow):
    """A factor that can be used: whether it holds at any time of the period, and whether it is old there."""

    holds: bool
    old: bool


def in_period(factors: Iterable[FactorRow], used: Iterable[FactorUsed]) -> list[PeriodFactor]:
    """The factors with their validity in the period of which `used` are behind the figures."""
    by_date = {(row["name"], row["valid_from"]): row for row in used}
    rows: list[PeriodFactor] = []
    for factor in factors:
        behind = by_date.get((factor["name"], factor["valid_from"]))
        rows.append(
            {**factor, "holds": False, "old": False}
            if behind is None
            else {**factor, "holds": behind["holds"], "old": behind["old"]}
        )
    return rows
