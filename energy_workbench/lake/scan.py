"""Scan of the readings of many meters over any time, a UTC day at a time, for exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.reading import MAX_OFFSET_MS
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.reader import Reader

_SLACK_US = MAX_OFFSET_MS * 1000


class _Part(NamedTuple):
    low: int
    high: int
    files: list[str]


class Scan:
    """Readings of some meters between two instants, of one version of lake and spool.

    Parameters
    ----------
    reader : Reader
    meters : sequence of int
        Keys.
    start, end : datetime
        Instants of the reads, half-open, aware.
    quantities : sequence of str, optional
        By default all that have a value.

    Attributes
    ----------
    quantities : tuple of str
        The columns.
    rows : int
        Readings with a value in one of them.
    """

    def __init__(
        self,
        reader: Reader,
        meters: Sequence[int],
        start: datetime,
        end: datetime,
        quantities: Sequence[str] | None = None,
    ) -> None:
        self._reader = reader
        self._meters = sorted(meters)
        low, high = to_micros(start), to_micros(end)
        snapshot, self._spooled = reader.pin(self._meters, low, high)
        names = list(quantities or reader.names(snapshot, self._spooled))
        self._table = reader.typed(self._spooled, names)
        chosen = set(snapshot.select(low, high, self._meters))
        days = {day for f in snapshot.files if f.path in chosen for day in _days(f.first_us, f.last_us, low, high)}
        if len(self._table):
            days |= set((arrow_readings.keys(self._table)[1] // arrow_readings.DAY_US).tolist())
        self._parts = []
        for day in sorted(days):
            first, last = max(low, day * arrow_readings.DAY_US), min(high, (day + 1) * arrow_readings.DAY_US)
            self._parts.append(_Part(first, last, snapshot.select(first, last, self._meters)))
        self.quantities, self.rows = tuple(names), 0
        self._count(names, asked=bool(quantities))

    def tables(self) -> Iterator[pa.Table]:
        """`meter`, `ts` (UTC) and the quantities, by UTC day, meter and instant; no row without a value."""
        for part in self._parts:
            if self.rows:
                table = self._reader.run(self._query(part, self.quantities), spooled=self._table)
                if len(table):
                    yield table

    def _count(self, names: Sequence[str], *, asked: bool) -> None:
        counts = dict.fromkeys(names, 0)
        for part in self._parts if names else ():
            cells = "".join(f", count({duck.name(name)}) AS {duck.name(name)}" for name in names)
            query = f"SELECT count(*) AS meter{cells} FROM ({self._query(part, names)})"  # noqa: S608 - quoted names
            counted = self._reader.run(query, spooled=self._table).to_pylist()[0]
            self.rows += counted.pop("meter")
            counts = {name: count + counted[name] for name, count in counts.items()}
        if not asked:
            self.quantities = tuple(name for name, count in counts.items() if count)

    def _query(self, part: _Part, names: Sequence[str]) -> str:
        """SQL of a part; a reading that came in parts is one row, and what was stored first counts."""
        first = "arg_min({0}, spooled)" if len(self._table) else "any_value({0})"
        cells = "".join(f", {first.format(duck.name(name))} AS {duck.name(name)}" for name in names)
        some = " OR ".join(f"{duck.name(name)} IS NOT NULL" for name in names)
        ts = "slot + to_milliseconds(offset_ms)"
        return f"""SELECT meter, {ts} AS ts{cells} FROM {self._reader.source(part.files, self._table, names)}
            WHERE meter IN ({", ".join(map(str, self._meters)) or "NULL"})
              AND slot >= make_timestamptz({part.low - _SLACK_US}) AND slot < make_timestamptz({part.high + _SLACK_US})
              AND {ts} >= make_timestamptz({part.low}) AND {ts} < make_timestamptz({part.high}) AND ({some})
            GROUP BY ALL ORDER BY meter, ts"""  # noqa: S608 - numbers and quoted names


def _days(first: int, last: int, low: int, high: int) -> range:
    """Days since 1970 that a file has a part in, within bounds [µs]."""
    return range(max(first, low) // arrow_readings.DAY_US, (min(last, high - 1)) // arrow_readings.DAY_US + 1)
