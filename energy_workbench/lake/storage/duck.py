"""DuckDB connections: UTC, in memory, no extension fetched from anywhere."""

from __future__ import annotations

import math
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import LakeError

if TYPE_CHECKING:
    import duckdb


_shared: dict[int, duckdb.DuckDBPyConnection] = {}
_guard = threading.Lock()
_scanned: ContextVar[tuple[str, ...]] = ContextVar("scanned", default=())
"""What this thread made a relation of last."""


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
def lake_errors(*files: str) -> Iterator[None]:
    """Errors of DuckDB, and of a file that pyarrow cannot open, as one of the tree.

    Parameters
    ----------
    files : str
        What is read, beside what this thread scans.

    Raises
    ------
    LakeError
        If a file of the lake is missing or cannot be read: it says which, and what to do.
    """
    import duckdb
    import pyarrow as pa

    try:
        yield
    except (duckdb.Error, pa.ArrowInvalid, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, FileNotFoundError):
            raise  # of the disk; what pyarrow says of a file's content has no number
        text = str(error).strip().partition("\n")[0]
        named = _FILE.findall(text)
        if gone := [file for file in named if not Path(file).exists()]:
            raise LakeError(missing(gone[0])) from None
        damaged = named[0] if named else first_damaged((*files, *_scanned.get()))
        raise LakeError(unreadable(damaged or "the lake", text)) from None


def first_damaged(files: Iterable[str], *, whole: bool = False, seconds: float = math.inf) -> str:
    """The first of these that cannot be read: DuckDB does not say which; empty for none.

    Parameters
    ----------
    whole : bool
        Read all of each, of those that are there; else only what each says of itself.
    seconds : float
        Longest search [s].
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    end = time.monotonic() + seconds
    for file in files:
        try:
            with pq.ParquetFile(file) as opened:
                for _ in opened.iter_batches() if whole else ():
                    pass
        except FileNotFoundError:
            if not whole:
                return file
        except (pa.ArrowException, OSError):
            return file
        if time.monotonic() > end:
            break
    return ""


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


def scan(files: Sequence[str], *, alike: bool = False, named: bool = False) -> str:
    """SQL of a relation over Parquet files whose columns may differ.

    Parameters
    ----------
    alike : bool
        They do not differ: only the first one is asked which it has.
    named : bool
        Adds the column `filename`.
    """
    _scanned.set(tuple(files))
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    options = f"union_by_name={'false' if alike else 'true'}, hive_partitioning=false"
    return f"read_parquet([{quoted}], {options}{', filename=true' if named else ''})"


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'
