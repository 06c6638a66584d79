"""Intervals of calculated meters beside those of measured ones: sums of what each is made of, made as they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.entities import Flow, Meter, Part
from energy_workbench.domain.intervals.quality import MEASURED, QUALITIES
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.energy.interpolation import ENDS_KNOWN, STARTS_KNOWN
from energy_workbench.lake.first_energies import FirstEnergies
from energy_workbench.lake.interval_files import interval_source, of_meters
from energy_workbench.lake.matrix import Matrix
from energy_workbench.lake.metering import Grain, Rules
from energy_workbench.lake.reader import Note, Reader

if TYPE_CHECKING:
    from energy_workbench.energy.interpolation import Array
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.spool.spool import Spool


BOTH = STARTS_KNOWN | ENDS_KNOWN
CLOSELY = f"quality IN {(*MEASURED, 'edited')} AND completeness >= {WHOLE}"
"""SQL of a part that is known at both edges of its interval."""
WORST = (
    "CASE WHEN count(*) < any_value(parts) THEN 'missing' "
    + " ".join(f"WHEN bool_or(quality = '{word}') THEN '{word}'" for word in reversed(QUALITIES[1:]))
    + f" ELSE '{QUALITIES[0]}' END"
)
"""SQL of the quality of the worst part."""


@dataclass(frozen=True, slots=True)
class Era:
    """What calculated meters are made of over some time.

    Attributes
    ----------
    start, end : int
        Half-open, on interval edges [µs since 1970].
    made : mapping of int to Meter
        By key, with their parts.
    """

    start: int
    end: int
    made: Mapping[int, Meter]


Eras = Callable[[int, int], Sequence[Era]]
"""What calculated meters are made of between two instants [µs since 1970], by time."""


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
        self._begun = FirstEnergies()

    def begun(self) -> dict[int, datetime]:
        """Start of the first interval of each measured meter of which something is known, by key."""
        return self._begun.of(self.lake.intervals.snapshot())

    def stored(self, meters: Iterable[int], span: Period) -> Period | None:
        keys = set(meters)
        eras = self._of(keys, to_micros(span.start), to_micros(span.end))
        return super().stored(keys | _parts(eras), span)

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
        every = sorted({*meters, *_parts(eras)}) if eras else meters
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
        measured = super().periods(None if keys is None else sorted({*keys, *_parts(eras)}), start, end)
        made = [
            grain for era in eras for key, meter in era.made.items() for grain in _of_made(key, meter, era, measured)
        ]
        wanted = None if keys is None else set(keys)
        return sorted(
            grain
            for grain in (*measured, *made)
            if (wanted is None or grain.meter in wanted) and (most is None or grain.minutes <= most)
        )

    def _of(self, meters: Iterable[int] | None, low: int, high: int) -> list[Era]:
        """Eras between two instants, with those of these meters that are calculated then; None is every meter."""
        wanted = None if meters is None else set(meters)
        found = []
        for era in self.eras(low, high):
            made = {key: meter for key, meter in era.made.items() if wanted is None or key in wanted}
            if made and era.start < high and era.end > low:
                found.append(replace(era, made=made))
        return found

    def _intervals(self, meters: Iterable[int] | None, low: int, high: int) -> tuple[str, str]:
        keys = None if meters is None else sorted({int(meter) for meter in meters})
        eras = self._of(keys, low, high)
        if not eras:
            return super()._intervals(keys, low, high)
        parts = sorted(_parts(eras))
        read = None if keys is None else sorted({*keys, *parts})
        self._note(read, low, high)
        measured = interval_source(self.lake.intervals.snapshot(), low, high, read)
        within = f"start >= make_timestamptz({low}) AND start < make_timestamptz({high})"
        made = _made_query(f"(SELECT * FROM {measured} WHERE {within} AND {of_meters(parts)})", eras)  # noqa: S608
        source = f"(SELECT * FROM {measured} UNION ALL BY NAME SELECT * FROM ({made}))"  # noqa: S608 - numbers
        return source, within if keys is None else f"{within} AND {of_meters(keys)}"


def _parts(eras: Iterable[Era]) -> set[int]:
    return {part.meter.key for era in eras for meter in era.made.values() for part in meter.made_of}


def _of_made(key: int, meter: Meter, era: Era, measured: Sequence[Grain]) -> Iterator[Grain]:
    """The periods of a calculated meter in an era, from those of what it is made of."""
    parts = {part.meter.key for part in meter.made_of}
    mine = [grain for grain in measured if grain.meter in parts and grain.since < era.end and grain.until > era.start]
    edges = {edge for grain in mine for edge in (grain.since, grain.until) if era.start < edge < era.end}
    for since, until in pairwise(sorted({era.start, era.end, *edges})):
        if minutes := max((grain.minutes for grain in mine if grain.since <= since < grain.until), default=0):
            yield Grain(key, since, until, minutes)


def _made_query(measured: str, eras: Sequence[Era]) -> str:
    """SQL of the intervals of calculated meters, of the relation of those of measured ones."""
    rows = ", ".join(
        f"({key}, {part}, {era.start}, {era.end}, {len(terms)}, {bool(meter.unread)}, "
        f"{factors['import']!r}, {factors['export']!r}, {main['import']}, {main['export']}, {reactive})"
        for era in eras
        for key, meter in era.made.items()
        for terms in [_by_meter(meter.made_of)]
        for part, (factors, main, reactive) in terms.items()
    )
    energy, demand = (
        f"(CASE WHEN NOT main_import THEN by_import * coalesce({imported}, 0) ELSE by_import * {imported} END"
        f" + CASE WHEN NOT main_export THEN by_export * coalesce({exported}, 0) ELSE by_export * {exported} END)"
        for imported, exported in (("energy_import_kwh", "energy_export_kwh"), ("demand_kw", "export_demand_kw"))
    )
    factor = "(CASE WHEN main_export THEN abs(by_export) ELSE abs(by_import) END)"

    def of_all(sum_of: str, value: str, otherwise: str = "NULL") -> str:
        return f"CASE WHEN count({value}) = any_value(parts) THEN {sum_of}({value}) ELSE {otherwise} END"

    def sides(value: str, imported: str, exported: str) -> str:
        # What is below a node without a meter is told apart by its direction, as a meter there would; of a formula
        # nothing is, so that it stays linear.
        total = of_all("sum", value)
        return (
            f"CASE WHEN any_value(apart) AND {total} < 0 THEN 0 ELSE {total} END AS {imported}, "
            f"CASE WHEN any_value(apart) THEN CASE WHEN {total} < 0 THEN -({total}) ELSE 0 * ({total}) END END "
            f"AS {exported}"
        )

    return f"""SELECT made.made::INTEGER AS meter, start, {sides(energy, "energy_import_kwh", "energy_export_kwh")},
        {of_all("sum", "by_reactive * energy_reactive_kvarh")} AS energy_reactive_kvarh,
        {sides(demand, "demand_kw", "export_demand_kw")},
        {WORST} AS quality,
        {of_all("min", "completeness", "0")}::FLOAT AS completeness,
        {of_all("sum", f"{factor} * step_kwh")} AS step_kwh,
        {of_all("min", "covered")}::FLOAT AS covered,
        max(grain_minutes)::FLOAT AS grain_minutes,
        CASE WHEN count(*) = any_value(parts)
            THEN bit_and(CASE WHEN {CLOSELY} THEN {BOTH} ELSE coalesce(edges, 0) END) ELSE 0 END::TINYINT AS edges
        FROM {measured} AS measured JOIN (VALUES {rows}) AS made(made, part, since, until, parts, apart, by_import,
            by_export, main_import, main_export, by_reactive)
        ON measured.meter = made.part AND epoch_us(start) >= since AND epoch_us(start) < until
        GROUP BY made.made, start"""  # noqa: S608 - numbers and fixed names


def _by_meter(parts: Iterable[Part]) -> dict[int, tuple[dict[str, float], dict[str, bool], str]]:
    """Factors of both registers of each meter, whether they have to be known, and that of its reactive energy."""
    found: dict[int, tuple[dict[str, float], dict[str, bool], str]] = {}
    for part in parts:
        none = {"import": 0.0, "export": 0.0}, {"import": False, "export": False}, "NULL"
        factors, main, reactive = found.get(part.meter.key, none)
        factors[part.register], main[part.register] = part.factor, part.main
        if part.main and part.meter.flow is not Flow.PRODUCER:
            reactive = repr(part.factor)
        found[part.meter.key] = factors, main, reactive
    return found


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
