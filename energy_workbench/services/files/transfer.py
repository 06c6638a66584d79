"""Files in and out of a home: readings imported, readings and intervals exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from energy_workbench.contract.readings import (
    DateOrder,
    DecimalSign,
    FileInterval,
    FileKind,
    ReadingsContract,
    Stamps,
)
from energy_workbench.contract.rows.setup import ImportedReadings, MappingRow
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.domain.time.as_written import EveryLike, PeriodLike, every_text, period_text
from energy_workbench.runtime.paths import AnyPath, NamedContent
from energy_workbench.services.files.exporting import export
from energy_workbench.services.files.readings_file import import_readings, mapping_row, stated_of
from energy_workbench.services.home import Home
from energy_workbench.services.rows.locks import told

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from energy_workbench.lake.imports.importing import Progress


class Transfer(Home, ReadingsContract):
    """What moves many readings at once."""

    def import_readings(
        self,
        source: AnyPath | NamedContent | pd.DataFrame | pa.Table,
        dry_run: bool = False,
        *,
        keep_stored: bool = False,
        mapping: str | Mapping[str, Any] | None = None,
        timezone: str | None = None,
        kind: FileKind = None,
        in_order: bool = False,
        meter: str | None = None,
        date_order: DateOrder = None,
        decimal: DecimalSign = None,
        stamps: Stamps = None,
        interval: FileInterval = None,
        reason: str | None = None,
        progress: Progress | None = None,
        name: str | None = None,
        original: str | None = None,
        by: str = "python",
    ) -> ImportedReadings:
        """As declared; `progress` is told how far it is, `name` is what messages call the file.

        `original` is what it was called where it came from.
        """
        of_file = stated_of(
            self, mapping, timezone=timezone, kind=kind, in_order=in_order, meter=meter, date_order=date_order,
            decimal=decimal, stamps=stamps, interval=interval,
        )  # fmt: skip
        with because(reason) as stated:
            imported = import_readings(
                self, source, dry_run=dry_run, keep_stored=keep_stored, progress=progress, name=name,
                original=original, stated=of_file, by=by,
            )  # fmt: skip
        return cast(ImportedReadings, told(imported, stated, self.zone))

    def mappings(self) -> list[MappingRow]:
        return [mapping_row(each) for each in self.registry.mappings()]

    def put_mapping(self, name: str, fields: Mapping[str, Any], *, by: str = "python") -> MappingRow:
        return mapping_row(self.registry.put_mapping(name, fields, by=by))

    def delete_mapping(self, name: str, *, by: str = "python") -> None:
        self.registry.delete_mapping(name, by=by)

    def export(
        self,
        what: str,
        path: AnyPath,
        period: PeriodLike,
        *,
        meters: Sequence[str] | None = None,
        quantities: Sequence[str] | None = None,
        every: EveryLike = "15min",
    ) -> int:
        """Write `readings` or `intervals` of a period to a file, by its ending: CSV (`.csv.gz`), Excel or Parquet.

        Parameters
        ----------
        path : path
            Replaced once the new one is whole.
        period, every
            As in a question.
        meters, quantities : sequence of str, optional
            All meters, and of readings all quantities that were read, by default.

        Returns
        -------
        int
            Rows written. Readings as CSV or Parquet can be imported again.

        Raises
        ------
        InputError
            If the file is of another kind, or Excel cannot hold as many rows.
        NotFoundError
            If there is no such meter, or nothing to write.
        HomeError
            If the disk refuses; nothing is left behind then.
        """
        refs, names = ([given] if isinstance(given, str) else given or () for given in (meters, quantities))
        wanted = [self._meter(ref) for ref in dict.fromkeys(refs)] or self._meters()
        span = self._period(period_text(period))
        return export(self, what, Path(path), span, meters=wanted, quantities=names, every=every_text(every))
