"""Numbers of a period, and how they have changed against an earlier time, in words."""

from __future__ import annotations

from energy_workbench.figures.words import UNKNOWN, amount, percent

SAME = 0.0005
"""A change below it is none [1]."""


def told(value: float | None, unit: str) -> str:
    """A number with its unit; `%` stands for shares of 1."""
    if value is None:
        return UNKNOWN
    if unit == "%":
        return percent(value, 1)
    return f"{value:.3f} {unit}" if unit == "L/kWh" else amount(value, unit)


def change(value: float | None, before: float | None, unit: str) -> str:
    """`▲ 3.2 % (590 MWh before)`; of shares the difference in points; what was nothing has no percentage."""
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
