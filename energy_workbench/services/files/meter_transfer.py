"""Meters as a file and from a file, as bytes: an upload's plan in plain values, an export, an empty file to fill in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.contract.rows.setup import ImportedMeter, ImportedMeters, RowProblem
from energy_workbench.domain.errors import InputError, LockedMonthError, Problem
from energy_workbench.services.rows.locks import change_row
from energy_workbench.tables.table_file import FORMATS, LARGEST, MEGABYTE

if TYPE_CHECKING:
    from energy_workbench.registry import Registry
    from energy_workbench.registry.meter_files.import_plan import Change, ImportPlan


def import_file(
    registry: Registry,
    content: bytes,
    filename: str,
    *,
    dry_run: bool,
    by: str,
    profiles: Collection[str],
    zone: ZoneInfo,
) -> ImportedMeters:
    """Import a meter file, or only say what that would do.

    Raises
    ------
    InputError
        If it cannot be read, or is to be imported and has problems; then nothing is.
    ConflictError
        If the registry changes at that moment; nothing is imported then.
    """
    from energy_workbench.registry.meter_files.meter_file import (
        apply_import,
        plan_import,
        read_meter_file,
        rehearse_import,
    )

    if len(content) > LARGEST:
        raise InputError(f"the file is larger than {LARGEST // MEGABYTE} MB: import it in parts")
    with _file(filename) as path:
        path.write_bytes(content)
        try:
            rows = read_meter_file(path)
        except InputError as error:
            message = error.message.replace(str(path), _shown(filename))
            if dry_run and error.problems:
                return _empty() | {"problems": [_problem(problem) for problem in error.problems]}
            raise InputError(message, error.problems) from None
    plan = plan_import(registry, rows, profiles)
    if not dry_run:
        apply_import(registry, plan, by)
        return _plain(plan)
    try:
        rehearse_import(registry, plan)
    except LockedMonthError as error:
        return {**_plain(plan), "locked_change": change_row(error.change, zone)}
    return _plain(plan)


def export_file(registry: Registry, format: str) -> bytes:
    """All meters as a file that can be imported again."""
    from energy_workbench.registry.meter_files.meter_file import export_meters

    with _file(f"meters.{_known(format)}") as path:
        export_meters(registry, path)
        return path.read_bytes()


def template_file(format: str) -> bytes:
    """A meter file with its header and no meter."""
    from energy_workbench.registry.meter_files.meter_file import COLUMNS, SHEET
    from energy_workbench.tables.sheet import text_sheet
    from energy_workbench.tables.table_file import content

    return content(text_sheet(SHEET, COLUMNS, ()), _known(format), name=SHEET, mark=False)


@contextmanager
def _file(name: str) -> Iterator[Path]:
    """A path in a folder of its own, with the name's ending; whatever else the name says is no path."""
    with TemporaryDirectory(prefix="energy-workbench-") as folder:
        yield Path(folder) / f"meters{Path(_shown(name)).suffix.lower()}"


def _shown(filename: str) -> str:
    base = re.split(r"[/\\]", filename)[-1]
    return "".join(character for character in base if character.isprintable())[:100] or "the file"


def _known(format: str) -> str:
    if format not in FORMATS:
        problem = Problem("query", "format", format[:60], f"must be one of {', '.join(FORMATS)}")
        raise InputError("there is no such format", [problem])
    return format


def _empty() -> ImportedMeters:
    return {"new": [], "changed": [], "moved": [], "unchanged": 0, "problems": [], "warnings": []}


def _plain(plan: ImportPlan) -> ImportedMeters:
    return {
        "new": [{"line": change.line, "number": change.number, "fields": change.after} for change in plan.new],
        "changed": [_change(change) for change in plan.changed],
        "moved": [_change(change) for change in plan.moved],
        "unchanged": len(plan.unchanged),
        "problems": [_problem(problem) for problem in plan.problems],
        "warnings": [_problem(problem) for problem in plan.warnings],
    }


def _change(change: Change) -> ImportedMeter:
    names = [*change.before, *(name for name in change.after if name not in change.before)]
    fields = {name: [change.before.get(name), change.after.get(name)] for name in names}
    return {"line": change.line, "number": change.number, "fields": fields}


def _problem(problem: Problem) -> RowProblem:
    line = re.fullmatch(r"line (\d+)", problem.where)
    return {
        "line": int(line[1]) if line else None,
        "column": problem.field,
        "value": problem.value,
        "reason": problem.reason,
    }
