"""Folder of the sums by local day: a small file beside each large one of intervals, made of that alone.

A data file of the lake never changes under its name, so its sums are true as long as it is there: whoever pins a
version of the intervals takes the sums of its very files, and what has none yet is answered from the intervals. Nothing
has to be kept in step, and any of them may be lost.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import tzinfo
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time import clock
from energy_workbench.lake.buckets import edge_table
from energy_workbench.lake.interval_files import no_intervals, source_of
from energy_workbench.lake.rollups.daily_sums import made_query
from energy_workbench.lake.rollups.local_days import edges_of
from energy_workbench.lake.storage import duck
from energy_workbench.lake.storage.data_files import ROW_GROUP
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import disk

if TYPE_CHECKING:
    from energy_workbench.lake.storage.snapshot import File, Snapshot

log = logging.getLogger(__name__)

FOLDER: Final = "daily"
"""Of the lake."""

FORMAT: Final = 1
"""Grows when the same intervals give other sums than before."""

LEAST_ROWS: Final = ROW_GROUP
"""A file of fewer intervals is read as quickly as its sums."""

LEAST_SPAN_US: Final = 3 * 3_600_000_000
"""Of intervals of less time there are hardly fewer sums [µs]."""

MOST_ROWS: Final = 1_000_000
"""Intervals that are summed up in one turn: about a second, after which other work has its turn."""


_DRAFT_SECONDS: Final = 3600
"""Nobody writes one of these files for as long [s]."""


class _Name(NamedTuple):
    """What the name of a file of sums says: the file they are of, its days, and a checksum of what is in it."""

    of: str
    days: str
    check: str

    @classmethod
    def read(cls, name: str) -> _Name | None:
        parts = name.rsplit(".", 3)
        return cls(*parts[:3]) if len(parts) == 4 and parts[3] == "parquet" and not name.startswith(".") else None


class Rollups:
    """The sums by day of a lake's intervals; safe for threads.

    Parameters
    ----------
    lake : Path
        The lake's folder.
    """

    def __init__(self, lake: Path) -> None:
        self._folder = lake / FOLDER
        self._lock = Lock()
        self._listed: tuple[int, dict[tuple[str, str], str]] = (0, {})

    def of(self, files: Iterable[File], zone: tzinfo) -> dict[str, str]:
        """Paths of the sums of those of these files that have some, by the path of the file."""
        there = self._there()
        if not there:
            return {}
        known = (
            (file, there.get((_stem(file), _days(file.first_us, file.last_us, zone)))) for file in files if _worth(file)
        )
        return {file.path: f"{self._folder}/{name}" for file, name in known if name is not None}

    def make(self, snapshot: Snapshot, zone: tzinfo, most: int = MOST_ROWS) -> int:
        """Sum up files of intervals that have no sums yet, the newest first.

        Parameters
        ----------
        most : int
            No further file once so many intervals were summed up.

        Returns
        -------
        int
            Intervals that were summed up.

        Raises
        ------
        LakeError
            If a file cannot be read, or the disk refuses.
        """
        worth = [file for file in snapshot.files if _worth(file)]
        known = self.of(worth, zone)
        done = 0
        for file in sorted(worth, key=lambda file: -file.last_us):
            if done >= most:
                break
            if file.path not in known:
                self._make(snapshot, file, zone)
                done += file.rows
        return done

    def tidy(self, intervals: Path, turn: int | None, turns: int) -> int:
        """Remove the sums of what is gone, those by the days of another zone, and damaged ones.

        Parameters
        ----------
        intervals : Path
            The folder of the intervals.
        turn, turns : int
            All are compared with their checksums in so many turns, those of this one now; None is all of them.

        Returns
        -------
        int
            How many were removed.
        """
        texts = self._names()
        if not texts:
            return 0
        named = [(name, text) for text in texts if (name := _Name.read(text))]
        there = {path.stem for path in intervals.glob("*=*/*.parquet")}
        newest = {name.of: text for name, text in sorted(named, key=lambda each: _written(self._folder / each[1]))}
        left = [self._folder / text for text in texts if text.startswith(".")]  # by who was killed while writing
        old = [path for path in left if _written(path) < clock.now().timestamp() - _DRAFT_SECONDS]
        for path in old:
            path.unlink(missing_ok=True)
        removed = len(old)
        for name, text in named:
            path = self._folder / text
            looked_at = turn is None or zlib.crc32(name.of.encode()) % turns == turn
            with suppress(FileNotFoundError):
                if name.of not in there or newest[name.of] != text:
                    why = ""
                elif looked_at and f"{zlib.crc32(path.read_bytes()):08x}" != name.check:
                    why = "is not as it was written: it is made anew, and intervals answer meanwhile"
                else:
                    continue
                path.unlink()
                removed += 1
                if why:
                    log.warning("%s %s", path, why)
        return removed

    def mended(self, files: Sequence[str]) -> bool:
        """Whether one of these sums cannot be read, or is not there: none of these is from now on."""
        bad = False
        while name := duck.first_damaged(files) or duck.first_damaged(files, whole=True):
            log.warning("%s cannot be read: it is made anew, and intervals answer meanwhile", name)
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)
            files, bad = [each for each in files if each != name], True
        return bad

    def _make(self, snapshot: Snapshot, file: File, zone: tzinfo) -> None:
        import pyarrow.parquet as pq

        edges = edges_of(file.first_us, file.last_us, zone)
        with duck.session() as connection:
            connection.register("buckets", edge_table(edges))
            connection.register("no_intervals", no_intervals())
            sums = connection.sql(made_query(source_of(snapshot, [file.path]), edges)).to_arrow_table()
        content = BytesIO()
        pq.write_table(sums, content, row_group_size=ROW_GROUP, compression="zstd", write_statistics=["meter", "start"])
        check = f"{zlib.crc32(content.getbuffer()):08x}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{_stem(file)}.{_days(file.first_us, file.last_us, zone)}.{check}.parquet"
            with disk.replaced(self._folder / name) as draft:
                draft.write_bytes(content.getbuffer())
                failpoint("rollups.write.before")
        except OSError as error:
            raise LakeError(f"{self._folder}: cannot be written: {error.strerror or error}") from None

    def _there(self) -> dict[tuple[str, str], str]:
        """Names by the file and the days that they are of."""
        try:
            stamp = self._folder.stat().st_mtime_ns
        except OSError:
            return {}
        with self._lock:
            if self._listed[0] != stamp:
                found = {(name.of, name.days): text for text in self._names() if (name := _Name.read(text))}
                self._listed = stamp, found
            return self._listed[1]

    def _names(self) -> Sequence[str]:
        try:
            return [entry.name for entry in os.scandir(self._folder)]
        except OSError:
            return []


def _stem(file: File) -> str:
    return file.path.rpartition("/")[2].removesuffix(".parquet")


def _worth(file: File) -> bool:
    """Whether its sums are much less than the file, and how far it reaches is known."""
    bounded = 0 <= file.first_us <= file.last_us < 2**61
    return bounded and file.rows >= LEAST_ROWS and file.last_us - file.first_us >= LEAST_SPAN_US


@lru_cache(maxsize=4096)
def _days(first: int, last: int, zone: tzinfo) -> str:
    """What a name says of the local days that two instants [µs since 1970] and what lies between them touch."""
    return f"{zlib.crc32(json.dumps([FORMAT, *edges_of(first, last, zone)]).encode()):08x}"


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
