"""The lake: readings, intervals and findings as Delta tables; commits of the spool and appends, exactly once."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import LakeError, WorkbenchError
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake import arrow_readings, findings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.reading import Refused
from energy_workbench.lake.recovery import unlogged_files
from energy_workbench.lake.spool.file import once_more
from energy_workbench.lake.storage import build_state, touched
from energy_workbench.lake.storage.store import Store
from energy_workbench.runtime import incidents

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.spool.spool import Spool
    from energy_workbench.lake.storage.touched import Spans

log = logging.getLogger(__name__)

BATCH = 100_000
"""Most spooled rows a commit: a week of 92 meters is emptied in the memory that three hours take."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did.

    Attributes
    ----------
    added : int
        Readings that are new, whole or in part.
    known : int
        Readings that brought nothing new.
    refused : list of Refused
        Values that contradict what is stored; at most 1000 are listed.
    """

    added: int
    known: int
    refused: list[Refused] = field(default_factory=list)


class Lake:
    """The stored readings and intervals of a home.

    Parameters
    ----------
    uri : str or path
        A folder; made at the first write.

    Attributes
    ----------
    readings, intervals, findings : Store
        The tables; findings are what the counters did where they did not just count.

    Raises
    ------
    LakeError
        If it is the URL of a storage that is not supported.
    """

    def __init__(self, uri: str | Path) -> None:
        import pyarrow as pa

        text = str(uri)
        if "://" in text and not text.startswith("file://"):
            raise LakeError(f"the lake {text}: only folders are supported; set `lake` to a path")
        self.path = Path(os.path.abspath(text.removeprefix("file://")))
        days = arrow_readings.schema([]).append(pa.field("day", pa.date32()))
        self.readings = Store(self.path / "readings", days, KEYS, "day", self._forgotten)
        self.intervals = Store(self.path / "intervals", interval_schema(), ("meter", "start"), "month", self.build_anew)
        self.findings = Store(self.path / "findings", findings.schema(), ("meter", "until"), "month", self.build_anew)
        self._orphaned = False

    def commit(self, spool: Spool) -> int:
        """Move what is spooled into the lake, exactly once.

        The commit carries the spool's name and last sequence number, so that whoever continues after a
        crash knows what is in the lake already; the spool forgets rows only once they are durable here.

        Returns
        -------
        int
            Readings that were new.

        Raises
        ------
        LakeError, BusyError
            If the lake cannot be written; the spool keeps everything then.
        """
        try:
            return once_more(self._commit)(spool)
        except WorkbenchError as error:
            with suppress(LakeError):
                spool.note_failure(str(error))
            raise

    def _commit(self, spool: Spool) -> int:
        stored = 0
        with self.writer():
            app = spool.app
            done = self.readings.transaction(app)
            if done < spool.acknowledged():
                log.error("the lake knows %s up to %s only, acknowledged was more", app, done)
                self.adopt(unproven=True)
            if done > spool.last_seq():
                # The spool is older than the lake, as that of each backup: its numbers come again, its name must not.
                log.info("%s is of a backup: the lake has what it held, and it takes a new name", spool.path)
                spool.renew()
            elif done > spool.acknowledged():
                # `writer` has made it durable: the process that committed may have died before trimming.
                spool.trim(done, app)
            app = spool.app
            while rows := spool.rows(limit=BATCH):
                if spool.app != app:
                    # Mended meanwhile: these numbers are those of another file.
                    app = spool.app
                    continue
                last = rows[-1].seq
                result = self.store(arrow_readings.ordered(arrow_readings.from_spool(spool, rows)), (app, last))
                spool.note_refused(result.refused)
                spool.trim(last, app)
                stored += result.added
        spool.note_success()
        return stored

    def append(self, table: pa.Table) -> Appended:
        """Store many readings at once, as from a file; what is there already stays as it is.

        Parameters
        ----------
        table : pyarrow.Table
            `meter`, `slot` (timestamp), optionally `offset_ms`, and a column a quantity.

        Raises
        ------
        InputError
            If a column is missing, unknown or of a wrong type.
        LakeError, BusyError
            If the lake cannot be written; nothing is stored then.
        """
        given = arrow_readings.normalise(table)
        with self.writer():
            return self.store(given)

    def has_readings(self) -> bool:
        """Whether anything is stored."""
        return bool(self.readings.snapshot().rows)

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the one who writes readings; those that a damaged log has forgotten come first.

        Raises
        ------
        LakeError, BusyError
            If the lake cannot be written, or another process keeps writing.
        """
        with self.readings.writer():
            if self._orphaned:
                self.adopt()
                self._orphaned = False
            yield

    def adopt(self, partition: str = "*", *, unproven: bool = False) -> int:
        """Store what files that no log entry names hold and the table lacks; call it inside `writer`.

        Parameters
        ----------
        partition, unproven
            As `unlogged_files.held` takes them.

        Returns
        -------
        int
            Readings that were new.
        """
        files = unlogged_files.held(self.readings, partition, unproven=unproven)
        added_by_file = [self.store(readings).added for readings in files]
        if added := sum(added_by_file):
            text = f"{len(added_by_file)} forgotten files held {added} readings that {self.readings.path} lacked"
            incidents.record(self.path, "lake", text)
        return added

    def _forgotten(self) -> None:
        self._orphaned = True
        self.build_anew()

    def build_anew(self) -> None:
        """Have all intervals built anew: versions of the readings may come again with other readings in them."""
        self.path.joinpath(build_state.FILE).unlink(missing_ok=True)

    def store(self, given: pa.Table, transaction: tuple[str, int] | None = None) -> Appended:
        """Store what is new of sorted readings; call it inside `writer`."""
        from energy_workbench.lake.deduplication import novel

        fresh, refused = novel(given, self.readings.snapshot())
        if refused:
            log.warning("%d values contradict stored ones and were refused, first %s", len(refused), refused[0])
        if len(fresh):
            self.readings.write(
                with_day(fresh), transaction=transaction, metadata={"touched": touched.told(_spans(fresh))}
            )
        return Appended(len(fresh), len(given) - len(fresh), refused)


def with_day(table: pa.Table) -> pa.Table:
    """Readings with the partition's column: the UTC date of the slot."""
    import pyarrow as pa

    days = table["slot"].cast(pa.int64()).to_numpy() // arrow_readings.DAY_US
    return table.append_column("day", pa.array(days.astype("int32")).cast(pa.date32()))


def _spans(table: pa.Table) -> Spans:
    """Which meters readings are of, and when: of each meter what lies within a day of each other together."""
    import numpy as np

    meter, ts = arrow_readings.keys(table)
    starts = np.flatnonzero(np.r_[True, (meter[1:] != meter[:-1]) | (ts[1:] - ts[:-1] > arrow_readings.DAY_US)])
    low, high = np.minimum.reduceat(ts, starts), np.maximum.reduceat(ts, starts)
    spans: Spans = {}
    for key, first, last in zip(meter[starts].tolist(), low.tolist(), high.tolist(), strict=True):
        spans.setdefault(key, []).append((first, last))
    return spans
