"""A worker process as the scheduler has it: it does a run, says that it is ready, and takes the next or leaves.

They talk over a socket that is the worker's standard input: the worker says a byte when it is ready, the scheduler a
line for each run, and the worker another byte when it has taken it. A worker leaves when the scheduler closes it, so
that no run is handed to one that is about to.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import Final

from energy_workbench.domain.schedules import Run
from energy_workbench.runtime.settings import Settings

READY: Final = b"\n"
TAKEN: Final = b"+"


class WorkerProcess:
    """A worker at the run of a holder; its log goes where ours does, or nowhere where `quiet`."""

    def __init__(self, settings: Settings, run: Run, *, quiet: bool = False) -> None:
        call = "from energy_workbench.cli.main import main; main()"
        command = [sys.executable, "-c", call, "schedules", "work", str(run.key), "--holder", run.holder]
        environment = {**os.environ, **settings.named}
        error = subprocess.DEVNULL if quiet else None
        self._line, theirs = socket.socketpair()
        self._line.setblocking(False)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    command, env=environment, stdin=theirs.fileno(), stdout=error, stderr=error, start_new_session=True
                )
        except BaseException:
            self._line.close()
            raise
        self.pid = self._process.pid
        self._said = b""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        return self._process.wait(timeout)

    def ready(self) -> bool:
        """Whether it has done its run and waits for another; it says so once."""
        self._listen()
        ready = self._said.endswith(READY)
        if ready:
            self._said = b""
        return ready

    def taken(self) -> bool:
        """Whether it has taken the run that it was handed last, also where it has ended since."""
        self._listen()
        return self._said.startswith(TAKEN)

    def hand(self, run: Run) -> None:
        """Give it its next run.

        Raises
        ------
        OSError
            If it is gone.
        """
        self._line.sendall(f"{run.key} {run.holder}\n".encode())

    def leave(self) -> None:
        """Tell it that there is no more to do."""
        self._line.close()

    def _listen(self) -> None:
        with suppress(OSError):  # it has said nothing more
            self._said += self._line.recv(len(TAKEN + READY))


class Line:
    """The worker's end of it."""

    def __init__(self) -> None:
        # Nothing that the worker starts may inherit it.
        self._socket = socket.socket(fileno=os.dup(0))
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)

    def next(self) -> tuple[int, str] | None:
        """Key and holder of the next run; None where there is no more to do, or somebody asks to end."""
        signal.signal(signal.SIGTERM, _leave)
        try:
            self._socket.sendall(READY)
            told = b""
            while not told.endswith(b"\n"):
                if not (more := self._socket.recv(4096)):
                    return None
                told += more
        except (OSError, _LeaveError):
            return None
        finally:
            with suppress(_LeaveError):
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # From here on the run is ours: whoever asks us to end waits for its hold.
        with suppress(OSError):
            self._socket.sendall(TAKEN)
        key, _, holder = told.decode().strip().partition(" ")
        return int(key), holder


class _LeaveError(Exception):
    """Somebody asks to end."""


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    raise _LeaveError
