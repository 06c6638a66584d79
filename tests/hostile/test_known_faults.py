"""Faults that Modbus clients are known for, pymodbus among them; each once, by itself, at a moment that is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import pytest

from collector.wire.client import GatewayClient
from collector.wire.errors import GarbledError, NoAnswerError, RefusedError, UnreachableError, WireError
from collector.wire.read_request import ReadRequest
from tests.collector.serial_bus import line_to
from tests.hostile.injector import Injector, injecting
from tests.waiting import until

A, B = ReadRequest(3, 0, 10), ReadRequest(3, 100, 10)
"""Of one length: with serial framing nothing tells their answers apart."""
LONG = 20.0
"""A time-out that is never reached [s]."""
SERIAL = pytest.mark.parametrize("transport", ["rtutcp", "rtu"])
NETWORK = pytest.mark.parametrize("transport", ["tcp", "rtutcp"])
EVERY = pytest.mark.parametrize("transport", ["tcp", "rtutcp", "rtu"])


@asynccontextmanager
async def gateway(transport: str, *script: str | float) -> AsyncIterator[tuple[Injector, GatewayClient]]:
    injector = Injector(rtu=transport != "tcp", script=list(script))
    async with injecting(injector):
        with line_to(injector.port) if transport == "rtu" else nullcontext() as path:
            rest = f"{path}?baudrate=115200" if path else f"127.0.0.1:{injector.port}"
            client = GatewayClient(f"{transport}://{rest}")
            try:
                yield injector, client
            finally:
                client.close()


async def right(injector: Injector, client: GatewayClient, request: ReadRequest, unit: int = 1) -> None:
    """This read gives what these registers are now."""
    since = len(injector.asked)
    words = await client.read(request, unit, timeout=LONG)
    assert injector.right((unit, request.function_code, request.address, request.count), words, since)


@NETWORK
def test_reconnect_after_a_connection_that_is_lost_within_a_read_and_between_reads(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport, 0.0, "closed", 0.0, "closed within", 0.0) as (injector, client):
            await right(injector, client, A)
            for opened in (2, 3):
                with pytest.raises(UnreachableError, match="closed the connection"):
                    await client.read(A, 1, timeout=LONG)
                await right(injector, client, B, unit=2)
                assert client.opened == opened
            injector._writer.close()
            await until(lambda: not client.connected)
            await right(injector, client, A)
            assert client.opened == 4

    asyncio.run(main())


def test_a_question_that_is_put_long_after_a_silence_goes_out_on_a_new_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gateway restarted meanwhile and knows nothing of the old one: asked there, it would seem silent once more."""
    monkeypatch.setattr("collector.wire.client.DEAF_SECONDS", 0.15)

    async def main() -> None:
        async with gateway("tcp", "deaf", 0.0) as (injector, client):
            with pytest.raises(NoAnswerError):
                await client.read(A, 1, timeout=0.02)
            injector._deaf = 1_000_000
            await until(lambda: client._deaf(client._connection))
            await right(injector, client, A)
            assert client.opened == 2

    asyncio.run(main())


@pytest.mark.parametrize("fault", ["wrong transaction", "transaction 0"])
def test_a_transaction_id_that_is_not_the_questions_is_no_answer(fault: str) -> None:
    async def main() -> None:
        async with gateway("tcp", fault) as (injector, client):
            with pytest.raises(NoAnswerError):
                await client.read(A, 1, timeout=0.1)
            await right(injector, client, B)
            await right(injector, client, A)
            assert client.opened == 1

    asyncio.run(main())


@EVERY
@pytest.mark.parametrize("late", [0.12, 0.25, 0.5, 0.9])
def test_a_stale_reply_is_nobody_elses_however_late_it_is(transport: str, late: float) -> None:
    """From just behind the time-out to many of them; the next question could be answered by it."""

    async def main() -> None:
        async with gateway(transport, late) as (injector, client):
            with pytest.raises(NoAnswerError):
                await client.read(A, 1, timeout=0.1)
            for request in (B, A, B):
                await right(injector, client, request)

    asyncio.run(main())


@SERIAL
def test_a_line_that_answers_each_question_with_the_one_before_is_put_in_step(transport: str) -> None:
    """Each question runs out of time and is answered while the next one is open."""

    async def main() -> None:
        async with gateway(transport, *[0.15] * 6) as (injector, client):
            for k in range(12):
                request, since = (A, B)[k % 2], len(injector.asked)
                try:
                    words = await client.read(request, 1, timeout=0.1)
                except WireError:
                    continue
                assert injector.right((1, 3, request.address, 10), words, since)
            await right(injector, client, A)

    asyncio.run(main())


@EVERY
def test_a_cancelled_request_leaves_its_answer_to_nobody(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport, 0.6) as (injector, client):
            task = asyncio.create_task(client.read(A, 1, timeout=LONG))
            await until(lambda: injector.asked)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            for request in (B, A):
                await right(injector, client, request)

    asyncio.run(main())


@EVERY
def test_a_read_that_waits_for_its_turn_and_is_cancelled_sends_nothing(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport, 0.6) as (injector, client):
            first = asyncio.create_task(client.read(A, 1, timeout=LONG))
            await until(lambda: injector.asked)
            second = asyncio.create_task(client.read(B, 2, timeout=LONG))
            await asyncio.sleep(0)
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
            assert await first == list(injector.asked[0][1])
            assert len(injector.asked) == 1

    asyncio.run(main())


@EVERY
def test_an_answer_that_was_begun_and_given_up_does_not_shift_the_next_ones(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport, "rest late", 0.0) as (injector, client):
            injector.patience = 0.2
            with pytest.raises(NoAnswerError):
                await client.read(A, 1, timeout=0.02)
            for request in (B, A, B):
                await right(injector, client, request)

    asyncio.run(main())


@NETWORK
def test_an_answer_that_comes_twice_does_not_shift_the_next_ones(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport, "duplicate") as (injector, client):
            for request in (A, B, A, B):
                await right(injector, client, request)

    asyncio.run(main())


@SERIAL
def test_what_comes_on_a_line_unasked_makes_the_next_question_one_that_it_cannot_answer(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport) as (injector, client):
            await right(injector, client, A)
            stale = injector._before
            injector._writer.write(stale)
            await until(lambda: client._framing.stray)
            await right(injector, client, B)
            assert [count for (*_, count), _ in injector.asked] == [10, 9, 10]

    asyncio.run(main())


@SERIAL
def test_a_device_that_refuses_the_question_put_first_is_read_all_the_same(transport: str) -> None:
    async def main() -> None:
        async with gateway(transport, "no answer", "exception", 0.0) as (injector, client):
            injector.luck.choice = lambda among: 2 if 2 in among else among[0]  # an illegal data address
            with pytest.raises(NoAnswerError):
                await client.read(A, 1, timeout=0.05)
            await right(injector, client, B)

    asyncio.run(main())


def test_a_dead_unit_costs_the_others_behind_it_neither_connection_nor_value() -> None:
    async def main() -> None:
        async with gateway("tcp") as (injector, client):
            for _ in range(10):
                injector.script = ["no answer"]
                with pytest.raises(NoAnswerError):
                    await client.read(A, 1, timeout=0.02)
                await right(injector, client, A, unit=2)
            assert client.opened == 1

    asyncio.run(main())


def test_another_meters_answer_is_not_taken_from_a_gateway_that_mixes_them_up() -> None:
    async def main() -> None:
        async with gateway("tcp", 0.0, "wrong unit", "wrong unit", "wrong unit", "wrong unit") as (injector, client):
            await right(injector, client, A)
            for _ in range(4):
                with pytest.raises(GarbledError, match="answered as unit"):
                    await client.read(A, 1, timeout=LONG)
            await right(injector, client, A)

    asyncio.run(main())


def test_registers_that_a_device_told_of_and_cannot_be_are_refused_without_a_question() -> None:
    async def main() -> None:
        async with gateway("tcp") as (injector, client):
            with pytest.raises(RefusedError, match="no such registers"):
                await client.read(A, 1, base=65_530)
            assert not injector.asked

    asyncio.run(main())
