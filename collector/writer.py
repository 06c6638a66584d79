"""What pollers gave, on its way to the spool and the live state: many meters in one transaction."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import Sequence

from collector.repeats import Repeats
from energy_workbench.core.entities import Live
from energy_workbench.core.errors import InputError, WorkbenchError
from energy_workbench.lake.reading import Reading
from energy_workbench.lake.spool import Spool
from energy_workbench.registry import StateStore

FLUSH_SECONDS = 0.5
"""How long readings are gathered, across gateways, before they are written [s]."""
SWITCH_SECONDS = 0.0005
"""How long the writing thread may keep the interpreter from the polling one; Python's 5 ms is ten requests [s]."""
MOST_WAITING = 200_000
"""Readings kept in memory while the spool cannot be written; beyond, the oldest are given up."""


class Writer:
    """Gathers readings and live states and writes them in the background; polling never waits for a disk.

    Parameters
    ----------
    spool : Spool
    state : StateStore
    repeats : Repeats
    """

    def __init__(self, spool: Spool, state: StateStore, repeats: Repeats) -> None:
        self._spool, self._state, self._repeats = spool, state, repeats
        self._readings: deque[Reading] = deque()
        self._live: dict[int, Live] = {}
        self._some, self._lock = asyncio.Event(), asyncio.Lock()
        self._log = logging.getLogger("collector.writer")
        self.written = 0
        """Readings spooled so far."""

    def put(self, meter: int, reading: Reading | None, live: Live) -> None:
        """Take a meter's reading and state; returns at once."""
        if reading is not None:
            self._readings.append(reading)
            if len(self._readings) > MOST_WAITING:
                self._readings.popleft()
                self._repeats.failed("memory", f"more than {MOST_WAITING} readings wait for the spool: the oldest go")
        self._live[meter] = live
        self._some.set()

    async def run(self) -> None:
        """Write every half second until cancelled; `flush` afterwards takes the rest."""
        sys.setswitchinterval(SWITCH_SECONDS)
        while True:
            await self._some.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    @property
    def waiting(self) -> int:
        """Readings that are not spooled yet."""
        return len(self._readings)

    async def flush(self) -> None:
        """Write what waits; a write that has begun ends, even if the caller is cancelled."""
        await asyncio.shield(asyncio.ensure_future(self._flush()))

    async def _flush(self) -> None:
        """Readings first, so that no state tells of a reading that may be lost."""
        async with self._lock:
            self._some.clear()
            batch = list(self._readings)
            live, self._live = self._live, {}
            self._readings.clear()
            try:
                if batch:
                    await asyncio.to_thread(self._store, batch)
                    self.written += len(batch)
                    self._repeats.recovered("spool")
            except WorkbenchError as error:
                self._readings.extendleft(reversed(batch))
                self._repeats.failed("spool", str(error))
                self._some.set()
            try:
                if live:
                    await asyncio.to_thread(self._state.write, live)
                    self._repeats.recovered("live state")
            except WorkbenchError as error:
                self._live = {**live, **self._live}
                self._repeats.failed("live state", str(error))
                self._some.set()

    def _store(self, batch: Sequence[Reading]) -> None:
        """One transaction; where one reading is not acceptable, the others still are."""
        try:
            added = self._spool.add(batch)
        except InputError as error:
            if len(batch) == 1:
                self._log.error("reading of meter %d refused: %s", batch[0].meter, error)
                return
            for reading in batch:
                self._store([reading])
            return
        for refused in added.refused:
            self._log.warning("a second value for the same instant is refused: %s", refused)
