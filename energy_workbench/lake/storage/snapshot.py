"""Snapshot of a table: the files of a pinned version, and which of them hold a span of time and meters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.lake.reading import MAX_OFFSET_MS

if TYPE_CHECKING:
    from deltalake import DeltaTable

SLACK_US = 1_000_000
"""Delta's statistics may be cut to milliseconds; pruning allows a second."""


@dataclass(frozen=True)
class Snapshot:
    """Files and columns of one version.

    Attributes
    ----------
    version : int
        -1 where the table does not exist yet.
    columns : tuple of str
        All columns but the partition's.
    files : tuple of File
    table : DeltaTable or None
        Opened at that version.
    """

    version: int
    columns: tuple[str, ...]
    files: tuple[File, ...]
    table: DeltaTable | None = field(default=None, repr=False, compare=False)

    def transaction(self, app: str) -> int:
        """The last version of an application's transactions in it; 0 where there is none."""
        return (self.table.transaction_version(app) or 0) if self.table is not None else 0

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(file.rows for file in self.files)

    @cached_property
    def partitions(self) -> tuple[str, ...]:
        """Partition values in order."""
        return tuple(sorted({file.partition for file in self.files}))

    def select(
        self, start_us: int | None = None, end_us: int | None = None, meters: Iterable[int] | None = None
    ) -> list[str]:
        """Paths of the files that may hold rows of these meters between these times [µs since 1970, UTC]."""
        wanted = None if meters is None else list(meters)
        if wanted is not None and not wanted:
            return []
        low, high = (min(wanted), max(wanted)) if wanted is not None else (None, None)
        return [
            file.path
            for file in self.files
            if (end_us is None or file.first_us - SLACK_US < end_us)
            and (start_us is None or file.last_us + SLACK_US >= start_us)
            and (low is None or high is None or (file.low <= high and file.high >= low))
        ]

    def extent(self, meters: Iterable[int] | None = None) -> tuple[int, int] | None:
        """Between which instants all rows of these meters lie [µs since 1970, UTC]; None where there are none."""
        chosen = set(self.select(meters=meters))
        files = [file for file in self.files if file.path in chosen]
        if not files:
            return None
        return min(file.first_us for file in files) - SLACK_US, max(file.last_us for file in files) + SLACK_US

    def of_partition(self, partition: str) -> list[File]:
        """The files of one partition."""
        return [file for file in self.files if file.partition == partition]


@dataclass(frozen=True, slots=True)
class File:
    """One Parquet file with what the log says of it.

    Attributes
    ----------
    first_us, last_us : int
        No instant in it is before or after these [µs since 1970, UTC].
    low, high : int
        Least and greatest meter in it.
    """

    path: str
    partition: str
    rows: int
    size: int
    first_us: int
    last_us: int
    low: int
    high: int


EMPTY = Snapshot(-1, (), ())


def take(table: DeltaTable, root: Path, time: str, partition: str) -> Snapshot:
    """The snapshot of an open table.

    Parameters
    ----------
    time, partition : str
        Names of the time column and of the partition column.
    """
    import pyarrow as pa

    actions = pa.table(table.get_add_actions(flatten=True)).to_pydict()
    columns = tuple(field.name for field in table.schema().fields if field.name != partition)
    count = len(actions["path"])

    # The time that counts is that of the read: the slot and its offset.
    offsets = "offset_ms" in columns

    def column(name: str, default: Any) -> list[Any]:
        return actions.get(name) or [default] * count

    files = [
        File(
            str(root / path),
            str(value),
            rows or 0,
            size,
            _micros(first, -(2**62)) + 1000 * (-MAX_OFFSET_MS if early is None else early),
            _micros(last, 2**62) + 1000 * (MAX_OFFSET_MS if late is None else late),
            -(2**31) if low is None else low,
            2**31 if high is None else high,
        )
        for path, value, rows, size, first, last, early, late, low, high in zip(
            actions["path"],
            actions[f"partition.{partition}"],
            column("num_records", 0),
            actions["size_bytes"],
            column(f"min.{time}", None),
            column(f"max.{time}", None),
            column("min.offset_ms", None if offsets else 0),
            column("max.offset_ms", None if offsets else 0),
            column("min.meter", None),
            column("max.meter", None),
            strict=True,
        )
    ]
    files.sort(key=lambda file: (file.partition, file.first_us, file.low, file.path))
    return Snapshot(table.version(), columns, tuple(files), table)


def _micros(instant: Any, default: int) -> int:
    from energy_workbench.domain.time.clock import to_micros

    return default if instant is None else to_micros(instant)
