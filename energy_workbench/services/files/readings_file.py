"""Import of readings from a file or a frame, and the build of the intervals that it touches."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.contract.rows.setup import ImportedReadings, MappingRow, Refused, UnderstoodFile
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields.readings_mapping import NOTHING, ReadingsMapping, mapping_of
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.runtime.paths import AnyPath, NamedContent
from energy_workbench.services.rows.locks import change_row
from energy_workbench.tables.readings_table import as_table, on_disk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    import pandas as pd
    import pyarrow as pa

    from energy_workbench.domain.locks.locked_months import LockedChange
    from energy_workbench.lake.imports.importing import Admit, Fresh, Imported, Importer, Progress
    from energy_workbench.registry import Registry
    from energy_workbench.registry.meters.readings_mappings import SavedMapping
    from energy_workbench.services.home import Home
from energy_workbench.services.measuring.build import IntervalBuild


def import_readings(
    home: Home,
    source: AnyPath | NamedContent | pd.DataFrame | pa.Table,
    *,
    dry_run: bool = False,
    keep_stored: bool = False,
    name: str | None = None,
    original: str | None = None,
    stated: ReadingsMapping = NOTHING,
    progress: Progress | None = None,
    by: str = "python",
) -> ImportedReadings:
    """Import readings, and build the intervals that they touch; see `ReadingsContract.import_readings`.

    Parameters
    ----------
    name : str, optional
        What messages call the file, where it is not its path.
    original : str, optional
        What the file was called where it came from: it may be a meter's number.
    stated : ReadingsMapping
        What somebody stated of the file.
    by : str
        Who imports them: the audit keeps it where they are of a locked month.
    """
    if isinstance(source, tuple):
        with on_disk(source) as path:
            return import_readings(
                home, path, dry_run=dry_run, keep_stored=keep_stored, name=name or source[0], original=source[0],
                stated=stated, progress=progress, by=by,
            )  # fmt: skip
    from energy_workbench.registry.month_locks import ReadingSpan

    given = Path(source) if isinstance(source, str | os.PathLike) else as_table(source)
    shown = name or (str(given) if isinstance(given, Path) else "the table")
    lake = home.reader.lake
    # What is spooled came first: an import is compared with it too.
    lake.commit(home.spool)
    would: list[LockedChange] = []

    def admit(spans: Sequence[Fresh], count: int) -> None:
        stretches = [ReadingSpan(*each) for each in spans]
        would.append(home.registry.admit_readings(stretches, count, by=by, dry_run=dry_run))

    importer = importer_of(home, progress, admit, stated)
    result = importer.take(given, shown, dry_run=dry_run, keep_stored=keep_stored, original=original)
    intervals = 0
    if result.new and not dry_run:
        if progress:
            progress("built", 0.0)
        intervals = IntervalBuild(home.settings, lake, home.registry, home.state).run().rows
    answer: ImportedReadings = {
        "rows": result.rows,
        "new": result.new,
        "known": result.known,
        "meters": result.meters,
        "first": result.first.isoformat() if result.first else None,
        "last": result.last.isoformat() if result.last else None,
        "problems": _refused(result.problems),
        "problem_count": result.problem_count,
        "conflicts": _refused(result.conflicts),
        "conflict_count": result.conflict_count,
        "intervals": intervals,
        "dry_run": dry_run,
    }
    if result.reading is not None:
        answer["understood"] = _understood(result, home.zone)
    if dry_run and would and would[0].months:
        answer["locked_change"] = change_row(would[0], home.zone)
    return answer


def importer_of(
    home: Home, progress: Progress | None = None, admit: Admit | None = None, stated: ReadingsMapping = NOTHING
) -> Importer:
    """An importer that knows the home's meters, zone and clock."""
    from energy_workbench.lake.imports.importing import Importer

    names, numbers = meter_names(home.registry)
    aliases = meter_aliases(home.registry)
    return Importer(home.reader.lake, names, numbers, home.zone, clock.now(), progress, admit, stated, aliases)


def stated_of(home: Home, mapping: str | Mapping[str, Any] | None, **more: object) -> ReadingsMapping:
    """What is stated of a file: a mapping by its name or its fields (as JSON text too), and what is given beside it.

    Raises
    ------
    InputError
        With everything that is wrong.
    NotFoundError
        If there is no mapping of that name.
    """
    given: Mapping[str, Any] = {}
    if isinstance(mapping, str) and mapping.lstrip().startswith("{"):
        try:
            given = json.loads(mapping)
        except ValueError as error:
            raise InputError(f"the mapping is no JSON object: {error}") from None
    elif isinstance(mapping, str):
        given = home.registry.mapping(mapping).fields if mapping.strip() else {}
    elif mapping is not None:
        given = mapping
    beside = mapping_of({name: value for name, value in more.items() if value})
    stated = mapping_of(given).with_(beside)
    for number in {*stated.meters.values(), *([stated.meter] if stated.meter else [])}:
        # Before anything of the file is looked at: a wrong number is not the file's fault.
        home.registry.meter(number)
    return stated


def mapping_row(saved: SavedMapping) -> MappingRow:
    """A saved mapping as REST shows it."""
    return {"name": saved.name, "fields": saved.fields}


def meter_aliases(registry: Registry) -> dict[str, str]:
    """Numbers of meters by what files of other systems call them: serial and name, where only one meter has it."""
    from energy_workbench.registry.checks.fields import folded

    named: dict[str, set[str]] = {}
    for meter in registry.meters():
        for word in {meter.serial, meter.name}:
            if word:
                named.setdefault(folded(word), set()).add(meter.number)
    return {word: numbers.pop() for word, numbers in named.items() if len(numbers) == 1}


def meter_names(registry: Registry) -> tuple[dict[str, int | None], dict[int, str]]:
    """Keys of meters by everything that a file may call them (None: deleted), and their numbers."""
    from energy_workbench.registry.checks.fields import folded
    from energy_workbench.tables.cells import guarded

    living = registry.meters()
    names: dict[str, int | None] = {}
    for meter in [*(m for m in registry.meters(deleted=True) if m.deleted_at is not None), *living]:
        key = meter.key if meter.deleted_at is None else None
        # An exported CSV has an apostrophe before what a spreadsheet would run.
        for word in (meter.id, guarded(meter.number), meter.number):
            names[folded(word)] = key
    return names, {meter.key: meter.number for meter in living}


def _refused(problems: list[Problem]) -> list[Refused]:
    return [{"where": each.where, "field": each.field, "value": each.value, "reason": each.reason} for each in problems]


def _understood(result: Imported, zone: ZoneInfo) -> UnderstoodFile:
    """How a file was read, in plain values."""
    reading = result.reading
    assert reading is not None
    return {
        "shape": reading.shape,
        "notes": list(reading.notes),
        "columns": dict(reading.columns),
        "sample": [
            {
                "line": each.line,
                "column": each.column,
                "meter": each.meter,
                "start": from_micros(each.start).astimezone(zone).isoformat(),
                "end": from_micros(each.end).astimezone(zone).isoformat(),
                "quantity": each.quantity,
                "value": each.value,
                "unit": QUANTITIES[each.quantity].unit,
            }
            for each in result.sample
        ],
    }
