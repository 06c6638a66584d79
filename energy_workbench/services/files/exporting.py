"""Readings and intervals as files for other programs, streamed: what the lake has need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.services.home import Home
    from energy_workbench.tables.arrow_file import Layout

What = Literal["readings", "intervals"]
KINDS = ("readings", "intervals")

UNITS = {
    "energy_import_kwh": "kWh",
    "energy_export_kwh": "kWh",
    "energy_reactive_kvarh": "kvarh",
    "energy_apparent_kvah": "kVAh",
    "demand_kw": "kW",
    "power_factor": "1",
}
"""Values of an interval, in order, and their units."""


def export(
    home: Home,
    what: str,
    path: Path,
    span: Period,
    *,
    meters: Sequence[Meter],
    quantities: Sequence[str] = (),
    every: str = "15min",
) -> int:
    """Write a file; see `Workbench.export`."""
    from energy_workbench.tables.arrow_file import ending, writing

    ending(path)
    if what not in KINDS:
        raise InputError(f"{what!r} cannot be exported: choose readings or intervals")
    if not meters:
        raise NotFoundError("the site has no meters yet: import or create some first")
    if what == "readings":
        layout, tables = _readings(home, span, meters, [quantity(name).name for name in quantities])
    elif quantities:
        raise InputError("intervals have fixed columns: quantities are chosen for readings")
    else:
        layout, tables = _intervals(home, span, meters, every)
    rows = 0
    with writing(path, layout) as writer:
        for table in tables:
            writer.write(table)
            rows += len(table)
    return rows


def _readings(
    home: Home, span: Period, meters: Sequence[Meter], names: Sequence[str]
) -> tuple[Layout, Iterator[pa.Table]]:
    import pyarrow as pa

    from energy_workbench.lake.arrow_readings import schema as wide_schema
    from energy_workbench.lake.scan import Scan
    from energy_workbench.tables.arrow_file import Layout

    scan = Scan(home.reader, [meter.key for meter in meters], span.start, span.end, names or None)
    if not scan.rows:
        raise NotFoundError(f"there are no readings of {_named(meters)} in {span.text!r}")
    values = [wide_schema(scan.quantities).field(name) for name in scan.quantities]
    schema = pa.schema([("meter", pa.string()), ("ts", pa.timestamp("us", "UTC")), *values])
    numbers = {meter.key: meter.number for meter in meters}

    def tables() -> Iterator[pa.Table]:
        for table in scan.tables():
            coded = table["meter"].combine_chunks().dictionary_encode()
            words = pa.array([numbers[key] for key in coded.dictionary.to_pylist()], pa.string())
            named = pa.DictionaryArray.from_arrays(coded.indices, words).cast(pa.string())
            yield table.set_column(0, "meter", named).cast(schema)

    units = {name: quantity(name).unit for name in scan.quantities}
    about = [(name, f"{quantity(name).label} [{units[name]}]") for name in scan.quantities]
    told = _about(home, span, "Readings, as the meters reported them, before CT and PT")
    return Layout(schema, units, home.zone, [*told, *about], scan.rows), tables()


def _intervals(home: Home, span: Period, meters: Sequence[Meter], every: str) -> tuple[Layout, Iterator[pa.Table]]:
    import pyarrow as pa

    from energy_workbench.tables.arrow_file import Layout

    now = clock.now()
    edges = axis.edges(span, every, home.zone)
    edges = edges[: sum(edge < now for edge in edges[:-1]) + 1]
    if len(edges) < 2:
        raise NotFoundError(f"nothing of {span.text!r} has begun")
    values = [(name, pa.float64()) for name in UNITS]
    schema = pa.schema(
        [
            ("meter", pa.string()), ("start", pa.timestamp("us", "UTC")), *values,
            ("quality", pa.string()), ("completeness", pa.float64()),
        ]
    )  # fmt: skip
    starts = pa.array([clock.to_micros(edge) for edge in edges[:-1]]).cast(pa.timestamp("us", "UTC"))

    def tables() -> Iterator[pa.Table]:
        for meter in meters:
            energies = home.reader.energy([meter.key], edges, now)
            yield pa.table(
                {
                    "meter": pa.repeat(pa.scalar(meter.number), len(starts)),
                    "start": starts,
                    **_filled(energies, len(starts)),
                }
            ).cast(schema)

    told = _about(home, span, f"Energy and maximum 15-minute demand every {every}, primary; start is part of a row")
    about = [(name, f"[{unit}]") for name, unit in UNITS.items()]
    return Layout(schema, UNITS, home.zone, [*told, *about], len(starts) * len(meters)), tables()


def _filled(energies: pa.Table, rows: int) -> dict[str, pa.Array]:
    """Columns with a row a bucket; what the lake knows nothing of is missing, and not zero."""
    import numpy as np
    import pyarrow as pa

    bucket = energies["bucket"].to_numpy()
    columns: dict[str, pa.Array] = {}
    for name in UNITS:
        values = np.full(rows, np.nan)
        values[bucket] = energies[name].cast(pa.float64()).to_numpy()
        # A tenth of a milliwatt-hour, as in every other answer.
        columns[name] = pa.array(np.round(values, 7), from_pandas=True)
    quality = np.full(rows, "missing", dtype=object)
    quality[bucket] = [word or "missing" for word in energies["quality"].to_pylist()]
    completeness = np.zeros(rows)
    completeness[bucket] = np.nan_to_num(energies["completeness"].cast(pa.float64()).to_numpy())
    known = pa.array(np.round(completeness, 4))
    return columns | {"quality": pa.array(quality, pa.string()), "completeness": known}


def _about(home: Home, span: Period, what: str) -> list[tuple[str, str]]:
    zone = home.zone
    start, end = (edge.astimezone(zone).isoformat() for edge in (span.start, span.end))
    return [("what", what), ("site", home.site()["name"]), ("from", start), ("to", end), ("time zone", zone.key)]


def _named(meters: Sequence[Meter]) -> str:
    return meters[0].number if len(meters) == 1 else f"these {len(meters)} meters"
