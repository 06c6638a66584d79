"""Import of readings from a file or a frame, and the build of the intervals that it touches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.contract.rows.setup import ImportedReadings, Refused
from energy_workbench.domain.errors import Problem
from energy_workbench.domain.time import clock
from energy_workbench.runtime.paths import AnyPath
from energy_workbench.services.rows.locks import change_row
from energy_workbench.tables.readings_table import as_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pyarrow as pa

    from energy_workbench.domain.locks.locked_months import LockedChange
    from energy_workbench.lake.imports.importing import Admit, Fresh, Importer, Progress
    from energy_workbench.registry import Registry
    from energy_workbench.services.home import Home


def import_readings(
    home: Home,
    source: AnyPath | pd.DataFrame | pa.Table,
    *,
    dry_run: bool = False,
    keep_stored: bool = False,
    name: str | None = None,
    progress: Progress | None = None,
    by: str = "python",
) -> ImportedReadings:
    """Import readings, and build the intervals that they touch; see `ReadingsContract.import_readings`.

    Parameters
    ----------
    name : str, optional
        What messages call the file, where it is not its path.
    by : str
        Who imports them: the audit keeps it where they are of a locked month.
    """
    from energy_workbench.lake.build.intervals import build
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

    importer = importer_of(home, progress, admit)
    result = importer.take(given, shown, dry_run=dry_run, keep_stored=keep_stored)
    intervals = 0
    if result.new and not dry_run:
        if progress:
            progress("built", 0.0)
        evidence = home.registry.evidence(home.settings.profiles_path)
        intervals = build(lake, home.registry.all_ratios(), evidence=evidence).rows
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
    if dry_run and would and would[0].months:
        answer["locked_change"] = change_row(would[0], home.zone)
    return answer


def importer_of(home: Home, progress: Progress | None = None, admit: Admit | None = None) -> Importer:
    """An importer that knows the home's meters, zone and clock."""
    from energy_workbench.lake.imports.importing import Importer

    names, numbers = meter_names(home.registry)
    return Importer(home.reader.lake, names, numbers, home.zone, clock.now(), progress, admit)


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
