"""A probe ends in its time and tells what it has."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from collector.probing.probe import probe
from collector.profile.store import load
from tests.collector.device import Device, running
from tests.collector.meters import device_words


def test_a_probe_that_runs_out_of_time_tells_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.probing.probe.PROBE_SECONDS", 1.5)
    profile = load("eastron_sdm630")

    async def main() -> Any:
        async with running(Device({1: device_words(profile)}, delays=[0.0, 0.0, 30.0])) as device:
            return await probe(device.url, 1, profile.id)

    found = asyncio.run(main())
    assert not found.ok
    assert found.error
    assert 0 < len([v for v in found.values.values() if v is not None]) < len(profile.registers)


@pytest.mark.parametrize("order", ["little", "badc", "dcba"])
def test_a_wrong_order_is_told_with_the_one_that_makes_sense(order: str) -> None:
    async def main() -> Any:
        async with running(Device({1: device_words(load(f"eastron_sdm630:{order}"))})) as device:
            found = await probe(device.url, 1, "eastron_sdm630")
            assert len(device.asked) == len(set(device.asked)), "what is known is not asked again"
            return found

    (hint,) = asyncio.run(main()).hints
    assert f"with eastron_sdm630:{order} it is 50.02 Hz" in hint
