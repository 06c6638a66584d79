"""The running collector's control socket: a line of JSON in, a line of JSON out.

{"do": "probe", "gateway": "tcp://10.0.0.5:502", "unit_id": 5, "profile": "eastron_sdm630"}
{"ok": true, "values": {"frequency": 49.98, …}, "milliseconds": 41, …}
{"ok": false, "error": "unit 5 of … did not answer in 1 s", "advice": "timeout: wrong unit id, …", …}
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from collector.lines import Lines
from collector.probe import PROBE_SECONDS, probe
from energy_workbench.core.errors import BusyError, InputError, ServiceError

SOCKET = "collector.sock"
"""Its name in the home."""
LONGEST_LINE = 65_536
"""Of a request [bytes]."""
LONGEST_NAME = 100
"""A socket's address holds little more [bytes]."""
AT_ONCE = 8
"""Probes that may be under way together."""


class Control:
    """Answers what only the owner of the wire can.

    Parameters
    ----------
    path : Path
        Of the socket; only this process's user may use it.
    lines : Lines
        The connections of the polls.
    folders : sequence of Path
        Of the user's own profiles.
    """

    def __init__(self, path: Path, lines: Lines, folders: Sequence[Path]) -> None:
        self._path, self._lines, self._folders = path, lines, folders
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
            await asyncio.Event().wait()
        finally:
            server.close()
            self._path.unlink(missing_ok=True)
            for task in self._conversations:
                task.cancel()
            await asyncio.gather(*self._conversations, return_exceptions=True)

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
        self._conversations.add(task)
        try:
            with suppress(ConnectionError):
                while line := await self._next(reader):
                    writer.write(await self._answer(line) + b"\n")
                    await writer.drain()
        finally:
            self._conversations.discard(task)
            writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readline()
        except ValueError:
            return b""  # longer than any request is

    async def _answer(self, line: bytes) -> bytes:
        try:
            answer = await self._do(_request(line))
        except BusyError as error:
            answer = {"ok": False, "error": str(error), "advice": "try again in some seconds"}
        except InputError as error:
            answer = {"ok": False, "error": str(error), "advice": 'send {"do": "probe", …} in one line of JSON'}
        except Exception as failure:  # noqa: BLE001 - a question never ends the collector
            self._log.exception("a request failed")
            answer = {"ok": False, "error": f"the collector failed: {failure}", "advice": "see the collector's log"}
        return json.dumps(answer).encode()

    async def _do(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if request.get("do") != "probe":
            raise InputError(f"there is nothing to do by the name of {request.get('do')!r}")
        gateway, unit, profile = (request.get(name) for name in ("gateway", "unit_id", "profile"))
        if not isinstance(gateway, str) or not isinstance(profile, str):
            raise InputError("gateway and profile must be text")
        if not isinstance(unit, int) or isinstance(unit, bool) or not 0 <= unit <= 255:
            raise InputError(f"unit_id {unit!r} is none: 0 to 255")
        if self._under_way >= AT_ONCE:
            raise BusyError(f"{AT_ONCE} probes are under way")
        self._under_way += 1
        try:
            return (await probe(gateway, unit, profile, self._folders, self._lines)).fields()
        finally:
            self._under_way -= 1


def ask(path: Path, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Ask the running collector.

    Parameters
    ----------
    path : Path
        Of its socket.

    Returns
    -------
    dict or None
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
                return dict(json.loads(answers.readline()))
        except (OSError, ValueError) as error:
            raise ServiceError(f"the collector at {path} does not answer ({error}): see its log") from None


def _request(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError("the request is no JSON") from None
    if not isinstance(request, dict):
        raise InputError("the request is no JSON object")
    return request


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
