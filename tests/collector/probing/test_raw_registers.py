"""Registers as they are: each type in each order agrees with what decodes a profile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from collector.probing import raw_registers as room
from collector.probing.raw_registers import RawRegisters, read_registers
from collector.profile.decode import encode
from collector.profile.profile import ORDERS, Profile
from collector.profile.register import Register
from collector.profile.wire_types import TYPES
from energy_workbench.domain.errors import InputError
from tests.collector.device import Device, running
from tests.collector.typed import is_of


def read(device: Device, first: int, count: int, function: int = 3, unit: int = 1) -> RawRegisters:
    async def main() -> RawRegisters:
        async with running(device):
            return await read_registers(device.url, unit, function, first, count)

    found = asyncio.run(main())
    assert is_of(RawRegisters, found)
    return found


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", [name for name in TYPES if name not in ("enum16", "acc32")])
def test_a_value_is_seen_as_what_it_is(kind: str, order: str) -> None:
    wire = TYPES[kind]
    word, byte = ORDERS[order]
    register = Register(
        quantity="active_power_total", address=10, type=kind, unit="kW", word_order=word, byte_order=byte
    )
    profile = Profile(id="t", vendor="v", model="m", registers=(register,))
    value = 50.5 if wire.floating else 1234
    found = read(Device({1: dict(encode(profile, {"active_power_total": value}))}), 10, 4)
    shown = order if wire.words > 1 else {"cdab": "abcd", "dcba": "badc"}.get(order, order)
    assert found["registers"][0]["values"][shown][kind] == value
    assert (found["ok"], found["error"]) == (True, "")
    assert len(found["registers"]) == 4


def test_a_value_that_leaves_the_range_is_not_shown() -> None:
    found = read(Device({1: {(3, 0): 0x4142, (3, 1): 7}}), 0, 2)
    last = found["registers"][1]
    assert "uint32" not in last["values"]["abcd"]
    assert last["values"]["abcd"]["uint16"] == 7
    assert (found["registers"][0]["hex"], found["registers"][0]["text"]) == ("4142", "AB")


def test_what_is_no_number_has_no_value() -> None:
    found = read(Device({1: {(4, 0): 0x7FC0, (4, 1): 0}}), 0, 2, function=4)
    values = found["registers"][0]["values"]["abcd"]
    assert values["float32"] is None
    assert values["bcd32"] is None
    assert values["uint32"] == 0x7FC00000


def test_a_range_with_holes_is_read_around_them() -> None:
    words = {(3, at): at for at in (*range(37), *range(60, 100), 130)}
    device = Device({1: words}, holes=True)
    found = read(device, 0, 200)
    assert {row["address"]: row["word"] for row in found["registers"] if row["word"] is not None} == {
        at: at for _, at in words
    }
    assert found["ok"]
    assert "illegal data address" in found["error"]
    assert found["requests"] == len(device.asked) <= room.MOST_READS
    assert {code for _, code, _, _ in device.asked} == {3}


def test_a_device_that_is_silent_or_knows_no_such_function_is_not_asked_again_and_again() -> None:
    silent = Device({1: {}}, silent={1})
    found = read(silent, 0, 300)
    assert not found["ok"]
    assert "did not answer" in found["error"]
    assert len(silent.asked) == 1
    refusing = Device({1: {}}, exceptions={1: 1})
    assert read(refusing, 0, 300)["error"]
    assert len(refusing.asked) == 1


@pytest.mark.parametrize(
    "asked", [(5, 0, 1), (3, -1, 2), (3, 0, 0), (3, 0, room.MOST + 1), (3, 65_535, 2), (6, 0, 1), (16, 0, 1)]
)
def test_what_are_no_registers_is_refused_before_anything_is_sent(asked: tuple[int, int, int]) -> None:
    device = Device({1: {}})

    async def main() -> Any:
        async with running(device):
            return await read_registers(device.url, 1, *asked)

    with pytest.raises(InputError):
        asyncio.run(main())
    assert not device.asked
