"""A gateway that does wrong on purpose: no crash, no hang, no false value, and it is read again afterwards."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import pytest
import trustme

from collector.wire.client import GatewayClient
from collector.wire.errors import UnreachableError, WireError
from collector.wire.read_request import ReadRequest
from tests.collector.serial_bus import line_to
from tests.hostile.injector import FAULTS, FAULTS_BY_ID, FAULTS_OF_A_LINE, UNITS, Injector, injecting
from tests.hostile.polls import Score, ours, poll
from tests.waiting import patience

POLLS = int(os.environ.get("WIRE_POLLS", "2400"))
"""`make soak` takes many more."""
PATIENCE = 0.04
"""Time-out of a read [s]."""
BOUND = 30.0
"""No read may take longer, however busy the machine is [s]."""
TRANSPORTS = ("tcp", "rtutcp", "rtu", "tls")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a line nothing but silence tells a late answer from the next one: a busy machine carries bytes late.
    monkeypatch.setattr("collector.wire.client.DRAIN_SECONDS", min(patience(0.005), 0.3))


@asynccontextmanager
async def hostile(
    transport: str, seed: int = 1, share: float = 0.3, faults: tuple[str, ...] = ()
) -> AsyncIterator[tuple[Injector, GatewayClient]]:
    """A hostile gateway and its client."""
    if not faults and transport == "rtu":
        faults = FAULTS_OF_A_LINE
    injector = Injector(rtu=transport in ("rtutcp", "rtu"), seed=seed, share=share, faults=faults, patience=PATIENCE)
    context = None
    if transport == "tls":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with injecting(injector, context):
        with line_to(injector.port) if transport == "rtu" else nullcontext() as path:
            rest = f"{path}?baudrate=115200" if path else f"127.0.0.1:{injector.port}"
            client = GatewayClient(f"{transport}://{rest}{'?verify=none' if context else ''}")
            try:
                yield injector, client
                await recovers(injector, client)
            finally:
                client.close()


async def recovers(injector: Injector, client: GatewayClient) -> None:
    """With the faults gone every unit is read, at the latest with the third try."""
    injector.share, injector._deaf = 0.0, 0
    await asyncio.sleep(4 * PATIENCE)  # what is still on its way
    for unit in UNITS:
        for code, address, count in ((3, 0, 10), (4, 0, 10)):
            read, since = ours(client, 10.0), len(injector.asked)
            for _ in range(3):
                words = await read(unit, code, address, count)
                if words is not None:
                    break
            assert words is not None
            assert injector.right((unit, code, address, count), words, since)


@pytest.mark.parametrize("transport", ["tcp", "rtutcp", "rtu"])
def test_each_fault_in_every_other_answer_gives_no_false_value(transport: str) -> None:
    faults = FAULTS_OF_A_LINE if transport == "rtu" else FAULTS + (FAULTS_BY_ID if transport == "tcp" else ())

    async def one(fault: str) -> Score:
        async with hostile(transport, 7, 0.5, (fault,)) as (injector, client):
            score = await poll(ours(client, PATIENCE), injector, 12)
            assert injector.done[fault]
            return score

    async def main() -> list[Score]:
        return await asyncio.gather(*(one(fault) for fault in faults))

    for fault, score in zip(faults, asyncio.run(main()), strict=True):
        assert score.false == 0, fault
        assert score.longest < BOUND, fault


@pytest.mark.slow
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_reading_is_ever_booked_to_another_register_or_meter(transport: str) -> None:
    share = {"tcp": 0.4, "rtutcp": 0.3, "rtu": 0.25, "tls": 0.05}[transport]
    lines = 4

    async def one(seed: int) -> Score:
        async with hostile(transport, seed) as (injector, client):
            return await poll(ours(client, PATIENCE), injector, round(POLLS * share / lines))

    async def main() -> list[Score]:
        return await asyncio.gather(*(one(seed) for seed in range(lines)))

    scores = asyncio.run(main())
    assert sum(score.false for score in scores) == 0
    assert sum(score.right for score in scores) > 0.1 * sum(score.polls for score in scores)
    assert max(score.longest for score in scores) < BOUND


def test_a_peer_that_talks_without_end_is_cut_off() -> None:
    async def main() -> None:
        cut = asyncio.Event()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    writer.write(b"\1\3" * 4096)
                    await writer.drain()
            except ConnectionError:
                cut.set()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        for scheme in ("tcp", "rtutcp"):
            client = GatewayClient(f"{scheme}://127.0.0.1:{port}")
            with pytest.raises(WireError):
                await asyncio.wait_for(client.read(ReadRequest(3, 0, 10), 1, timeout=0.1), BOUND)
            await asyncio.wait_for(cut.wait(), BOUND)
            cut.clear()
        server.close()

    asyncio.run(main())


@pytest.mark.parametrize("transport", ["tcp", "rtutcp"])
def test_a_peer_that_closes_at_once_is_told_each_time(transport: str) -> None:
    async def main() -> None:
        async def leave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        server = await asyncio.start_server(leave, "127.0.0.1", 0)
        client = GatewayClient(f"{transport}://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        for _ in range(20):
            with pytest.raises(UnreachableError):
                await asyncio.wait_for(client.read(ReadRequest(3, 0, 10), 1, timeout=10), BOUND)
        server.close()

    asyncio.run(main())


def test_a_connection_on_which_nothing_comes_any_more_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a restart of the gateway, which answers nothing to a connection that it does not know."""
    monkeypatch.setattr("collector.wire.client.DEAF_SECONDS", 0.15)

    async def main() -> None:
        async with hostile("tcp", share=0.0) as (injector, client):
            assert await ours(client, 10.0)(1, 3, 0, 10)
            read = ours(client, PATIENCE)
            injector._deaf = 1_000_000
            for _ in range(200):
                if await read(1, 3, 0, 10):
                    break
            assert client.opened >= 2

    asyncio.run(main())
