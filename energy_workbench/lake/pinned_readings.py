"""One version of the readings: what the lake has, and what is spooled beside it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.storage import duck
from energy_workbench.runtime import cancellation

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.spool.spool import Spool
    from energy_workbench.lake.storage.snapshot import Snapshot


class PinnedReadings:
    """Pins versions, and asks DuckDB about them; many threads may.

    Parameters
    ----------
    lake : Lake
    spool : Spool, optional
        Where the newest minutes are; without it only what was committed is seen.
    """

    def __init__(self, lake: Lake, spool: Spool | None = None) -> None:
        self.lake = lake
        self.spool = spool
        self._local = threading.local()

    def pin(self, meters: Sequence[int] | None, low: int | None, high: int | None) -> tuple[Snapshot, pa.Table]:
        """A version of the lake, and the spooled rows that it does not have.

        The spool is read first: a row that is committed and trimmed between is then in both, and dropped
        here; the other way round it would be in neither.
        """
        rows, app = [], ""
        if self.spool is not None:
            rows = self.spool.rows(meters=meters, start_us=low, end_us=high)
            app = self.spool.app
        snapshot = self.lake.readings.snapshot()
        if rows and self.spool is not None:
            done = snapshot.transaction(app)
            # A restored spool is behind the lake and counts anew; its numbers say nothing then.
            rows = [row for row in rows if row.seq > done] if done <= self.spool.last_seq() else rows
            return snapshot, arrow_readings.ordered(arrow_readings.from_spool(self.spool, rows))
        return snapshot, arrow_readings.schema([]).empty_table()

    def names(self, snapshot: Snapshot, spooled: pa.Table) -> list[str]:
        stored = [name for name in snapshot.columns if name not in KEYS]
        return stored + [name for name in spooled.column_names if name not in KEYS and name not in stored]

    def typed(self, spooled: pa.Table, names: Sequence[str]) -> pa.Table:
        """Spooled rows with all columns, so that files and spool can be told together."""
        import pyarrow as pa

        schema = arrow_readings.schema(names)
        keys = spooled.select([n for n in spooled.column_names if n in schema.names])
        return pa.concat_tables([schema.empty_table(), keys], promote_options="default").cast(schema)

    def source(self, files: list[str], spooled: pa.Table, names: Sequence[str]) -> str:
        """SQL of readings from files and spool with these columns; `spooled` is registered by `_run`."""
        columns = ", ".join([*KEYS, *map(duck.name, names)])
        own = f"SELECT {columns}, 1 AS spooled FROM spooled"  # noqa: S608
        if not files:
            return f"({own})"
        # Files may lack columns that came later; the typed relation lends them.
        lent = f"SELECT * FROM spooled WHERE false UNION ALL BY NAME SELECT * FROM {duck.scan(files)}"  # noqa: S608
        stored = f"SELECT {columns}, 0 AS spooled FROM ({lent})"  # noqa: S608
        return f"({stored} UNION ALL {own})" if len(spooled) else f"({stored})"

    def run(self, query: str, **tables: pa.Table) -> pa.Table:
        """The answer of a query over the lake's files and these tables, by their names.

        Raises
        ------
        LakeError
            If a file cannot be read.
        """
        cancellation.check()
        cursor = self._cursor()
        with duck.lake_errors():
            for name, table in tables.items():
                if name in query:  # to register one costs more than many a query
                    cursor.register(name, table)
            return cursor.sql(query).to_arrow_table()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """One cursor a thread."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = duck.cursor()
        return self._local.cursor
