"""Which file of the lake it is that a user's query could not read, if it was one."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from energy_workbench.lake.storage.duck import first_damaged

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
    text = str(error)
    if not (suspects := [file for file in files if file in text]):
        suspects = list(files) if type(error) is duckdb.Error or isinstance(error, NOT_THE_QUERY) else []
    return first_damaged(suspects, whole=True, seconds=SECONDS) or None
