"""Upkeep: many small files become few sorted ones, logs are checkpointed, what nobody reads any more goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from energy_workbench.core import clock
from energy_workbench.lake import duck, wide
from energy_workbench.lake.columns import KEYS

if TYPE_CHECKING:
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.store import Store

RETENTION_HOURS = 24
"""How long replaced files stay: longer than the longest reader and backup [h]."""

OPEN_FILES = 60
"""Files that today's partition may have before it is compacted although more will come."""

JOB = "compaction"
"""How a commit says that it changed no reading."""


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was done.

    Attributes
    ----------
    compacted : int
        Partitions rewritten.
    removed : int
        Files that nothing refers to any more, deleted.
    """

    compacted: int
    removed: int


def maintain(lake: Lake, now: datetime | None = None) -> Maintained:
    """Compact closed partitions, and open ones of many files; checkpoint; remove what retention has passed.

    Safe at any time beside readers and writers: readers hold a version whose files stay for a day.

    Raises
    ------
    BusyError
        If another writer keeps the lake locked.
    LakeError
        If the disk refuses, such as when it is full; the lake is as before then.
    """
    today = (now or clock.now()).date()
    compacted = removed = 0
    month = f"{today:%Y-%m}"
    for store, current in (
        (lake.readings, f"{today:%Y-%m-%d}"), (lake.intervals, month), (lake.findings, month)
    ):  # fmt: skip
        if store.snapshot().version < 0:
            continue
        for partition in store.snapshot().partitions:
            most = 1 if partition < current else (OPEN_FILES if store is lake.readings else 4)
            if len(store.snapshot().of_partition(partition)) > most:
                with store.writer():
                    _compact(store, partition)
                compacted += 1
        removed += _clean(store)
    return Maintained(compacted, removed)


def _compact(store: Store, partition: str) -> None:
    """Rewrite one partition as a sorted file, parts of a reading joined to one row."""
    snapshot = store.snapshot()
    files = [file.path for file in snapshot.of_partition(partition)]
    connection = duck.cursor()
    try:
        if store.partition == "day":
            names = [name for name in snapshot.columns if name not in KEYS]
            connection.register("typed", wide.schema(names).empty_table())
            source = f"(SELECT * FROM typed UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
            doubled = connection.execute(
                f"SELECT count(*) > count(DISTINCT (meter, slot, offset_ms)) FROM {source}"  # noqa: S608
            ).fetchall()
            if doubled[0][0]:
                values = "".join(f", any_value({duck.name(n)}) AS {duck.name(n)}" for n in names)
                source = f"(SELECT meter, slot, offset_ms{values} FROM {source} GROUP BY 1, 2, 3)"  # noqa: S608
            query = f"SELECT *, slot::DATE AS day FROM {source} ORDER BY meter, slot, offset_ms"  # noqa: S608
        else:
            time = duck.name(store.time)
            query = f"SELECT *, strftime({time}, '%Y-%m') AS month FROM {duck.scan(files)} ORDER BY meter, {time}"  # noqa: S608
        table = connection.sql(query).to_arrow_table()
    finally:
        connection.close()
    store.write(table, predicate=f"{store.partition} = '{partition}'", metadata={"job": JOB})


def _clean(store: Store) -> int:
    with store.writer():
        table = store.open()
        removed = table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False, enforce_retention_duration=False)
        table = store.open()
        table.create_checkpoint()
        table.cleanup_metadata()
        store.harden()
    return len(removed)
