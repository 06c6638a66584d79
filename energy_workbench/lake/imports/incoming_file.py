"""Source of an import by its kind: CSV, Parquet, or a table in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.fields.readings_mapping import ReadingsMapping
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake.imports.incoming import LONG, Block, Checker, Problems, quantities_of
from energy_workbench.lake.imports.instants import Instants
from energy_workbench.lake.imports.shapes.shaped_file import ShapedFile
from energy_workbench.lake.imports.shapes.unclear import UnclearError

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.imports.incoming_table import TableFile

LARGEST_AGAIN = 100_000_000
"""Bytes of a file that is read another time, in another way, where its rows were refused."""


class Source(Protocol):
    """A file of readings, whatever its kind."""

    header: list[str]
    share: float
    separator: str

    def blocks(self) -> Iterator[Block]:
        """Its rows."""
        ...


class Incoming:
    """Opens files of one import by their content, and checks their rows.

    Parameters
    ----------
    meters, aliases, zone, now, stated
        As of an importer.
    """

    def __init__(
        self,
        meters: Mapping[str, int | None],
        aliases: Mapping[str, str],
        zone: ZoneInfo,
        now: datetime,
        stated: ReadingsMapping,
    ) -> None:
        self._meters, self._aliases, self._stated = meters, aliases, stated
        self._zone = ZoneInfo(stated.timezone) if stated.timezone else zone
        self._instants = Instants(self._zone, to_micros(now))
        self._site_zone, self._now = zone, now

    def checker(self, file: Source, problems: Problems) -> tuple[Checker, list[str] | None]:
        """What checks a file's rows, and the quantities that it has columns of; None where it has a row a value."""
        quantities = None if file.header == list(LONG) else quantities_of("", file.header)
        commas = file.separator in (";", "\t")
        return Checker(quantities, self._meters, self._instants, problems, commas=commas), quantities

    def opened(self, source: Path | pa.Table, name: str, original: str | None = None) -> Source:
        """A file by its content, or a table in memory; messages call it `name`.

        Raises
        ------
        NotFoundError
            If there is no such file.
        InputError
            If it is no file of readings, or leaves open what somebody must state.
        """
        from energy_workbench.lake.imports.incoming_csv import CsvFile
        from energy_workbench.lake.imports.incoming_table import TableFile

        if isinstance(source, Path) and not source.is_file():
            raise NotFoundError(f"{name}: there is no such file")
        if not isinstance(source, Path) or _is_parquet(source):
            table = TableFile(source, name)
            if self._otherwise_stated:
                return self._tabled(table, name)
            quantities_of(name, table.header)
            return table
        if self._otherwise_stated or _is_excel(source):
            return self._shaped(source, name, original)
        file: CsvFile | None = None
        try:
            file = CsvFile(source, name)
            quantities_of(name, file.header)
            return file
        except InputError as own:
            try:
                return self._shaped(source, name, original)
            except InputError as other:
                # Who meant the workbench's own columns is told what is wrong with these.
                raise (own if _is_own(file, own) else other) from None

    def otherwise(self, source: Path, name: str, original: str | None, refused: Source) -> Source | None:
        """The same file read as one of any shape; None where that is no other way to read it.

        Raises
        ------
        UnclearError
            If it leaves open what somebody must state.
        """
        if (refused.header == list(LONG) and not refused.separator) or _is_parquet(source):
            return None
        if source.stat().st_size > LARGEST_AGAIN:
            return None
        try:
            file = self._shaped(source, name, original)
        except UnclearError:
            raise
        except InputError:
            return None
        # Between commas a decimal comma is more likely a slip than a style.
        comma = refused.separator == "," and any("decimal sign ','" in note for note in file.reading.notes)
        return None if file.problems or comma else file

    @property
    def _otherwise_stated(self) -> bool:
        """Whether something is stated of the file that its own columns cannot say."""
        said = set(self._stated.said) - {"timezone", "in_order", "meter"}
        return bool(said - {"kind"}) or self._stated.kind in ("interval", "power")

    def _shaped(self, source: Path, name: str, original: str | None) -> ShapedFile:
        from energy_workbench.lake.imports.shapes.recognition import knower, shaped

        known = knower(self._meters, self._aliases, self._stated)
        today = (self._now + timedelta(days=1)).astimezone(self._zone).date()
        file = shaped(source, name, self._stated, known, self._site_zone, today, original)
        return file.named(known)

    def _tabled(self, table: TableFile, name: str) -> ShapedFile:
        """A table in memory or of Parquet, of which something is stated, as a sheet of text."""
        from energy_workbench.lake.imports.shapes.recognition import knower, of_text

        known = knower(self._meters, self._aliases, self._stated)
        today = (self._now + timedelta(days=1)).astimezone(self._zone).date()
        file = of_text(table.as_csv(), name, self._stated, known, self._zone, today, "")
        return file.named(known)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1" or path.suffix.lower() == ".parquet"


def _is_excel(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _is_own(file: Source | None, refused: InputError) -> bool:
    """Whether a file that was refused is meant to be in the workbench's own columns, or is no file of text at all."""
    if file is None:
        words = ("UTF-16", "UTF-8", "gzip", "is empty", "megabyte", "cannot be read", "delete it")
        return any(word in refused.message for word in words)
    header = set(file.header)
    return {"meter", "ts"} <= header or {"quantity", "value"} <= header
