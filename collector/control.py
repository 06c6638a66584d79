"""The running collector's control socket: a line of JSON in, a line of JSON out.

{"do": "probe", "gateway": "tcp://10.0.0.5:502", "unit_id": 5, "profile": "eastron_sdm630"}
{"ok": true, "values": {"frequency": 49.98, …}, "milliseconds": 41, …}
{"ok": false, "error": "unit 5 of … did not answer in 1 s", "advice": "timeout: wrong unit id, …", …}

What can be done: `probe` reads a device once, `suggest` finds its profile, `call` asks meters whether they are there,
`registers` reads a range as it is, `doctor` tells what polling has counted. `scan` begins a scan of a gateway, which
goes on by itself; `scan_state` and `stop_scan` tell of it. Whatever needs the wire waits its turn among the polls of
its gateway.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from typing_extensions import TypedDict

from collector.polling.counts import Statistics
from collector.polling.recent_statistics import PollingStatistics, RecentStatistics
from collector.probing.ping import PingAnswer, parse_request, ping
from collector.probing.probe import PROBE_SECONDS, Probe, probe
from collector.probing.raw_registers import RawRegisters, read_registers
from collector.probing.scan import ScanRow
from collector.probing.scans import Scans
from collector.wire.connection_pool import ConnectionPool
from energy_workbench.domain.errors import (
    BusyError,
    ConflictError,
    InputError,
    NotFoundError,
    ServiceError,
    WorkbenchError,
)

if TYPE_CHECKING:
    from collector.probing.suggest import Suggestions

T = TypeVar("T")
SOCKET = "collector.sock"
"""Its name in the home."""
LONGEST_LINE = 65_536
"""Of a request [bytes]."""
LONGEST_NAME = 100
"""A socket's address holds little more [bytes]."""
AT_ONCE = 8
"""Requests that may want the wire together."""
MOST_CALLERS = 64
"""Connections that may be open together."""
IDLE_SECONDS = 60.0
"""A caller who says nothing for this long is sent away [s]."""


class Refusal(TypedDict):
    """A request that was not done: why, and what to try; `kind` is a word of `KINDS`, or `failed`."""

    ok: bool
    error: str
    advice: str
    kind: str


class Scanned(TypedDict):
    """A scan, as far as it is."""

    ok: bool
    scan: ScanRow


class Left(TypedDict):
    """It ends, and the lines are free."""

    ok: bool


Answer: TypeAlias = "Probe | Suggestions | PingAnswer | PollingStatistics | RawRegisters | Scanned | Left"
KINDS: dict[type[WorkbenchError], str] = {
    BusyError: "busy", ConflictError: "conflict", NotFoundError: "missing", InputError: "input",
}  # fmt: skip
"""Words for why a request is refused."""


class Request:
    """A request as it came; what of it is needed is checked when it is.

    Raises
    ------
    InputError
        If the line is no JSON object.
    """

    def __init__(self, line: bytes) -> None:
        try:
            members = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError("the request is no JSON") from None
        if not isinstance(members, dict):
            raise InputError("the request is no JSON object")
        self.members: Mapping[str, Any] = members

    def text(self, name: str) -> str:
        """A member that is text.

        Raises
        ------
        InputError
            If it is none.
        """
        value = self.members.get(name)
        if not isinstance(value, str):
            raise InputError(f"{name} must be text")
        return value

    @property
    def unit(self) -> int:
        """The Modbus device id.

        Raises
        ------
        InputError
            If it is none.
        """
        unit = self.members.get("unit_id")
        if not isinstance(unit, int) or isinstance(unit, bool) or not 0 <= unit <= 255:
            raise InputError(f"unit_id {unit!r} is none: 0 to 255")
        return unit

    def whole(self, name: str) -> int:
        """A member that is a whole number.

        Raises
        ------
        InputError
            If it is none.
        """
        value = self.members.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError(f"{name} must be a whole number")
        return value


class Control:
    """Answers what only the owner of the wire can.

    Parameters
    ----------
    path : Path
        Of the socket; only this process's user may use it.
    pool : ConnectionPool
        The connections of the polls.
    folders : sequence of Path
        Of the user's own profiles.
    statistics : Statistics, optional
        What polling counts.
    leave : callable, optional
        Ends this process, which polls nothing, where a collector wants the lines.
    """

    def __init__(
        self,
        path: Path,
        pool: ConnectionPool,
        folders: Sequence[Path],
        statistics: Statistics | None = None,
        leave: Callable[[], None] | None = None,
    ) -> None:
        self._path, self._pool, self._folders = path, pool, folders
        self._recent = RecentStatistics(statistics or Statistics())
        self._verbs: dict[str, Callable[[Request], Awaitable[Answer]]] = {
            "probe": self._probe,
            "suggest": self._suggest,
            "call": self._call,
            "doctor": self._doctor,
            "registers": self._registers,
            "scan": self._scan,
            "scan_state": self._scan_state,
            "stop_scan": self._stop_scan,
        }
        self._leave = leave
        if leave is not None:
            self._verbs["leave"] = self._go
        self.scans = Scans(pool, folders)
        self.heard = time.monotonic()
        """When anything was asked last [s]."""
        self._under_way = 0
        self._conversations: set[asyncio.Task[Any]] = set()
        self._log = logging.getLogger("collector.control")

    async def run(self) -> None:
        """Answer until cancelled."""
        try:
            server = await asyncio.start_unix_server(self._converse, sock=self._listen(), limit=LONGEST_LINE)
        except OSError as error:
            # Meters are polled without it too.
            self._log.warning("no control socket at %s: %s", self._path, error)
            await asyncio.Event().wait()
            return
        try:
            await self._recent.run()
        finally:
            server.close()
            self._path.unlink(missing_ok=True)
            for task in self._conversations:
                task.cancel()
            await asyncio.gather(*self._conversations, return_exceptions=True)
            await self.scans.close()

    def _listen(self) -> socket.socket:
        self._path.unlink(missing_ok=True)  # a home has one collector: what is there was left by a killed one
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _short(self._path) as name:
                listener.bind(name)
            # Nobody can connect before it listens.
            self._path.chmod(0o600)
        except OSError:
            listener.close()
            raise
        return listener

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._conversations) >= MOST_CALLERS:
            writer.write(_line(_refusal(BusyError(f"{MOST_CALLERS} callers are connected"))) + b"\n")
            writer.close()
            return
        self._conversations.add(task)
        try:
            with suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                while line := await self._next(reader):
                    writer.write(await self._answer(line) + b"\n")
                    async with asyncio.timeout(IDLE_SECONDS):
                        await writer.drain()
        finally:
            self._conversations.discard(task)
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()  # who does not take the answer would keep the connection for ever
            writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                return await reader.readline()
        except (ValueError, TimeoutError):
            return b""  # longer than any request is, or nothing more to say

    async def _answer(self, line: bytes) -> bytes:
        try:
            answer: Answer | Refusal = await self._do(Request(line))
        except (BusyError, ConflictError, InputError, NotFoundError) as error:
            return _line(_refusal(error))
        except Exception as failure:  # noqa: BLE001 - a question never ends the collector
            self._log.exception("a request failed")
            answer = {"ok": False, "error": f"the collector failed: {failure}", "advice": "see the collector's log",
                      "kind": "failed"}  # fmt: skip
        return _line(answer)

    async def _do(self, request: Request) -> Answer:
        self.heard = time.monotonic()
        name = request.members.get("do")
        verb = self._verbs.get(name) if isinstance(name, str) else None
        if verb is None:
            raise InputError(f"there is nothing to do by the name of {str(name)[:60]!r}: {', '.join(self._verbs)}")
        if verb in (self._doctor, self._scan, self._scan_state, self._stop_scan, self._go):
            return await verb(request)  # needs no wire itself, and is asked when all else hangs
        if self._under_way >= AT_ONCE:
            raise BusyError(f"{AT_ONCE} requests are under way")
        self._under_way += 1
        try:
            return await verb(request)
        finally:
            self._under_way -= 1

    async def _probe(self, request: Request) -> Probe:
        gateway, unit, profile = request.text("gateway"), request.unit, request.text("profile")
        return await probe(gateway, unit, profile, self._folders, self._pool)

    async def _suggest(self, request: Request) -> Suggestions:
        from collector.probing.suggest import suggest

        return await suggest(request.text("gateway"), request.unit, self._folders, self._pool)

    async def _call(self, request: Request) -> PingAnswer:
        meters, seconds = parse_request(request.members)
        return PingAnswer(True, await ping(meters, seconds, self._folders, self._pool))

    async def _registers(self, request: Request) -> RawRegisters:
        gateway, unit, function = request.text("gateway"), request.unit, request.whole("function")
        return await read_registers(gateway, unit, function, request.whole("from"), request.whole("count"), self._pool)

    async def _scan(self, request: Request) -> Scanned:
        return {"ok": True, "scan": self.scans.start(request.text("gateway"), request.text("units"))}

    async def _scan_state(self, request: Request) -> Scanned:
        return {"ok": True, "scan": self.scans.row(request.text("id"))}

    async def _stop_scan(self, request: Request) -> Scanned:
        return {"ok": True, "scan": await self.scans.cancel(request.text("id"))}

    async def _go(self, request: Request) -> Left:  # noqa: ARG002 - a verb as the others
        if self._leave:
            asyncio.get_running_loop().call_soon(self._leave)
        return {"ok": True}

    async def _doctor(self, request: Request) -> PollingStatistics:  # noqa: ARG002 - a verb as the others
        return await self._recent.fields()


def ask(path: Path, request: Mapping[str, object], read: Callable[[Mapping[str, Any]], T]) -> T | None:
    """Ask the running collector.

    Parameters
    ----------
    path : Path
        Of its socket.
    read : callable
        Makes the answer of its members.

    Returns
    -------
    object or None
        The answer; None where no collector listens.

    Raises
    ------
    ServiceError
        If it listens but does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(2 * PROBE_SECONDS)
        try:
            with _short(path) as name:
                line.connect(name)
        except OSError:
            return None
        try:
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = dict(json.loads(answers.readline()))
        except (OSError, ValueError) as error:
            raise ServiceError(f"the collector at {path} does not answer ({error}): see its log") from None
    return read(answer)


def _line(answer: Answer | Refusal) -> bytes:
    return json.dumps(answer, default=asdict).encode()


def _refusal(error: WorkbenchError) -> Refusal:
    kind = next(kind for known, kind in KINDS.items() if isinstance(error, known))
    advice = "try again in some seconds" if kind == "busy" else 'send {"do": "probe", …} in one line of JSON'
    return {"ok": False, "error": str(error), "advice": advice, "kind": kind}


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the socket that fits into its address, however deep the home lies."""
    if len(os.fsencode(path)) <= LONGEST_NAME:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
