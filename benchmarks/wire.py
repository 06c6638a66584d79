"""The wire: reads a second beside bare pymodbus and libmodbus in C, and what faults do to both Python clients.

Usage: python -m benchmarks wire
   or: python -m benchmarks.wire [--polls 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusTcpClient

from collector.profile.decode import encode
from collector.profile.read_plan import plan
from collector.profile.store import load
from collector.wire.client import GatewayClient
from collector.wire.read_request import ReadRequest
from tests.hostile.injector import Injector, injecting
from tests.hostile.polls import Read, Score, ours, poll
from tests.peers import libmodbus

PROFILE = "schneider_pm5xxx"
UNITS = 12
ROUNDS = 7
SECONDS = 1.0
"""Of each client in a round [s]."""
POLLS = 100_000
"""Of each client on each transport."""
LINES = 25
"""Gateways that are polled side by side: most of the time goes by in waiting for answers that do not come."""
SHARE = 0.1
"""Of the answers that get a fault."""
PATIENCE = 0.05
"""Time-out of both clients under faults [s]."""


async def timed(read: Callable[[ReadRequest, int], Awaitable[object]], requests: tuple[ReadRequest, ...]) -> float:
    """Reads a second."""
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        for unit in range(1, UNITS + 1):
            for request in requests:
                await read(request, unit)
                count += 1
    return count / (time.perf_counter() - started)


async def our_rate(port: int, requests: tuple[ReadRequest, ...]) -> float:
    """Of the collector's client."""
    client = GatewayClient(f"tcp://127.0.0.1:{port}")
    try:
        return await timed(client.read, requests)
    finally:
        client.close()


async def bare_rate(port: int, requests: tuple[ReadRequest, ...]) -> float:
    """Of pymodbus's client as it comes."""
    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    await client.connect()

    async def read(request: ReadRequest, unit: int) -> None:
        ask = client.read_holding_registers if request.function_code == 3 else client.read_input_registers
        await ask(request.address, count=request.count, device_id=unit)

    try:
        return await timed(read, requests)
    finally:
        client.close()


def c_rate(program: Path, port: int, requests: tuple[ReadRequest, ...]) -> float:
    """Of libmodbus, in C."""
    blocks = [str(number) for r in requests for number in (r.function_code, r.address, r.count)]
    command = [str(program), "read", str(port), str(UNITS), str(SECONDS), *blocks]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def rates() -> None:
    """Print how the three clients do against one libmodbus server."""
    if lacks := libmodbus.missing():
        print(lacks)
        return
    profile = load(PROFILE)
    requests = plan(profile)
    words = {
        (request.function_code, request.address + k): 0 for request in requests for k in range(request.count)
    } | encode(profile, dict.fromkeys(profile.quantities, 50.0))
    with tempfile.TemporaryDirectory() as folder:
        program = libmodbus.build(Path(folder))
        with libmodbus.tcp(program, words) as url:
            port, rounds = int(url.rsplit(":", 1)[1]), []
            for _ in range(ROUNDS):
                # Turn by turn: whatever else the machine does then burdens all alike.
                bare = asyncio.run(bare_rate(port, requests))
                own = asyncio.run(our_rate(port, requests))
                rounds.append((bare, own, c_rate(program, port, requests)))
    bare, own, c = (median(column) for column in zip(*rounds, strict=True))
    ratio, to_c = median(b / a for a, b, _ in rounds), median(b / c for _, b, c in rounds)
    print(f"reads of {[r.count for r in requests]} registers a second from a libmodbus server, one connection,")
    print(f"  median of {ROUNDS} alternating rounds: this client {own:,.0f}, bare pymodbus {bare:,.0f},")
    print(f"  libmodbus in C {c:,.0f}: ratio to pymodbus {ratio:.2f}, to C {to_c:.2f}")


def stock(client: AsyncModbusTcpClient) -> Read:
    """Reads by pymodbus's client as it comes, its retries included."""

    async def read(unit: int, code: int, address: int, count: int) -> list[int] | None:
        ask = client.read_holding_registers if code == 3 else client.read_input_registers
        try:
            if not client.connected:
                await client.connect()
            answer = await ask(address, count=count, device_id=unit)
        except ModbusException:
            return None
        return None if answer.isError() else list(answer.registers)

    return read


async def score(rtu: bool, own: bool, seed: int, polls: int) -> Score:
    """What one gateway's polls give with this client, or with pymodbus's."""
    injector = Injector(rtu=rtu, seed=seed, share=SHARE, patience=PATIENCE)
    async with injecting(injector):
        client: GatewayClient | AsyncModbusTcpClient
        if own:
            client = GatewayClient(f"{'rtutcp' if rtu else 'tcp'}://127.0.0.1:{injector.port}")
            read = ours(client, PATIENCE)
        else:
            framer = FramerType.RTU if rtu else FramerType.SOCKET
            client = AsyncModbusTcpClient("127.0.0.1", port=injector.port, timeout=PATIENCE, framer=framer)
            read = stock(client)
        try:
            return await poll(read, injector, polls)
        finally:
            client.close()


async def scores(rtu: bool, own: bool, polls: int) -> list[Score]:
    """Of all gateways; the same seeds, so the same faults, for both clients."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # pymodbus raises within callbacks
    return await asyncio.gather(*(score(rtu, own, seed, -(-polls // LINES)) for seed in range(LINES)))


def faults(polls: int) -> int:
    """Print what becomes of polls under faults; how many false values this client gave."""
    print(
        f"{polls:,} polls of 4 units behind each of {LINES} gateways, {SHARE:.0%} of the answers with a fault, "
        "2 % cancelled:"
    )
    false = 0
    for rtu in (False, True):
        for own in (True, False):
            started = time.perf_counter()
            found = asyncio.run(scores(rtu, own, polls))
            seconds, count = time.perf_counter() - started, sum(each.polls for each in found)
            right, none, wrong = (sum(getattr(each, name) for each in found) for name in ("right", "none", "false"))
            false += wrong if own else 0
            print(
                f"  {'RTU over TCP' if rtu else 'Modbus TCP  '}  {'this client' if own else 'pymodbus, 3 retries':19}  "
                f"right {right / count:6.1%}  none {none / count:5.1%}  false {wrong:5,}  "
                f"longest {max(each.longest for each in found):.2f} s  {seconds:.0f} s in all",
                flush=True,
            )
    return false


def main(polls: int = POLLS) -> None:
    """Print both; ends with an error where this client ever gave a value that was none."""
    rates()
    if false := faults(polls):
        raise SystemExit(f"{false} values were booked to another register or meter")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polls", type=int, default=POLLS)
    main(parser.parse_args().polls)
