"""A connection to a gateway: pymodbus carries the bytes, the framing says what they mean.

The only room with pymodbus besides the plant. Its transports (sockets, TLS, serial ports in asyncio) are used as they
are. Its transactions are not: they take a late answer for the next one with serial framing, any answer with
transaction id 0, lose their step when a started answer is given up, and close the connection of all meters
for a dead one.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Collection
from urllib.parse import urlsplit

from pymodbus.transport import CommParams, CommType, ModbusProtocol

from collector.wire.framing import Answer, Framing, Question
from collector.wire.serial_line import SerialLine

# Failures are told by this project's own log, once and counted.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class Connection(ModbusProtocol):
    """One question at a time, with the answer that the framing takes for it.

    Parameters
    ----------
    url : str
        As `gateway_address` spells it.
    line : SerialLine, optional
        The serial line that the address means.
    security : ssl.SSLContext, optional
        Of a TLS connection.
    """

    def __init__(
        self, url: str, framing: Framing, line: SerialLine | None = None, security: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        if line:
            # pyserial's usual class waits by `select`, which knows no descriptor above 1,023: the line of a collector
            # with as many connections would open, ask, and never hear an answer.
            params = CommParams(
                comm_type=CommType.SERIAL, host=f"alt://{line.path}?class=PosixPollSerial", baudrate=line.baudrate,
                bytesize=line.bytesize, parity=line.parity, stopbits=line.stopbits,
            )  # fmt: skip
        else:
            kind = CommType.TLS if security else CommType.TCP
            params = CommParams(comm_type=kind, host=parts.hostname or "", port=parts.port or 0, sslctx=security)
        super().__init__(params, is_server=False)
        self.framing = framing
        self.heard = 0.0
        """When anything came last, or the connection was made [s of the loop's clock]."""
        self.fresh = True
        """Whether nothing came yet."""
        self._waiting: asyncio.Future[Answer] | None = None

    async def open(self, seconds: float) -> None:
        """Connect.

        Raises
        ------
        OSError, ValueError, termios.error
            If that fails, or takes longer.
        """
        self.is_closing = False
        async with asyncio.timeout(seconds):
            self.transport, _ = await self.call_create()
        # The transport of a serial port is ready in the loop's next round.
        await asyncio.sleep(0)
        self.heard = self.loop.time()

    async def ask(self, question: Question, seconds: float, pending: Collection[int] = ()) -> Answer:
        """The answer to a question; see `Framing.ask`.

        Raises
        ------
        TimeoutError
            If none came in time.
        ConnectionError
            If the connection is lost.
        """
        if not self.is_active():
            raise ConnectionError
        frame = self.framing.ask(question, pending)
        self._waiting = self.loop.create_future()
        timer = self.loop.call_later(seconds, self._give_up, self._waiting)
        try:
            self.transport.write(frame)  # type: ignore[attr-defined]
            return await self._waiting
        finally:
            timer.cancel()
            self._waiting = None
            self.framing.close()

    @staticmethod
    def _give_up(waiting: asyncio.Future[Answer]) -> None:
        if not waiting.done():
            waiting.set_exception(TimeoutError())

    def data_received(self, data: bytes) -> None:
        """What came goes to the framing alone."""
        self.heard, self.fresh = self.loop.time(), False
        answer = self.framing.feed(data)
        if answer is not None and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)
        if self.framing.broken:
            self.close()

    def callback_new_connection(self) -> Connection:
        """Nobody connects to a client."""
        raise NotImplementedError

    def callback_data(self, data: bytes, addr: tuple[str, int] | None = None) -> int:  # noqa: ARG002
        """`data_received` takes everything."""
        return len(data)

    def callback_connected(self) -> None:
        """Nothing to do: `open` waits for it."""

    def callback_disconnected(self, exc: Exception | None) -> None:
        """A question that waits on a connection that is gone would wait for its time-out."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(*((str(exc),) if exc else ())))
