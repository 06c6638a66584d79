"""The meter file: read, compared, imported all or nothing, and exported."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from energy_workbench.domain.errors import ConflictError, InputError, LockedMonthError, Problem, printable
from energy_workbench.domain.time import clock
from energy_workbench.registry.checks.fields import OWN, RATIO, REQUIRED, contents
from energy_workbench.registry.meter_files.import_plan import ImportPlan, MeterRow, make_plan
from energy_workbench.registry.meter_files.meter_cells import COUNTED, completed, header_of, header_row
from energy_workbench.registry.meter_files.meter_columns import COLUMNS, EXAMPLES, MEANING
from energy_workbench.registry.meters import edits, queries
from energy_workbench.registry.registry import Registry
from energy_workbench.registry.storage import journal, schema
from energy_workbench.runtime.paths import AnyPath
from energy_workbench.tables.sheet import text_sheet
from energy_workbench.tables.table_file import read_table, write_table

STRANGE = 20
"""How many unknown columns are named one by one."""
MOST_ROWS = 100_000
"""Rows that a file may have: more are no plant, and each may be wrong in every column."""

SHEET = "meters"
"""Name of the meters' sheet in an Excel file."""

__all__ = [
    "COLUMNS",
    "SHEET",
    "ImportPlan",
    "MeterRow",
    "apply_import",
    "export_meters",
    "plan_import",
    "read_meter_file",
    "rehearse_import",
    "write_template",
]


def read_meter_file(path: AnyPath) -> list[MeterRow]:
    """Read a CSV (UTF-8) or Excel file of meters; the cells stay text.

    The header of a CSV file tells what separates its cells: commas, semicolons or tabs. Titles may stand above it, its
    columns may have other usual names, and a cell may hold a pair (`1000/5`) or an address without its scheme.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it cannot be read or is too large, its header has other columns, or a row has more cells than the header.
    """
    path = Path(path)
    table = read_table(path, MOST_ROWS)
    if not table:
        raise InputError(f"{path}: the file is empty: the first line is the header, {','.join(COLUMNS[:4])},…")
    at = header_row(table)
    (line, cells), body = table[at], table[at + 1 :]
    header = header_of(cells)
    problems = _header_problems(f"line {line}", header)
    for number, row in body:
        if any(row[len(header) :]):
            reason = f"{len(row)} cells, but the header has {len(header)}: is there a comma in a cell without quotes?"
            problems.append(Problem(f"line {number}", "", "", reason))
    if problems:
        raise InputError(f"{path}: cannot be read as a meter file", problems)
    return [
        MeterRow(number, completed(dict(zip(header, row + [""] * (len(header) - len(row)), strict=False))))
        for number, row in body
    ]


def plan_import(registry: Registry, rows: Sequence[MeterRow], profiles: Collection[str] | None = None) -> ImportPlan:
    """What importing these rows would do; nothing is written.

    A column that the file does not have leaves registered meters as they are; an empty cell sets the
    default. Meters that the file does not name are not touched.
    With `profiles`, ids of the meter models that can be read, another profile must be one of them.
    """
    with registry.database.read() as connection:
        living = queries.load(connection, None, living=schema.meters.c.deleted_at.is_(None))
        revision = int(connection.execute(select(schema.revision.c.value)).scalar_one())
        return make_plan(living, rows, revision=revision, next_key=edits.next_key(connection), profiles=profiles)


def rehearse_import(registry: Registry, plan: ImportPlan) -> ImportPlan:
    """Do all that an import does and take it back: what the database would refuse is a problem of the plan too.

    Returns
    -------
    ImportPlan
        The same one.

    Raises
    ------
    LockedMonthError
        If it would alter numbers of a locked month, and nobody said why.
    """
    if not plan.problems:
        try:
            _write(registry, plan, "rehearsal", keep=False)
        except LockedMonthError:
            raise
        except ConflictError as error:
            plan.problems.append(Problem("file", "", "", str(error)))
    return plan


def apply_import(registry: Registry, plan: ImportPlan, by: str) -> None:
    """Import a plan in one transaction: all of it, or nothing.

    Raises
    ------
    InputError
        If the plan has problems; all of them.
    ConflictError
        If the registry has changed since the plan was made.
    """
    if plan.problems:
        raise InputError(f"nothing was imported: {len(plan.problems)} problems", plan.problems)
    _write(registry, plan, by, keep=True)


def _write(registry: Registry, plan: ImportPlan, by: str, *, keep: bool) -> None:
    with registry.database.write() as connection, connection.begin_nested() as change:
        if connection.execute(select(schema.revision.c.value)).scalar_one() != plan.revision:
            raise ConflictError("the registry has been changed meanwhile: nothing was imported, import the file again")
        journal.commit(connection, edits.written(connection, plan.inserts, plan.updates, by=by, at=clock.now()))
        if not keep:
            change.rollback()


def export_meters(registry: Registry, path: AnyPath) -> int:
    """Write all meters to a CSV or Excel file, in tree order; returns how many.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    meters = registry.meters()
    numbers = {meter.key: meter.number for meter in meters}
    rows: list[Mapping[str, Any]] = [
        contents(meter) | {"parent": numbers.get(meter.parent) if meter.parent else None} for meter in meters
    ]
    write_table(Path(path), text_sheet(SHEET, COLUMNS, ([_cell(row[name]) for name in COLUMNS] for row in rows)))
    return len(rows)


def write_template(path: AnyPath) -> None:
    """Write a meter file to fill in: the header and rows that show how; Excel explains the columns too.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    rows = ([example.get(name, "") for name in COLUMNS] for example in EXAMPLES)
    meaning = text_sheet("columns", ("column", "what it says"), MEANING.items())
    write_table(Path(path), text_sheet(SHEET, COLUMNS, rows), meaning)


def _header_problems(where: str, header: Sequence[str]) -> list[Problem]:
    legal = (*OWN, *RATIO, "parent", "ct_ratio", "pt_ratio")
    problems = [Problem(where, name, "", "this column is required") for name in REQUIRED if name not in header]
    strange = [name for name in header if name not in legal and name not in COUNTED]
    # A file of another kind can have thousands of columns, of anything.
    problems += [Problem(where, printable(name), "", _unknown(name)) for name in strange[:STRANGE]]
    if len(strange) > STRANGE:
        problems.append(Problem(where, "", "", f"{len(strange) - STRANGE} more columns are not known here"))
    problems += [Problem(where, name, "", "this column is there twice") for name in legal if header.count(name) > 1]
    return problems


def _unknown(name: str) -> str:
    if not name:
        return "a column without a name"
    near = difflib.get_close_matches(name[:64], COLUMNS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(COLUMNS)}"
    return f"there is no such column: {hint}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
