"""Readings as an Arrow table: a row a reading, a column a quantity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from energy_workbench.domain.errors import InputError
from energy_workbench.lake.columns import KEYS, is_wide
from energy_workbench.lake.reading import MAX_OFFSET_MS

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.spool.shape import Row
    from energy_workbench.lake.spool.spool import Spool

DAY_US = 86_400_000_000


def schema(quantities: Iterable[str]) -> pa.Schema:
    """Schema of readings with these quantities, without the partition column."""
    import pyarrow as pa

    stamp = pa.timestamp("us", "UTC")
    keys = [("meter", pa.int32()), ("slot", stamp), ("offset_ms", pa.int32())]
    return pa.schema([*keys, *((name, pa.float64() if is_wide(name) else pa.float32()) for name in quantities)])


def from_spool(spool: Spool, rows: Sequence[Row]) -> pa.Table:
    """Spooled rows as a table with the types of the lake."""
    import numpy as np
    import pyarrow as pa

    by_shape: dict[int, list[Row]] = {}
    for row in rows:
        by_shape.setdefault(row.shape, []).append(row)
    tables = [schema([]).empty_table()]
    for key, members in by_shape.items():
        shape = spool.shape(key)
        layout = np.dtype([("wide", "<f8", (len(shape.wide),)), ("narrow", "<f4", (len(shape.narrow),))])
        # A shape without quantities has no bytes, and numpy cannot count those.
        values = np.frombuffer(b"".join(r.blob for r in members), layout) if shape.names else None
        columns: dict[str, Any] = {
            "meter": pa.array([r.meter for r in members], pa.int32()),
            "slot": pa.array([r.slot_us for r in members], pa.int64()).cast(pa.timestamp("us", "UTC")),
            "offset_ms": pa.array([r.offset_ms for r in members], pa.int32()),
        }
        for part, names in (("wide", shape.wide), ("narrow", shape.narrow)):
            for index, name in enumerate(names):
                assert values is not None
                column = np.ascontiguousarray(values[part][:, index])
                columns[name] = pa.array(column, from_pandas=True)
        tables.append(pa.table(columns))
    return pa.concat_tables(tables, promote_options="default")


def normalise(table: pa.Table) -> pa.Table:
    """A table from outside with the lake's columns and types, sorted by meter and slot.

    Raises
    ------
    InputError
        If a key column is missing, empty or of a wrong type, or a column is no quantity.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = [name for name in ("meter", "slot") if name not in table.column_names]
    if missing:
        raise InputError(f"readings need the columns meter and slot: {' and '.join(missing)} missing")
    if "offset_ms" not in table.column_names:
        table = table.append_column("offset_ms", pa.array([0] * len(table), pa.int32()))
    quantities = [name for name in table.column_names if name not in (*KEYS, "day")]
    try:
        table = table.select([*KEYS, *quantities]).cast(schema(quantities))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"readings have a column of a wrong type: {error}") from None
    if any(table[name].null_count for name in KEYS):
        raise InputError("readings without meter, slot or offset")
    if len(table) and pc.max(pc.abs(table["offset_ms"])).as_py() >= MAX_OFFSET_MS:
        raise InputError("a read an hour from its slot belongs to another slot")
    for name in quantities:
        column = table[name]
        finite = pc.is_finite(column)
        if not pc.all(finite, min_count=0).as_py():
            table = table.set_column(
                table.column_names.index(name), name, pc.if_else(finite, column, pa.scalar(None, column.type))
            )
    empty = [name for name in quantities if table[name].null_count == len(table)]
    return ordered(table.drop_columns(empty))


def ordered(table: pa.Table) -> pa.Table:
    """Sorted by meter and instant, which is what lets one meter be read alone."""
    import numpy as np

    meter, ts = keys(table)
    if np.all((meter[1:] > meter[:-1]) | ((meter[1:] == meter[:-1]) & (ts[1:] >= ts[:-1]))):
        return table
    return table.take(np.lexsort((ts, meter)))


def keys(table: pa.Table) -> tuple[Any, Any]:
    """Meters and instants of the reads [µs since 1970, UTC] as numpy arrays."""
    import pyarrow as pa

    slot = table["slot"].cast(pa.int64()).to_numpy()
    return table["meter"].to_numpy(), slot + table["offset_ms"].to_numpy().astype("int64") * 1000


def joined(table: pa.Table) -> pa.Table:
    """Rows of the same instant as one: the first value of each column stays."""
    import numpy as np
    import pyarrow as pa

    ts = table["ts"].cast(pa.int64()).to_numpy()
    if not np.any(ts[1:] == ts[:-1]):
        return table
    rows: list[dict[str, object]] = []
    for row in table.to_pylist():
        if rows and rows[-1]["ts"] == row["ts"]:
            rows[-1] |= {name: value for name, value in row.items() if rows[-1][name] is None}
        else:
            rows.append(row)
    return pa.Table.from_pylist(rows, table.schema)
