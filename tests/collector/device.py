"""A Modbus device on loopback whose misbehaviour a test can choose."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pymodbus.framer import FramerRTU

Words = dict[tuple[int, int], int]


@dataclass
class Device:
    """Answers reads of holding (3) and input (4) registers.

    `holes` makes a read that touches an address without a word an exception 2, as real meters do;
    without it such words are zero.
    """

    units: dict[int, Words] = field(default_factory=dict)
    rtu: bool = False
    holes: bool = False
    silent: set[int] = field(default_factory=set)
    exceptions: dict[int, int] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    """Seconds before the next answers, one each."""
    shorten: int = 0
    """Words missing from each answer."""
    answer_as: int | None = None
    """Unit id that a gateway writes into each answer."""
    drop: bool = False
    """Close the connection instead of answering."""
    identification: dict[int, str] = field(default_factory=dict)
    """What it says of itself (function 0x2B); without it, it does not know that function."""
    alone: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    """Words that only a request of just this function code, address and count is given."""
    asked: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Unit, function code, address and count of each request."""
    connections: int = 0
    open: int = 0
    """Connections now."""
    crowd: int = 0
    """Most requests that were under way together."""
    under_way: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"{'rtutcp' if self.rtu else 'tcp'}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            while True:
                head = await reader.readexactly(1 if self.rtu else 7)
                code = (await reader.readexactly(1))[0]
                unit = head[-1]
                if code == 0x2B:
                    await reader.readexactly(5 if self.rtu else 3)
                    self._say(writer, head, unit, self._who(unit))
                    continue
                body = bytes([code]) + await reader.readexactly(6 if self.rtu else 4)
                code, address, count = struct.unpack(">BHH", body[:5])
                self.asked.append((unit, code, address, count))
                asyncio.get_running_loop().create_task(self._count(writer, head, unit, code, address, count))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        finally:
            self.open -= 1

    def _who(self, unit: int) -> bytes:
        if unit in self.silent or unit not in self.units:
            return b""
        if not self.identification:
            return struct.pack(">BB", 0xAB, 1)
        head = struct.pack(">BBBBBBB", 0x2B, 0x0E, 2, 0x82, 0, 0, len(self.identification))
        return head + b"".join(bytes([n, len(text)]) + text.encode() for n, text in self.identification.items())

    def _say(self, writer: asyncio.StreamWriter, head: bytes, unit: int, body: bytes) -> None:
        said = unit if self.answer_as is None else self.answer_as
        if self.rtu:
            frame = bytes([said]) + body
            frame += FramerRTU.compute_CRC(frame).to_bytes(2, "big")
        else:
            frame = head[:4] + struct.pack(">HB", len(body) + 1, said) + body
        if body and not writer.is_closing():
            writer.write(frame)

    async def _count(self, *request) -> None:
        self.under_way += 1
        self.crowd = max(self.crowd, self.under_way)
        await self._answer(*request)
        self.under_way -= 1

    async def _answer(
        self, writer: asyncio.StreamWriter, head: bytes, unit: int, code: int, address: int, count: int
    ) -> None:
        if self.drop:
            writer.close()
            return
        if unit in self.silent or unit not in self.units:
            return
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        words = self.units[unit]
        cells = [(code, a) for a in range(address, address + count)]
        refused = self.exceptions.get(unit, 2 if self.holes and any(c not in words for c in cells) else 0)
        if refused:
            body = struct.pack(">BB", code | 0x80, refused)
        else:
            values = (self.alone.get((code, address, count)) or [words.get(c, 0) for c in cells])[
                : count - self.shorten
            ]
            body = struct.pack(f">BB{len(values)}H", code, 2 * len(values), *values)
        self._say(writer, head, unit, body)


@asynccontextmanager
async def running(device: Device):
    """The device's server, on a free port."""
    server = await asyncio.start_server(device.serve, "127.0.0.1", device.port)
    device.port = server.sockets[0].getsockname()[1]
    try:
        yield device
    finally:
        server.close()
