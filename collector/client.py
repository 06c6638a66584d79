"""One gateway's connection: the only room with pymodbus besides the plant.

pymodbus is held to one request at a time without retries of its own: a dead meter would block its bus for
the retries, and repeated time-outs would close the connection that every meter of the gateway shares.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException, ModbusIOException
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse, ReadInputRegistersResponse

from collector.plan import Request
from collector.serial_line import SerialLine
from collector.wire import REASONS, GarbledError, NoAnswerError, RefusedError, UnreachableError
from energy_workbench.core.errors import InputError
from energy_workbench.registry.addresses import gateway_address

CONNECT_SECONDS = 3.0
"""Longest wait for a connection [s]."""

MOST_WAIT_SECONDS = 8.0
"""A gateway that accepts no connection is tried again after 1, 2, 4, 8, 8 … s [s]."""

DRAIN_SECONDS = 0.3
"""Silence kept on a serial line after a time-out, so that a late answer finds no question [s]."""

# Time-outs are told by this project's own log, once and counted.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class GatewayClient:
    """Reads of one gateway, one after the other.

    Parameters
    ----------
    url : str
        `tcp://host:port`, `rtutcp://host:port` or `rtu:///dev/ttyUSB0?baudrate=9600&parity=N`.
    timeout : float
        Longest wait for an answer where a read names no other [s].

    Raises
    ------
    InputError
        If the address cannot be understood.
    """

    def __init__(self, url: str, timeout: float = 1.0) -> None:
        try:
            self.url = gateway_address(url)
        except ValueError as error:
            raise InputError(f"{url!r} is no address of a gateway: {error}") from None
        self.timeout = timeout
        self.scheme = urlsplit(self.url).scheme
        self.line = SerialLine.of(self.url)
        self.paced = self.scheme != "tcp"
        """Whether the pauses that meters ask for are kept. A TCP gateway paces its bus itself; one that turns
        out not to is paced from then on."""
        self._client: AsyncModbusTcpClient | AsyncModbusSerialClient | None = None
        self._lock = asyncio.Lock()
        self._quiet_until = 0.0
        self._last_end = 0.0
        self._down, self._down_until, self._failed_connects = "", 0.0, 0
        self._late_until: dict[int, float] = {}

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._client is not None and self._client.connected

    @property
    def framed_by_id(self) -> bool:
        """Whether a late answer is told from a fresh one (TCP); serial framing cannot."""
        return self.scheme == "tcp"

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
            self._client = await self._open()
            self._failed_connects = 0
        except UnreachableError as error:
            # Else every meter behind a gateway that swallows packets would wait for it again.
            self._down, wait = str(error), min(2.0**self._failed_connects, MOST_WAIT_SECONDS)
            self._failed_connects += 1
            self._down_until = time.monotonic() + wait
            raise

    async def _open(self) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
        client = self._make()
        client.set_max_no_responses(2**31)
        try:
            accepted = await client.connect()
        except (termios.error, ValueError) as error:
            raise UnreachableError(f"{self.url} does not take these settings: {error.args[-1]}") from None
        if not accepted:
            client.close()
            if self.line:
                raise UnreachableError(self.line.trouble())
            raise UnreachableError(f"{self.url} accepts no connection: check its address, power and cable")
        # The transport of a serial port is ready in the loop's next round.
        await asyncio.sleep(0)
        return client

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
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read(
        self, request: Request, unit: int, *, base: int = 0, timeout: float | None = None, pause: float = 0.0
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
            If the answer has another length than what was asked for.
        """
        async with self._lock:
            if not self.connected:
                await self.connect()
            client = self._client
            assert client is not None
            await self._keep_silence(unit, pause)
            wait = timeout or self.timeout
            client.ctx.comm_params.timeout_connect = wait + (
                self.line.transfer_seconds(request.count) if self.line else 0.0
            )
            read = client.read_holding_registers if request.function_code == 3 else client.read_input_registers
            try:
                answer = await read(request.address + base, count=request.count, device_id=unit)
            except ConnectionException:
                self.close()
                raise UnreachableError(f"{self.url} closed the connection") from None
            except ModbusIOException:
                self._after_silence(unit, wait)
                raise NoAnswerError(f"unit {unit} of {self.url} did not answer in {wait:g} s") from None
            except ModbusException as error:
                self._distrust()
                raise GarbledError(f"unit {unit} of {self.url} answered what cannot be read: {error}") from None
            except asyncio.CancelledError:
                # Its answer is still on the way: nobody may take it for another one's.
                self.close()
                raise
            finally:
                self._last_end = time.monotonic()
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # asyncio.wait_for of Python 3.11 forgets a cancellation that meets the answer (bpo-42130).
            raise asyncio.CancelledError
        return self._words(answer, request, unit)

    def _words(self, answer: ModbusPDU, request: Request, unit: int) -> list[int]:
        if answer.isError():
            code = int(getattr(answer, "exception_code", 0))
            raise RefusedError(f"unit {unit} of {self.url} refuses: {REASONS.get(code, 'exception')} ({code})", code)
        if len(answer.registers) != request.count or answer.function_code != request.function_code:
            self._distrust()
            raise GarbledError(
                f"unit {unit} of {self.url} answered {len(answer.registers)} registers where {request.count} were asked"
            )
        return list(answer.registers)

    async def _keep_silence(self, unit: int, pause: float) -> None:
        until = self._quiet_until
        if self.line:
            until = max(until, self._last_end + self.line.silence, self._late_until.pop(unit, 0.0))
        if pause and self.paced:
            until = max(until, self._last_end + pause)
        if until and (wait := until - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    def _after_silence(self, unit: int, waited: float) -> None:
        """After a time-out: with serial framing a late answer would be taken as the next one's."""
        if self.line:
            # Another unit's question is safe from it, the same unit's is not.
            self._late_until[unit] = time.monotonic() + waited
        if not self.framed_by_id:
            self._distrust()

    def _distrust(self) -> None:
        if self.line:
            self._quiet_until = time.monotonic() + DRAIN_SECONDS
        else:
            self.close()

    def _make(self) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
        parts = urlsplit(self.url)

        def changed(up: bool) -> None:
            # A read that waits on a connection that is gone would wait for its time-out.
            if not up and not client.ctx.response_future.done():
                client.ctx.response_future.set_exception(ConnectionException("lost"))

        client: AsyncModbusTcpClient | AsyncModbusSerialClient
        if line := self.line:
            client = AsyncModbusSerialClient(
                line.path, framer=FramerType.RTU, baudrate=line.baudrate, bytesize=line.bytesize, parity=line.parity,
                stopbits=line.stopbits, timeout=CONNECT_SECONDS, retries=0, reconnect_delay=0, trace_connect=changed,
            )  # fmt: skip
        else:
            framer = FramerType.SOCKET if parts.scheme == "tcp" else FramerType.RTU
            client = AsyncModbusTcpClient(
                parts.hostname or "", port=parts.port or 502, framer=framer, timeout=CONNECT_SECONDS, retries=0,
                reconnect_delay=0, trace_connect=changed,
            )  # fmt: skip
            if parts.scheme == "tcp":
                client.ctx.framer = _TransactionFramer(DecodePDU(False))
        client.ctx.response_future.set_result(None)
        client.register(_Holding)
        client.register(_Input)
        return client


class _TransactionFramer(FramerSocket):
    """Takes an answer by its transaction alone: gateways rewrite unit ids."""

    def handleFrame(self, data: bytes, exp_devid: int, exp_tid: int) -> tuple[int, ModbusPDU | None]:  # noqa: N802
        used, pdu = super().handleFrame(data, 0, exp_tid)
        if pdu is not None:
            pdu.dev_id = exp_devid
        return used, pdu


def _unpack(pdu: ModbusPDU, data: bytes) -> None:
    """All registers at once, which takes a tenth of one by one."""
    size = data[0] // 2
    if len(data) <= 2 * size:
        raise ModbusException(f"{data[0]} bytes announced, {len(data) - 1} there")
    pdu.registers = list(struct.unpack_from(f">{size}H", data, 1))


class _Holding(ReadHoldingRegistersResponse):
    decode = _unpack


class _Input(ReadInputRegistersResponse):
    decode = _unpack
