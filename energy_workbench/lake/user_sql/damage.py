"""Which file of the lake it is that a user's query could not read, if it was one."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

SECONDS = 10.0
"""Longest search for a file that an error does not name [s]; who asks waits no longer than for a query."""

NOT_THE_QUERY = (duckdb.InternalException, duckdb.SerializationException)
"""Errors that name no file and are no fault of a query, beside those that DuckDB has no kind for."""


def damaged(error: Exception, files: Sequence[str]) -> str | None:
    """The first of these files that the error is about: it is there, and cannot be read.

    A query can also fail at a file that is whole, as one that takes it for CSV does: that is the query's fault.
    """
    if not isinstance(error, duckdb.Error):
        return None
    text, end = str(error), time.monotonic() + SECONDS
    if not (suspects := [file for file in files if file in text]):
        suspects = list(files) if type(error) is duckdb.Error or isinstance(error, NOT_THE_QUERY) else []
    for file in suspects:
        if os.path.exists(file) and not _whole(file):
            return file
        if time.monotonic() > end:
            break
    return None


def _whole(file: str) -> bool:
    try:
        with pq.ParquetFile(file) as opened:
            for _ in opened.iter_batches():
                pass
    except (pa.ArrowException, OSError):
        return False
    return True
