"""DuckDB connections: UTC, in memory, no extension fetched from anywhere."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import LakeError

if TYPE_CHECKING:
    import duckdb


_shared: dict[int, duckdb.DuckDBPyConnection] = {}
_guard = threading.Lock()


def cursor() -> duckdb.DuckDBPyConnection:
    """A connection of one thread to the database of this process, which keeps the footers of files."""
    with _guard:
        # A forked child must not go on with its parent's threads.
        if os.getpid() not in _shared:
            _shared.clear()
            _shared[os.getpid()] = connect()
        own = _shared[os.getpid()].cursor()
    own.execute("SET TimeZone='UTC'")
    return own


@contextmanager
def words(place: Path) -> Iterator[None]:
    """Errors of DuckDB as one of the tree.

    Raises
    ------
    LakeError
        If what lies at that place cannot be read.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise LakeError(f"the lake {place} cannot be read: {error}") from None


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A private in-memory database.

    Parameters
    ----------
    threads : int, optional
        With how many it works; one a core by default.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone='UTC'")
    # Files of a Delta table never change under their name, so what was read of a footer stays true.
    connection.execute("SET parquet_metadata_cache=true")
    return connection


def scan(files: Sequence[str]) -> str:
    """SQL of a relation over Parquet files whose columns may differ."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    return f"read_parquet([{quoted}], union_by_name=true, hive_partitioning=false)"


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'
