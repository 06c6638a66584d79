"""Compaction: a partition's files rewritten as one sorted file, with what can be salvaged of damaged ones."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.recovery import salvage
from energy_workbench.lake.storage import duck
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import incidents

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.store import Store

JOB = "compaction"
"""How a commit says that it changed no reading."""

ASIDE = "damaged"
"""Folder of the lake in which damaged data files are kept."""


def compact(store: Store, partition: str) -> int:
    """Rewrite one partition as a sorted file, parts of a reading joined to one row; call it inside `writer`.

    Returns
    -------
    int
        Files that were not as they were written.
    """
    snapshot = store.snapshot()
    files = [file.path for file in snapshot.of_partition(partition)]
    damaged = salvage.damaged(store.path, files)
    keys = KEYS if store.time == "slot" else ("meter", store.time)
    rescued = {name: salvage.rescued(Path(name), bad, keys) for name, bad in damaged.items()}
    names = [name for name in snapshot.columns if name not in KEYS] if store.time == "slot" else []
    table = _sorted(store, [name for name in files if name not in damaged], list(rescued.values()), names)
    for name, rows in rescued.items():
        _keep_aside(store.path.parent, Path(name), 0 if rows is None else len(rows))
    failpoint("lake.compact.before")
    store.write(table, predicate=f"{store.partition} = '{partition}'", metadata={"job": JOB})
    return len(damaged)


def _sorted(store: Store, sound: list[str], rescued: list[pa.Table | None], names: list[str]) -> pa.Table:
    """The rows of files and tables in the order of the store, with its partition's column."""
    with duck.session() as connection:
        sources = ["SELECT * FROM typed"]
        if sound:
            sources.append(f"SELECT * FROM {duck.scan(sound)}")  # noqa: S608
        for number, rows in enumerate(rescued):
            if rows is not None:
                connection.register(f"rescued{number}", rows)
                sources.append(f"SELECT * FROM rescued{number}")  # noqa: S608
        source = f"({' UNION ALL BY NAME '.join(sources)})"
        if store.time != "slot":
            connection.register("typed", store.empty().drop_columns([store.partition]))
            time = duck.name(store.time)
            query = f"SELECT *, strftime({time}, '%Y-%m') AS month FROM {source} ORDER BY meter, {time}"  # noqa: S608
            return connection.sql(query).to_arrow_table()
        connection.register("typed", arrow_readings.schema(names).empty_table())
        doubled = connection.execute(
            f"SELECT count(*) > count(DISTINCT (meter, slot, offset_ms)) FROM {source}"  # noqa: S608
        ).fetchall()
        if doubled[0][0]:
            values = "".join(f", any_value({duck.name(n)}) AS {duck.name(n)}" for n in names)
            source = f"(SELECT meter, slot, offset_ms{values} FROM {source} GROUP BY 1, 2, 3)"  # noqa: S608
        query = f"SELECT *, slot::DATE AS day FROM {source} ORDER BY meter, slot, offset_ms"  # noqa: S608
        return connection.sql(query).to_arrow_table()


def _keep_aside(lake: Path, path: Path, rescued: int) -> None:
    """Keep a damaged data file where upkeep does not remove it, and tell."""
    aside = lake / ASIDE / f"{path.parent.name}-{path.name}"
    if path.exists():
        aside.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, aside)
    incidents.record(lake, "lake", f"{path} is not as it was written: {rescued} rows were rescued", aside)
