"""Instants of the newest readings of meters, looked up in the files day by day from the newest, each file once."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final

from energy_workbench.lake.interval_files import of_meters
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.lake.storage.snapshot import File, Snapshot

COUNT: Final = 9
"""Instants that are known of a meter at most: eight distances tell its period."""
BY_DAY: Final = 8
"""Newest days that are looked at one by one, as their files change; older ones a month at a time."""

Instants = dict[int, list[int]]
"""By meter its newest instants [µs since 1970, UTC], newest first; nothing where there is none."""


class NewestReadings:
    """The newest instants of meters in the table of readings; safe for threads.

    Files never change under their name, so what was found in some is kept while the table has them, that a meter is
    not in them included: one that was never heard, or died, costs a look at each file once, then at what is new.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], Instants] = {}
        self._lock = Lock()

    def newest(self, snapshot: Snapshot, meters: Sequence[int], until: int) -> Instants:
        """Up to `COUNT` instants of each of these meters, none after `until` [µs since 1970, UTC].

        Raises
        ------
        LakeError
            If a file cannot be read.
        """
        instants: Instants = {}
        # Keys are never used again: no file holds one that is new.
        highest = max((file.high for file in snapshot.files), default=0)
        wanted = {meter for meter in meters if meter <= highest}
        with self._lock:
            groups = {tuple(file.path for file in files): files for files in _newest_first(snapshot)}
            self._found = {name: self._found[name] if name in self._found else self._of_parts(name) for name in groups}
            for name, files in groups.items():
                if not wanted:
                    break
                here = self._within(name, files, wanted, until)
                for meter in wanted & here.keys():
                    found = instants.get(meter)
                    instants[meter] = sorted({*found, *here[meter]}, reverse=True)[:COUNT] if found else here[meter]
                wanted -= {meter for meter in wanted if len(instants.get(meter, ())) == COUNT}
        return instants

    def _within(self, name: tuple[str, ...], files: Sequence[File], meters: Collection[int], until: int) -> Instants:
        """What these files have of each of these meters up to an instant."""
        if all(file.first_us > until for file in files):
            return {}
        known = self._found[name]
        if new := [meter for meter in meters if meter not in known]:
            known |= {meter: [] for meter in new} | _within(files, new)
        if all(file.last_us <= until for file in files):
            return {meter: found for meter in meters if (found := known[meter])}
        cut = {meter: [at for at in known[meter] if at <= until] for meter in meters}
        # Of a meter with more after the instant than are kept, those before it are not known here.
        if hidden := [meter for meter in meters if len(known[meter]) == COUNT > len(cut[meter])]:
            cut |= _within(files, hidden, until)
        return {meter: instants for meter, instants in cut.items() if instants}

    def _of_parts(self, name: tuple[str, ...]) -> Instants:
        """What is known of files that were looked at in parts: a day becomes one of its month."""
        parts = [part for part in self._found if set(part) <= set(name)]
        if not parts or sum(map(len, parts)) < len(name):
            return {}
        of_each = [self._found[part] for part in parts]
        return {
            meter: sorted((at for known in of_each for at in known[meter]), reverse=True)[:COUNT]
            for meter in of_each[0]
            if all(meter in known for known in of_each)
        }


def _newest_first(snapshot: Snapshot) -> Iterator[list[File]]:
    days = [list(files) for _, files in itertools.groupby(snapshot.files, key=lambda file: file.partition)][::-1]
    yield from days[:BY_DAY]
    for _, month in itertools.groupby(days[BY_DAY:], key=lambda files: files[0].partition[:7]):
        yield list(itertools.chain.from_iterable(month))


def _within(files: Sequence[File], meters: Sequence[int], until: int | None = None) -> Instants:
    inside = [file for file in files if file.low <= max(meters) and file.high >= min(meters)]
    return _look(inside, sorted(meters), until) if inside else {}


def _look(files: Sequence[File], meters: Sequence[int], until: int | None = None) -> Instants:
    where = of_meters(meters) if until is None else f"{of_meters(meters)} AND ts <= {until}"
    source = f"SELECT meter, epoch_us(slot) + 1000 * offset_ms AS ts FROM {duck.scan([f.path for f in files])}"  # noqa: S608
    query = f"SELECT meter, max(ts, {COUNT}) FROM ({source}) WHERE {where} GROUP BY meter"  # noqa: S608 - numbers
    with duck.session() as connection:
        return dict(connection.execute(query).fetchall())
