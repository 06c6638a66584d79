"""Which reading of each meter is its newest, and which files hold these: nothing else is read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from energy_workbench.lake.newest.instants import NewestReadings
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.snapshot import File, Snapshot

_EVER: Final = 2**62
"""After every instant [µs since 1970]."""


def newest(
    known: NewestReadings, snapshot: Snapshot, spooled: pa.Table, meters: Sequence[int] | None, since: int | None
) -> dict[int, int]:
    """The newest instant of each meter, in lake or spool, however long ago it was [µs since 1970, UTC].

    Parameters
    ----------
    known : NewestReadings
        Of the lake's table; it looks at each file once.
    spooled : pyarrow.Table
        Of these meters: `meter`, `slot` and `offset_ms`.
    meters : sequence of int or None
        None is every meter.
    since : int or None
        None of an instant before that one [µs since 1970].
    """
    asked = _stored(snapshot) if meters is None else meters
    found = {meter: instants[0] for meter, instants in known.newest(snapshot, asked, _EVER).items()}
    for row in spooled.select(["meter", "slot", "offset_ms"]).cast(_plain()).to_pylist():
        at = row["slot"] + 1000 * row["offset_ms"]
        found[row["meter"]] = max(at, found.get(row["meter"], at))
    return {meter: at for meter, at in sorted(found.items()) if since is None or at >= since}


def holding(snapshot: Snapshot, instants: Mapping[int, int]) -> list[str]:
    """Paths of the files that may hold these instants of these meters."""
    order = sorted((at, meter) for meter, at in instants.items())

    def holds(file: File) -> bool:
        inside = range(bisect_left(order, (file.first_us,)), bisect_left(order, (file.last_us + 1,)))
        return any(file.low <= order[nth][1] <= file.high for nth in inside)

    return [file.path for file in snapshot.files if holds(file)]


def as_table(instants: Mapping[int, int]) -> pa.Table:
    """Instants by meter as a table: `meter` and `ts` (UTC)."""
    import pyarrow as pa

    columns = {"meter": pa.array(instants, pa.int32()), "ts": pa.array(instants.values(), pa.timestamp("us", "UTC"))}
    return pa.table(columns)


def _stored(snapshot: Snapshot) -> Sequence[int]:
    """Keys of which there may be readings."""
    if not snapshot.files:
        return []
    low, high = min(file.low for file in snapshot.files), max(file.high for file in snapshot.files)
    if high - low < snapshot.rows:
        return range(low, high + 1)
    # A file whose log entry does not say which meters are in it, or keys with large gaps.
    with duck.session() as connection:
        paths = duck.scan([file.path for file in snapshot.files])
        return [key for (key,) in connection.execute(f"SELECT DISTINCT meter FROM {paths}").fetchall()]  # noqa: S608


def _plain() -> pa.Schema:
    import pyarrow as pa

    return pa.schema({"meter": pa.int32(), "slot": pa.int64(), "offset_ms": pa.int64()})
