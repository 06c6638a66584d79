"""Request rate of the collector beside a bare pymodbus loop, and its requests beside the fewest possible.

Usage: python benchmarks/collector.py [--seconds 20] [--profile schneider_pm5xxx]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import socket
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

# This file has the package's name: the project comes before this folder.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from collector.polling.communication import Tally  # noqa: E402
from collector.polling.meter_reader import MeterReader  # noqa: E402
from collector.polling.poller import GatewayPoller, Target  # noqa: E402
from collector.polling.slots import SteadyClock  # noqa: E402
from collector.polling.writer import Writer  # noqa: E402
from collector.profile.decode import encode  # noqa: E402
from collector.profile.profile import Profile  # noqa: E402
from collector.profile.read_plan import plan  # noqa: E402
from collector.profile.store import available, load  # noqa: E402
from collector.wire.client import GatewayClient  # noqa: E402
from collector.wire.read_request import ReadRequest  # noqa: E402
from energy_workbench.domain.entities import Live  # noqa: E402
from energy_workbench.lake.spool.spool import Spool  # noqa: E402
from energy_workbench.registry import StateStore  # noqa: E402
from energy_workbench.runtime.repeated_failures import RepeatedFailures  # noqa: E402

UNITS = 12
ROUNDS = 9


def serve(profile_id: str, port: int, ready: Connection) -> None:
    """The device side: pymodbus's own server, in a process of its own."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    profile = load(profile_id)
    words = encode(profile, dict.fromkeys(profile.quantities, 50.0))

    async def main() -> None:
        # A block a request: the simulator looks values up by walking along a block.
        data = [
            SimData(r.address, values=[words.get((r.function_code, r.address + i), 0) for i in range(r.count)],
                    datatype=DataType.REGISTERS)
            for r in plan(profile)
        ]  # fmt: skip
        server = ModbusTcpServer([SimDevice(unit, data) for unit in range(1, UNITS + 1)], address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        ready.send(True)
        await asyncio.Event().wait()

    asyncio.run(main())


async def bare(port: int, requests: tuple[ReadRequest, ...], seconds: float) -> float:
    """Requests a second of a loop that does nothing but read."""
    from pymodbus.client import AsyncModbusTcpClient

    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    await client.connect()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for unit in range(1, UNITS + 1):
            for request in requests:
                read = client.read_holding_registers if request.function_code == 3 else client.read_input_registers
                await read(request.address, count=request.count, device_id=unit)
                count += 1
    rate = count / (time.perf_counter() - started)
    client.close()
    return rate


async def collected(port: int, profile: Profile, seconds: float) -> float:
    """Requests a second of the collector: planned, decoded, spooled, with live states."""
    with tempfile.TemporaryDirectory() as folder:
        failures = RepeatedFailures(logging.getLogger("bench"))
        state = StateStore(f"sqlite:///{Path(folder) / 'state.db'}")
        state.migrate()
        writer = Writer(Spool(Path(folder) / "spool.db"), state, failures)
        targets = [
            Target(unit, str(unit), 1000, MeterReader(profile, unit), Live(), Tally()) for unit in range(1, UNITS + 1)
        ]
        poller = GatewayPoller(GatewayClient(f"tcp://127.0.0.1:{port}"), targets, writer.put, SteadyClock(), failures)
        writing = asyncio.create_task(writer.run())
        started = time.perf_counter()
        polling = asyncio.create_task(poller.run())
        await asyncio.sleep(seconds)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        elapsed = time.perf_counter() - started
        poller.client.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await writer.flush()
        if any(target.tally.failures for target in targets):
            raise SystemExit(f"polls failed: {targets[0].live.error}")
        return writer.written * len(targets[0].reader.requests) / elapsed


def fewest(profile: Profile) -> int:
    """The fewest reads that a profile's limits allow, by trying every cut of its registers into blocks."""
    spans: dict[tuple[bool, int], set[tuple[int, int]]] = {}
    for register in profile.needed():
        own = spans.setdefault((register.optional, register.function_code), set())
        own.add((register.address, register.address + register.wire.words))
    for register in sorted(profile.needed(), key=lambda r: r.optional):
        if cell := register.scale_cell:
            code, address = cell
            if (address, address + 1) not in spans.get((False, code), set()):
                spans.setdefault((register.optional, code), set()).add((address, address + 1))

    def allowed(block: list[tuple[int, int]]) -> bool:
        start, stop = block[0][0], block[-1][1]
        return (
            stop - start <= profile.max_block
            and (profile.bridge_gaps or stop - start == sum(b - a for a, b in block))
            and (len(block) == 1 or profile.page is None or start // profile.page == (stop - 1) // profile.page)
        )

    total = 0
    for group in spans.values():
        block = sorted(group)
        best = [0]
        for end in range(1, len(block) + 1):
            best.append(1 + min(best[first] for first in range(end) if allowed(block[first:end])))
        total += best[-1]
    return total


def main(seconds: float = 20.0, name: str = "schneider_pm5xxx") -> None:
    """Print both ratios."""
    profile = load(name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(name, port, there), daemon=True)
    server.start()
    here.recv()
    try:
        requests = plan(profile)
        rounds = []
        for _ in range(ROUNDS):
            # Turn by turn: whatever else the machine does then burdens both alike.
            loop_rate = asyncio.run(bare(port, requests, seconds / ROUNDS / 2))
            rounds.append((loop_rate, asyncio.run(collected(port, profile, seconds / ROUNDS / 2))))
        ratio, loop_rate, rate = sorted((b / a, a, b) for a, b in rounds)[ROUNDS // 2]
        print(f"{name}: {len(requests)} requests of {[r.count for r in requests]} registers a poll")
        print(
            f"request rate, median of {ROUNDS} alternating rounds: bare pymodbus loop {loop_rate:,.0f}/s, "
            f"collector {rate:,.0f}/s: ratio {ratio:.2f}"
        )
    finally:
        server.terminate()
        server.join()
    profiles = [load(known) for known in available()]
    planned, least = sum(len(plan(profile)) for profile in profiles), sum(fewest(profile) for profile in profiles)
    single = sum(len(profile.needed()) for profile in profiles)
    print(
        f"requests a poll, all {len(profiles)} profiles: planned {planned}, fewest possible {least}: "
        f"ratio {planned / least:.2f} (a request a register: {single})"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--profile", default="schneider_pm5xxx")
    arguments = parser.parse_args()
    main(arguments.seconds, arguments.profile)
