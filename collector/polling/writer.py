"""The queue of readings and live state on their way to disk: many meters in one transaction."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Sequence

from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import InputError, WorkbenchError
from energy_workbench.domain.time.axis import INTERVAL_MICROS
from energy_workbench.lake.reading import Reading
from energy_workbench.lake.spool.fullness import LATE_SECONDS
from energy_workbench.lake.spool.spool import Spool
from energy_workbench.registry import StateStore
from energy_workbench.runtime.repeated_failures import RepeatedFailures

FLUSH_SECONDS = 0.5
"""How long readings are gathered, across gateways, before they are written [s]."""
SWITCH_SECONDS = 0.0005
"""How long the writing thread may keep the interpreter from the polling one; Python's 5 ms is ten requests [s]."""
MOST_WAITING = 40_000
"""Readings kept in memory while the spool cannot be written: an hour of 92 meters at 10 s, in some 130 MB."""
LOOK_SECONDS = 60.0
"""How often the spool is looked at, for people to be warned early [s]."""


class Writer:
    """Gathers readings and live states and writes them in the background; polling never waits for a disk.

    Parameters
    ----------
    spool : Spool
    state : StateStore
    failures : RepeatedFailures
    """

    def __init__(self, spool: Spool, state: StateStore, failures: RepeatedFailures) -> None:
        self._spool, self._state, self._failures = spool, state, failures
        self._readings: deque[Reading] = deque()
        self._live: dict[int, Live] = {}
        self._some, self._lock = asyncio.Event(), asyncio.Lock()
        self._log = logging.getLogger("collector.writer")
        self.written = 0
        """Readings spooled so far."""
        self.dropped = 0
        """Readings given up so far, because neither spool nor memory had room."""
        self._looked = 0.0

    def put(self, meter: int, reading: Reading | None, live: Live) -> None:
        """Take a meter's reading and state; returns at once."""
        if reading is not None:
            self._readings.append(reading)
            if len(self._readings) > MOST_WAITING:
                self._thin()
        self._live[meter] = live
        self._some.set()

    def _thin(self) -> None:
        """Make room: of each meter and quarter of an hour the first reading stays; failing that, the oldest go."""
        kept = {(reading.meter, reading.ts_us // INTERVAL_MICROS): reading for reading in reversed(self._readings)}
        before = len(self._readings)
        self._readings = deque(sorted(kept.values(), key=lambda reading: reading.ts_us)[-MOST_WAITING // 2 :])
        self.dropped += before - len(self._readings)
        self._failures.failed(
            "memory", f"{before} readings wait for the spool: of each meter one a quarter of an hour stays"
        )

    async def run(self) -> None:
        """Write every half second until cancelled; `flush` afterwards takes the rest."""
        sys.setswitchinterval(SWITCH_SECONDS)
        checking = asyncio.create_task(self._check())
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(FLUSH_SECONDS)
                await self.flush()
        finally:
            checking.cancel()

    async def _check(self) -> None:
        """Read what an earlier run left in the spool; it may be much, and polling does not wait for it."""
        try:
            await asyncio.to_thread(self._spool.check)
        except WorkbenchError as error:
            self._failures.failed("spool", str(error))

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
                    self._failures.recovered("spool")
                    self._failures.recovered("memory")
            except Exception as error:
                self._readings.extendleft(reversed(batch))
                self._some.set()
                if not isinstance(error, WorkbenchError):
                    raise  # a fault of this program ends the process, which tries once more to write them
                self._failures.failed("spool", str(error))
            await self._look()
            try:
                if live:
                    await asyncio.to_thread(self._state.write, live)
                    self._failures.recovered("live state")
            except WorkbenchError as error:
                self._live = {**live, **self._live}
                self._failures.failed("live state", str(error))
                self._some.set()

    async def _look(self) -> None:
        """Warn early: while there is room yet."""
        if (now := time.monotonic()) - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        try:
            state = await asyncio.to_thread(self._spool.state)
        except WorkbenchError:
            return  # told where it cannot be written
        if state.worrying or state.waiting_seconds > LATE_SECONDS:
            self._failures.failed("spool is not emptied", state.words())
        else:
            self._failures.recovered("spool is not emptied")

    def _store(self, batch: Sequence[Reading]) -> None:
        """One transaction; where one reading is not acceptable, the others still are."""
        try:
            added = self._spool.add(batch, sparing=True)
        except InputError as error:
            if len(batch) == 1:
                self._log.error("reading of meter %d refused: %s", batch[0].meter, error)
                return
            for reading in batch:
                self._store([reading])
            return
        self.dropped += added.spared + added.lost
        if added.spared or added.lost:
            self._failures.failed("full", f"the spool is full: {added.spared + added.lost} readings were not kept")
        else:
            self._failures.recovered("full")
        for refused in added.refused:
            self._log.warning("a second value for the same instant is refused: %s", refused)
