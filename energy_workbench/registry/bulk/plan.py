"""What changing many meters together would do to each: worked out without writing anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.locks.locked_months import LockedChange
from energy_workbench.registry import health_limits
from energy_workbench.registry.checks.fields import PARENT
from energy_workbench.registry.meter_files.import_plan import ImportPlan, MeterRow, make_plan
from energy_workbench.registry.meters import edits, queries
from energy_workbench.registry.storage import locks, schema
from energy_workbench.registry.storage.journal import AuditEntry

NUMBER: Final = "number"
"""The one field that no two meters can share."""


@dataclass(slots=True, kw_only=True)
class EditedMeter:
    """What would become of one meter.

    Attributes
    ----------
    meter : Meter
        As it is stored.
    fields, limits : dict of str to (before, after)
        What would change of its fields and of its own limits of health; `parent` is a number.
    refused : list of Problem
        What keeps it, and with it all of them, from being changed.
    warnings : list of Problem
        What is possible, but looks wrong.
    months : tuple of str
        Locked months whose numbers would be others because of it.
    """

    meter: Meter
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    limits: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    refused: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    months: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything of it would be another."""
        return bool(self.fields or self.limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPlan:
    """What a change of many meters would do.

    Attributes
    ----------
    meters : tuple of EditedMeter
        In the order of the tree.
    entries : tuple of AuditEntry
        What does it; of one that is refused, nothing.
    revision : int
        The registry's, that the plan was made from.
    locked : LockedChange or None
        What it would alter of locked months, where it needs a reason that nobody gave.
    """

    meters: tuple[EditedMeter, ...]
    entries: tuple[AuditEntry, ...]
    revision: int
    locked: LockedChange | None = None

    @property
    def problems(self) -> list[Problem]:
        """All that is refused, by meter."""
        return [problem for each in self.meters for problem in each.refused]


def refuse_unknown(fields: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
    """Raise InputError where nothing is to be changed, or what no meter has, or each has for itself."""
    problems = []
    for name, value in fields.items():
        shown = "" if value is None else str(value)[:60]
        if name == NUMBER:
            problems.append(Problem("fields", name, shown, "each meter has its own: change it one by one"))
        elif name not in meter_fields.BY_NAME and name not in PARENT:
            known = ", ".join(each for each in meter_fields.BY_NAME if each != NUMBER)
            problems.append(Problem("fields", name, shown, f"there is no such field; the fields are {known}"))
    if all(name in fields for name in PARENT):
        problems.append(Problem("fields", "parent_id", str(fields["parent_id"])[:60], "give parent or parent_id"))
    if problems:
        raise InputError("the meters cannot be changed so", problems)
    if not fields and not limits:
        raise InputError("nothing is to be changed: give fields, limits or both")


def make_edit_plan(
    connection: Connection,
    keys: Collection[int],
    fields: Mapping[str, Any],
    limits: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    profiles: Collection[str] | None = None,
) -> EditPlan:
    """What setting these fields and limits of meters would do to each; costs are linear in their number.

    Parameters
    ----------
    keys : collection of int
        Of meters that live.
    fields, limits : mapping
        As a change of one meter, and of its limits, takes them.
    profiles : collection of str, optional
        Ids of the meter models that can be read; None does not look at the profile's.
    """
    registered = queries.tree_order(queries.load(connection, None, living=schema.meters.c.deleted_at.is_(None)))
    edited = [EditedMeter(meter=meter) for meter in registered if meter.key in keys]
    revision = int(connection.execute(select(schema.revision.c.value)).scalar_one())
    entries: list[AuditEntry] = []
    if fields:
        rows = [MeterRow(line, {NUMBER: each.meter.number, **fields}) for line, each in enumerate(edited)]
        plan = make_plan(registered, rows, revision=revision, next_key=0, profiles=profiles)
        _take(edited, plan)
        refused = {each.meter.key for each in edited if each.refused}
        pairs = [(before, after) for before, after in plan.updates if before.key not in refused]
        entries += edits.changed(connection, pairs, by=by, at=at)
    if limits:
        entries += _limits(connection, edited, limits, by=by, at=at)
    months = locks.of_meters(connection, [row for entry in entries for row in entry.rows])
    for each in edited:
        each.months = months.get(each.meter.key, ())
    return EditPlan(meters=tuple(edited), entries=tuple(entries), revision=revision)


def _take(edited: Sequence[EditedMeter], plan: ImportPlan) -> None:
    """Say of each meter what the plan says of its line."""
    for problem in plan.problems:
        each = edited[int(problem.where.removeprefix("line "))]
        each.refused.append(replace(problem, where=each.meter.number))
    for problem in plan.warnings:
        each = edited[int(problem.where.removeprefix("line "))]
        each.warnings.append(replace(problem, where=each.meter.number))
    for change in (*plan.changed, *plan.moved):
        each = edited[change.line]
        if not each.refused:
            each.fields |= {name: (change.before.get(name), value) for name, value in change.after.items()}


def _limits(
    connection: Connection, edited: Sequence[EditedMeter], limits: Mapping[str, Any], *, by: str, at: datetime
) -> list[AuditEntry]:
    stored, entries = health_limits.listing(connection), []
    for each in edited:
        try:
            entry = health_limits.planned(stored, each.meter, limits, by=by, at=at)
        except InputError as error:
            each.refused += error.problems
            continue
        if entry is not None and not each.refused:
            before, after = entry.before or {}, entry.after or {}
            each.limits = {name: (before.get(name), after.get(name)) for name in {**before, **after}}
            entries.append(entry)
    return entries
