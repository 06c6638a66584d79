"""How a number has changed against an earlier time, in words."""

from __future__ import annotations

from energy_workbench.figures.words import amount, percent

SAME = 0.0005
"""A change below it is none [1]."""


def change(value: float | None, before: float | None, unit: str) -> str:
    """`▲ 3.2 % (590 MWh before)`; of shares the difference in points; what was nothing has no percentage.

    Parameters
    ----------
    unit : str
        `%` for shares of 1.
    """
    if value is None or before is None:
        return "not known before" if value is not None else "not known"
    was = f"{percent(before, 1) if unit == '%' else amount(before, unit)} before"
    if unit == "%":
        difference = 100 * (value - before)
        return f"{_arrow(difference)}{abs(difference):.1f} points ({was})" if abs(difference) >= 0.05 else "as before"
    if not before:
        return f"({was})"
    share = value / before - 1
    return f"{_arrow(share)}{100 * abs(share):.1f} % ({was})" if abs(share) >= SAME else "as before"


def _arrow(difference: float) -> str:
    return "▲ " if difference > 0 else "▼ "
