"""Matrices of interval energies: a row a meter, a column an interval, for what is compared interval by interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.intervals.quality import MEASURED
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.interpolation import ENDS_KNOWN, STARTS_KNOWN, Array
from energy_workbench.lake.interval_files import NOTHING, interval_source, no_intervals, of_meters
from energy_workbench.lake.metering import Grain, measured, table
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.lake.storage.snapshot import Snapshot

_LOAD = """,
    coalesce(energy_apparent_kvah, sqrt(({active}) ** 2 + energy_reactive_kvarh ** 2))::FLOAT AS apparent,
    coalesce(abs(energy_reactive_kvarh), sqrt(greatest(energy_apparent_kvah ** 2 - ({active}) ** 2, 0)))::FLOAT
        AS reactive"""
_ACTIVE = "coalesce(energy_import_kwh, 0) + coalesce(energy_export_kwh, 0)"
_ACTUAL = f"quality IN {MEASURED} AND completeness >= {{whole}}"
_CLOSELY = f"(quality IN {(*MEASURED, 'edited')} AND completeness >= {{whole}})"
_KNOWN = "(quality = 'edited' OR coalesce(covered, completeness) >= {whole})"
"""SQL of the conditions on an interval; before the column `covered` was, only what is close is known to be whole."""

LOADS = ("apparent", "reactive")

CELLS = 6_000_000
"""Meters times intervals that are held at once: 1,000 meters for two months, some 0.1 GB."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Energies of some meters over consecutive intervals.

    Attributes
    ----------
    keys : array of int, shape (m,)
        Meters, ascending.
    start : int
        Start of the first interval [µs since 1970].
    imported, exported : array of float, shape (m, t)
        Primary [kWh]; NaN where the register is not known closely, or, where estimates were asked for, where a part of
        the interval's energy is not known at all.
    begun, ended : array of bool, shape (m, t)
        Intervals at whose start, and at whose end, the registers are known: both where an interval is known closely,
        and wherever a reading was taken.
    apparent, reactive : array of float32, shape (m, t), or None
        Primary [kVAh, kvarh], where estimates were asked for: as counted, else from the other two; NaN where neither
        is known.
    """

    keys: Array
    start: int
    imported: Array
    exported: Array
    begun: Array
    ended: Array
    apparent: Array | None = None
    reactive: Array | None = None
    _rows: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {key: row for row, key in enumerate(self.keys.tolist())})

    def row(self, key: int) -> int | None:
        """The row of a meter; None where it has none."""
        return self._rows.get(key)


def matrices(
    snapshot: Snapshot,
    meters: Sequence[int],
    start: int,
    end: int,
    whole: float,
    *,
    estimated: bool = False,
    at_grain: tuple[Sequence[Grain], int] | None = None,
) -> Iterator[Matrix]:
    """Intervals of these meters, a stretch of time after the other.

    Parameters
    ----------
    meters : sequence of int
        Keys.
    start, end : int
        On interval edges, half-open [µs since 1970].
    whole : float
        Intervals less complete than this are not known closely [0 to 1].
    estimated : bool
        Takes what an analyst put in an interval's place too, and every estimate of which no part is unknown: over a
        gap these add up to the difference of the registers. Only actual intervals by default.
    at_grain : sequence of Grain and int, optional
        Metering periods longer than an interval, and the shortest time that is looked at [min].
    """
    keys = np.unique(np.asarray(meters, "int64"))
    step = max(96, CELLS // max(len(keys), 1)) * QUARTER
    with duck.session() as connection:
        for low in range(start, end, step):
            high = min(low + step, end)
            size = len(keys), (high - low) // QUARTER
            imported, exported = np.full(size, np.nan), np.full(size, np.nan)
            begun, ended = np.zeros(size, bool), np.zeros(size, bool)
            loads = {name: np.full(size, np.nan, "float32") for name in LOADS} if estimated else {}
            source = interval_source(snapshot, low, high, keys.tolist())
            if source != NOTHING and len(keys):
                if NOTHING in source:
                    connection.register(NOTHING, no_intervals())
                if at_grain is not None:
                    connection.register("grains", table(at_grain[0]))
                    mine = of_meters(keys.tolist())
                    within = f"start >= make_timestamptz({low}) AND start < make_timestamptz({high}) AND {mine}"
                    source = measured(source, within, at_grain[1])
                rows = connection.execute(
                    f"""SELECT meter, ((epoch_us(start) - {low}) // {QUARTER})::BIGINT AS interval,
                        energy_import_kwh, energy_export_kwh, {_CLOSELY.format(whole=float(whole))} AS closely,
                        coalesce(edges, 0) AS edges
                        {_LOAD.format(active=_ACTIVE) if estimated else ""}
                    FROM {source}
                    WHERE start >= make_timestamptz({low}) AND start < make_timestamptz({high})
                        AND {(_KNOWN if estimated else _ACTUAL).format(whole=float(whole))}
                        AND {of_meters(keys.tolist())}"""  # noqa: S608 - numbers
                ).fetchnumpy()
                meter = np.asarray(rows["meter"], "int64")
                at = np.searchsorted(keys, meter)
                mine = keys[np.minimum(at, len(keys) - 1)] == meter
                place = at[mine], np.asarray(rows["interval"])[mine]
                imported[place] = np.ma.filled(rows["energy_import_kwh"], np.nan)[mine]
                exported[place] = np.ma.filled(rows["energy_export_kwh"], np.nan)[mine]
                closely, edges = np.asarray(rows["closely"], bool)[mine], np.asarray(rows["edges"])[mine]
                begun[place] = closely | (edges & STARTS_KNOWN > 0)
                ended[place] = closely | (edges & ENDS_KNOWN > 0)
                for name, values in loads.items():
                    values[place] = np.ma.filled(rows[name], np.nan)[mine]
            yield Matrix(keys, low, imported, exported, begun, ended, **loads)
