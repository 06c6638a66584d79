"""Messages between who asks a user's query and the process that answers it: plain bytes, nothing that runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from io import RawIOBase
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import QueryError

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import ReadableBuffer

PART, FAILED, DAMAGED, DONE, ENDED = b"p", b"f", b"x", b"d", b"e"
"""First byte of a message: part of the answer, why there is none, that a file cannot be read, that it is whole, how
the process ended."""

PART_BYTES = 1_000_000


@dataclass(frozen=True)
class Question:
    """A user's query, and what it may see.

    Attributes
    ----------
    text : str
        One SELECT.
    parameters : str or None
        Values that are bound to it, as JSON (`domain.fields.query_parameters`).
    form : str
        Of the answer: `arrow` (an IPC stream) or `json`.
    max_rows, max_bytes : int
        An answer with more is refused.
    readings, intervals : tuple of str
        Paths of the files that it may read.
    calculated : str
        SQL of the intervals of calculated meters, from `views.MEASURED`; empty where there are none.
    """

    text: str
    parameters: str | None
    form: str
    max_rows: int
    max_bytes: int
    readings: tuple[str, ...]
    intervals: tuple[str, ...]
    calculated: str = ""


def send(line: Connection, question: Question, tables: Iterable[bytes]) -> None:
    """Ask; `tables` are those that come along, as Arrow IPC streams."""
    line.send_bytes(json.dumps(asdict(question)).encode())
    for table in tables:
        line.send_bytes(table)


def receive(line: Connection, tables: int) -> tuple[Question, list[bytes]]:
    """What is asked, and the tables that come along."""
    fields = json.loads(line.recv_bytes())
    return Question(**fields), [line.recv_bytes() for _ in range(tables)]


def stream(table: pa.Table) -> bytes:
    """A table as an Arrow IPC stream."""
    import pyarrow as pa

    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return bytes(out.getvalue())


class Parts(RawIOBase):
    """A file that sends what is written to it.

    Raises
    ------
    QueryError
        If more is written than the answer may have.
    """

    def __init__(self, line: Connection, most: int) -> None:
        self._line, self._most, self._left = line, most, most

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        given = bytes(data)
        self._left -= len(given)
        if self._left < 0:
            raise QueryError(
                f"the answer is larger than {self._most // 1_000_000} MB: aggregate, or take fewer columns"
            )
        for start in range(0, len(given), PART_BYTES):
            self._line.send_bytes(PART + given[start : start + PART_BYTES])
        return len(given)


def ended(code: int) -> bytes:
    """How a process ended, as `Connection` reads it: its exit code, or the negative number of a signal."""
    message = ENDED + str(code).encode()
    return len(message).to_bytes(4, "big") + message
