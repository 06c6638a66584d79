"""Serial gateways: real RTU on a pair of pseudo-terminals."""

from __future__ import annotations

import asyncio
import os
import select
from pathlib import Path

import pytest

from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import GarbledError, NoAnswerError, RefusedError, UnreachableError
from collector.wire.serial_line import SerialLine
from tests.collector.device import Device, running
from tests.collector.serial_bus import SILENT, line_to, line_with_server, plug, pull, terminal
from tests.collector.wire.test_client import NEVER, WORDS, read
from tests.descriptors import crowded
from tests.waiting import patience, until

UNITS = {unit: {address: 1000 * unit + address for address in range(60)} for unit in (1, 2)}


def test_a_real_rtu_server_is_read() -> None:
    async def main(path: str) -> None:
        client = GatewayClient(f"rtu://{path}?baudrate=19200&parity=N")
        assert await client.read(read(5, 3), 1) == [1005, 1006, 1007]
        assert await client.read(read(0, 50), 2) == [2000 + address for address in range(50)]
        with pytest.raises(RefusedError, match="illegal data address") as caught:
            await client.read(read(50, 30), 1)
        assert caught.value.code == 2
        with pytest.raises(NoAnswerError, match=f"unit {SILENT}"):
            await client.read(read(0, 1), SILENT, timeout=0.1)
        assert await client.read(read(7, 1), 2) == [2007]
        client.close()

    with line_with_server(UNITS) as path:
        asyncio.run(main(path))


def test_a_process_with_more_descriptors_than_select_knows_hears_its_line() -> None:
    async def main(path: str) -> None:
        client = GatewayClient(f"rtu://{path}?baudrate=19200&parity=N")
        assert await client.read(read(5, 3), 1) == [1005, 1006, 1007]
        client.close()

    with line_with_server(UNITS) as path, crowded():
        asyncio.run(main(path))


@pytest.mark.parametrize(("timeout", "late"), [(0.1, 0.15), (0.5, 0.9)])
def test_a_late_answer_is_not_taken_for_the_next_one(timeout: float, late: float) -> None:
    async def main() -> None:
        async with running(Device({1: WORDS, 2: WORDS}, rtu=True, delays=[late, 0.3])) as device:
            with line_to(device.port) as path:
                client = GatewayClient(f"rtu://{path}?baudrate=115200")
                with pytest.raises(NoAnswerError):
                    await client.read(read(0, 2), 1, timeout=timeout)
                # The same unit again, with a question that the late answer would fit.
                for address in (10, 20, 30):
                    assert await client.read(read(address, 2), 1) == [300 + address, 301 + address]
                client.close()

    asyncio.run(main())


def test_a_silent_unit_does_not_hold_up_the_others_on_its_line() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS, 2: WORDS}, rtu=True, silent={2})) as device:
            with line_to(device.port) as path:
                client = GatewayClient(f"rtu://{path}?baudrate=115200")
                with pytest.raises(NoAnswerError):
                    await client.read(read(0, 2), 2, timeout=1.5)
                assert await client.read(read(0, 2), 1) == [300, 301]
                client.close()

    asyncio.run(main())


def test_an_answer_of_another_length_is_refused() -> None:
    async def main() -> None:
        async with running(Device({1: WORDS}, rtu=True, shorten=1)) as device:
            with line_to(device.port) as path:
                client = GatewayClient(f"rtu://{path}?baudrate=115200")
                with pytest.raises(GarbledError, match="answered 3 registers where 4"):
                    await client.read(read(0, 4), 1)
                device.shorten = 0
                assert await client.read(read(0, 4), 1) == [300, 301, 302, 303]
                client.close()

    asyncio.run(main())


def test_the_wait_for_an_answer_leaves_the_time_it_takes_on_the_wire() -> None:
    line = SerialLine.of("rtu:///dev/ttyS0?baudrate=1200&parity=E")
    assert line == SerialLine("/dev/ttyS0", 1200, "E")
    assert line.character_seconds == pytest.approx(11 / 1200)
    assert line.transfer_seconds(60) == pytest.approx(133 * 11 / 1200)
    assert line.silence == pytest.approx(3.5 * 11 / 1200)
    assert SerialLine("/dev/ttyS0", 115_200).silence == pytest.approx(0.00175)
    assert SerialLine.of("tcp://a:502") is None

    async def main() -> None:
        async with running(Device({1: WORDS}, rtu=True, delays=[0.6])) as device:
            with line_to(device.port) as path:
                # 50 words take more than a second at 1200 baud, whatever the device's own time-out is.
                client = GatewayClient(f"rtu://{path}?baudrate=1200")
                assert len(await client.read(read(0, 50), 1, timeout=0.2)) == 50
                client.close()

    asyncio.run(main())


def test_why_a_port_does_not_open_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def message(path: object) -> str:
        client = GatewayClient(f"rtu://{path}")
        with pytest.raises(UnreachableError) as caught:
            await client.read(read(0, 1), 1)
        client.close()
        return str(caught.value)

    async def main() -> None:
        assert "is the adapter plugged in" in await message(tmp_path / "ttyUSB9")
        (tmp_path / "file").touch()
        assert "it is no serial port" in await message(tmp_path / "file")
        with line_with_server(UNITS) as path:
            first = GatewayClient(f"rtu://{path}")
            await first.connect()
            assert "another program holds it" in await message(path)
            first.close()
            # A pseudo-terminal knows no parity.
            assert "does not take these settings" in await message(f"{path}?parity=E")
            monkeypatch.setattr(os, "access", lambda *_: False)
            monkeypatch.setattr("pymodbus.transport.serialtransport.serial.serial_for_url", refuse)
            assert "dialout" in await message(path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    asyncio.run(main())


def test_an_adapter_that_is_pulled_out_and_plugged_in_again_is_found(tmp_path: Path) -> None:
    async def main() -> None:
        name = tmp_path / "ttyUSB0"
        client = GatewayClient(f"rtu://{name}?baudrate=115200")
        with line_with_server(UNITS) as path:
            plug(name, path)
            assert await client.read(read(1, 1), 1) == [1001]
        name.unlink()
        with pytest.raises(UnreachableError):
            await client.read(read(1, 1), 1, timeout=30)
        with line_with_server(UNITS) as path:
            plug(name, path)
            client.retry_now()
            assert await client.read(read(2, 1), 1) == [1002]
            client.close()

    asyncio.run(main())


def test_a_pulled_adapter_ends_a_read_at_once() -> None:
    async def main() -> None:
        with terminal() as (near, path):
            client = GatewayClient(f"rtu://{path}?baudrate=115200")
            task = asyncio.create_task(client.read(read(0, 1), 1, timeout=NEVER))
            await until(lambda: select.select([near], [], [], 0)[0], "the request")
            pull(near)
            with pytest.raises(UnreachableError):
                await task
            client.close()

    asyncio.run(main())


def test_one_port_under_two_settings_is_used_in_turn(tmp_path: Path) -> None:
    async def main() -> None:
        pool, name = ConnectionPool(), tmp_path / "by-id"
        with line_with_server(UNITS) as path:
            plug(name, path)
            polled = pool.take(f"rtu://{path}?baudrate=9600")
            values: list[list[int]] = []

            async def poll() -> None:
                while True:
                    values.append(await polled.read(read(1, 1), 1))

            task = asyncio.create_task(poll())
            await until(lambda: len(values) > 3)

            async def probe(options: str) -> list[int]:
                async with pool.lend(f"rtu://{name}?{options}") as client:
                    assert client is not polled
                    before = len(values)
                    got = await client.read(read(2, 2), 2)
                    await asyncio.sleep(0.05)
                    assert len(values) <= before + 1  # one may have been answered just before
                    return got

            both = asyncio.gather(probe("baudrate=19200"), probe("baudrate=38400"))
            assert await asyncio.wait_for(both, patience(10)) == [[2002, 2003]] * 2
            after = len(values)
            await until(lambda: len(values) > after + 3)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            pool.give_back(polled)
            assert not polled.connected

    asyncio.run(main())
