"""Whatever is done with a gateway, every byte that it gets belongs to a reading question."""

from __future__ import annotations

import asyncio
import ssl
import struct
from contextlib import nullcontext, suppress

import pytest
import trustme

from collector.polling.meter_reader import MeterReader
from collector.profile.store import available, load
from collector.wire.client import GatewayClient
from collector.wire.errors import READING_FUNCTIONS, WireError
from collector.wire.framing import IDENTIFY, READ_IDENTIFICATION, checksum
from collector.wire.read_request import ReadRequest
from tests.collector.serial_bus import line_to

REGISTERS = (3, 4)


class Recorder:
    """A meter that has every register, and keeps each question with every byte of it."""

    def __init__(self, rtu: bool) -> None:
        self.rtu = rtu
        self.got = bytearray()
        self.questions: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            while True:
                if self.rtu:
                    head = await reader.readexactly(2)
                    frame = head + await reader.readexactly(6 if head[1] in REGISTERS else 5)
                    assert checksum(frame[:-2]) == frame[-2:]
                    unit, body = frame[0], frame[1:-2]
                else:
                    head = await reader.readexactly(7)
                    frame = head + await reader.readexactly(head[5] - 1)
                    unit, body = head[6], frame[7:]
                self.got += frame
                self.questions.append(body)
                said = self.answer(body)
                if self.rtu:
                    said = bytes([unit]) + said
                    writer.write(said + checksum(said))
                else:
                    writer.write(head[:4] + struct.pack(">HB", len(said) + 1, unit) + said)
        writer.close()

    @staticmethod
    def answer(body: bytes) -> bytes:
        if body[0] == IDENTIFY:
            return bytes((IDENTIFY, READ_IDENTIFICATION, 2, 2, 0, 0, 2, 0, 4)) + b"Acme" + bytes((1, 2)) + b"M1"
        count = int.from_bytes(body[3:5], "big")
        return bytes((body[0], 2 * count)) + bytes(2 * count)


@pytest.mark.parametrize("transport", ["tcp", "tls", "rtutcp", "rtu"])
def test_every_byte_on_the_wire_belongs_to_a_reading_question(transport: str) -> None:
    async def main() -> None:
        recorder = Recorder(rtu=transport in ("rtutcp", "rtu"))
        context = None
        if transport == "tls":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        with line_to(port) if transport == "rtu" else nullcontext() as path:
            rest = f"{path}?baudrate=115200" if path else f"127.0.0.1:{port}"
            client = GatewayClient(f"{transport}://{rest}{'?verify=none' if context else ''}", timeout=20)
            profiles = [load(known) for known in available()][:: 8 if path else 1]
            for profile in profiles:
                outcome = await MeterReader(profile, 5).read(client, lambda: 0)
                assert outcome.answered or profile.sunspec_model
            assert await client.read_identification(5) == {0: "Acme", 1: "M1"}
            before = len(recorder.got)
            for code in range(256):
                if code not in REGISTERS:
                    with pytest.raises((ValueError, WireError)):
                        await client.read(ReadRequest(code, 0, 1), 5)
            assert len(recorder.got) == before
            client.close()
        server.close()
        assert len(recorder.questions) > 2 * len(profiles) - 20
        assert {body[0] for body in recorder.questions} == set(READING_FUNCTIONS)
        assert all(len(body) == 5 for body in recorder.questions if body[0] in REGISTERS)
        assert all(body == bytes((IDENTIFY, READ_IDENTIFICATION, 2, 0)) for body in recorder.questions if body[0] > 4)

    asyncio.run(main())
