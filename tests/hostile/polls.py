"""Polls of an injector by any client, with every answer held against the truth."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from collector.wire.client import GatewayClient
from collector.wire.errors import WireError
from collector.wire.read_request import ReadRequest
from tests.hostile.injector import UNITS, Injector

Read = Callable[[int, int, int, int], Awaitable[list[int] | None]]
"""Unit, function code, address, count → words, or None where there are none."""

BLOCKS = ((3, 0, 10), (3, 100, 10), (3, 200, 4), (4, 0, 10), (4, 300, 1), (4, 400, 60))
"""Function code, address and count; most are as long as another one, so that answers can be mistaken."""


@dataclass
class Score:
    """What polls gave."""

    right: int = 0
    none: int = 0
    false: int = 0
    longest: float = 0.0
    """Longest read [s]."""

    @property
    def polls(self) -> int:
        return self.right + self.none + self.false


def ours(client: GatewayClient, timeout: float) -> Read:
    """Reads by the collector's client."""

    async def read(unit: int, code: int, address: int, count: int) -> list[int] | None:
        client.retry_now()
        try:
            return await client.read(ReadRequest(code, address, count), unit, timeout=timeout)
        except WireError:
            return None

    return read


async def poll(read: Read, injector: Injector, count: int, cancelled: float = 0.02) -> Score:
    """So many polls, a share of them cancelled on the way."""
    score, luck = Score(), random.Random(injector.seed)
    loop = asyncio.get_running_loop()
    for _ in range(count):
        key = (luck.choice(UNITS), *luck.choice(BLOCKS))
        since, started = len(injector.asked), loop.time()
        task = asyncio.ensure_future(read(*key))
        if luck.random() < cancelled:
            await asyncio.wait([task], timeout=luck.uniform(0, 0.01))
            task.cancel()
        try:
            words = await task
        except asyncio.CancelledError:
            words = None
        score.longest = max(score.longest, loop.time() - started)
        if words is None:
            score.none += 1
        elif injector.right(key, words, since):
            score.right += 1
        else:
            score.false += 1
    return score
