"""Servers that nobody here wrote: libmodbus in C over TCP and a serial line, pyModbusTCP, pymodbus."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from collector.polling.meter_reader import MeterReader
from collector.profile.decode import decode, encode
from collector.profile.profile import Profile
from collector.profile.store import load
from collector.wire.client import GatewayClient
from collector.wire.errors import NoAnswerError, RefusedError
from collector.wire.read_request import ReadRequest
from tests.peers import libmodbus
from tests.peers.libmodbus import Words
from tests.waiting import patience, until

Serve = Callable[[Words], AbstractContextManager[str]]

MIXED = {
    "schneider_pm5xxx": "float32 and int64, high word first",
    "carlo_gavazzi_em340": "int32, low word first, no gaps read over",
    "elmeasure_lg": "float32 with the low word first, uint32 with the high word first",
    "siemens_pac2200": "float32 and float64",
    "eastron_sdm630": "input registers",
}


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program on libmodbus; without it the test is skipped, but never in CI."""
    if lacks := libmodbus.missing():
        if os.environ.get("CI"):
            pytest.fail(lacks)
        pytest.skip(lacks)
    return libmodbus.build(tmp_path_factory.mktemp("libmodbus"))


@pytest.fixture(params=["libmodbus over TCP", "libmodbus on a serial line", "pyModbusTCP", "pymodbus"])
def serve(request: pytest.FixtureRequest) -> Serve:
    """A server of each kind: registers to a context that gives its address."""
    if request.param.startswith("libmodbus"):
        built: Path = request.getfixturevalue("program")
        kind = libmodbus.tcp if "TCP" in request.param else libmodbus.rtu
        return lambda words: kind(built, words)
    return with_pymodbustcp if request.param == "pyModbusTCP" else with_pymodbus


@contextmanager
def with_pymodbustcp(words: Words) -> Iterator[str]:
    from pyModbusTCP.server import DataBank, ModbusServer

    class Holes(DataBank):
        """Refuses what a meter does not have."""

        def get_holding_registers(self, address, number=1, srv_info=None):
            return self._words(3, address, number)

        def get_input_registers(self, address, number=1, srv_info=None):
            return self._words(4, address, number)

        def _words(self, code, address, number):
            found = [words.get((code, a)) for a in range(address, address + number)]
            return None if None in found else found

    for _ in range(5):  # somebody else may take the port in between
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = ModbusServer("127.0.0.1", port, no_block=True, data_bank=Holes())
        with suppress(ModbusServer.NetworkError):
            server.start()
            break
    assert server.is_run
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        server.stop()


@contextmanager
def with_pymodbus(words: Words) -> Iterator[str]:
    from pymodbus.constants import ExcCodes
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    async def holes(code, _, address, count, *__):
        cells = [(code, a) for a in range(address, address + count)]
        return None if all(cell in words for cell in cells) else ExcCodes.ILLEGAL_ADDRESS

    def block(code: int) -> list[SimData]:
        values = [words.get((code, address), 0) for address in range(0x10000)]
        return [SimData(0, values=values, datatype=DataType.REGISTERS)]

    ready, loop, stop, ports = threading.Event(), asyncio.new_event_loop(), asyncio.Event(), list[int]()

    async def main() -> None:
        blocks = ([SimData(0, values=[0], datatype=DataType.BITS)],) * 2 + (block(3), block(4))
        server = ModbusTcpServer(SimDevice(1, blocks, action=holes), address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        ports.append(server.transport.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        await server.shutdown()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert ready.wait(patience(30))
    try:
        yield f"tcp://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def registers(profile: Profile) -> Words:
    """Words of a meter in whose registers each quantity has a number of its own, the gaps between them left out."""
    names = [name for name in profile.quantities if name not in profile.derived]
    values = {name: 0.5 if "power_factor" in name else 10.0 + k for k, name in enumerate(names)}
    return encode(profile, values)


@pytest.mark.parametrize("id", MIXED, ids=list(MIXED))
def test_a_meter_is_read_whatever_serves_it(serve: Serve, id: str) -> None:
    profile = load(id)
    words = registers(profile)

    async def main(url: str) -> None:
        client, reader = GatewayClient(url, timeout=10), MeterReader(profile, 1)
        # The registers have gaps that these servers refuse: the first polls learn them.
        for _ in range(2):
            outcome = await reader.read(client, lambda: 1)
        client.close()
        assert outcome.error is None
        truth = decode(profile, words)
        assert outcome.values == {name: truth[name] for name in profile.poll}
        assert len(set(outcome.values.values())) > len(outcome.values) // 2

    with serve(words) as url:
        asyncio.run(main(url))


def test_what_a_device_lacks_is_refused_and_the_rest_still_read(serve: Serve) -> None:
    words = {(3, address): 7 * address for address in range(100, 130)}

    async def main(url: str) -> None:
        client = GatewayClient(url, timeout=10)
        assert await client.read(ReadRequest(3, 100, 30), 1) == [7 * address for address in range(100, 130)]
        for wrong in (ReadRequest(3, 120, 11), ReadRequest(3, 99, 2), ReadRequest(4, 100, 1)):
            with pytest.raises(RefusedError, match="illegal data address") as caught:
                await client.read(wrong, 1)
            assert caught.value.code == 2
            assert await client.read(ReadRequest(3, 129, 1), 1) == [903]
        client.close()

    with serve(words) as url:
        asyncio.run(main(url))


def test_a_unit_that_is_not_on_the_line_is_silent(program: Path) -> None:
    async def main(url: str) -> None:
        client = GatewayClient(url, timeout=10)

        async def answered() -> list[int]:
            with suppress(NoAnswerError):
                return await client.read(ReadRequest(3, 5, 1), 1, timeout=0.2)
            return []

        for _ in range(2):
            with pytest.raises(NoAnswerError):
                await client.read(ReadRequest(3, 5, 1), 2, timeout=0.05)
            # libmodbus takes what comes next for the other unit's answer, and passes over it.
            assert await until(answered) == [55]
        client.close()

    with libmodbus.rtu(program, {(3, 5): 55}) as url:
        asyncio.run(main(url))


def test_a_connection_made_anew_goes_on_where_it_was(serve: Serve) -> None:
    async def main(url: str) -> None:
        client = GatewayClient(url, timeout=10)
        for times in range(5):
            assert await client.read(ReadRequest(3, 0, 2), 1) == [11, 22]
            client.close()
            assert client.opened == times + 1

    with serve({(3, 0): 11, (3, 1): 22}) as url:
        asyncio.run(main(url))
