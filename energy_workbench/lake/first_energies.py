"""When the energies of each meter begin, looked up in the files of intervals, each once."""

from __future__ import annotations

from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.lake.storage.snapshot import Snapshot

_KNOWN = "(energy_import_kwh IS NOT NULL OR energy_export_kwh IS NOT NULL)"


class FirstEnergies:
    """First interval of each meter of which something is known; safe for threads.

    Files never change under their name, so what was found in one is kept while the table has it.
    """

    def __init__(self) -> None:
        self._found: dict[str, dict[int, int]] = {}
        self._first: tuple[int, dict[int, datetime]] = (-1, {})
        self._lock = Lock()

    def of(self, snapshot: Snapshot) -> dict[int, datetime]:
        """By key the start of that interval (UTC), in this version of the intervals; a meter without one is not there.

        Raises
        ------
        LakeError
            If a file cannot be read.
        """
        with self._lock:
            if snapshot.version == self._first[0]:
                return self._first[1]
            self._found = {
                file.path: self._found[file.path] if file.path in self._found else _look(file.path)
                for file in snapshot.files
            }
            first: dict[int, int] = {}
            for found in self._found.values():
                for meter, start in found.items():
                    first[meter] = min(start, first.get(meter, start))
            self._first = snapshot.version, {meter: from_micros(start) for meter, start in first.items()}
            return self._first[1]


def _look(path: str) -> dict[int, int]:
    query = f"SELECT meter, epoch_us(min(start)) FROM {duck.scan([path])} WHERE {_KNOWN} GROUP BY meter"  # noqa: S608
    with duck.session() as connection:
        return dict(connection.execute(query).fetchall())
