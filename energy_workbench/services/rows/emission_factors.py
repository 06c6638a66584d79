"""Emission factors as people give and read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from energy_workbench.contract.rows.generation import FactorRow
from energy_workbench.domain.emission_factors import CO2, KINDS, Factor
from energy_workbench.domain.errors import InputError, Problem

FIELDS = ("name", "value", "valid_from", "source", "gases")


def factor_from(fields: Mapping[str, Any]) -> Factor:
    """A factor from what somebody gave.

    Raises
    ------
    InputError
        With everything that cannot be understood.
    """
    problems = [
        Problem("factor", name, str(fields[name])[:60], f"no such field: {', '.join(FIELDS)}")
        for name in fields
        if name not in FIELDS
    ]
    value = fields.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        problems.append(
            Problem("factor", "value", "" if value is None else str(value)[:60], "is required, as a number")
        )
    problems += [
        Problem("factor", name, str(fields.get(name) or "")[:60], "is required, as a text")
        for name in ("name", "source")
        if not isinstance(fields.get(name), str)
    ]
    gases = fields.get("gases") or CO2
    if not isinstance(gases, str):
        problems.append(Problem("factor", "gases", str(gases)[:60], "names of gases with commas: CO₂, CH₄, N₂O"))
    since = None
    try:
        since = factor_date(fields.get("valid_from"))
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError("the factor cannot be stored", problems)
    return Factor(
        name=fields["name"],
        value=float(fields["value"]),
        valid_from=since,
        source=fields["source"].strip(),
        gases=gases,
    )


def factor_date(text: Any) -> date | None:
    """A day of the site's calendar; None or nothing is the beginning of time.

    Raises
    ------
    InputError
        If it is no date.
    """
    if text is None or text == "":
        return None
    try:
        if not isinstance(text, str):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        problem = Problem("factor", "valid_from", str(text)[:60], "a date, such as 2026-04-01, or nothing")
        raise InputError("the factor cannot be stored", [problem]) from None


def factor_row(factor: Factor, *, own: bool) -> FactorRow:
    """A factor as REST shows it; `own` where the site stated it itself."""
    return {
        "name": factor.name,
        "value": factor.value,
        "unit": factor.unit,
        "valid_from": factor.valid_from.isoformat() if factor.valid_from else None,
        "year": factor.year,
        "source": factor.source,
        "gases": factor.gases,
        "meaning": KINDS[factor.name][1],
        "own": own,
    }
