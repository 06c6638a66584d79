"""Staging of an import: validated readings in a Parquet file beside the lake, taken out by days."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.deduplication import merged
from energy_workbench.lake.imports.incoming import SHOWN
from energy_workbench.lake.reading import Refused
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CELLS = 24_000_000
"""Values that are taken out at once: some 0.3 GB."""

MEMORY = "800MB"
PREFIX = ".import-"
LOCK = "in-use"


class Taken(NamedTuple):
    """Readings of some days.

    Attributes
    ----------
    rows : pyarrow.Table
        As the lake has them, by meter and instant; of one instant there is one row.
    contradictions : list of Refused
        Values of the same key in the file that differ; the first is `kept`. Not all where there are many.
    differing : int
        All of them.
    """

    rows: pa.Table
    contradictions: list[Refused]
    differing: int


@contextmanager
def folder(lake: Path) -> Iterator[Path]:
    """A folder on the lake's disk for as long as an import takes; those of imports that died are removed.

    Raises
    ------
    LakeError
        If it cannot be made.
    """
    own = lake / f"{PREFIX}{secrets.token_hex(6)}"
    try:
        lake.mkdir(parents=True, exist_ok=True)
        for other in lake.glob(f"{PREFIX}*"):
            _remove_dead(other)
        own.mkdir()
        handle = os.open(own / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LakeError(f"the lake {lake} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        os.close(handle)


def _remove_dead(path: Path) -> None:
    try:
        handle = os.open(path / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        # Without its lock it is just being made, or a remover died here: an empty one is worth nothing.
        try:
            path.rmdir()
        except OSError:
            pass
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)


class Staging:
    """The rows of one file.

    Parameters
    ----------
    path : Path
        A folder of its own.
    quantities : sequence of str or None
        Columns of values; None where there is a row a value.
    """

    def __init__(self, path: Path, quantities: Sequence[str] | None) -> None:
        self._path = path / "rows.parquet"
        self._spill = path / "spill"
        self._quantities = quantities
        self._writer: Any = None
        self._days: dict[int, int] = {}
        self._used: set[int] = set()
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Take a block of checked rows.

        Raises
        ------
        LakeError
            If the disk refuses.
        """
        import numpy as np
        import pyarrow.parquet as pq

        if not len(table):
            return
        try:
            if self._writer is None:
                # Rewritten within minutes: quick to write, and what it takes to skip by time.
                self._writer = pq.ParquetWriter(
                    self._path, table.schema, compression="lz4", use_dictionary=["meter", "quantity"],
                    write_statistics=["ts"],
                )  # fmt: skip
            self._writer.write_table(table, row_group_size=len(table))
        except OSError as error:
            raise LakeError(f"{self._path.parent}: cannot be written: {error.strerror or error}") from None
        days, counts = np.unique(table["ts"].to_numpy() // arrow_readings.DAY_US, return_counts=True)
        for day, count in zip(days.tolist(), counts.tolist(), strict=True):
            self._days[day] = self._days.get(day, 0) + count
        if self._quantities is None:
            self._used |= set(np.unique(table["quantity"].to_numpy()).tolist())
        self.rows += len(table)

    def close(self) -> None:
        """No more rows follow.

        Raises
        ------
        LakeError
            If the disk refuses.
        """
        try:
            if self._writer is not None:
                self._writer.close()
        except OSError as error:
            raise LakeError(f"{self._path.parent}: cannot be written: {error.strerror or error}") from None

    def spans(self) -> list[tuple[int, int]]:
        """Days since 1970, first and behind the last, of as many rows as fit into memory."""
        most = CELLS // (1 if self._quantities is None else max(len(self._quantities), 4))
        # A row a value has four more columns to carry.
        most = most // 4 if self._quantities is None else most
        spans: list[tuple[int, int]] = []
        count = most
        for day in sorted(self._days):
            if count + self._days[day] > most:
                spans.append((day, day + 1))
                count = 0
            spans[-1] = (spans[-1][0], day + 1)
            count += self._days[day]
        return spans

    def take(self, first: int, end: int) -> Taken:
        """The readings of days since 1970, `end` not among them."""
        with self._open() as connection:
            where = f"ts >= {first * arrow_readings.DAY_US} AND ts < {end * arrow_readings.DAY_US}"
            if self._quantities is None:
                return self._pivoted(connection, where)
            names = ", ".join(duck.name(name) for name in self._quantities)
            table = connection.sql(
                f"SELECT meter, ts, {names} FROM staged WHERE {where} ORDER BY meter, ts, line"  # noqa: S608
            ).to_arrow_table()
        rows, refused = merged(_as_stored(table))
        return Taken(rows, refused[:SHOWN], len(refused))

    def lines(self, refused: Sequence[Refused]) -> list[str]:
        """Of each value that was given, the first line on which it stands, in words."""
        lines: list[str] = []
        if not refused:
            return lines
        with self._open() as connection:
            for each in refused:
                if self._quantities is None:
                    which = f"quantity = {list(QUANTITIES).index(each.quantity)} AND value = ?"
                else:
                    which = f"{duck.name(each.quantity)} = ?"
                rows = connection.execute(
                    f"SELECT line FROM staged WHERE meter = {each.meter} AND ts = {each.ts_us} AND {which} "  # noqa: S608
                    "ORDER BY line LIMIT 1",
                    [each.given],
                ).fetchall()
                lines.append(f"line {rows[0][0]}" if rows else "a line")
        return lines

    def _pivoted(self, connection: duckdb.DuckDBPyConnection, where: str) -> Taken:
        """Rows of a value each as rows of an instant each."""
        known = list(QUANTITIES)
        names = {number: known[number] for number in sorted(self._used)}
        cells = ", ".join(
            f"any_value(value) FILTER (quantity = {number}) AS {duck.name(name)}" for number, name in names.items()
        )
        table = connection.sql(
            f"SELECT meter, ts, {cells}, count(*) AS n FROM staged WHERE {where} GROUP BY ALL ORDER BY meter, ts"  # noqa: S608
        ).to_arrow_table()
        import pyarrow.compute as pc

        given = pc.sum(table["n"]).as_py() or 0
        table = table.drop_columns(["n"])
        contradictions: list[Refused] = []
        count = 0
        if given != sum(len(table) - table[name].null_count for name in names.values()):
            rows = connection.execute(
                f"""SELECT meter, ts, quantity, arg_min(value, line), arg_max(value, line), min(value), max(value),
                count(*) OVER () FROM staged WHERE {where} GROUP BY meter, ts, quantity
                HAVING min(value) <> max(value) ORDER BY min(line) LIMIT {SHOWN}"""  # noqa: S608
            ).fetchall()
            for meter, ts, number, first, last, low, high, count in rows:  # noqa: B007 - the same in every row
                other = last if last != first else low if low != first else high
                contradictions.append(Refused(meter, ts, names[number], first, other))
        empty = [name for name in names.values() if table[name].null_count == len(table)]
        return Taken(_as_stored(table.drop_columns(empty)), contradictions, count)

    @contextmanager
    def _open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        connection = duck.connect()
        try:
            connection.execute(f"SET memory_limit='{MEMORY}'")
            connection.execute(f"SET temp_directory='{str(self._spill).replace(chr(39), chr(39) * 2)}'")
            connection.execute(f"CREATE VIEW staged AS SELECT * FROM {duck.scan([str(self._path)])}")  # noqa: S608
            yield connection
        except duckdb.Error as error:
            raise LakeError(f"{self._path.parent}: cannot be read again: {error}") from None
        finally:
            connection.close()


def _as_stored(table: pa.Table) -> pa.Table:
    """Instants as slots of whole seconds with their offsets, which compress to almost nothing."""
    import numpy as np
    import pyarrow as pa

    ts = table["ts"].to_numpy()
    # Offsets are whole milliseconds: what is finer stays in the slot.
    offset = np.where(ts % 1000 == 0, ts % 1_000_000 // 1000, 0)
    names = [name for name in table.column_names if name not in ("meter", "ts")]
    keys = {
        "meter": table["meter"],
        "slot": pa.array(ts - offset * 1000).cast(pa.timestamp("us", "UTC")),
        "offset_ms": pa.array(offset.astype("int32")),
    }
    return pa.table(keys | {name: table[name] for name in names}).cast(arrow_readings.schema(names))
