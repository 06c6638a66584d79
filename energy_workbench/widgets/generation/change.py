"""Figures of a period, and their change against an earlier time, in words."""

from __future__ import annotations

from energy_workbench.contract.rows.generation import GenerationFigure
from energy_workbench.figures.wording.words import UNKNOWN, amount, percent, signed

SAME = 0.0005
"""A change below it is none [1]."""


def told(value: float | None, unit: str) -> str:
    """A number with its unit; `%` stands for shares of 1."""
    if value is None:
        return UNKNOWN
    if unit == "%":
        return percent(value, 1)
    return f"{value:.3f} {unit}" if unit == "L/kWh" else amount(value, unit)


def change(row: GenerationFigure, unit: str) -> str:
    """The change of a sum: `▲ 5.3 % like days · 590 MWh before, totals +8.1 %`.

    Parameters
    ----------
    row : dict
        Of a comparison: `value, before`, `change_percent` by like days and `totals_percent` [%].
    """
    value, before = row["value"], row["before"]
    if value is None or before is None:
        return "not known before" if value is not None else "not known"
    share = None if row["change_percent"] is None else row["change_percent"] / 100
    by_days = "" if share is None else "± 0.0 %" if abs(share) < SAME else f"{_arrow(share)}{100 * abs(share):.1f} %"
    total = "" if row["totals_percent"] is None else f", totals {signed(row['totals_percent'])}"
    was = f"{told(before, unit)} before{total}"
    return f"{by_days} like days · {was}" if by_days else was


def ratio_change(value: float | None, before: float | None, unit: str) -> str:
    """The change of a ratio of totals, such as a share (in points): `▲ 3.2 points (40.0 % before)`."""
    if value is None or before is None:
        return "not known before" if value is not None else "not known"
    was = f"({told(before, unit)} before)"
    if unit == "%":
        difference = 100 * (value - before)
        return f"{_arrow(difference)}{abs(difference):.1f} points {was}" if abs(difference) >= 0.05 else "as before"
    if not before:
        return was
    share = value / before - 1
    return f"{_arrow(share)}{100 * abs(share):.1f} % {was}" if abs(share) >= SAME else "as before"


def _arrow(difference: float) -> str:
    return "▲ " if difference > 0 else "▼ "
