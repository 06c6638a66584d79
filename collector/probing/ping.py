"""One read of each of some meters: who answers now."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.polling.meter_reader import MeterReader
from collector.probing.advice import advice
from collector.profile.store import load
from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import UnreachableError
from energy_workbench.domain.errors import InputError, WorkbenchError
from energy_workbench.domain.time import clock

MOST_CALLED = 500
"""Meters of one call."""
LONGEST_SECONDS = 60.0
"""Of one call [s]."""


@dataclass(frozen=True, slots=True)
class PingTarget:
    """One meter that is called."""

    key: int
    gateway: str
    unit_id: int
    profile: str

    @classmethod
    def of(cls, fields: Any) -> PingTarget:
        """From what a program sent.

        Raises
        ------
        InputError
            If it is no such meter.
        """
        try:
            called = cls(**fields)
        except TypeError:
            raise InputError(f"{str(fields)[:100]} is no meter to call: key, gateway, unit_id, profile") from None
        texts, numbers = (called.gateway, called.profile), (called.key, called.unit_id)
        if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
            raise InputError("of a meter to call, gateway and profile are text, key and unit_id whole numbers")
        if not 0 <= called.unit_id <= 255:
            raise InputError(f"unit_id {called.unit_id} is none: 0 to 255")
        return called


@dataclass(slots=True)
class PingResult:
    """What came of a call.

    Attributes
    ----------
    ok : bool
        Whether any value came.
    error, advice : str
        Why something did not come and what to try; empty where it did.
    reached : bool
        Whether there was a connection to its gateway.
    milliseconds : int
        How long the answer, or the wait for one, took [ms].
    """

    key: int
    ok: bool = True
    reached: bool = True
    error: str = ""
    advice: str = ""
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class PingAnswer:
    """What came of the calls of one request."""

    ok: bool
    meters: list[PingResult]


def parse_request(fields: Mapping[str, Any]) -> tuple[list[PingTarget], float]:
    """Whom a program wants to be called, and in which time [s].

    Raises
    ------
    InputError
        If that cannot be understood, or is too much.
    """
    meters, seconds = fields.get("meters"), fields.get("seconds", 10.0)
    if not isinstance(meters, list) or len(meters) > MOST_CALLED:
        raise InputError(f"meters must be a list of {MOST_CALLED} at most")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_SECONDS:
        raise InputError(f"seconds must be above 0 and {LONGEST_SECONDS:g} at most")
    return [PingTarget.of(each) for each in meters], float(seconds)


async def ping(
    meters: Iterable[PingTarget], seconds: float, folders: Sequence[Path] = (), pool: ConnectionPool | None = None
) -> list[PingResult]:
    """Call meters: gateways at once, the meters of one after the other, waiting their turn among its polls.

    Parameters
    ----------
    seconds : float
        Longest time for all [s]; who is not reached in it is not in the answer.
    folders : sequence of Path
        Of the user's own profiles.
    pool : ConnectionPool, optional
        The connections of a process that polls.

    Returns
    -------
    list of PingResult
        In the order in which they came.
    """
    behind = defaultdict[str, list[PingTarget]](list)
    for meter in meters:
        behind[meter.gateway].append(meter)
    results: list[PingResult] = []
    pool = pool or ConnectionPool()
    tasks = [asyncio.create_task(_gateway(url, called, folders, pool, results)) for url, called in behind.items()]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return list(results)


async def _gateway(
    url: str, called: Sequence[PingTarget], folders: Sequence[Path], pool: ConnectionPool, results: list[PingResult]
) -> None:
    try:
        async with pool.lend(url) as client:
            for meter in called:
                results.append(await _meter(client, meter, folders))  # noqa: PERF401 - each counts if the time is up
    except WorkbenchError as error:
        results.extend(_failed(meter.key, error) for meter in called)


async def _meter(client: GatewayClient, called: PingTarget, folders: Sequence[Path]) -> PingResult:
    try:
        profile = load(called.profile, folders)
        reader = MeterReader(profile, called.unit_id, profile.poll[:1])
    except WorkbenchError as error:
        return _failed(called.key, error)
    began = time.monotonic()
    outcome = await reader.read(client, lambda: clock.to_micros(clock.now()), retry=False)
    milliseconds = round((time.monotonic() - began) * 1000)
    if outcome.answered or outcome.error is None:
        return PingResult(called.key, milliseconds=milliseconds)
    return _failed(called.key, outcome.error, client, milliseconds)


def _failed(key: int, error: WorkbenchError, client: GatewayClient | None = None, milliseconds: int = 0) -> PingResult:
    said = "; ".join(str(error).split("\n"))
    reached = not isinstance(error, UnreachableError)
    return PingResult(
        key, ok=False, reached=reached, error=said, advice=advice(error, client), milliseconds=milliseconds
    )
