"""Dated places and formulas of meters out of what people send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, PeriodError, Problem
from energy_workbench.registry.checks.conversions import formula
from energy_workbench.services.rows.ratios import beginning

FIELDS = ("parent_id", "parent", "valid_from")


def parent_from(
    row: Mapping[str, Any], meter: Meter, meters: Iterable[Meter], zone: ZoneInfo, otherwise: datetime
) -> tuple[Meter | None, datetime | None]:
    """The parent that a row means, of these meters (None: the top), and from when on (None: the beginning of time).

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems = []

    def wrong(field: str, reason: str) -> None:
        problems.append(Problem(meter.number, field, str(row.get(field))[:60], reason))

    for field in row.keys() - {*FIELDS}:
        wrong(field, "is not known here: a place has parent_id and valid_from")
    parent = row.get("parent_id", row.get("parent"))
    if "parent_id" not in row and "parent" not in row:
        wrong("parent_id", "is required: the id or number of the meter above, null for the top")
    elif parent is not None and (not isinstance(parent, str) or not parent.strip()):
        wrong("parent_id", "the number or the id of a meter is needed, null for the top")
    named = {name: each for each in meters for name in (each.id, each.number.casefold())}
    above = named.get(parent.strip().casefold()) if isinstance(parent, str) else None
    if isinstance(parent, str) and parent.strip() and above is None:
        wrong("parent_id", "there is no such meter")
    since: datetime | None = otherwise
    if "valid_from" in row:
        try:
            since = None if row["valid_from"] is None else beginning(str(row["valid_from"]), zone)
        except PeriodError as error:
            wrong("valid_from", error.message)
    if problems:
        raise InputError(f"meter {meter.number} cannot be moved", problems)
    return above, since


def formula_from(
    row: Mapping[str, Any], meter: Meter, zone: ZoneInfo, otherwise: datetime
) -> tuple[str | None, datetime | None]:
    """The formula that a row means (None: none), and from when on (None: the beginning of time).

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems = []

    def wrong(field: str, reason: str) -> None:
        problems.append(Problem(meter.number, field, str(row.get(field))[:60], reason))

    for field in row.keys() - {"formula", "valid_from"}:
        wrong(field, "is not known here: what a meter is made of has formula and valid_from")
    text, since = row.get("formula"), otherwise if row.get("valid_from", "") is not None else None
    if "formula" not in row:
        wrong("formula", "is required: null takes it away")
    elif text is not None:
        try:
            text = formula(text)
        except ValueError as reason:
            wrong("formula", str(reason))
    if row.get("valid_from"):
        try:
            since = beginning(str(row["valid_from"]), zone)
        except PeriodError as error:
            wrong("valid_from", error.message)
    if problems:
        raise InputError(f"the formula of meter {meter.number} cannot be stored", problems)
    return text or None, since
