"""Discovery of a SunSpec device's models (SunSpec Device Information Model Specification, section 6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from collector.profile.identity import text_of
from collector.wire.errors import GarbledError, RefusedError
from collector.wire.read_request import ReadRequest
from collector.wire.register_reader import RegisterReader

BASES = (40_000, 0, 50_000)
"""Addresses at which a device may begin."""
MARKER = [0x5375, 0x6E53]
"""`SunS`."""
END = 0xFFFF
COMMON = 1
"""The model in which a device says who it is: maker, model and, further down, its serial number, as text."""
_COMMON_TEXTS = {"maker": (2, 16), "model": (18, 16), "version": (42, 8), "serial number": (50, 16)}
_MOST_MODELS = 64


async def models(client: RegisterReader, unit: int, timeout: float) -> AsyncIterator[tuple[int, int]]:
    """The models of a device, in its order: their ids and the PDU addresses of their headers.

    Raises
    ------
    GarbledError
        If it is no SunSpec device.
    WireError
        If it does not answer.
    """
    for base in BASES:
        try:
            marker = await client.read(ReadRequest(3, base, 2), unit, timeout=timeout)
        except RefusedError:
            continue
        if marker == MARKER:
            break
    else:
        raise GarbledError(
            f"unit {unit} of {client.url} is no SunSpec device: no 'SunS' at {', '.join(map(str, BASES))}"
        )
    at = base + 2
    for _ in range(_MOST_MODELS):
        model, length = await client.read(ReadRequest(3, at, 2), unit, timeout=timeout)
        if model == END:
            return
        yield model, at
        if at + 2 + length > END:
            return
        at += 2 + length


async def locate(client: RegisterReader, unit: int, model: int, timeout: float) -> int:
    """PDU address of a model's header.

    Raises
    ------
    GarbledError
        If the device has no such model.
    WireError
        If it does not answer.
    """
    async for other, at in models(client, unit, timeout):
        if other == model:
            return at
    raise GarbledError(f"unit {unit} of {client.url} is a SunSpec device without model {model}")


async def common_texts(client: RegisterReader, unit: int, at: int, timeout: float) -> dict[str, str]:
    """What the device's common model says, its header being at this address.

    Raises
    ------
    WireError
        If it does not answer.
    """
    words = await client.read(ReadRequest(3, at, 66), unit, timeout=timeout)
    said = {name: text_of(words[start : start + length]) for name, (start, length) in _COMMON_TEXTS.items()}
    return {name: text for name, text in said.items() if text}
