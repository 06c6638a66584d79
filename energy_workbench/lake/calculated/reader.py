"""Intervals of calculated meters beside those of measured ones: sums of what each is made of, made as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.entities import Meter, Part
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.lake.calculated.eras import Era, Eras, parts_of
from energy_workbench.lake.calculated.made_intervals import made_intervals
from energy_workbench.lake.interval_files import interval_source, of_meters
from energy_workbench.lake.matrix import Matrix
from energy_workbench.lake.metering import Grain, Rules
from energy_workbench.lake.reader import Note, Reader

if TYPE_CHECKING:
    from energy_workbench.energy.interpolation import Array
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.spool.spool import Spool
    from energy_workbench.lake.storage.snapshot import Snapshot


class CalculatedReader(Reader):
    """Answers questions about calculated meters as about others.

    An interval of a calculated meter has the quality of the worst of its parts, and energies where all of them have.

    Parameters
    ----------
    eras : callable, optional
        Nothing is calculated by default.
    """

    def __init__(
        self,
        lake: Lake,
        spool: Spool | None = None,
        *,
        note: Note | None = None,
        eras: Eras | None = None,
        metering: Rules | None = None,
    ) -> None:
        super().__init__(lake, spool, note=note, metering=metering)
        self.eras: Eras = eras or (lambda start, end: ())  # noqa: ARG005

    def stored(self, meters: Iterable[int], span: Period) -> Period | None:
        keys = set(meters)
        eras = self._of(keys, to_micros(span.start), to_micros(span.end))
        return super().stored(keys | parts_of(eras), span)

    def matrices(
        self,
        meters: Sequence[int],
        start: datetime,
        end: datetime,
        whole: float,
        *,
        estimated: bool = False,
        shortest: int | None = None,
    ) -> Iterator[Matrix]:
        eras = self._of(meters, to_micros(start), to_micros(end))
        every = sorted({*meters, *parts_of(eras)}) if eras else meters
        for matrix in super().matrices(every, start, end, whole, estimated=estimated, shortest=shortest):
            yield _filled(matrix, eras) if eras else matrix

    def periods(
        self, meters: Iterable[int] | None, start: datetime, end: datetime, *, most: int | None = None
    ) -> list[Grain]:
        """As of others; a calculated meter is read as seldom as that of its parts that is read the most seldom."""
        low, high = to_micros(start), to_micros(end)
        keys = None if meters is None else sorted({int(meter) for meter in meters})
        eras = self._of(keys, low, high)
        if not eras:
            return super().periods(keys, start, end, most=most)
        measured = super().periods(None if keys is None else sorted({*keys, *parts_of(eras)}), start, end)
        made = [
            grain for era in eras for key, meter in era.made.items() for grain in _of_made(key, meter, era, measured)
        ]
        wanted = None if keys is None else set(keys)
        return sorted(
            grain
            for grain in (*measured, *made)
            if (wanted is None or grain.meter in wanted) and (most is None or grain.minutes <= most)
        )

    def calculated(self, snapshot: Snapshot, measured: str) -> str:
        extent = snapshot.extent()
        eras = self.eras(*extent) if extent else ()
        return made_intervals(measured, eras) if eras else ""

    def _of(self, meters: Iterable[int] | None, low: int, high: int) -> list[Era]:
        """Eras between two instants, with those of these meters that are calculated then; None is every meter."""
        wanted = None if meters is None else set(meters)
        found = []
        for era in self.eras(low, high):
            made = {key: meter for key, meter in era.made.items() if wanted is None or key in wanted}
            if made and era.start < high and era.end > low:
                found.append(replace(era, made=made))
        return found

    def _made(self, meters: Iterable[int] | None, low: int, high: int) -> set[int]:
        return {key for era in self._of(meters, low, high) for key in era.made}

    def _intervals(self, meters: Iterable[int] | None, low: int, high: int) -> tuple[str, str]:
        keys = None if meters is None else sorted({int(meter) for meter in meters})
        eras = self._of(keys, low, high)
        if not eras:
            return super()._intervals(keys, low, high)
        parts = sorted(parts_of(eras))
        read = None if keys is None else sorted({*keys, *parts})
        self._note(read, low, high)
        measured = interval_source(self.lake.intervals.snapshot(), low, high, read)
        within = f"start >= make_timestamptz({low}) AND start < make_timestamptz({high})"
        of_parts = f"(SELECT * FROM {measured} WHERE {within} AND {of_meters(parts)})"  # noqa: S608
        made = made_intervals(of_parts, eras)
        source = f"(SELECT * FROM {measured} UNION ALL BY NAME SELECT * FROM ({made}))"  # noqa: S608 - numbers
        return source, within if keys is None else f"{within} AND {of_meters(keys)}"


def _of_made(key: int, meter: Meter, era: Era, measured: Sequence[Grain]) -> Iterator[Grain]:
    """The periods of a calculated meter in an era, from those of what it is made of."""
    parts = {part.meter.key for part in meter.made_of}
    mine = [grain for grain in measured if grain.meter in parts and grain.since < era.end and grain.until > era.start]
    edges = {edge for grain in mine for edge in (grain.since, grain.until) if era.start < edge < era.end}
    for since, until in pairwise(sorted({era.start, era.end, *edges})):
        if minutes := max((grain.minutes for grain in mine if grain.since <= since < grain.until), default=0):
            yield Grain(key, since, until, minutes)


def _filled(matrix: Matrix, eras: Sequence[Era]) -> Matrix:
    """A matrix with the rows of calculated meters in it."""
    size = matrix.begun.shape[1]
    imported, exported, begun, ended = (
        np.array(each) for each in (matrix.imported, matrix.exported, matrix.begun, matrix.ended)
    )
    reactive = None if matrix.reactive is None else np.array(matrix.reactive)
    for era in eras:
        low, high = ((edge - matrix.start) // QUARTER for edge in (era.start, era.end))
        here = slice(max(low, 0), max(min(high, size), 0))
        for key, meter in era.made.items():
            row = matrix.row(key)
            if row is None or here.start >= here.stop:
                continue
            net, begun[row, here], ended[row, here] = _summed(matrix, meter.made_of, here)
            imported[row, here] = np.maximum(net, 0.0) if meter.unread else net
            exported[row, here] = np.maximum(-net, 0.0) if meter.unread else np.nan
            if reactive is not None and matrix.reactive is not None:
                rows = [(part, matrix.row(part.meter.key)) for part in meter.made_of if part.main]
                known = [part.factor * matrix.reactive[at, here] for part, at in rows if at is not None]
                reactive[row, here] = np.sum(known, axis=0) if known else np.nan
    return replace(matrix, imported=imported, exported=exported, begun=begun, ended=ended, reactive=reactive)


def _summed(matrix: Matrix, parts: Sequence[Part], here: slice) -> tuple[Array, Array, Array]:
    """Energy of a calculated meter by interval [kWh], NaN where a part is unknown; where all begin and end known."""
    size = here.stop - here.start
    net, begun, ended = np.zeros(size), np.ones(size, bool), np.ones(size, bool)
    nothing = np.full(size, np.nan), np.zeros(size, bool), np.zeros(size, bool)
    for part in parts:
        row = matrix.row(part.meter.key)
        if row is None:
            return nothing
        energy = (matrix.imported if part.register == "import" else matrix.exported)[row, here]
        net = net + part.factor * (energy if part.main else np.nan_to_num(energy))
        begun, ended = begun & matrix.begun[row, here], ended & matrix.ended[row, here]
    return (net, begun, ended) if parts else nothing
