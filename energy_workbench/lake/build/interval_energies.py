"""Intervals of meters whose readings are the energy of each interval instead of a counter.

Such a reading says what flowed in the minutes that end at its instant. It is booked as it stands: no difference is
taken, so that a time without a reading stays unknown, and files that continue, precede or repeat each other need no
joint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from energy_workbench.domain.intervals.interval_energy import LONGEST_MINUTES
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, INTERVAL_ESTIMATED, INTERVAL_MINUTES
from energy_workbench.energy.counters import EXPORT, IMPORT
from energy_workbench.energy.interpolation import CLOSE_SLOW_US, Array, Pairs
from energy_workbench.energy.interval_builder import IntervalBuilder
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.energy.counter_steps import Evidence
    from energy_workbench.energy.multipliers import Multipliers
    from energy_workbench.lake.storage.snapshot import Snapshot

MINUTE_US: Final = 60_000_000
LONGEST_US: Final = LONGEST_MINUTES * MINUTE_US
"""A month and the hour of a clock change are the longest interval that a file may hold [µs]."""

NAMES: Final = (*INTERVAL_ENERGIES.values(), INTERVAL_MINUTES, INTERVAL_ESTIMATED)
"""Columns of such readings."""


class IntervalEnergyBuilder(IntervalBuilder):
    """Energies of some meters, by counters, and where these tell nothing by the energy of each interval."""

    def __init__(
        self,
        meters: Sequence[int],
        start: int,
        end: int,
        multipliers: Multipliers,
        evidence: Evidence | None = None,
        crests: Mapping[tuple[int, str], float] | None = None,
    ) -> None:
        super().__init__(meters, start, end, multipliers, evidence, crests)
        self._until: dict[tuple[str, int], int] = {}

    def measure(self, meter: Array, ts: Array, columns: Mapping[str, Array]) -> None:
        """Take energies of intervals.

        Parameters
        ----------
        meter, ts : array of int, shape (n,)
            Keys of meters, and the ends of the intervals [µs since 1970], sorted by both.
        columns : mapping of str to array of float, shape (n,)
            Of `NAMES`; NaN where a reading has no value.
        """
        minutes = columns.get(INTERVAL_MINUTES)
        if minutes is None:
            return
        lengths = np.where(np.isnan(minutes), 0.0, minutes) * MINUTE_US
        sound = (lengths > 0) & (lengths <= LONGEST_US)
        length = np.rint(np.where(sound, lengths, 0.0)).astype("int64")
        flag = columns.get(INTERVAL_ESTIMATED)
        estimated = np.zeros(len(ts), bool) if flag is None else flag > 0
        index = self._index(meter)
        for counter, name in INTERVAL_ENERGIES.items():
            if name in columns:
                rows = np.flatnonzero(sound & ~np.isnan(columns[name]))
                rows = rows[self._apart(counter, index[rows], ts[rows] - length[rows], ts[rows])]
                pairs = Pairs(
                    index[rows], ts[rows] - length[rows], ts[rows], columns[name][rows].astype(float),
                    (length[rows] <= CLOSE_SLOW_US) & ~estimated[rows], np.zeros(len(rows), bool), np.zeros(len(rows)),
                    estimated[rows],
                )  # fmt: skip
                self._add(_book(counter), self._spread(pairs, counted=False))

    def _apart(self, counter: str, meter: Array, start: Array, end: Array) -> Any:
        """Intervals that overlap none before them, as a mask: no energy counts twice, whatever was posted."""
        kept = np.ones(len(end), bool)
        last = self._until
        if not len(end):
            return kept
        firsts = np.flatnonzero(np.r_[True, meter[1:] != meter[:-1]])
        apart = not np.any((meter[1:] == meter[:-1]) & (start[1:] < end[:-1]))
        if apart and all(start[row] >= last.get((counter, int(meter[row])), start[row]) for row in firsts):
            last |= {(counter, int(meter[row])): int(end[row]) for row in np.r_[firsts[1:] - 1, len(end) - 1]}
            return kept
        for row, (key, begins, ends) in enumerate(zip(meter.tolist(), start.tolist(), end.tolist(), strict=True)):
            kept[row] = begins >= last.get((counter, key), begins)
            if kept[row]:
                last[counter, key] = ends
        return kept

    def _first(self, names: Sequence[str], size: int) -> tuple[dict[str, Array], Array]:
        return super()._first((*names, *(_book(name) for name in names)), size)

    def _told(self) -> Array:
        told = super()._told()
        for name in (*IMPORT, *EXPORT):
            if _book(name) in self._grid:
                told = told | (self._grid[_book(name)]["covered"] > 0)
        return told


def reach(snapshot: Snapshot, lows: Mapping[int, int], highs: Mapping[int, int]) -> dict[int, int]:
    """By meter when the first of the intervals began that end in a span of instants [µs]; who has none is absent.

    Parameters
    ----------
    lows, highs : mapping of int to int
        First and last instant by meter, both among them [µs].
    """
    files = snapshot.select(min(lows.values()), max(highs.values()) + 1, sorted(lows)) if lows else []
    if not files or INTERVAL_MINUTES not in snapshot.columns:
        return {}
    import pyarrow as pa

    keys = sorted(lows)
    wanted = pa.table(
        {"key": pa.array(keys, pa.int32()), "low": [lows[key] for key in keys], "high": [highs[key] for key in keys]}
    )
    with duck.session() as connection:
        connection.register("wanted", wanted)
        connection.register("typed", pa.schema([(INTERVAL_MINUTES, pa.float64())]).empty_table())
        relation = f"(SELECT * FROM typed UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
        rows = connection.execute(
            f"""SELECT meter, min(ts - {INTERVAL_MINUTES} * {MINUTE_US})::BIGINT FROM (
                SELECT meter, epoch_us(slot) + offset_ms::BIGINT * 1000 AS ts, {INTERVAL_MINUTES} FROM {relation}
                WHERE {INTERVAL_MINUTES} IS NOT NULL) JOIN wanted ON meter = key AND ts BETWEEN low AND high
            WHERE {INTERVAL_MINUTES} * {MINUTE_US} <= {LONGEST_US} GROUP BY meter"""  # noqa: S608 - numbers
        ).fetchall()
    return dict(rows)


def _book(counter: str) -> str:
    return INTERVAL_ENERGIES.get(counter, f"interval_{counter}")
