"""Views that users' SQL may query, one SELECT each, in a database that can reach nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import QueryError
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY = "1GB"

THREADS = min(4, os.cpu_count() or 1)
"""Of a query, however many cores there are: each takes about 10 MB of the address space that a query may have."""

MEASURED = "measured_intervals"
"""Intervals without those of calculated meters, which are made of them."""

VIEWS = {
    "readings": "as meters reported: meter, number, ts, and a column a quantity",
    "readings_long": "the same, a row a value: meter, number, ts, quantity, value",
    "intervals": "energy of 15 minutes, primary: meter, number, start, energy_import_kwh, demand_kw, quality, …",
    "meters": "meters as configured now; key is the `meter` of the other views",
}
"""What can be asked, and what it is."""


def opened(
    meters: pa.Table, spooled: pa.Table, readings: Sequence[str], intervals: Sequence[str], calculated: str = ""
) -> duckdb.DuckDBPyConnection:
    """A database with the views, locked up: it can reach the files of these tables and nothing else.

    Parameters
    ----------
    meters : pyarrow.Table
        With `key` and `number`.
    spooled : pyarrow.Table
        Readings not in the lake yet, with every column.
    readings, intervals : sequence of str
        Paths of the tables' files.
    calculated : str
        SQL of the intervals of calculated meters, from `MEASURED`; empty where there are none.
    """
    connection = duck.connect(THREADS)
    _make_views(connection, meters, spooled, readings, intervals, calculated)
    _lock_up(connection, [*readings, *intervals])
    return connection


def one_select(connection: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    """The statement of a user's text.

    Raises
    ------
    QueryError
        If it is not one SELECT.
    """
    import duckdb

    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(f"write one SELECT; the views are {', '.join(VIEWS)}")
    return statements[0]


def _make_views(
    connection: duckdb.DuckDBPyConnection,
    meters: pa.Table,
    spooled: pa.Table,
    readings: Sequence[str],
    intervals: Sequence[str],
    calculated: str,
) -> None:
    # Copies, as the database will not reach out to anything once it is locked up.
    for name, table in (("meters", meters), ("spooled", spooled), ("no_intervals", interval_schema().empty_table())):
        connection.register(f"given_{name}", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")  # noqa: S608 - fixed names
        connection.unregister(f"given_{name}")
    names = ", ".join(f"r.{duck.name(name)}" for name in spooled.column_names if name not in KEYS)
    stored = f" UNION ALL BY NAME SELECT * FROM {duck.scan(readings)}" if readings else ""  # noqa: S608
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
    stored = f" UNION ALL BY NAME SELECT * FROM {duck.scan(intervals)}" if intervals else ""  # noqa: S608
    measured = f"SELECT * EXCLUDE month FROM (SELECT * FROM no_intervals{stored})"  # noqa: S608
    connection.execute(f"CREATE VIEW {MEASURED} AS {measured}")
    made = f" UNION ALL BY NAME {calculated}" if calculated else ""
    connection.execute(
        f"""CREATE VIEW intervals AS SELECT i.meter, m.number, i.* EXCLUDE meter
        FROM (SELECT * FROM {MEASURED}{made}) i LEFT JOIN meters m ON m.key = i.meter"""  # noqa: S608
    )


def _lock_up(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """From here on: these files, nothing else of the machine, no setting changed."""
    paths = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
    for setting in (
        f"allowed_paths=[{paths}]",
        f"memory_limit='{MEMORY}'",
        "temp_directory=''",
        "python_enable_replacements=false",
        "enable_external_access=false",
        "lock_configuration=true",
    ):
        connection.execute(f"SET {setting}")
