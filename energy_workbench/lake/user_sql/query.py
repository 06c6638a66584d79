"""Execution of one user's query in its forked process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import duckdb
import pyarrow as pa

from energy_workbench.domain.errors import QueryError
from energy_workbench.domain.fields.query_parameters import check, of_json
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake.user_sql import views
from energy_workbench.lake.user_sql.as_json import write_json
from energy_workbench.lake.user_sql.damage import damaged
from energy_workbench.lake.user_sql.wire import DAMAGED, DONE, FAILED, PART_BYTES, Parts, Question, receive

BATCH_ROWS = 10_000
"""Rows that are made at once: what an answer is too large by is noticed after as many."""


def prepare() -> None:
    """Load what every answer needs, once for all of them (pandas too, by pyarrow); no database is opened."""
    interval_schema().empty_table()
    instants = pa.table({"at": pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))})
    write_json(instants.to_reader(), io.BytesIO())


def answer(line: Connection) -> None:
    """Answer the one query that comes over this line, or say why not."""
    files: tuple[str, ...] = ()
    try:
        question, tables = receive(line, tables=2)
        files = (*question.readings, *question.intervals)
        _answer(line, question, *map(_table, tables))
        line.send_bytes(DONE)
    except MemoryError:
        line.send_bytes(FAILED + b"the query needs more memory than a query may have: ask for less at once")
    # It was the query that did it, whatever it is.
    except Exception as error:  # noqa: BLE001
        said = _first_line(error)
        if file := damaged(error, files):
            line.send_bytes(DAMAGED + f"{file}\n{said}".encode("utf-8", "replace"))
        else:
            line.send_bytes(FAILED + said.encode("utf-8", "replace"))


def _answer(line: Connection, question: Question, meters: pa.Table, spooled: pa.Table) -> None:
    connection = views.opened(meters, spooled, question.readings, question.intervals, question.calculated)
    statement = views.one_select(connection, question.text)
    parameters = of_json(question.parameters)
    check(parameters, set(statement.named_parameters))
    found = connection.execute(statement, parameters) if parameters else connection.sql(statement)
    reader = found.to_arrow_reader(min(question.max_rows + 1, BATCH_ROWS))
    rows = pa.RecordBatchReader.from_batches(reader.schema, _few(reader, question.max_rows))
    with io.BufferedWriter(Parts(line, question.max_bytes), PART_BYTES) as out:
        if question.form == "json":
            write_json(rows, out)
        else:
            with pa.ipc.new_stream(out, rows.schema) as stream:
                for batch in rows:
                    stream.write_batch(batch)


def _few(reader: pa.RecordBatchReader, most: int) -> Iterator[pa.RecordBatch]:
    count = 0
    for batch in reader:
        count += len(batch)
        if count > most:
            raise QueryError(f"the answer has more than {most} rows: aggregate, or add a LIMIT")
        yield batch


def _table(stream: bytes) -> pa.Table:
    return pa.ipc.open_stream(stream).read_all()


def _first_line(error: Exception) -> str:
    if isinstance(error, QueryError | duckdb.Error):
        return str(error).strip().split("\n\n")[0] or type(error).__name__
    return f"the answer cannot be told: {error}"
