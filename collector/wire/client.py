"""A client of one Modbus gateway: one request at a time, its failures told apart."""

from __future__ import annotations

import asyncio
import os
import ssl
import struct
import termios
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from collector.wire.connection import Connection
from collector.wire.errors import NOT_THERE, REASONS, GarbledError, NoAnswerError, RefusedError, UnreachableError
from collector.wire.framing import SHORTEST_FRAME, Framing, Question, RtuFraming, TcpFraming
from collector.wire.pending_responses import PendingResponses
from collector.wire.read_request import ReadRequest
from collector.wire.serial_line import FASTEST_SILENCE, SerialLine
from collector.wire.tls import Security, tls_trouble
from energy_workbench.domain.errors import InputError
from energy_workbench.registry.checks.addresses import gateway_address
from energy_workbench.runtime import settings

CONNECT_SECONDS = 3.0
"""Longest wait for a connection [s]."""

MOST_WAIT_SECONDS = 8.0
"""A gateway that accepts no connection is tried again after 1, 2, 4, 8, 8 … s [s]."""

DRAIN_SECONDS = 0.3
"""Silence kept on a serial line after a time-out, so that a late answer does not run into a question [s]."""

DEAF_SECONDS = 30.0
"""A network connection on which nothing came for so long, and nothing comes when asked, is made anew: the other end may
have restarted and know nothing of it [s]."""


class GatewayClient:
    """Reads of one gateway, one after the other.

    Parameters
    ----------
    url : str
        `tcp://host:port`, `tls://host:port?ca=ca.pem`, `rtutcp://host:port` or
        `rtu:///dev/ttyUSB0?baudrate=9600&parity=N`.
    timeout : float
        Longest wait for an answer where a read names no other [s].
    home : Path, optional
        Where the certificates of a relative path are; the home by default.

    Raises
    ------
    InputError
        If the address cannot be understood.
    """

    def __init__(self, url: str, timeout: float = 1.0, home: Path | None = None) -> None:
        try:
            self.url = gateway_address(url)
        except ValueError as error:
            raise InputError(f"{url!r} is no address of a gateway: {error}") from None
        self.timeout = timeout
        self.scheme = urlsplit(self.url).scheme
        self.line = SerialLine.of(self.url)
        self.security = Security.of(self.url)
        self.paced = not self.framed_by_id
        """Whether the pauses that meters ask for are kept. A TCP gateway paces its bus itself; one that turns
        out not to is paced from then on."""
        self.took = 0.0
        """How long the last read took, from its question on [s]."""
        self.opened = 0
        """How many connections were made so far."""
        self.late: Counter[int] = Counter()
        """By unit, answers that came after their time-out and were none to anything; for whoever counts to take."""
        self._home = home
        self._framing: Framing = TcpFraming() if self.framed_by_id else RtuFraming()
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()
        self._pending = PendingResponses()
        self._last: Question | None = None
        self._silent = False
        self._silence = self.line.silence if self.line else 0.0 if self.framed_by_id else FASTEST_SILENCE
        self._quiet_until = 0.0
        self._last_end = 0.0
        self._down, self._down_until, self._failed_connects = "", 0.0, 0

    def another(self) -> GatewayClient:
        """One more to the same gateway, with a connection of its own."""
        return GatewayClient(self.url, self.timeout, self._home)

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._connection is not None and self._connection.is_active()

    @property
    def framed_by_id(self) -> bool:
        """Whether a late answer is told from a fresh one (TCP, TLS); serial framing cannot."""
        return self.scheme in ("tcp", "tls")

    async def connect(self) -> None:
        """Connect where there is no connection.

        Raises
        ------
        UnreachableError
            If the gateway does not accept one.
        """
        if self.connected:
            return
        self.close()
        if time.monotonic() < self._down_until:
            raise UnreachableError(self._down)
        try:
            self._connection = await self._open()
            self._failed_connects = 0
            self.opened += 1
        except UnreachableError as error:
            # Else every meter behind a gateway that swallows packets would wait for it again.
            self._down, wait = str(error), min(2.0**self._failed_connects, MOST_WAIT_SECONDS)
            self._failed_connects += 1
            self._down_until = time.monotonic() + wait
            raise

    async def _open(self) -> Connection:
        context = None
        if self.security:
            try:
                context = self.security.context(self._home or settings.load().home)
            except UnreachableError as error:
                raise UnreachableError(f"{self.url} cannot be used: {error}") from None
        self._framing.reset()
        connection = Connection(self.url, self._framing, self.line, context)
        try:
            await connection.open(CONNECT_SECONDS)
        except BaseException as error:
            connection.close()
            if isinstance(error, (OSError, ValueError, termios.error)):
                raise UnreachableError(self._why(error)) from None
            raise
        return connection

    def _why(self, error: OSError | ValueError | termios.error) -> str:
        """Why there is no connection, in words."""
        if not isinstance(error, OSError):
            return f"{self.url} does not take these settings: {error.args[-1]}"
        if self.line:
            return self.line.trouble()
        if isinstance(error, (ssl.SSLError, ConnectionResetError)) and self.security:
            return f"{self.url} is not connected to: {tls_trouble(error)}"
        if isinstance(error, TimeoutError):
            reason = f"no answer in {CONNECT_SECONDS:g} s"
        else:
            # What asyncio says of a refused connection is no sentence; of a name that is unknown it is.
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        return f"{self.url} accepts no connection ({reason}): check its address, power and cable"

    def retry_now(self) -> None:
        """Let the next read try to connect, however lately that failed: somebody asks who may have just mended it."""
        self._down_until, self._failed_connects = 0.0, 0

    @asynccontextmanager
    async def set_aside(self) -> AsyncIterator[None]:
        """Closed and silent as long as the context lasts: reads wait, and somebody else may use the line."""
        async with self._lock:
            self.close()
            yield

    def close(self) -> None:
        """Close the connection; the next read opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def read(
        self, request: ReadRequest, unit: int, *, base: int = 0, timeout: float | None = None, pause: float = 0.0
    ) -> list[int]:
        """The words of one read.

        Parameters
        ----------
        unit : int
            Modbus device id.
        base : int
            Added to the request's address.
        timeout : float, optional
            Longest wait for the answer, without the time that it takes on a serial line [s].
        pause : float
            Silence that the device needs before a request, kept where the connection is `paced` [s].

        Raises
        ------
        UnreachableError
            If there is no connection and none can be made, or it is lost.
        NoAnswerError
            If nothing came in time.
        RefusedError
            If the answer is a Modbus exception.
        GarbledError
            If the answer has another length, function or unit than what was asked for.
        """
        try:
            question = Question.read(request.function_code, request.address + base, request.count, unit)
        except ValueError as error:  # a base that a device told
            raise RefusedError(f"unit {unit} of {self.url} has no such registers: {error}", 2) from None
        body = await self._turn(question, timeout, pause)
        return list(struct.unpack_from(f">{request.count}H", body, 2))

    async def read_identification(self, unit: int, timeout: float | None = None, pause: float = 0.0) -> dict[int, str]:
        """What a device says of itself: texts by object id (0 vendor, 1 product code, 2 revision, 4 product …).

        One reading request, function 0x2B with MEI type 0x0E (MODBUS Application Protocol Specification
        V1.1b3, section 6.21); parameters and errors as in `read`. Few meters know it.
        """
        body = await self._turn(Question.identify(unit), timeout, pause)
        texts, at = dict[int, str](), 7
        while at + 2 <= len(body):
            number, length = body[at], body[at + 1]
            texts[number] = body[at + 2 : at + 2 + length].decode("utf-8", "replace").strip("\0 ")
            at += 2 + length
        return texts

    async def _turn(self, question: Question, timeout: float | None, pause: float) -> bytes:
        """Function code and data of the answer, when it is this question's turn."""
        async with self._lock:
            if self._silent and not self.line and self._deaf(self._connection):
                self._distrust()  # who is asked rarely is not given up for a connection that is dead
            if not self.connected:
                await self.connect()
            await self._keep_silence(pause)
            if not self.framed_by_id and (first := self._first(question)) is not None:
                try:
                    await self._ask(first, timeout)
                except RefusedError as error:
                    if error.code not in NOT_THERE:
                        raise
                await self._keep_silence(pause)
            return await self._ask(question, timeout)

    def _first(self, question: Question) -> Question | None:
        """What has to be asked first, so that no late answer is taken for this question's."""
        if self._last and self._framing.stray >= SHORTEST_FRAME:
            self._pending.ask(self._last)  # more came than was asked for: it may have been late, and another one be due
            self.late[self._last.unit] += self._silent
        return self._pending.unlike(question)

    async def _ask(self, question: Question, timeout: float | None) -> bytes:
        connection = self._connection
        if connection is None or not connection.is_active():
            raise UnreachableError(f"{self.url} closed the connection", lost=True)
        unit, wait = question.unit, timeout or self.timeout
        pending = set() if self.framed_by_id else self._pending.by(unit)
        if not self.framed_by_id:
            self._pending.ask(question)
        self._last, self._silent = question, False
        started = time.monotonic()
        try:
            on_the_wire = self.line.transfer_seconds(question.words) if self.line else 0.0
            answer = await connection.ask(question, wait + on_the_wire, pending - {question.words})
        except TimeoutError:
            self._silent = True
            self._after_silence(connection)
            raise NoAnswerError(f"unit {unit} of {self.url} did not answer in {wait:g} s") from None
        except ConnectionError as error:
            self.close()
            # With TLS 1.3 the other end judges the workbench's certificate after the handshake.
            reason = f": {tls_trouble(str(error))}" if self.security and connection.fresh else ""
            raise UnreachableError(f"{self.url} closed the connection{reason}", lost=True) from None
        except asyncio.CancelledError:
            # Its answer is still on the way: nobody may take it for another one's.
            self.close()
            raise
        finally:
            self._last_end = time.monotonic()
            if self._framing.late:
                self.late.update(self._framing.late)
                self._framing.late.clear()
            self.took = self._last_end - started
        if answer.trouble:
            self._distrust()
            raise GarbledError(f"unit {unit} of {self.url} {answer.trouble}")
        if answer.body[0] & 0x80:
            self._pending.refused(question)
            code = answer.body[1]
            raise RefusedError(f"unit {unit} of {self.url} refuses: {REASONS.get(code, 'exception')} ({code})", code)
        self._pending.answered(question)
        return answer.body

    async def _keep_silence(self, pause: float) -> None:
        until = max(self._quiet_until, self._last_end + max(self._silence, pause if self.paced else 0.0))
        if (wait := until - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    def _after_silence(self, connection: Connection) -> None:
        """After a time-out."""
        if not self.framed_by_id or self._framing.begun or self._deaf(connection):
            self._distrust()

    @staticmethod
    def _deaf(connection: Connection | None) -> bool:
        return connection is not None and connection.loop.time() - connection.heard > DEAF_SECONDS

    def _distrust(self) -> None:
        if self.line:
            self._quiet_until = time.monotonic() + DRAIN_SECONDS
        else:
            self.close()
