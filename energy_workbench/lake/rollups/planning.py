"""Which files answer a question about buckets of time: sums by day where they can, and intervals for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from energy_workbench.domain.time.axis import INTERVAL_MICROS
from energy_workbench.lake.interval_files import source_of
from energy_workbench.lake.rollups.local_days import Span, cut, cutting, days_of
from energy_workbench.lake.storage import duck
from energy_workbench.lake.storage.data_files import ROW_GROUP

if TYPE_CHECKING:
    from energy_workbench.lake.rollups.folder import Rollups
    from energy_workbench.lake.storage.snapshot import Snapshot

FEW = ROW_GROUP // 2
"""Intervals that are read as quickly as sums: a query of files of sums is longer, and their rows lie less close."""
MOST_SPANS = 32
"""Spans of days in which edges lie: above, looking for what lies between them costs as much as it saves."""


class Plan(NamedTuple):
    """Each interval of a span is in one of these.

    Attributes
    ----------
    rolled : str
        SQL of sums by day, each within one bucket.
    rest : str
        SQL of intervals that are not in them.
    files : tuple of str
        Paths of the sums.
    """

    rolled: str
    rest: str
    files: tuple[str, ...]


def plan(
    rollups: Rollups, snapshot: Snapshot, meters: Iterable[int] | None, edges: Sequence[int], zone: tzinfo
) -> Plan | None:
    """What answers a question about these buckets; None where intervals alone do.

    A day in which an edge lies is taken from the intervals, in those files that have some on both sides of the edge.

    Parameters
    ----------
    meters : iterable of int or None
        None is every meter.
    edges : sequence of int
        Ascending [µs since 1970].
    zone : tzinfo
        Whose days are summed up.
    """
    keys = None if meters is None else list(meters)
    extent = snapshot.extent(keys)
    if extent is None or (keys is not None and _few(keys, edges)):
        return None
    inner = cutting(edges, extent, zone)
    if inner is None or len(spans := days_of(inner, zone)) > MOST_SPANS:
        return None
    chosen = set(snapshot.select(edges[0], edges[-1], keys))
    files = [file for file in snapshot.files if file.path in chosen]
    known = rollups.of(files, zone)
    apart = [file for file in files if file.path in known and cut(file.first_us, file.last_us, inner)]
    for file in apart:
        if _inside(max(file.first_us, edges[0]), min(file.last_us, edges[-1] - 1), spans):
            del known[file.path]  # none of its days is whole
    if not known:
        return None
    mixed = [file.path for file in apart if file.path in known]
    whole = [path for path in known if path not in set(mixed)]
    others = [file.path for file in files if file.path not in known]
    within = _within(spans)
    rolled = [_scanned([known[path] for path in whole])] if whole else []
    rest = [source_of(snapshot, others)] if others else []
    if mixed:
        rolled.append(f"{_scanned([known[path] for path in mixed])} WHERE NOT {within}")
        rest.append(f"{source_of(snapshot, mixed)} WHERE {within}")
    return Plan(_all_of(rolled), _all_of(rest or [source_of(snapshot, [])]), tuple(known.values()))


def _few(meters: Sequence[int], edges: Sequence[int]) -> bool:
    """Whether the intervals of these meters are looked up as quickly as their sums."""
    return len(meters) * ((edges[-1] - edges[0]) // INTERVAL_MICROS) <= FEW


def _inside(first: int, last: int, spans: Sequence[Span]) -> bool:
    """Whether two instants, and so what lies between them, are in one span."""
    return any(start <= first and last < end for start, end in spans)


def _within(spans: Sequence[Span]) -> str:
    terms = (f"(start >= make_timestamptz({start}) AND start < make_timestamptz({end}))" for start, end in spans)
    return f"({' OR '.join(terms)})"


def _scanned(files: Sequence[str]) -> str:
    return duck.scan(files, alike=True)


def _all_of(sources: Sequence[str]) -> str:
    return f"({' UNION ALL BY NAME '.join(f'SELECT * FROM {source}' for source in sources)})"  # noqa: S608 - fixed names
