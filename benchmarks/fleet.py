"""Fleets on one core, at 1 Hz and ten times as many every 10 s, and what a dead meter costs its neighbours.

Usage: python -m benchmarks fleet
   or: python -m benchmarks.fleet [--meters 1000] [--seconds 30] [--profile janitza_umg96rm]

The fleet is polled by a whole collector: registry, planning, decoding, spool, live state. What is told comes from the
readings in its spool: each one's instant against the instant at which its meter was due, and the slots without one.
The devices are in a process of their own, on another core where there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import resource
import socket
import struct
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

PER_GATEWAY = 50
WARM_SECONDS = 5
DEAD_PERIOD, DEAD_SECONDS, DEAD_UNIT, BUS_METERS = 2.0, 40.0, 4, 10
BUS_SECONDS = 0.03
"""What one question and its answer take on the bus [s]."""


def serve(ports: int, silent: int, busy: float, core: int, ready: Connection) -> None:
    """Devices that answer any read: one bus a port; each answer takes `busy` seconds of it, `silent` gives none."""
    _pin(core)

    class Bus(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.free_at, self.rest = transport, 0.0, b""

        def data_received(self, data: bytes) -> None:
            data = self.rest + data
            while len(data) >= 12:
                request, data = data[:12], data[12:]
                if request[6] != silent:
                    self.answer(request)
            self.rest = data

        def answer(self, request: bytes) -> None:
            count = request[10] << 8 | request[11]
            frame = request[:4] + struct.pack(">HBBB", 3 + 2 * count, request[6], request[7], 2 * count)
            frame += b"\x42\x48" * count
            loop = asyncio.get_running_loop()
            self.free_at = max(self.free_at, loop.time()) + busy
            if busy:
                loop.call_at(self.free_at, self.transport.write, frame)
            else:
                self.transport.write(frame)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(Bus, "127.0.0.1", 0) for _ in range(ports)]
        ready.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    asyncio.run(main())


def collect(home: Path, seconds: float, core: int, done: Connection) -> None:
    """A collector, for some seconds; tells what its own counts say, and the processor's time it took."""
    _pin(core)
    from collector.collector import Collector
    from energy_workbench.runtime import settings as settings_room

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        collector = Collector(settings_room.load(home, {"ENERGY_WORKBENCH_METRICS_PORT": port}))
        began, used = time.monotonic(), time.process_time()
        task = asyncio.create_task(collector.run())
        await asyncio.sleep(seconds)
        share = (time.process_time() - used) / (time.monotonic() - began)
        gateways = list(collector.statistics.gateways.values())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        done.send((share, memory, sum(each.missed for each in gateways), sum(each.requests for each in gateways)))

    asyncio.run(main())


def polled(meters: int, gateways: int, seconds: float, profile: str, period: float, silent: int, busy: float) -> Fleet:
    """Poll a fleet, and look at what is in its spool."""
    from energy_workbench.registry import Registry
    from energy_workbench.registry.meter_files.import_plan import MeterRow
    from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import
    from energy_workbench.runtime import settings as settings_room

    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, devices(gateways, silent, busy, cores[-1]) as ports:
        settings = settings_room.load(Path(folder), {})
        registry = Registry(settings.registry_url)
        registry.migrate()
        rows = [
            MeterRow(line, {
                "number": f"M{line}", "name": "M", "type": "machine", "profile": profile, "poll_seconds": str(period),
                "gateway": f"tcp://127.0.0.1:{ports[line % gateways]}", "unit_id": str(1 + line // gateways),
            })
            for line in range(meters)
        ]  # fmt: skip
        apply_import(registry, plan_import(registry, rows), by="bench")
        registered = registry.meters()
        registry.close()
        share, memory, missed, requests = _in_process(collect, settings.home, WARM_SECONDS + seconds, cores[0])
        return Fleet(settings.spool_path, registered, period, share, memory, missed, requests, seconds)


class Fleet:
    """What a fleet's spool tells: lateness [s] in order, slots without a reading, and readings by unit."""

    def __init__(
        self,
        spool: Path,
        meters: list,
        period: float,
        share: float,
        memory: float,
        missed: int,
        requests: int,
        seconds: float,
    ) -> None:
        from collector.polling.poller import Target
        from energy_workbench.lake.spool.spool import Spool

        self.share, self.memory, self.missed, self.rate = share, memory, missed, requests / (WARM_SECONDS + seconds)
        period_us = int(period * 1e6)
        phases = {m.key: Target(m.key, "", period_us, None, None, None).phase_us for m in meters}  # type: ignore[arg-type]
        units = {m.key: m.unit_id for m in meters}
        with contextlib.closing(Spool(spool)) as opened:
            rows = _rows(opened)
        first = min(slot for _, slot, _ in rows) + WARM_SECONDS * 1_000_000
        # The last second is cut off by the end.
        last = max(slot for _, slot, _ in rows) - max(period_us, 1_000_000)
        inside = [(meter, slot, ts) for meter, slot, ts in rows if first <= slot <= last]
        self.late = sorted((ts - slot - phases[meter]) / 1e6 for meter, slot, ts in inside)
        self.slots = (last - first) // period_us + 1
        found = Counter({(meter, slot) for meter, slot, _ in inside})
        self.by_unit = Counter(units[meter] for meter, _ in found)
        self.absent = self.slots * len(meters) - len(found)

    def percentile(self, share: float) -> float:
        """[s]"""
        return self.late[min(int(share * len(self.late)), len(self.late) - 1)]


def told(meters: int, period: float, seconds: float, profile: str) -> bool:
    """Poll a fleet every period [s], print how it went, and whether nothing came late or not at all.

    Late is a fifth of the period: meters are due all over the first second of each, so that what is compared is of one
    instant, and ten times as many every ten seconds take some of the other nine.
    """
    fleet = polled(meters, -(-meters // PER_GATEWAY), seconds, profile, period, -1, 0.0)
    p99 = fleet.percentile(0.99)
    holds = p99 < 0.2 * period and not fleet.absent
    print(
        f"{meters} meters every {period:g} s on one core ({profile}, {fleet.rate:,.0f} requests/s): due to answered "
        f"p50 {1000 * fleet.percentile(0.5):.0f}, p99 {1000 * p99:.0f}, worst {1000 * fleet.late[-1]:.0f} ms; slots "
        f"without a reading {fleet.absent} of {fleet.slots * meters:,}, counted as missed {fleet.missed}; processor "
        f"{100 * fleet.share:.0f} %, memory {fleet.memory:.0f} MB: {'holds' if holds else 'does not hold'}",
        flush=True,
    )
    return holds


def sequential(port: int, seconds: float, period: float) -> dict[int, int]:
    """Cycles answered by each unit, of a plain loop with pymodbus as it comes."""
    import logging

    from pymodbus.client import ModbusTcpClient
    from pymodbus.exceptions import ModbusException

    logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
    client, answered, end = ModbusTcpClient("127.0.0.1", port=port), Counter[int](), time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        for unit in range(1, BUS_METERS + 1):
            with contextlib.suppress(ModbusException):
                if not client.connected:
                    client.connect()
                answer = client.read_holding_registers(0, count=90, device_id=unit)
                answered[unit] += not answer.isError() and time.monotonic() < end
        time.sleep(max(0.0, began + period - time.monotonic()))
    client.close()
    return answered


def main(meters: int = 1000, seconds: float = 30.0, profile: str = "janitza_umg96rm") -> None:
    """Print all."""
    size, held = meters, 0
    while size >= 100:
        if told(size, 1.0, seconds, profile):
            held, size = size, int(size * 1.25)
        elif held:
            break
        else:
            size = int(size * 0.8)
    print(f"the largest that held p99 < 200 ms without a missed slot: {held}")
    told(10 * meters, 10.0, 3 * seconds, profile)

    fleet = polled(BUS_METERS, 1, DEAD_SECONDS, "janitza_umg96rm", DEAD_PERIOD, DEAD_UNIT, BUS_SECONDS)
    ours = sum(n for unit, n in fleet.by_unit.items() if unit != DEAD_UNIT) / (fleet.slots * (BUS_METERS - 1))
    with devices(1, DEAD_UNIT, BUS_SECONDS, sorted(os.sched_getaffinity(0))[-1]) as (port,):
        answered = sequential(port, DEAD_SECONDS, DEAD_PERIOD)
    cycles = DEAD_SECONDS / DEAD_PERIOD
    plain = sum(n for unit, n in answered.items() if unit != DEAD_UNIT) / (cycles * (BUS_METERS - 1))
    print(
        f"one dead meter of {BUS_METERS} on a bus, every {DEAD_PERIOD:g} s: completeness of the other nine "
        f"{100 * ours:.1f} %, with a plain sequential loop {100 * plain:.1f} %"
    )


@contextlib.contextmanager
def devices(ports: int, silent: int, busy: float, core: int):  # type: ignore[no-untyped-def]
    """Devices in a process of their own; their ports."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(ports, silent, busy, core, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _in_process(*work):  # type: ignore[no-untyped-def]
    here, there = multiprocessing.Pipe()
    function, *arguments = work
    process = multiprocessing.get_context("spawn").Process(target=function, args=(*arguments, there), daemon=True)
    process.start()
    result = here.recv()
    process.join()
    return result


def _rows(spool) -> list[tuple[int, int, int]]:  # type: ignore[no-untyped-def]
    """Meter, slot and instant of everything in a spool [µs]."""
    return [(reading.meter, reading.slot_us, reading.ts_us) for _, reading in spool.pending(10_000_000)]


def _pin(core: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {core})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--profile", default="janitza_umg96rm")
    arguments = parser.parse_args()
    main(arguments.meters, arguments.seconds, arguments.profile)
