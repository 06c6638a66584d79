"""The lease of a run: renewed while it is worked on, given up when it is cancelled or another's."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.schedules import LEASE, Run
from energy_workbench.registry import Registry

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""How often a worker looks whether it should end [s]."""
RENEW_SECONDS: Final = LEASE.total_seconds() / 4
"""How often it renews its lease [s]."""


class Stopped(BaseException):
    """The run was cancelled, or is another's by now, or the scheduler stops."""


class Lease:
    """A worker's lease of its run, used as a context manager in the main thread of its process.

    SIGTERM raises `Stopped` there: what is open is closed, kernels and browsers are ended.
    """

    def __init__(self, registry: Registry, run: Run) -> None:
        self._registry, self.run = registry, run
        self._over = threading.Event()
        self._progress = (0.0, "")
        self._written: tuple[float, str] | None = None
        self._gentle: threading.Event | None = None
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        signal.signal(signal.SIGTERM, self._end)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # From here on the few last words are written: they are not interrupted.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._thread.join(5)

    @contextmanager
    def gently(self) -> Iterator[threading.Event]:
        """While something runs that ends by itself once the event is set, and leaves nothing half-written."""
        self._gentle = threading.Event()
        try:
            yield self._gentle
        finally:
            self._gentle = None

    @property
    def progress(self) -> float:
        """How far it is [0 to 1]."""
        return self._progress[0]

    def tell(self, progress: float, step: str) -> None:
        """Say how far it is [0 to 1]; written down with the next look, so that it costs nothing."""
        self._progress = (min(max(progress, 0.0), 1.0), step)

    def sure(self, **values: Any) -> Run:
        """Make sure, before something that cannot be taken back, that the run is still ours; write values down.

        Raises
        ------
        Stopped
            If it is not, or was cancelled.
        """
        progress, step = self._progress
        run = self._registry.hold_run(self.run.key, self.run.holder, progress=progress, step=step, **values)
        if run is None or run.cancel_by:
            raise Stopped
        self.run = run
        return run

    def _keep(self) -> None:
        renewed = 0.0
        while not self._over.wait(LOOK_SECONDS):
            try:
                current: Run | None
                if time.monotonic() - renewed >= RENEW_SECONDS or self._progress != self._written:
                    told = self._progress
                    current = self._registry.hold_run(self.run.key, self.run.holder, progress=told[0], step=told[1])
                    renewed, self._written = time.monotonic(), told
                else:
                    current = self._registry.run(self.run.key)
            except WorkbenchError as error:
                log.warning("run %d: the registry does not answer: %s", self.run.key, error)
                continue
            if current is None or current.holder != self.run.holder or current.cancel_by:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        if self._gentle is not None:
            self._gentle.set()
        else:
            raise Stopped
