"""Server of users' SQL: a process with DuckDB loaded that forks one process a query, so that none harms another.

It is started by `host` with one end of a socket. Each query comes as a socket of its own, over which the forked
process reads what is asked and writes the answer; last, this one writes how that process ended. Who closes such a
socket ends its query; when the first one is closed, all end.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from energy_workbench.lake.user_sql.query import answer, prepare
from energy_workbench.lake.user_sql.views import THREADS
from energy_workbench.lake.user_sql.wire import ended
from energy_workbench.runtime.parent_death import end_with

MEMORY_BYTES = 1_500_000_000
"""What a query may take beyond what is loaded: more than DuckDB counts itself, as it does not count everything."""

CPU_SECONDS = 60 * THREADS
"""A second fence beside the time that who asks waits, of all threads together [s]."""


class Host:
    """Forks a process for each socket that comes over `control`, and tells each how its process ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: dict[int, tuple[int, socket.socket]] = {}
        self._waited = select.poll()
        self._woken, waking = os.pipe()
        for end in (self._woken, waking):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for handle in (control.fileno(), self._woken):
            self._waited.register(handle, select.POLLIN)

    def serve(self) -> None:
        """Serve until `control` is closed."""
        while True:
            ready = {handle for handle, _ in self._waited.poll()}
            # Those that were left first, and what is new last: a number that is closed may be another's at once.
            for handle in ready & self._running.keys():
                self._end(handle)
            if self._woken in ready:
                self._reap()
            if self._control.fileno() in ready:
                if not (given := socket.recv_fds(self._control, 1, 1)[1]):
                    break
                self._start(socket.socket(fileno=given[0]))
        for pid, _ in self._running.values():
            os.kill(pid, signal.SIGKILL)

    def _start(self, line: socket.socket) -> None:
        host = os.getpid()
        if not (pid := os.fork()):
            _alone(host, line)
        self._running[line.fileno()] = (pid, line)
        self._waited.register(line, 0)  # only when the other side has closed it

    def _end(self, handle: int) -> None:
        self._waited.unregister(handle)
        # Not reaped yet, so its number is no other's.
        os.kill(self._running[handle][0], signal.SIGKILL)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)
        for handle, (pid, line) in list(self._running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del self._running[handle]
                with suppress(KeyError):
                    self._waited.unregister(handle)
                with line, suppress(OSError):
                    # Who waits reads on; who left does not hold the others up.
                    line.setblocking(False)
                    line.sendall(ended(os.waitstatus_to_exitcode(status)))


def _alone(host: int, line: socket.socket) -> NoReturn:
    """What the forked process does."""
    code = 1
    try:
        end_with(host, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        own = os.dup2(line.fileno(), 3)
        os.closerange(4, 1024)
        _limit()
        answer(Connection(own))
        code = 0
    finally:
        os._exit(code)


def _limit() -> None:
    loaded = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, loaded + MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # Should the machine run out of memory, the system ends a query and nothing else.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def main(handle: int) -> None:
    """Serve over a socket that was inherited."""
    # Ctrl-C is for who asks: it closes its sockets.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare()
    Host(socket.socket(fileno=handle)).serve()
