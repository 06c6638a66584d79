"""The wire: what goes wrong on it is told apart, and a late answer is nobody else's."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from collector.wire.client import GatewayClient
from collector.wire.errors import GarbledError, NoAnswerError, RefusedError, UnreachableError
from collector.wire.read_request import ReadRequest
from energy_workbench.domain.errors import InputError
from tests.collector.device import Device, running
from tests.waiting import patience, until

NEVER = 3600.0
"""Longer than any test may take: what is to end by itself must not need it [s]."""
WORDS = {(code, address): 100 * code + address for code in (3, 4) for address in range(50)}


def read(address: int, count: int, code: int = 3) -> ReadRequest:
    return ReadRequest(code, address, count)


@pytest.mark.parametrize("rtu", [False, True])
def test_words_come_as_the_device_has_them(rtu: bool) -> None:
    async def main() -> None:
        async with running(Device({5: WORDS}, rtu=rtu)) as device:
            client = GatewayClient(device.url)
            assert await client.read(read(2, 3), 5) == [302, 303, 304]
            assert await client.read(read(0, 2, 4), 5, base=10) == [410, 411]
            client.close()

    asyncio.run(main())


def test_an_exception_is_told_with_its_code() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, holes=True)) as device:
            client = GatewayClient(device.url)
            with pytest.raises(RefusedError, match="illegal data address") as caught:
                await client.read(read(48, 5), 1)
            assert caught.value.code == 2
            assert await client.read(read(0, 1), 1) == [300]
            client.close()

    asyncio.run(main())


def test_a_dead_meter_costs_one_time_out_and_not_the_connection() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS, 2: WORDS}, silent={2})) as device:
            client = GatewayClient(device.url)
            for _ in range(8):
                with pytest.raises(NoAnswerError):
                    await client.read(read(0, 1), 2, timeout=0.05)
            assert len(device.asked) == 8
            assert await client.read(read(0, 1), 1) == [300]
            assert device.connections == 1
            client.close()

    asyncio.run(main())


@pytest.mark.parametrize("rtu", [False, True])
def test_a_late_answer_is_not_taken_for_the_next_one(rtu: bool) -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, rtu=rtu, delays=[0.25])) as device:
            client = GatewayClient(device.url)
            with pytest.raises(NoAnswerError):
                await client.read(read(0, 2), 1, timeout=0.1)
            for address in (10, 20, 30):
                assert await client.read(read(address, 2), 1) == [300 + address, 301 + address]
                await asyncio.sleep(0.1)  # the late answer arrives between or during these
            client.close()

    asyncio.run(main())


@pytest.mark.parametrize("rtu", [False, True])
def test_an_answer_of_another_length_is_refused(rtu: bool) -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, rtu=rtu, shorten=1)) as device:
            client = GatewayClient(device.url)
            with pytest.raises(GarbledError, match="answered 3 registers where 4"):
                await client.read(read(0, 4), 1)
            device.shorten = 0
            assert len(await client.read(read(0, 4), 1)) == 4
            client.close()

    asyncio.run(main())


def test_a_gateway_may_rewrite_the_unit_id() -> None:
    async def main() -> None:
        async with running(Device({7: WORDS}, answer_as=255)) as device:
            client = GatewayClient(device.url)
            assert await client.read(read(1, 1), 7, timeout=patience(5)) == [301]
            client.close()

    asyncio.run(main())


def test_nobody_there_is_told_at_once_and_a_gateway_that_comes_back_is_found() -> None:
    async def main() -> None:
        device = Device({1: WORDS})
        async with running(device):
            pass
        client = GatewayClient(device.url)
        with pytest.raises(UnreachableError, match=r"accepts no connection \(Connection refused\)"):
            await client.read(read(0, 1), 1)
        async with running(device):

            async def found() -> list[int]:
                with suppress(UnreachableError):
                    return await client.read(read(0, 1), 1)
                return []

            assert await until(found) == [300]
            client.close()

    asyncio.run(main())


def test_a_connection_lost_during_a_read_does_not_wait_for_the_time_out() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, drop=True)) as device:
            client = GatewayClient(device.url)
            with pytest.raises(UnreachableError):
                await client.read(read(0, 1), 1, timeout=NEVER)
            device.drop = False
            assert await client.read(read(0, 1), 1) == [300]
            client.close()

    asyncio.run(main())


def test_a_pause_is_kept_where_the_line_needs_it() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, rtu=True)) as device:
            client = GatewayClient(device.url)
            started = time.monotonic()
            for _ in range(4):
                await client.read(read(0, 1), 1, pause=0.06)
            assert time.monotonic() - started >= 0.18
            client.close()
        async with running(Device({1: WORDS})) as device:
            client = GatewayClient(device.url)
            assert not client.paced
            client.paced = True
            started = time.monotonic()
            for _ in range(4):
                await client.read(read(0, 1), 1, pause=0.06)
            assert time.monotonic() - started >= 0.18
            client.close()

    asyncio.run(main())


def test_a_cancelled_read_leaves_no_answer_behind() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, rtu=True, delays=[0.2])) as device:
            client = GatewayClient(device.url)
            task = asyncio.create_task(client.read(read(0, 2), 1))
            await until(lambda: device.asked)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await client.read(read(10, 2), 1) == [310, 311]
            client.close()

    asyncio.run(main())


@pytest.mark.parametrize("url", ["", "http://a:1", "tcp://", "tcp://a:99999", "rtu://../x"])
def test_what_is_no_address_is_an_error(url: str) -> None:
    with pytest.raises(InputError):
        GatewayClient(url)


def test_pymodbuss_own_server_is_understood() -> None:
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    async def main() -> None:
        data = [SimData(10, values=[1, 2, 3], datatype=DataType.REGISTERS)]
        server = ModbusTcpServer([SimDevice(3, data)], address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        port = server.transport.sockets[0].getsockname()[1]
        client = GatewayClient(f"tcp://127.0.0.1:{port}")
        assert await client.read(read(10, 3), 3) == [1, 2, 3]
        with pytest.raises(RefusedError):
            await client.read(read(12, 3), 3)
        client.close()
        await server.shutdown()

    asyncio.run(main())
