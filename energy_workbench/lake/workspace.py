"""SQL that users write: one SELECT over documented views, in a database that can reach nothing else."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

from energy_workbench.core.errors import QueryError
from energy_workbench.lake import duck
from energy_workbench.lake.columns import KEYS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from energy_workbench.lake.snapshot import Snapshot

SECONDS = 30.0
"""Longest that a query may take [s]."""

MEMORY = "1GB"

VIEWS = {
    "readings": "as meters reported: meter, number, ts, and a column a quantity",
    "readings_long": "the same, a row a value: meter, number, ts, quantity, value",
    "intervals": "energy of 15 minutes, primary: meter, number, start, energy_import_kwh, demand_kw, quality, …",
    "meters": "meters as configured now; key is the `meter` of the other views",
}
"""What can be asked, and what it is."""


def answer(
    text: str, meters: pa.Table, readings: Snapshot, intervals: Snapshot, spooled: pa.Table, max_rows: int
) -> pa.Table:
    """Answer a user's SELECT.

    Parameters
    ----------
    meters : pyarrow.Table
        With `key` and `number`.
    readings, intervals : Snapshot
    spooled : pyarrow.Table
        Readings not in the lake yet, with every column.
    max_rows : int
        More rows than this are refused.

    Raises
    ------
    QueryError
        If it is not one SELECT, fails, takes too long or gives too much.
    """
    import duckdb

    with closing(duck.connect()) as connection:
        _make_views(connection, meters, readings, intervals, spooled)
        _lock_up(connection, readings, intervals)
        try:
            statements = connection.extract_statements(text)
        except duckdb.Error as error:
            raise QueryError(_first_line(error)) from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise QueryError(f"write one SELECT; the views are {', '.join(VIEWS)}")
        timer = threading.Timer(SECONDS, connection.interrupt)
        timer.start()
        try:
            return _fetch(connection, statements[0], max_rows)
        except duckdb.InterruptException:
            raise QueryError(f"the query took longer than {SECONDS:.0f} s: ask for a shorter period") from None
        except duckdb.Error as error:
            raise QueryError(_first_line(error)) from None
        finally:
            timer.cancel()


def _fetch(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, max_rows: int) -> pa.Table:
    import pyarrow as pa

    reader = connection.sql(statement).to_arrow_reader(min(max_rows + 1, 100_000))
    batches, count = [], 0
    for batch in reader:
        batches.append(batch)
        count += len(batch)
        if count > max_rows:
            raise QueryError(f"the answer has more than {max_rows} rows: aggregate, or add a LIMIT")
    return pa.Table.from_batches(batches, reader.schema)


def _make_views(
    connection: duckdb.DuckDBPyConnection,
    meters: pa.Table,
    readings: Snapshot,
    intervals: Snapshot,
    spooled: pa.Table,
) -> None:
    from energy_workbench.lake.interval_table import interval_schema

    # Copies, as the database will not reach out to anything once it is locked up.
    for name, table in (("meters", meters), ("spooled", spooled), ("no_intervals", interval_schema().empty_table())):
        connection.register(f"given_{name}", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")  # noqa: S608 - fixed names
        connection.unregister(f"given_{name}")
    names = ", ".join(f"r.{duck.name(name)}" for name in spooled.column_names if name not in KEYS)
    files = [file.path for file in readings.files]
    stored = f" UNION ALL BY NAME SELECT * FROM {duck.scan(files)}" if files else ""  # noqa: S608
    tail = f", {names}" if names else ""
    connection.execute(
        f"""CREATE VIEW readings AS SELECT r.meter, m.number, r.slot + to_milliseconds(r.offset_ms) AS ts, r.slot{tail}
        FROM (SELECT * FROM spooled{stored}) r LEFT JOIN meters m ON m.key = r.meter"""  # noqa: S608
    )
    quantities = [duck.name(name) for name in spooled.column_names if name not in KEYS]
    if quantities:
        connection.execute(
            f"""CREATE VIEW readings_long AS UNPIVOT (SELECT meter, number, ts,
            {", ".join(f"{name}::DOUBLE AS {name}" for name in quantities)} FROM readings)
            ON {", ".join(quantities)} INTO NAME quantity VALUE value"""  # noqa: S608
        )
    else:
        connection.execute(
            "CREATE VIEW readings_long AS SELECT meter, number, ts, '' AS quantity, 0.0 AS value FROM readings"
        )
    files = [file.path for file in intervals.files]
    stored = f" UNION ALL BY NAME SELECT * FROM {duck.scan(files)}" if files else ""  # noqa: S608
    connection.execute(
        f"""CREATE VIEW intervals AS SELECT i.meter, m.number, i.* EXCLUDE (meter, month)
        FROM (SELECT * FROM no_intervals{stored}) i LEFT JOIN meters m ON m.key = i.meter"""  # noqa: S608
    )


def _lock_up(connection: duckdb.DuckDBPyConnection, *snapshots: Snapshot) -> None:
    """From here on: the files of these snapshots, nothing else of the machine, no setting changed."""
    paths = ", ".join("'" + file.path.replace("'", "''") + "'" for snapshot in snapshots for file in snapshot.files)
    for setting in (
        f"allowed_paths=[{paths}]",
        f"memory_limit='{MEMORY}'",
        "max_temp_directory_size='0GB'",
        "python_enable_replacements=false",
        "enable_external_access=false",
        "lock_configuration=true",
    ):
        connection.execute(f"SET {setting}")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n\n")[0]
