"""Each fault of the plant on each transport: what is stored was on the wire, and the neighbours do not notice.

All cases run side by side on one loop, each with a gateway of its own: the plant's Modbus TCP server, and in front of
it, as in a switchboard, a converter to RTU over TCP, to a serial line, or to TLS.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
import tty
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trustme
from pymodbus.framer import FramerRTU

from collector.plant.device import Device
from collector.plant.faults import Fault, FaultKind, Faults
from collector.plant.model import Plant
from collector.plant.readout import Readout
from collector.plant.server import Gateway
from collector.plant.tree import build
from collector.polling.communication import Tally
from collector.polling.meter_reader import Limits, MeterReader
from collector.polling.poller import GatewayPoller, Target
from collector.polling.slots import SteadyClock
from collector.profile.decode import Decoder, readable
from collector.profile.read_plan import plan
from collector.profile.store import load
from collector.wire.client import GatewayClient
from energy_workbench.domain.entities import Live
from energy_workbench.domain.status import Communication
from energy_workbench.lake.reading import Reading
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from tests.waiting import patience, until

TRANSPORTS = ("tcp", "tls", "rtutcp", "rtu")
CASES = list(product(FaultKind, TRANSPORTS))
ORIGIN = datetime(2026, 8, 24, tzinfo=UTC)
METERS = 3
PERIOD = 1.0
FAULT_FROM, FAULT_TO, RUN_SECONDS = 4.0, 7.0, 16.0
"""All cases run for so long, and on until each has something to judge."""
LASTS = (FaultKind.RESET, FaultKind.NAN)
"""Faults that do not end: what they do can be waited for."""
RECOVERS = (FaultKind.SILENT, FaultKind.SLOW, FaultKind.EXCEPTION, FaultKind.DROP)
"""Faults after which the device has to be read again."""
ENOUGH = 5
"""Slots of each neighbour, from the fault on, that have to be judged."""
TIMEOUT = 0.3
SLOW = 0.45
"""A slow answer comes after its time-out: with serial framing it must not pass for another one's."""
BLOCKED_SECONDS = 2 * TIMEOUT + SLOW + 0.6
"""How long a question to the faulty device may keep a line busy: asked twice, its late answer, silence after it."""
RECONNECT_SECONDS = 4.5
"""A gateway that refused connections is tried again after 1, 2, 4 s."""
LAG_SECONDS = 0.08
"""From here on the machine, and no fault, may be why an answer is late."""
AFTER_LAG_SECONDS = 2 * PERIOD
"""A meter that answered too late for that is asked again, after the others, within so long."""


class Told(Device):
    """A device of the plant that remembers what it was asked and what it said."""

    def __init__(self, *told) -> None:
        super().__init__(*told)
        self.asked: list[float] = []
        self.said: list[tuple[float, tuple[int, int, int], list[int]]] = []

    async def answer(self, function_code, start_address, address, count, registers, set_values):
        self.asked.append(time.time())
        refusal = await super().answer(function_code, start_address, address, count, registers, set_values)
        if refusal is None:
            words = registers[address - start_address : address - start_address + count]
            self.said.append((time.time(), (function_code, address, count), list(words)))
        return refusal


@dataclass
class Case:
    """One fault on one transport."""

    devices: list[Told]
    started: float
    poller: GatewayPoller = field(init=False)
    readings: list[Reading] = field(default_factory=list)
    live: dict[int, Live] = field(default_factory=dict)

    def sink(self, key: int, reading: Reading | None, live: Live) -> None:
        self.live[key] = live
        if reading:
            self.readings.append(reading)

    def of(self, key: int) -> list[Reading]:
        return [reading for reading in self.readings if reading.meter == key]

    def since(self, key: int, seconds: float) -> list[Reading]:
        """Readings of a meter from so long after the start on."""
        return [reading for reading in self.of(key) if reading.ts_us / 1e6 > self.started + seconds]

    def enough(self, kind: FaultKind) -> bool:
        """Whether there is something to judge, or it may yet come: what a test then lacks is no matter of time."""
        neighbours = all(len(self.since(key, FAULT_FROM)) > ENOUGH + 2 * PERIOD for key in range(1, METERS))
        if kind in RECOVERS:
            again = self.since(0, FAULT_TO) and self.live[0].communication is not Communication.OFFLINE
            return neighbours and bool(again)
        return neighbours and (kind is not FaultKind.NAN or bool(self.since(0, FAULT_FROM + 0.5)))


@dataclass
class Run:
    cases: dict[tuple[FaultKind, str], Case]
    lags: list[tuple[float, float]]
    """From when to when the machine had no time for this process [s since 1970]."""
    ended: float


def _frame(unit: int, body: bytes) -> bytes:
    frame = bytes([unit]) + body
    return frame + FramerRTU.compute_CRC(frame).to_bytes(2, "big")


class Converter:
    """Between a serial line, or RTU over TCP, and the Modbus TCP port behind it; answers go back as they come."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def carry(self, reader: asyncio.StreamReader, write, close) -> None:
        back = None
        try:
            while True:
                question = await reader.readexactly(8)
                assert _frame(question[0], question[1:6]) == question
                if back is None or back.done():
                    with suppress(OSError):
                        answers, asks = await asyncio.open_connection("127.0.0.1", self.port)
                        back = asyncio.create_task(self._back(answers, write, close))
                if back is not None and not back.done():
                    asks.write(b"\0\1\0\0\0\6" + question[:6])
                else:
                    close()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if back is not None:
                back.cancel()
                asks.close()

    async def _back(self, answers: asyncio.StreamReader, write, close) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await answers.readexactly(7)
                write(_frame(head[6], await answers.readexactly(int.from_bytes(head[4:6], "big") - 1)))
        close()


async def _rtutcp(port: int, stack: AsyncExitStack, _: Path) -> str:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Converter(port).carry(reader, writer.write, writer.close)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stack.callback(server.close)
    return f"rtutcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _rtu(port: int, stack: AsyncExitStack, _: Path) -> str:
    near, far = os.openpty()
    tty.setraw(far)
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    file = os.fdopen(os.dup(near), "rb", 0)
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    task = asyncio.create_task(Converter(port).carry(reader, lambda data: os.write(near, data), lambda: None))
    for end in (near, far):
        stack.callback(os.close, end)
    stack.callback(pipe.close)
    stack.callback(task.cancel)
    return f"rtu://{os.ttyname(far)}?baudrate=115200"


async def _tls(port: int, stack: AsyncExitStack, folder: Path) -> str:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(4096):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, asks = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pipe(reader, asks), pipe(answers, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    stack.callback(server.close)
    return f"tls://localhost:{server.sockets[0].getsockname()[1]}?ca={folder / 'ca.pem'}"


async def _tcp(port: int, *_: object) -> str:
    return f"tcp://127.0.0.1:{port}"


FRONTS = {"tcp": _tcp, "tls": _tls, "rtutcp": _rtutcp, "rtu": _rtu}


async def _begin(
    kind: FaultKind, transport: str, plant: Plant, stack: AsyncExitStack, started: float, folder: Path
) -> tuple[Case, asyncio.Task[None]]:
    number = 7
    meters = [meter for meter in plant.meters if meter.gateway == number][:METERS]
    where = {"gateway": number} if kind is FaultKind.DROP else {"meter": meters[0].number}
    end = float("inf") if kind in LASTS else FAULT_TO
    counted = Readout(plant, meters[0], Faults()).at(plant.segment(*plant.locate(started)[:2]), 0.0, started)[
        "energy_active_import"
    ]
    fault = Fault(
        kind=kind, start=started + FAULT_FROM, end=started + end, seconds=SLOW, modulus=float(int(counted / 2) + 1),
        **where,
    )  # fmt: skip
    faults = Faults((fault,))
    devices = [Told(Readout(plant, meter, faults), load(meter.profile), faults, time.time) for meter in meters]
    gateway = Gateway(number, [device.simulated() for device in devices], faults, ("127.0.0.1", 0))
    await gateway.serve_forever(background=True)
    stack.push_async_callback(gateway.shutdown)
    for drop in faults.drops(number):
        asyncio.get_running_loop().call_later(max(0.0, drop.start - time.time()), gateway.close_lines)
    port = gateway.transport.sockets[0].getsockname()[1]
    url = await FRONTS[transport](port, stack, folder)
    client = GatewayClient(url)
    stack.callback(client.close)
    targets = [
        Target(key, meter.number, int(PERIOD * 1e6), MeterReader(load(meter.profile), meter.unit_id), Live(), Tally())
        for key, meter in enumerate(meters)
    ]
    case = Case(devices, started)
    failures = RepeatedFailures(logging.getLogger("test"))
    case.poller = GatewayPoller(client, targets, case.sink, SteadyClock(), failures, Limits(timeout=TIMEOUT))
    return case, asyncio.create_task(case.poller.run())


async def _watch(lags: list[tuple[float, float]]) -> None:
    while True:
        before = time.time()
        await asyncio.sleep(0.02)
        if (now := time.time()) - before > LAG_SECONDS:
            lags.append((before, now))


@asynccontextmanager
async def _ended(tasks: list[asyncio.Task[None]]):
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(folder: Path) -> Run:
    patience(0)  # measures the machine, once, before its lags matter
    plant = Plant(build(42), seed=5, origin=ORIGIN, zone=ZoneInfo("Asia/Kolkata"))
    started = time.time() + 1.0
    plant.segment(*plant.locate(started)[:2])  # summing up the past takes a moment
    started, lags, tasks, cases = time.time(), [], [], {}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_ended(tasks))
        tasks.append(asyncio.create_task(_watch(lags)))
        for kind, transport in CASES:
            case, task = await _begin(kind, transport, plant, stack, started, folder)
            cases[kind, transport] = case
            tasks.append(task)

        def enough() -> bool:
            over = time.time() >= started + RUN_SECONDS
            return over and all(case.enough(kind) for (kind, _), case in cases.items())

        # Who lacks what is said by its own test.
        with suppress(AssertionError):
            await until(enough, seconds=RUN_SECONDS + 30, every=PERIOD / 2)
    return Run(cases, lags, time.time())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return asyncio.run(_run(tmp_path_factory.mktemp("matrix")))


@pytest.mark.parametrize(("kind", "transport"), CASES)
def test_every_reading_was_on_the_wire_at_that_time_for_that_meter(run: Run, kind: FaultKind, transport: str) -> None:
    case = run.cases[kind, transport]
    checked = 0
    for target in case.poller.targets:
        said = case.devices[target.key].said
        for reading in case.of(target.key):
            checked += 1
            assert _possible(target, reading, said), (target.number, reading)
    assert checked > METERS * 3


def _possible(target: Target, reading: Reading, said: list[tuple[float, tuple[int, int, int], list[int]]]) -> bool:
    """Whether the device said these values, all of them, around that instant."""
    at = reading.ts_us / 1e6
    near = [(when, block, words) for when, block, words in said if abs(when - at) < 2 * PERIOD]
    profile = target.reader.profile
    held: dict[str, set[float | None]] = {}
    for request in plan(profile):
        for _, block, words in near:
            if block == (request.function_code, request.address, request.count):
                cells = [(request.function_code, a) for a in range(request.address, request.address + request.count)]
                registers = readable(list(request.registers), set(cells))
                for name, value in Decoder(profile, registers, cells)(words).items():
                    held.setdefault(name, set()).add(value)
    return all(value in held[name] for name, value in reading.values.items() if name in held) and any(
        name in held for name in reading.values
    )


@pytest.mark.parametrize(("kind", "transport"), CASES)
def test_the_neighbours_are_read_in_every_slot_that_the_fault_leaves_them(
    run: Run, kind: FaultKind, transport: str
) -> None:
    case = run.cases[kind, transport]
    blocked = [(at, at + BLOCKED_SECONDS) for at in case.devices[0].asked] if kind is not FaultKind.DROP else []
    if kind is FaultKind.DROP:
        blocked = [(case.started + FAULT_FROM, case.started + FAULT_TO + RECONNECT_SECONDS)]
    # The fault's own time only: a device that is sound, or sound again, is answered within milliseconds.
    blocked = [(a, b) for a, b in blocked if b > case.started + FAULT_FROM - 1 and a < case.started + FAULT_TO]
    blocked += [(begin - TIMEOUT, end + AFTER_LAG_SECONDS) for begin, end in run.lags]
    period_us = int(PERIOD * 1e6)
    missing = due = 0
    for target in case.poller.targets[1:]:
        found = {reading.slot_us for reading in case.of(target.key)}
        assert found, f"{target.number}: {case.live.get(target.key)}"
        judged = 0
        for slot in range(min(found), int((run.ended - 2) * 1e6), period_us):
            begin, end = slot / 1e6, slot / 1e6 + 2 * PERIOD
            excused = any(a < end and b > begin for a, b in blocked)
            # What was read was read, whatever would have excused its lack: a busy machine excuses nearly all.
            if slot in found or not excused:
                due += 1
                judged += begin > case.started + FAULT_FROM
                missing += slot not in found
        assert judged >= ENOUGH, (target.number, judged)
    assert missing <= 0.01 * due, (missing, due)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", RECOVERS)
def test_the_faulty_device_is_read_again_after_its_fault(run: Run, kind: FaultKind, transport: str) -> None:
    case = run.cases[kind, transport]
    assert case.since(0, FAULT_TO), case.live[0]
    assert case.live[0].communication is not Communication.OFFLINE


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_a_device_does_not_know_is_null_and_never_a_number(run: Run, transport: str) -> None:
    case = run.cases[FaultKind.NAN, transport]
    inside = case.since(0, FAULT_FROM + 0.5)
    assert inside
    for reading in inside:
        assert reading.values["active_power_total"] is None
