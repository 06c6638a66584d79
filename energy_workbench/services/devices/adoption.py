"""Meters made of scanned units: which they are already, what they might be called, and all of them in one change."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from energy_workbench.contract.devices.bodies import AdoptedFields
from energy_workbench.contract.devices.rows import AdoptedMeters, ScannedUnit
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.registry import Registry
from energy_workbench.registry.checks.conversions import gateway as gateway_of
from energy_workbench.services.files.meter_transfer import import_file
from energy_workbench.tables import csv_file

COLUMNS: Final = ("number", "name", "type", "parent", "gateway", "unit_id", "profile")
MOST: Final = 247
SHOWN: Final = 60
"""Characters of a wrong value that are told."""


def proposed(found: Iterable[ScannedUnit], gateway: str, meters: Iterable[Meter]) -> list[ScannedUnit]:
    """Scanned units with the meter that each is already, or else a number and a name that no meter has."""
    meters = list(meters)
    here = {meter.unit_id: meter.number for meter in meters if meter.gateway == gateway}
    taken = {meter.number.casefold() for meter in meters}
    rows: list[ScannedUnit] = []
    for unit in found:
        row: ScannedUnit = {**unit, "meter": here.get(unit["unit_id"], ""), "number": "", "name": ""}
        if not row["meter"]:
            best = next(iter(unit["candidates"]), None)
            maker = best["vendor"].split()[0].upper() if best and best["vendor"].split() else "METER"
            row["number"] = _free(f"{maker}-{unit['unit_id']}", taken)
            row["name"] = (
                f"{best['vendor']} {best['model']}, unit {unit['unit_id']}" if best else f"Unit {unit['unit_id']}"
            )
        rows.append(row)
    return rows


def adopted(
    registry: Registry, fields: Mapping[str, Any], *, by: str, profiles: Collection[str], zone: ZoneInfo
) -> AdoptedMeters:
    """Make a meter of each unit, all or none, in one change.

    Raises
    ------
    InputError
        With everything that is wrong, by its place in `meters`.
    """
    problems: list[Problem] = []
    gateway, wanted = _gateway(fields, problems), _wanted(fields, problems)
    rows = [_row(at, each, problems) for at, each in enumerate(wanted)]
    _check(registry, gateway, rows, problems)
    if problems:
        raise InputError("no meter was made", problems)
    table = io.StringIO()
    parent = str(fields.get("parent") or "")
    whole = [{**row, "gateway": gateway, "parent": parent} for row in rows]
    csv_file.write(table, COLUMNS, [[row.get(name, "") for name in COLUMNS] for row in whole])
    try:
        content = table.getvalue().encode()
        import_file(registry, content, "meters.csv", dry_run=False, by=by, profiles=profiles, zone=zone)
    except InputError as error:
        raise InputError("no meter was made", [_placed(problem) for problem in error.problems]) from None
    return {"gateway": gateway, "meters": [row["number"] for row in rows]}


def _gateway(fields: Mapping[str, Any], problems: list[Problem]) -> str:
    value = fields.get("gateway")
    try:
        return str(gateway_of(value or ""))
    except ValueError as reason:
        problems.append(Problem("body", "gateway", str(value or "")[:SHOWN], str(reason)))
        return ""


def _wanted(fields: Mapping[str, Any], problems: list[Problem]) -> Sequence[AdoptedFields]:
    wanted = fields.get("meters")
    if isinstance(wanted, list) and 1 <= len(wanted) <= MOST and all(isinstance(each, dict) for each in wanted):
        return cast("list[AdoptedFields]", wanted)
    problems.append(Problem("body", "meters", "", f"must be a list of 1 to {MOST} objects, one a unit"))
    return ()


def _row(at: int, given: AdoptedFields, problems: list[Problem]) -> dict[str, str]:
    unit = given.get("unit_id")
    if isinstance(unit, bool) or not isinstance(unit, int) or not 0 <= unit <= MOST:
        problems.append(
            Problem(f"meters[{at}]", "unit_id", str(unit)[:SHOWN], f"must be a whole number from 0 to {MOST}")
        )
    return {
        "number": str(given.get("number") or "").strip(), "unit_id": str(unit),
        "name": str(given.get("name") or given.get("number") or "").strip(),
        "type": str(given.get("type") or "machine"), "profile": str(given.get("profile") or ""),
    }  # fmt: skip


def _check(registry: Registry, gateway: str, rows: Sequence[Mapping[str, str]], problems: list[Problem]) -> None:
    """What a meter file would take for a change of a meter that is there."""
    meters = registry.meters()
    numbers = {meter.number.casefold() for meter in meters}
    units = {str(meter.unit_id): meter.number for meter in meters if meter.gateway == gateway}
    for at, row in enumerate(rows):
        place = f"meters[{at}]"
        if not row["number"]:
            problems.append(Problem(place, "number", "", "is needed: each meter has one"))
        elif row["number"].casefold() in numbers:
            problems.append(
                Problem(place, "number", row["number"][:SHOWN], "is a meter already: choose another number")
            )
        if row["unit_id"] in units:
            reason = f"is meter {units[row['unit_id']]} already: leave it out"
            problems.append(Problem(place, "unit_id", row["unit_id"], reason))
        numbers.add(row["number"].casefold())
        units.setdefault(row["unit_id"], row["number"])


def _placed(problem: Problem) -> Problem:
    """A problem of a line of the file, by the place of the meter that stands in it."""
    line = problem.where.rpartition(" ")[2]
    where = f"meters[{int(line) - 2}]" if line.isdecimal() and int(line) >= 2 else "body"
    return Problem(where, problem.field, problem.value, problem.reason)


def _free(number: str, taken: set[str]) -> str:
    """A number that is free, which is taken from then on."""
    at, tried = 1, number
    while tried.casefold() in taken:
        at += 1
        tried = f"{number}-{at}"
    taken.add(tried.casefold())
    return tried
