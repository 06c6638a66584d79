"""Registers of a unit as they are: their words, and what these are as every type in every order; only reads."""

from __future__ import annotations

import asyncio
import math
import struct
import time
from collections.abc import Mapping

from typing_extensions import TypedDict

from collector.probing.advice import advice
from collector.profile.profile import ORDERS
from collector.profile.wire_types import TYPES, WireType, swapped
from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import NOT_THERE, NoAnswerError, RefusedError
from collector.wire.read_request import ReadRequest
from energy_workbench.domain.errors import InputError, WorkbenchError

MOST = 500
"""Registers that are looked at together."""
BLOCK = 100
"""Registers of a read at most; a range that is refused is asked for in halves."""
MOST_READS = 120
READ_SECONDS = 20.0
"""Longest time for all [s]."""
WAIT_SECONDS = 1.0
VIEWS = tuple(name for name in TYPES if name not in ("enum16", "acc32"))
"""Types that are shown; the others are the same numbers by another name."""
DIGITS = {1: 4, 2: 7, 4: 15}
"""Significant digits of a float, by its words."""


class RawRegister(TypedDict):
    """A register, and what a value that begins with it is by order and type; None: no number, or no such register."""

    address: int
    word: int | None
    hex: str
    text: str
    values: dict[str, dict[str, int | float | None]]


class RawRegisters(TypedDict):
    """Registers of a unit; `error` and `advice` say why some have no word, and are empty where all have one."""

    ok: bool
    gateway: str
    unit_id: int
    function: int
    registers: list[RawRegister]
    requests: int
    milliseconds: int
    error: str
    advice: str


async def read_registers(
    gateway: str, unit: int, function: int, first: int, count: int, pool: ConnectionPool | None = None
) -> RawRegisters:
    """Read a range once; `READ_SECONDS` at most, each read in its turn among the polls of that gateway.

    Parameters
    ----------
    function : int
        3 (holding registers) or 4 (input registers).
    first, count : int
        PDU address of the first register, and how many.

    Raises
    ------
    InputError
        If there are no such registers.
    """
    if function not in (3, 4):
        raise InputError(f"function {function} is none that reads registers: 3 (holding) or 4 (input)")
    if not 0 <= first <= 65_535 or not 1 <= count <= MOST or first + count > 65_536:
        raise InputError(f"registers {first} to {first + count - 1} are none: 0 to 65535, {MOST} at most together")
    end = asyncio.get_running_loop().time() + READ_SECONDS
    began = time.monotonic()
    client: GatewayClient | None = None
    range_ = _Range(unit, function, first, count)
    error: Exception | None = None
    try:
        async with asyncio.timeout_at(end), (pool or ConnectionPool()).lend(gateway) as client:
            await range_.read(client)
        error = range_.error
    except TimeoutError:
        error = NoAnswerError(f"{gateway} did not answer everything in {READ_SECONDS:g} s")
    except WorkbenchError as failure:
        error = failure
    return {
        "ok": bool(range_.words) or error is None, "gateway": client.url if client else gateway, "unit_id": unit,
        "function": function, "registers": viewed(range_.words, first, count), "requests": range_.reads,
        "milliseconds": round((time.monotonic() - began) * 1000),
        "error": "; ".join(str(error).split("\n")) if error else "", "advice": advice(error, client) if error else "",
    }  # fmt: skip


class _Range:
    """What of a range was read."""

    def __init__(self, unit: int, function: int, first: int, count: int) -> None:
        self.unit, self.function = unit, function
        self.left = [(at, min(BLOCK, first + count - at)) for at in range(first, first + count, BLOCK)]
        self.words: dict[int, int] = {}
        self.error: WorkbenchError | None = None
        self.reads = 0

    async def read(self, client: GatewayClient) -> None:
        """Read it, and what is refused in halves, until the rest is single registers that are not there."""
        while self.left and self.reads < MOST_READS:
            start, count = self.left.pop(0)
            self.reads += 1
            try:
                request = ReadRequest(self.function, start, count)
                got = await client.read(request, self.unit, timeout=WAIT_SECONDS)
            except RefusedError as error:
                if error.code not in NOT_THERE:
                    raise
                self.error = self.error or error
                if error.code == 1:
                    return  # it has no register of this kind
                if count > 1:
                    half = count // 2
                    self.left[:0] = [(start, half), (start + half, count - half)]
                continue
            self.words |= dict(zip(range(start, start + count), got, strict=True))


def viewed(words: Mapping[int, int], first: int, count: int) -> list[RawRegister]:
    """Registers of a range by address, with all that a value may be that begins there and ends in the range."""
    rows: list[RawRegister] = []
    for at in range(first, first + count):
        word = words.get(at)
        raw = b"" if word is None else word.to_bytes(2, "big")
        rows.append(
            {
                "address": at, "word": word, "hex": raw.hex().upper(),
                "text": "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in raw),
                "values": {} if word is None else _views(words, at),
            }
        )  # fmt: skip
    return rows


def _views(words: Mapping[int, int], at: int) -> dict[str, dict[str, int | float | None]]:
    views: dict[str, dict[str, int | float | None]] = {}
    for order, (word_order, byte_order) in ORDERS.items():
        views[order] = {}
        for name in VIEWS:
            wire = TYPES[name]
            if wire.words == 1 and word_order == "little":
                continue  # one word has no order of words
            there = [words.get(at + place) for place in range(wire.words)]
            if None not in there:
                raw = [word for word in there if word is not None]
                raw = raw if byte_order == "big" else [swapped(word) for word in raw]
                views[order][name] = _number(wire, raw if word_order == "big" else raw[::-1])
    return {order: found for order, found in views.items() if found}


def _number(wire: WireType, words: list[int]) -> int | float | None:
    parts = struct.unpack(f">{wire.codes}", struct.pack(f">{len(words)}H", *words))
    value = wire.joined(parts)
    if value is None or not wire.floating or value == 0:
        return value
    return float(f"{value:.{DIGITS[wire.words]}g}") if math.isfinite(value) else None
