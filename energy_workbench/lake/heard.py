"""When readings of some meters came lately, looked up in the files day by day from the newest, each file once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING, Final

from energy_workbench.lake import duck
from energy_workbench.lake.interval_table import of_meters

if TYPE_CHECKING:
    from energy_workbench.lake.snapshot import File, Snapshot

COUNT: Final = 9
"""Instants that are known of a meter at most: eight distances tell its period."""
BY_DAY: Final = 8
"""Newest days that are looked at one by one, as their files change; older ones a month at a time."""

Instants = dict[int, list[int]]
"""By meter its newest instants [µs since 1970, UTC], newest first."""


class HeardFiles:
    """The newest instants of meters in the table of readings; safe for threads.

    Files never change under their name, so what was found in some is kept while the table has them.
    """

    def __init__(self) -> None:
        self._keys: frozenset[int] = frozenset()
        self._found: dict[tuple[str, ...], Instants] = {}
        self._lock = Lock()

    def newest(self, snapshot: Snapshot, meters: Sequence[int], until: int) -> Instants:
        """Up to `COUNT` instants of each of these meters, none after `until` [µs since 1970, UTC].

        Raises
        ------
        LakeError
            If a file cannot be read.
        """
        found: Instants = {}
        # Keys are never used again: no file holds one that is new.
        highest = max((file.high for file in snapshot.files), default=0)
        asked = frozenset(meter for meter in meters if meter <= highest)
        with self._lock:
            if not self._keys.issuperset(asked):
                self._keys, self._found = self._keys | asked, {}
            before, self._found = self._found, {}
            wanted = set(self._keys)
            for files in _newest_first(snapshot):
                if not wanted:
                    break
                inside = [f for f in files if f.low <= max(wanted) and f.high >= min(wanted) and f.first_us <= until]
                name = tuple(file.path for file in files)
                here = before.get(name)
                if here is None:
                    here = _look(inside, sorted(wanted), until) if inside else {}
                # Of files that reach beyond `until` more is known later.
                if all(file.last_us <= until for file in files):
                    self._found[name] = here
                for meter in wanted & here.keys():
                    found[meter] = sorted({*found.get(meter, ()), *here[meter]}, reverse=True)[:COUNT]
                wanted -= {meter for meter in wanted if len(found.get(meter, ())) == COUNT}
        return found


def _newest_first(snapshot: Snapshot) -> Iterator[list[File]]:
    days = [list(files) for _, files in itertools.groupby(snapshot.files, key=lambda file: file.partition)][::-1]
    yield from days[:BY_DAY]
    for _, month in itertools.groupby(days[BY_DAY:], key=lambda files: files[0].partition[:7]):
        yield list(itertools.chain.from_iterable(month))


def _look(files: Sequence[File], meters: Sequence[int], until: int) -> Instants:
    where = f"{of_meters(meters)} AND ts <= {until}"
    source = f"SELECT meter, epoch_us(slot) + 1000 * offset_ms AS ts FROM {duck.scan([f.path for f in files])}"  # noqa: S608
    query = f"SELECT meter, max(ts, {COUNT}) FROM ({source}) WHERE {where} GROUP BY meter"  # noqa: S608 - numbers
    with closing(duck.cursor()) as connection:
        return dict(connection.execute(query).fetchall())
