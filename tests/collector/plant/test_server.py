"""Real Modbus TCP on loopback: the plant's servers and pymodbus's client."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusIOException

from collector.plant.faults import Fault, FaultKind, Faults
from collector.plant.readout import Readout
from collector.plant.server import PlantServer
from collector.profile.decode import decode
from collector.profile.store import load
from energy_workbench.domain.errors import BusyError
from tests.collector.plant.conftest import ORIGIN
from tests.waiting import patience, until

NOON = (ORIGIN + timedelta(days=2, hours=12)).timestamp()
ONE_OF_EACH_PROFILE = ["GRID", "MAIN", "DG", "UNIT-F", "UNIT-A-MACHINE-01", "UNIT-A-MACHINE-02"]


@asynccontextmanager
async def running(plant, *faults, now=lambda: NOON):
    """A server whose meters live at noon of the second day; faults have the real clock's or that one's times."""
    server = PlantServer(plant, faults=Faults(faults), now=now)
    await server.start("127.0.0.1", 0)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def client_of(server, number, timeout=2.0):
    meter = server.plant.meters[server.plant.index[number]]
    port = int(server.urls[meter.gateway].rsplit(":", 1)[1])
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=timeout, retries=0)
    assert await client.connect()
    try:
        yield client, meter
    finally:
        client.close()


async def read(client, meter, register):
    ask = client.read_holding_registers if register.function_code == 3 else client.read_input_registers
    return await ask(register.address, count=register.wire.words, device_id=meter.unit_id)


async def values_of(client, meter, names=None):
    profile = load(meter.profile)
    registers = [r for r in profile.registers if names is None or r.quantity in names]
    words = {}
    for register in registers:
        answer = await read(client, meter, register)
        assert not answer.isError(), (register, answer)
        words |= {(register.function_code, register.address + k): w for k, w in enumerate(answer.registers)}
    return decode(profile, words, registers)


@pytest.mark.parametrize("number", ONE_OF_EACH_PROFILE)
def test_every_register_of_a_profile_is_served_with_the_models_values(plant, number):
    async def run():
        async with running(plant) as server, client_of(server, number) as (client, meter):
            told = await values_of(client, meter)
            day, minute, part = plant.locate(NOON)
            known = Readout(plant, meter).at(plant.segment(day, minute), part, NOON)
            profile = load(meter.profile)
            assert set(told) == set(profile.by_quantity)
            for name in profile.poll:
                register = profile.by_quantity[name]
                step = 0.0 if register.wire.floating else register.numerator / register.denominator
                assert told[name] == pytest.approx(known[name], rel=1e-6, abs=step + 1e-6), name

    asyncio.run(run())


def test_counters_read_over_the_wire_advance_by_the_ledger(plant):
    async def run():
        clock = [NOON]
        async with running(plant, now=lambda: clock[0]) as server, client_of(server, "MAIN") as (client, meter):
            before = (await values_of(client, meter, {"energy_active_import"}))["energy_active_import"]
            clock[0] += 900
            after = (await values_of(client, meter, {"energy_active_import"}))["energy_active_import"]
            begin = ORIGIN + timedelta(seconds=NOON - ORIGIN.timestamp())
            truth = plant.ledger("MAIN", begin, begin + timedelta(seconds=900))
            assert after - before == pytest.approx(truth.import_kwh, abs=0.002)

    asyncio.run(run())


def test_what_is_no_register_or_too_long_or_no_meter_is_refused(plant):
    async def run():
        async with running(plant) as server, client_of(server, "UNIT-A-MACHINE-02") as (client, meter):
            unit = meter.unit_id
            assert meter.profile == "carlo_gavazzi_em340"
            gap = await client.read_holding_registers(64, count=20, device_id=unit)
            assert gap.exception_code == 2
            too_long = await client.read_holding_registers(0, count=21, device_id=unit)
            assert too_long.exception_code == 3
            nobody = await client.read_holding_registers(0, count=2, device_id=200)
            assert nobody.exception_code == 0x0B
            written = await client.write_register(0, 1, device_id=unit)
            assert written.isError()
            input_table = await client.read_input_registers(0, count=2, device_id=unit)
            assert input_table.exception_code == 2

    asyncio.run(run())


def test_a_silent_meter_times_out_while_its_neighbour_answers(plant):
    async def run():
        fault = Fault(kind=FaultKind.SILENT, meter="UNIT-A", start=NOON - 1, end=NOON + 1)
        clock = [NOON]
        async with (
            running(plant, fault, now=lambda: clock[0]) as server,
            client_of(server, "UNIT-A", timeout=1.0) as (client, meter),
        ):
            client.set_max_no_responses(1000)
            with pytest.raises(ModbusIOException):
                await client.read_holding_registers(3059, count=2, device_id=meter.unit_id)
            neighbour = plant.meters[plant.index["UNIT-B"]]
            assert neighbour.gateway == meter.gateway
            assert not (await client.read_holding_registers(3059, count=2, device_id=neighbour.unit_id)).isError()
            clock[0] = NOON + 1
            assert not (await client.read_holding_registers(3059, count=2, device_id=meter.unit_id)).isError()

    asyncio.run(run())


def test_a_late_answer_keeps_its_own_transaction(plant):
    slow = Fault(kind=FaultKind.SLOW, meter="UNIT-A", start=0, seconds=0.3)

    def talk(port, first, second):
        def request(transaction, unit, count):
            return struct.pack(">HHHBBHH", transaction, 0, 6, unit, 3, 3059, count)

        with socket.create_connection(("127.0.0.1", port), timeout=patience(5)) as wire:
            wire.sendall(request(11, first, 2))
            time.sleep(0.05)  # the two requests are two packets
            wire.sendall(request(12, second, 4))
            answers, data = [], b""
            while len(answers) < 2:
                data += wire.recv(4096)
                while len(data) >= 6 and len(data) >= 6 + int.from_bytes(data[4:6], "big"):
                    length = 6 + int.from_bytes(data[4:6], "big")
                    answers.append((int.from_bytes(data[:2], "big"), data[6], data[8]))
                    data = data[length:]
            return answers

    async def run():
        async with running(plant, slow) as server:
            first, second = (plant.meters[plant.index[n]] for n in ("UNIT-A", "UNIT-B"))
            port = int(server.urls[first.gateway].rsplit(":", 1)[1])
            answers = await asyncio.to_thread(talk, port, first.unit_id, second.unit_id)
            assert answers == [(12, second.unit_id, 8), (11, first.unit_id, 4)]

    asyncio.run(run())


def test_exceptions_and_missing_values_are_played(plant):
    async def run():
        refusing = Fault(kind=FaultKind.EXCEPTION, gateway=0, start=NOON, end=NOON + 1, code=6)
        missing = Fault(kind=FaultKind.NAN, meter="MAIN", start=NOON + 1)
        clock = [NOON]
        async with (
            running(plant, refusing, missing, now=lambda: clock[0]) as server,
            client_of(server, "MAIN") as (client, meter),
        ):
            answer = await client.read_holding_registers(3059, count=2, device_id=meter.unit_id)
            assert answer.exception_code == 6
            clock[0] = NOON + 1
            told = await values_of(client, meter, {"active_power_total", "energy_active_import", "power_factor_total"})
            assert set(told.values()) == {None}

    asyncio.run(run())


def test_a_dropped_gateway_closes_connections_and_refuses_new_ones_until_it_is_over(plant):
    async def closed_by_server(reader):
        return await asyncio.wait_for(reader.read(1), patience(5)) == b""

    async def run():
        begin = time.time()
        drop = Fault(kind=FaultKind.DROP, gateway=1, start=begin + 3.0, end=begin + 4.0)
        async with running(plant, drop) as server:
            port = int(server.urls[1].rsplit(":", 1)[1])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert time.time() < begin + 3.0
            assert await closed_by_server(reader)
            assert time.time() >= begin + 2.9
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await closed_by_server(reader)
            writer.close()
            await until(lambda: time.time() >= begin + 4.0)
            async with client_of(server, "UNIT-A") as (client, meter):
                assert not (await client.read_holding_registers(3059, count=2, device_id=meter.unit_id)).isError()

    asyncio.run(run())


def test_a_port_in_use_is_named(plant):
    async def run():
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(BusyError, match=str(port)):
                await PlantServer(plant, now=lambda: NOON).start("127.0.0.1", port)

    asyncio.run(run())
