"""What each file of intervals tells of its meters, looked up once: when energies begin, and which are read seldom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake.interval_files import no_intervals
from energy_workbench.lake.rollups.daily_sums import KNOWN
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb

    from energy_workbench.lake.rollups.folder import Rollups
    from energy_workbench.lake.storage.snapshot import File, Snapshot


class Facts(NamedTuple):
    """Of one file.

    Attributes
    ----------
    begun : dict of int to int
        By meter its first interval of which some energy is known [µs since 1970].
    distant : frozenset of int
        Meters some of whose readings are far apart.
    """

    begun: dict[int, int]
    distant: frozenset[int]


class FileFacts:
    """Facts of the files of a table of intervals; safe for threads.

    Files never change under their name, so what was found in one is kept while the table has it.

    Parameters
    ----------
    rollups : Rollups
        Where a file's sums are, they are looked at instead.
    """

    def __init__(self, rollups: Rollups) -> None:
        self._rollups = rollups
        self._found: dict[str, Facts] = {}
        self._begun: tuple[int, dict[int, datetime]] = (-1, {})
        self._lock = Lock()

    def begun(self, snapshot: Snapshot, zone: tzinfo) -> dict[int, datetime]:
        """Start of the first interval of each meter of which something is known (UTC), in a version of the intervals.

        Versions that say the same share one object.

        Raises
        ------
        LakeError
            If a file cannot be read.
        """
        version, begun = self._begun
        if version != snapshot.version:
            first: dict[int, int] = {}
            for facts in self._of(snapshot, snapshot.files, zone):
                for meter, start in facts.begun.items():
                    first[meter] = min(start, first.get(meter, start))
            found = {meter: from_micros(start) for meter, start in first.items()}
            # The same object as long as it says the same: what is made of it is kept by that.
            begun = begun if found == begun else found
            self._begun = snapshot.version, begun
        return begun

    def distant(self, snapshot: Snapshot, files: Iterable[File], zone: tzinfo) -> set[int]:
        """Meters some of whose readings are far apart, in some files of a version of the intervals.

        Raises
        ------
        LakeError
            If a file cannot be read.
        """
        return set[int]().union(*(facts.distant for facts in self._of(snapshot, files, zone)))

    def _of(self, snapshot: Snapshot, files: Iterable[File], zone: tzinfo) -> list[Facts]:
        wanted = list(files)
        with self._lock:
            if new := [file for file in wanted if file.path not in self._found]:
                named = {file.path for file in snapshot.files}
                known = {path: facts for path, facts in self._found.items() if path in named}
                self._found = known | self._look(new, zone)
            return [self._found[file.path] for file in wanted]

    def _look(self, files: Iterable[File], zone: tzinfo) -> dict[str, Facts]:
        paths = [file.path for file in files]
        summed = {sums: path for path, sums in self._rollups.of(files, zone).items()}
        plain = [path for path in paths if path not in set(summed.values())]
        rows: list[tuple[str, int, int | None, bool]] = []
        with duck.session() as connection:
            if summed:
                source = duck.scan(list(summed), alike=True, named=True)
                query = f"SELECT filename, meter, min(known_at), max(distant) > 0 FROM {source} GROUP BY ALL"  # noqa: S608
                rows += [(summed[name], *rest) for name, *rest in connection.execute(query).fetchall()]
            if plain:
                rows += _asked(connection, plain)
        found = {path: Facts({}, frozenset()) for path in paths}
        for path, meter, begun, distant in rows:
            if begun is not None:
                found[path].begun[meter] = begun
            if distant:
                found[path] = Facts(found[path].begun, found[path].distant | {meter})
        return found


def _asked(connection: duckdb.DuckDBPyConnection, files: list[str]) -> list[tuple[str, int, int | None, bool]]:
    # Files of an earlier version lack columns that came later.
    connection.register("no_intervals", no_intervals())
    source = f"""(SELECT *, NULL::VARCHAR AS filename FROM no_intervals
        UNION ALL BY NAME SELECT * FROM {duck.scan(files, named=True)})"""  # noqa: S608 - fixed names
    query = f"""SELECT filename, meter, epoch_us(min(start) FILTER ({KNOWN})), count(grain_minutes) > 0
        FROM {source} GROUP BY ALL"""  # noqa: S608 - fixed names
    return connection.execute(query).fetchall()
