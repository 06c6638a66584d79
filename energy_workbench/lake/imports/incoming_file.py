"""Source of an import by its kind: CSV, Parquet, or a table in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.lake.imports.incoming import Block

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS = (".csv", ".csv.gz", ".parquet")


class Source(Protocol):
    """A file of readings, whatever its kind."""

    header: list[str]
    share: float
    separator: str

    def blocks(self) -> Iterator[Block]:
        """Its rows."""
        ...


def opened(source: Path | pa.Table, name: str) -> Source:
    """A file by its ending, or a table in memory; messages call it `name`.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it is of another kind, or no such file inside.
    """
    from energy_workbench.lake.imports.incoming_csv import CsvFile
    from energy_workbench.lake.imports.incoming_table import TableFile

    if not isinstance(source, Path):
        return TableFile(source, name)
    if not source.is_file():
        raise NotFoundError(f"{name}: there is no such file")
    kind = source.name.lower()
    if kind.endswith(".parquet"):
        return TableFile(source, name)
    if kind.endswith((".csv", ".csv.gz")):
        return CsvFile(source, name)
    raise InputError(f"{name}: a file ending with {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} is needed")
