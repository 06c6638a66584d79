"""DuckDB connections: UTC, in memory, no extension fetched from anywhere."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
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
def session() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor for the queries of a block, closed with it; its errors are those of `lake_errors`."""
    with lake_errors(), closing(cursor()) as connection:
        yield connection


@contextmanager
def lake_errors() -> Iterator[None]:
    """Errors of DuckDB, and of a file that pyarrow cannot open, as one of the tree.

    Raises
    ------
    LakeError
        If a file of the lake is missing or cannot be read: it says which, and what to do.
    """
    import duckdb
    import pyarrow as pa

    try:
        yield
    except (duckdb.Error, pa.ArrowInvalid, FileNotFoundError) as error:
        text = str(error).strip().partition("\n")[0]
        files = _FILE.findall(text)
        if gone := [file for file in files if not Path(file).exists()]:
            raise LakeError(missing(gone[0])) from None
        raise LakeError(unreadable(files[0] if files else "the lake", text)) from None


def missing(file: str) -> str:
    """What to say of a file that a table names and that is not there."""
    return f"the lake's file {file} is missing: {_TO_DO}"


def unreadable(file: str, reason: str) -> str:
    """What to say of a file that is there and cannot be read."""
    return f"{file} cannot be read: {reason}; {_TO_DO}"


_FILE = re.compile(r"/[^\"\n]*?\.parquet")
"""Path of a data file in the message of a library."""

_TO_DO = (
    "put it back from a backup; without one `energy-workbench schedule` sets it aside within the hour and goes on "
    "without its readings"
)


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
