"""Where a SunSpec model begins on a device (SunSpec Device Information Model Specification, section 6)."""

from __future__ import annotations

from collector.client import GatewayClient
from collector.plan import Request
from collector.wire import GarbledError, RefusedError

BASES = (40_000, 0, 50_000)
"""Addresses at which a device may begin."""
MARKER = [0x5375, 0x6E53]
"""`SunS`."""
END = 0xFFFF
_MOST_MODELS = 64


async def locate(client: GatewayClient, unit: int, model: int, timeout: float) -> int:
    """PDU address of a model's header.

    Raises
    ------
    GarbledError
        If the device has no such model.
    WireError
        If it does not answer.
    """
    for base in BASES:
        try:
            marker = await client.read(Request(3, base, 2, ()), unit, timeout=timeout)
        except RefusedError:
            continue
        if marker != MARKER:
            continue
        at = base + 2
        for _ in range(_MOST_MODELS):
            found, length = await client.read(Request(3, at, 2, ()), unit, timeout=timeout)
            if found == model:
                return at
            if found == END or at + 2 + length > END:
                break
            at += 2 + length
        raise GarbledError(f"unit {unit} of {client.url} is a SunSpec device without model {model}")
    raise GarbledError(f"unit {unit} of {client.url} is no SunSpec device: no 'SunS' at {', '.join(map(str, BASES))}")
