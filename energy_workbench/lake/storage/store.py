"""A Delta table of the lake: created, pinned, written by one writer at a time, durably."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake.storage import checksums, data_files, durable, snapshot, touched
from energy_workbench.lake.storage.data_files import FEW, ROW_GROUP, STEPS, DataFile
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.lake.storage.lock import exclusive
from energy_workbench.lake.storage.snapshot import EMPTY, File, Snapshot
from energy_workbench.lake.storage.touched import Spans

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable, WriterProperties

_CONFIGURATION: dict[str, str | None] = {
    "delta.checkpointInterval": "60",
    "delta.logRetentionDuration": "interval 7 days",
    "delta.enableExpiredLogCleanup": "false",
}


class Commit(NamedTuple):
    """A commit, as its log entry tells of it.

    Attributes
    ----------
    upkeep : bool
        Whether it left all rows as they were: a compaction, a new column, files removed.
    touched : dict of int to list of (int, int), or None
        By key of the meter the spans of what was written [µs since 1970]; None where it does not tell.
    """

    upkeep: bool
    touched: Spans | None


class Store:
    """One table.

    Parameters
    ----------
    path : Path
    schema : pyarrow.Schema
        Columns it begins with, the partition's included.
    keys : tuple of str
        Columns by which rows are sorted, and files told apart: the meter's, and the times'.
    partition : str
        Name of the partition column.
    on_damage : callable
        Called, inside `writer`, after commits that may have counted had to be set aside.
    """

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        keys: tuple[str, ...],
        partition: str,
        on_damage: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self.keys = keys
        self.time = keys[1]
        self.partition = partition
        self._schema = schema
        self._on_damage = on_damage
        self._lock = threading.Lock()
        self._pinned: tuple[tuple[int, int, int], Snapshot] | None = None
        self._hardened: tuple[int, int, int] | None = None

    def snapshot(self) -> Snapshot:
        """The newest version; cached until there is a newer one."""
        with self._lock:
            stamp = self._stamp()
            if stamp is None:
                return EMPTY
            if self._pinned is None or self._pinned[0] != stamp:
                self._pinned = (stamp, snapshot.take(self.open(), self.path, self.time, self.partition))
            return self._pinned[1]

    def open(self) -> DeltaTable:
        """The table at its newest version.

        Raises
        ------
        LakeError
            If its log cannot be read.
        """
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        try:
            return DeltaTable(str(self.path))
        except (DeltaError, OSError, ValueError) as error:
            text = f"the table {self.path} cannot be opened: {_first_line(error)}; see `energy-workbench doctor`"
            raise LakeError(text) from None

    def empty(self) -> pa.Table:
        """No rows, with the columns that it began with."""
        return self._schema.empty_table()

    def transaction(self, app: str) -> int:
        """The last version of an application's transactions that is in the table; 0 where none is."""
        return self.snapshot().transaction(app)

    def history_since(self, version: int) -> list[Commit] | None:
        """The commits after that version, newest first; None where the log no longer has all of them."""
        from deltalake.exceptions import DeltaError

        snapshot = self.snapshot()
        count = snapshot.version - version
        if count <= 0 or snapshot.table is None:
            return []
        try:
            entries = list(snapshot.table.history(count))
        except (DeltaError, OSError, ValueError):
            return None
        if len(entries) != count:
            return None
        return [
            Commit(
                upkeep="job" in entry or str(entry.get("operation", "")).startswith(("VACUUM", "CREATE")),
                touched=touched.read(json.loads(entry.get("touched") or "null")),
            )
            for entry in entries
        ]

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the one writer. A torn or damaged end of its log is set aside, what is not yet durable made so, first.

        Raises
        ------
        BusyError
            If another process keeps writing.
        """
        with exclusive(self.path.parent / f".{self.path.name}.lock"):
            with self.words("written"):
                if self.path.joinpath(durable.LOG).exists() and self._hardened != self._stamp():
                    self.review()
            yield

    def review(self) -> None:
        """See that the table opens and its log is durable; what stands in the way is set aside. Inside `writer`."""
        damaged = bool(durable.review(self.path))
        while durable.last_version(self.path) >= 0:
            try:
                self._pinned = None
                self.snapshot()
                break
            except LakeError as error:
                if not durable.drop_newest_checkpoint(self.path):
                    durable.set_log_aside(self.path, str(error))
                    damaged = True
                    break
        self._hardened = None
        if self._stamp() is not None:
            self.harden()
        if damaged:
            self._on_damage()

    def write(
        self,
        table: pa.Table,
        *,
        predicate: str | None = None,
        replace: bool = False,
        transaction: tuple[str, int] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Commit rows durably; call it inside `writer`.

        Parameters
        ----------
        table : pyarrow.Table
            With the partition's column.
        predicate : str, optional
            Rows for which it holds are replaced; without it rows are added.
        replace : bool
            Replace everything.
        transaction : tuple of str and int, optional
            Application and its version, stored with the commit.
        metadata : mapping, optional
            What the commit says of itself; values are stored as JSON.

        Raises
        ------
        LakeError
            If it cannot be written, such as when the disk is full; nothing is changed then.
        """
        from deltalake import CommitProperties, PostCommitHookProperties, Transaction, write_deltalake

        properties = CommitProperties(
            custom_metadata=data_files.told(metadata or {}),
            app_transactions=[Transaction(*transaction)] if transaction else None,
        )
        with self.words("written"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._stamp() is None:
                self._create()
            self._room_for(table)
            failpoint("lake.write.before")
            write_deltalake(
                str(self.path),
                table,
                mode="overwrite" if predicate or replace else "append",
                predicate=predicate,
                schema_mode="merge",
                writer_properties=writer_properties(table),
                commit_properties=properties,
                # The log is cleaned by maintenance, once backups and readers no longer need it.
                post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
            )
            failpoint("lake.write.after")
        self.harden()

    def widen(self, schema: pa.Schema) -> None:
        """Let the table be there and have these columns, as `write` would; call it inside `writer`."""
        stored = self.snapshot()
        if stored.version < 0 or not set(schema.names) <= {*stored.columns, self.partition}:
            self.write(schema.empty_table(), metadata={"job": "columns"})

    def folder(self, partition: str) -> Path:
        """Where the files of a partition lie."""
        return self.path / f"{self.partition}={partition}"

    def swap(
        self, removed: Sequence[File], added: Sequence[DataFile], metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Put files in the place of others, in one durable commit; call it inside `writer`.

        Parameters
        ----------
        removed : sequence of File
            Of the newest snapshot.
        added : sequence of DataFile
            With columns that the table has; moved into their partitions' folders where they are not there yet.
        metadata : mapping, optional
            What the commit says of itself; values are stored as JSON.

        Raises
        ------
        LakeError
            If it cannot be written; the table is as before then.
        """
        from deltalake import CommitProperties, PostCommitHookProperties
        from deltalake.transaction import RemoveAction

        moved: list[Path] = []
        before = durable.last_version(self.path)
        try:
            with self.words("written"):
                now = int(time.time() * 1000)
                actions: list[Any] = [
                    RemoveAction(
                        Path(file.path).relative_to(self.path).as_posix(), True, now, file.size,
                        {self.partition: file.partition},
                    )
                    for file in removed
                ]  # fmt: skip
                for file in added:
                    target = self.folder(file.partition) / file.path.name
                    target.parent.mkdir(exist_ok=True)
                    os.replace(file.path, target)
                    moved.append(target)
                    actions.append(data_files.action(self.partition, file._replace(path=target)))
                table = self.open()
                failpoint("lake.write.before")
                table.create_write_transaction(
                    actions,
                    "append",
                    table.schema(),
                    [self.partition],
                    commit_properties=CommitProperties(custom_metadata=data_files.told(metadata or {})),
                    # The log is cleaned by maintenance, once backups and readers no longer need it.
                    post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
                )
                failpoint("lake.write.after")
        except LakeError:
            # A commit may have come to be although what follows it failed: its files are the table's.
            if durable.last_version(self.path) == before:
                for path in moved:
                    path.unlink(missing_ok=True)
            raise
        self.harden()

    def _room_for(self, table: pa.Table) -> None:
        """Refuse before a disk is filled to its last byte, which leaves no room to tidy up: rows shrink on the way."""
        free = shutil.disk_usage(self.path).free
        if free < table.nbytes:
            raise OSError(errno.ENOSPC, f"No space left on device: {free / 1e6:.1f} MB for {table.nbytes / 1e6:.1f} MB")

    def harden(self) -> None:
        """Make every commit durable that is not yet."""
        durable.harden(self.path, self._hardened[0] if self._hardened else None)
        self._hardened = self._stamp()

    @contextmanager
    def words(self, done: str) -> Iterator[None]:
        """What the library raises within becomes a `LakeError`, which says that the table cannot be `done`."""
        from deltalake.exceptions import DeltaError

        try:
            yield
        except (DeltaError, OSError, ValueError) as error:
            raise LakeError(f"the table {self.path} cannot be {done}: {_first_line(error)}") from None

    def _create(self) -> None:
        from deltalake import DeltaTable

        checksums.note(self.path, [])  # from here on what is not in the book was never made durable
        DeltaTable.create(
            str(self.path),
            schema=self._schema,
            partition_by=[self.partition],
            configuration={**_CONFIGURATION, "delta.dataSkippingStatsColumns": ",".join((*self.keys[:2], "offset_ms"))},
        )

    def _stamp(self) -> tuple[int, int, int] | None:
        """Identity of the newest log entry: its number may come again after a torn one was set aside."""
        known = self._pinned[0][0] if self._pinned else 0
        status = self._stat(known)
        if status is None:
            try:
                known = durable.last_version(self.path)
            except OSError:
                return None
            status = self._stat(known)
        while ahead := self._stat(known + 1):
            known, status = known + 1, ahead
        return (known, *status) if status else None

    def _stat(self, version: int) -> tuple[int, int] | None:
        try:
            status = durable.log_entry(self.path, version).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino


def _first_line(error: Exception) -> str:
    """What an error says, without the trace of the library's inner calls."""
    return str(error).partition("\n")[0]


def writer_properties(table: pa.Table) -> WriterProperties:
    """How Parquet is written: zstd, and for each column the encoding that suits what is in it."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from deltalake import ColumnProperties, WriterProperties

    # Times and offsets are steps of nearly the same size. Of values that never repeat, bytes of like
    # significance beside each other compress far better than whole floats; a voltage of 0.1 V takes few
    # values, and a dictionary of them wins. Only keys need statistics: nobody prunes by a voltage.
    steps = ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED", statistics_enabled="CHUNK")
    split = ColumnProperties(dictionary_enabled=False, encoding="BYTE_STREAM_SPLIT", statistics_enabled="NONE")
    few = ColumnProperties(dictionary_enabled=True, statistics_enabled="NONE")
    special = {
        field.name: few if pc.count_distinct(table[field.name].slice(0, ROW_GROUP)).as_py() < FEW else split
        for field in table.schema
        if pa.types.is_floating(field.type)
    }
    return WriterProperties(
        compression="ZSTD",
        compression_level=3,
        max_row_group_size=ROW_GROUP,
        column_properties=special | dict.fromkeys(STEPS, steps),
    )
