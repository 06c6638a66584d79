"""A scan finds who answers and what it is, by reads alone, and leaves the polls of the line their turns."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from collector.probing import scan as room
from collector.probing.scan import Scan, ScanRow, State, units_of
from collector.probing.scans import KEPT, Scans
from collector.profile.store import load
from collector.wire.connection_pool import ConnectionPool
from collector.wire.read_request import ReadRequest
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from tests.collector.device import Device, running
from tests.collector.meters import device_words
from tests.collector.polling.test_meter_reader import words_of
from tests.collector.serial_bus import SILENT, line_with_server
from tests.collector.typed import is_of
from tests.waiting import until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence costs little here; what a device is given is tried in `test_who_answers_late_is_found`."""
    monkeypatch.setattr(room, "SHORT_WAIT_SECONDS", 0.15)
    monkeypatch.setattr(room, "THOROUGH", 2)


def bus(**more: Any) -> Device:
    units = {3: device_words(load("eastron_sdm630")), 7: device_words(load("schneider_pm5xxx"))}
    return Device(units, holes=True, **more)


async def scanned(url: str, units: str, pool: ConnectionPool | None = None) -> ScanRow:
    scan = Scan("scn_1", url, units, (), pool or ConnectionPool())
    await scan.run()
    row = scan.row()
    assert is_of(ScanRow, row)
    return row


def test_units_that_answer_are_found_with_what_they_are() -> None:
    async def main() -> None:
        async with running(bus()) as device:
            row = await scanned(device.url, "1-8")
            assert (row["state"], row["error"]) == ("done", "")
            assert row["asked"] == row["of"]
            assert [unit["unit_id"] for unit in row["found"]] == [3, 7]
            best = [unit["candidates"][0] for unit in row["found"]]
            assert [each["profile"] for each in best] == ["eastron_sdm630", "schneider_pm5xxx"]
            assert all(each["certainty"] == "certain" and each["reasons"] for each in best)
            assert {code for _, code, _, _ in device.asked} <= {3, 4}
            assert device.crowd == 1
            assert not {unit for unit, *_ in device.asked} - {*range(1, 9), *room.NOBODY}

    asyncio.run(main())


def test_who_answers_late_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that takes longer than the scan waits is heard while others are asked."""
    monkeypatch.setattr(room, "FIRST", room.FIRST[:1])

    async def main() -> None:
        late = [2 * room.SHORT_WAIT_SECONDS]  # the first that the device answers
        async with running(Device({3: device_words(load("eastron_sdm630"))}, delays=late)) as device:
            row = await scanned(device.url, "1-9")
            assert [unit["unit_id"] for unit in row["found"]] == [3]

    asyncio.run(main())


def test_a_device_that_knows_input_registers_only_is_found() -> None:
    class Silent(Device):
        async def _answer(self, writer: Any, head: bytes, unit: int, code: int, *request: int) -> None:
            if code == 4:
                await super()._answer(writer, head, unit, code, *request)

    async def main() -> None:
        words = {cell: word for cell, word in device_words(load("eastron_sdm120")).items() if cell[0] == 4}
        async with running(Silent({5: words})) as device:
            row = await scanned(device.url, "4-6")
            assert [unit["unit_id"] for unit in row["found"]] == [5]
            assert row["found"][0]["candidates"][0]["profile"].startswith("eastron_sdm")

    asyncio.run(main())


@pytest.mark.parametrize("code", [11, 10, 4])
def test_a_gateway_that_answers_for_the_silent_is_believed(code: int) -> None:
    async def main() -> None:
        device = bus()
        absent = [*range(1, 3), *range(4, 7), *room.NOBODY]
        device.units |= {unit: {} for unit in absent}
        device.exceptions = dict.fromkeys(absent, code)
        async with running(device):
            row = await scanned(device.url, "1-7")
            assert [unit["unit_id"] for unit in row["found"]] == [3, 7]

    asyncio.run(main())


def test_one_device_that_ignores_unit_ids_is_found_once() -> None:
    class Careless(Device):
        async def _answer(self, writer: Any, head: bytes, unit: int, *request: int) -> None:
            self.units[unit] = self.units[1]
            await super()._answer(writer, head, unit, *request)

    async def main() -> None:
        async with running(Careless({1: device_words(load("eastron_sdm630"))}, holes=True)) as device:
            row = await scanned(device.url, "1-247")
            assert [unit["unit_id"] for unit in row["found"]] == [1]
            assert "ignores it" in row["notes"][0]
            assert row["found"][0]["candidates"][0]["profile"] == "eastron_sdm630"

    asyncio.run(main())


def test_a_device_that_is_silent_on_what_it_lacks_is_found_where_few_are_scanned() -> None:
    class Shy(Device):
        async def _answer(self, writer: Any, head: bytes, unit: int, code: int, address: int, count: int) -> None:
            if all((code, at) in self.units.get(unit, {}) for at in range(address, address + count)):
                await super()._answer(writer, head, unit, code, address, count)

    async def main() -> None:
        async with running(Shy({2: device_words(load("schneider_pm5xxx"))})) as device:
            assert [unit["unit_id"] for unit in (await scanned(device.url, "1-2"))["found"]] == [2]
            row = await scanned(device.url, "1-3")
            assert row["found"] == []
            assert "silent on what it lacks" in row["notes"][0]

    asyncio.run(main())


def test_a_gateway_that_cannot_be_reached_is_told_with_what_to_try() -> None:
    row = asyncio.run(scanned("tcp://127.0.0.1:1", "1-247"))
    assert row["state"] == "failed"
    assert "accepts no connection" in row["error"]
    assert row["advice"].startswith("no connection: check address")


def test_a_gateway_that_hangs_up_on_units_that_it_does_not_know() -> None:
    class HangsUp(Device):
        async def _answer(self, writer: Any, head: bytes, unit: int, *request: int) -> None:
            if unit in self.units:
                await super()._answer(writer, head, unit, *request)
            else:
                writer.close()

    async def main() -> None:
        async with running(HangsUp({2: device_words(load("eastron_sdm630"))}, holes=True)) as device:
            row = await scanned(device.url, "1-3")
            assert [unit["unit_id"] for unit in row["found"]] == [2]

    asyncio.run(main())


def test_polls_of_the_same_gateway_go_on_during_a_scan() -> None:
    async def main() -> None:
        pool = ConnectionPool()
        async with running(bus()) as device:
            client = pool.take(device.url)

            async def poll() -> None:
                while True:
                    await client.read(ReadRequest(3, 2999, 2), 7)

            task = asyncio.create_task(poll())
            scan = Scan("scn_1", device.url, "100-110", (), pool)
            await scan.run()
            task.cancel()
            assert scan.state is State.DONE
            # Between any two questions of the scan a poll has its turn, also where nobody answers.
            between = [unit == 7 for unit, *_ in device.asked]
            assert between.count(False) >= 22
            assert not any(not one and not other for one, other in pairwise(between))
            assert device.connections == 1
            assert device.crowd == 1

    asyncio.run(main())


def test_a_serial_line_is_scanned_in_turn_with_the_polls_of_other_settings() -> None:
    async def main(path: str) -> None:
        pool = ConnectionPool()
        url = f"rtu://{path}?baudrate=9600"
        client = pool.take(url)
        before = await client.read(ReadRequest(3, 0, 2), 1)
        row = await scanned(f"rtu://{path}?baudrate=19200", f"1,{SILENT},10-11", pool)
        assert [unit["unit_id"] for unit in row["found"]] == [1]
        assert await client.read(ReadRequest(3, 0, 2), 1) == before

    words = words_of(load("eastron_sdm120"), 230.0)
    holding = {address: words.get((4, address), 0) for address in range(max(a for _, a in words) + 2)}
    with line_with_server({1: holding}) as path:
        asyncio.run(main(path))


def test_a_scan_is_one_at_a_time_of_a_gateway_and_can_be_cancelled() -> None:
    async def main() -> None:
        async with running(Device({})) as device, running(bus()) as other:
            scans = Scans(ConnectionPool(), ())
            first = scans.start(device.url, "1-247")
            with pytest.raises(ConflictError, match=first["id"]):
                scans.start(device.url, "5")
            second = scans.start(other.url, "3")
            await until(lambda: scans.row(first["id"])["asked"] > 0)
            stopped = await scans.cancel(first["id"])
            assert stopped["state"] == "cancelled"
            assert (await scans.cancel(first["id"]))["state"] == "cancelled"
            asked = len(device.asked)
            await until(lambda: scans.row(second["id"])["state"] == "done")
            assert len(device.asked) == asked
            assert scans.start(device.url, "1")["state"] == "running"
            await scans.close()
            assert not scans.under_way
            with pytest.raises(NotFoundError, match="scan again"):
                scans.row("scn_none")

    asyncio.run(main())


def test_a_serial_port_is_one_gateway_whatever_its_settings(tmp_path: Any) -> None:
    async def main() -> None:
        scans = Scans(ConnectionPool(), ())
        scans.start(f"rtu://{tmp_path}/none?baudrate=9600", "1")
        with pytest.raises(ConflictError):
            scans.start(f"rtu://{tmp_path}/none?baudrate=19200", "1")
        await scans.close()

    asyncio.run(main())


def test_scans_that_ended_are_told_of_for_a_while() -> None:
    async def main() -> None:
        scans = Scans(ConnectionPool(), ())
        ids = []
        for _ in range(KEPT + 2):
            ids.append(scans.start("tcp://127.0.0.1:1", "1")["id"])
            await until(lambda: not scans.under_way)
        with pytest.raises(NotFoundError):
            scans.row(ids[0])
        assert scans.row(ids[-1])["state"] == "failed"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("text", "units"), [("1-3", (1, 2, 3)), ("5", (5,)), ("1-3, 2-4,0", (1, 2, 3, 4, 0)), ("247", (247,))]
)
def test_units_are_numbers_and_ranges(text: str, units: tuple[int, ...]) -> None:
    assert units_of(text) == units


@pytest.mark.parametrize("text", ["", "a", "3-1", "248", "1-", "1,,2", "-1", "1-2-3", "١"])
def test_what_are_no_units_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="1-32,40"):
        units_of(text)
