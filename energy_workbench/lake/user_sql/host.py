"""Users' SQL, asked of a process of its own within limits of time and size: it cannot harm who asks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import LakeError, QueryError
from energy_workbench.lake.storage import duck
from energy_workbench.lake.user_sql.wire import DAMAGED, DONE, ENDED, FAILED, PART, PART_BYTES, Question, send, stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from energy_workbench.lake.storage.snapshot import Snapshot

SECONDS = 30.0
"""Longest that a query may take [s]."""

MAX_BYTES = {"json": 64_000_000, "arrow": 1_000_000_000}
"""Largest answer of each form [B]; a service gives JSON, and to many."""

GIVEN = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "TZ")
"""What the process knows of the environment: no token, no secret, no address."""

LEAN = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""No thread that a fork would leave behind, no address space that is only reserved and yet counted."""

LOOK_SECONDS = 0.1
"""How often it is looked whether who asked still waits [s]."""


class QueryHost:
    """The process that forks one a query; started when first needed, and again where it ended; threads may ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Let it load DuckDB now; the first query then does not wait for that."""
        with self._guard:
            self._alive()

    def stop(self) -> None:
        """End it, and every query with it."""
        with self._guard:
            self._stopped()

    def ask(self, question: Question, tables: Iterable[bytes], stop: threading.Event | None = None) -> bytes:
        """The answer of a query, in the form that it asks for.

        Parameters
        ----------
        tables : iterable of bytes
            `meters` and `spooled`, as Arrow IPC streams.
        stop : threading.Event, optional
            Set when nobody waits for the answer any more: the query is ended.

        Raises
        ------
        QueryError
            If it is not one SELECT, fails, takes too long, gives too much, wants too much memory, or crashes.
        LakeError
            If a file of the lake cannot be read.
        """
        with self._line() as line:
            try:
                send(line, question, tables)
                return _heard(line, time.monotonic() + SECONDS, stop)
            except (OSError, EOFError):
                raise QueryError("the query's process ended before it answered: ask again") from None

    def _line(self) -> Connection:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            with self._guard:
                try:
                    socket.send_fds(self._alive(), [b"q"], [theirs.fileno()])
                except OSError:
                    self._stopped()
                    socket.send_fds(self._alive(), [b"q"], [theirs.fileno()])
            return Connection(os.dup(ours.fileno()))

    def _alive(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._stopped()
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                handle = theirs.fileno()
                program = f"from energy_workbench.lake.user_sql.process import main; main({handle})"
                # A session of its own: a Ctrl-C that is meant for who asks does not reach it.
                self._process = subprocess.Popen(
                    [sys.executable, "-c", program],
                    env={name: os.environ[name] for name in GIVEN if name in os.environ} | LEAN,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[handle],
                    start_new_session=True,
                )
        return self._control

    def _stopped(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def _heard(line: Connection, end: float, stop: threading.Event | None) -> bytes:
    parts: list[bytes] = []
    while True:
        while not line.poll(min(LOOK_SECONDS, max(0.0, end - time.monotonic()))):
            if stop is not None and stop.is_set():
                raise QueryError("nobody waits for the answer any more")
            if time.monotonic() >= end:
                raise QueryError(f"the query took longer than {SECONDS:g} s: ask for a shorter period")
        message = line.recv_bytes(PART_BYTES + 1)
        kind, said = message[:1], message[1:]
        if kind == PART:
            parts.append(said)
        elif kind == DONE:
            return b"".join(parts)
        elif kind == DAMAGED:
            raise LakeError(duck.unreadable(*said.decode("utf-8", "replace").split("\n", 1)))
        elif kind == FAILED:
            raise QueryError(said.decode("utf-8", "replace"))
        elif kind == ENDED:
            raise QueryError(_why(int(said)))


def _why(code: int) -> str:
    name = signal.Signals(-code).name if code < 0 else f"code {code}"
    return f"the query crashed its process ({name}), or wanted more memory or time than a query may have"


def asked(
    pinned: tuple[Snapshot, Snapshot],
    spooled: pa.Table,
    calculated: str,
    text: str,
    parameters: str | None,
    meters: pa.Table,
    form: str,
    max_rows: int,
    stop: threading.Event | None = None,
) -> bytes:
    """The answer of a user's SELECT over one version of readings and intervals, and what is spooled beside it.

    For the other parameters see `Question` and `ask`.

    Raises
    ------
    QueryError
        As `ask`.
    LakeError
        If a file of the lake is missing or damaged.
    """
    # Absolute: the process that answers keeps the folder in which it was started.
    readings, intervals = (tuple(os.path.abspath(file.path) for file in each.files) for each in pinned)
    question = Question(text, parameters, form, max_rows, MAX_BYTES[form], readings, intervals, calculated)
    try:
        return shared().ask(question, [stream(meters), stream(spooled)], stop)
    except QueryError:
        if gone := next((file for file in (*readings, *intervals) if not os.path.exists(file)), None):
            raise LakeError(duck.missing(gone)) from None  # no query that reads it can succeed
        raise


_shared: dict[int, QueryHost] = {}
_guard = threading.Lock()


def shared() -> QueryHost:
    """The one of this process."""
    with _guard:
        # A forked child would share its parent's socket.
        if os.getpid() not in _shared:
            _shared.clear()
            _shared[os.getpid()] = QueryHost()
        return _shared[os.getpid()]
