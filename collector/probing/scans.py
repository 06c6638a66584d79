"""Scans under way and those that ended lately: one a gateway, and one a serial port whatever its settings."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path

from collector.probing.scan import Scan, ScanRow, State
from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from energy_workbench.domain.errors import BusyError, ConflictError, NotFoundError

AT_ONCE = 4
"""Scans of different gateways that may be under way together."""
KEPT = 20
"""Ended ones that are still told of."""


class Scans:
    """The scans of one process.

    Parameters
    ----------
    pool : ConnectionPool
        The connections of the polls.
    folders : sequence of Path
        Of the user's own profiles.
    """

    def __init__(self, pool: ConnectionPool, folders: Sequence[Path]) -> None:
        self._pool, self._folders = pool, tuple(folders)
        self._scans: dict[str, Scan] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._log = logging.getLogger("collector.scan")

    @property
    def under_way(self) -> bool:
        """Whether any is."""
        return bool(self._tasks)

    def start(self, gateway: str, units: str) -> ScanRow:
        """Begin a scan; what it has found is told by `row`.

        Raises
        ------
        InputError
            If the address or the units are none.
        ConflictError
            If one of this gateway is under way; it is named.
        BusyError
            If too many of other gateways are.
        """
        scan = Scan(f"scn_{secrets.token_hex(4)}", gateway, units, self._folders, self._pool)
        line = _line(gateway)
        for other in (self._scans[known] for known in self._tasks):
            if _line(other.gateway) == line:
                row = other.row()
                raise ConflictError(
                    f"scan {other.id} of {other.gateway} is under way ({row['asked']} of {row['of']} questions): "
                    "wait for it, or cancel it"
                )
        if len(self._tasks) >= AT_ONCE:
            raise BusyError(f"{AT_ONCE} scans are under way: {', '.join(self._tasks)}")
        self._scans[scan.id] = scan
        task = asyncio.get_running_loop().create_task(scan.run(), name=scan.id)
        self._tasks[scan.id] = task
        task.add_done_callback(lambda done: self._ended(scan, done))
        return scan.row()

    def row(self, id: str) -> ScanRow:
        """How far a scan is.

        Raises
        ------
        NotFoundError
            If there is none of that id, or not any more.
        """
        return self._scan(id).row()

    async def cancel(self, id: str) -> ScanRow:
        """End a scan; what it found stays. One that ended stays as it is."""
        scan = self._scan(id)
        if task := self._tasks.get(id):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return scan.row()

    async def close(self) -> None:
        """Cancel all."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _scan(self, id: str) -> Scan:
        if id not in self._scans:
            raise NotFoundError(f"there is no scan {id[:60]!r} (any more): scan again")
        return self._scans[id]

    def _ended(self, scan: Scan, task: asyncio.Task[None]) -> None:
        self._tasks.pop(scan.id, None)
        if not task.cancelled() and (failure := task.exception()):
            self._log.error("a scan failed", exc_info=failure)
            scan.state, scan.error, scan.advice = State.FAILED, f"the scan failed: {failure}", "see the collector's log"
        elif task.cancelled():
            scan.state = State.CANCELLED  # also where it had not begun
        for ended in [known for known in self._scans if known not in self._tasks][:-KEPT]:
            del self._scans[ended]


def _line(gateway: str) -> str:
    client = GatewayClient(gateway)
    return client.line.port if client.line else client.url
