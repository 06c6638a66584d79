"""One gateway's meters: in their slots, and none at the cost of another."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from collector.client import GatewayClient
from collector.meter_reader import MeterReader
from collector.poller import GatewayPoller, Target
from collector.profile import load
from collector.repeats import Repeats
from collector.slots import SteadyClock
from collector.status import Tally
from energy_workbench.core.entities import Live
from energy_workbench.core.status import Communication
from energy_workbench.lake.reading import Reading
from tests.collector.device import Device, running, until
from tests.collector.test_meter_reader import words_of

PROFILE = replace(load("eastron_sdm72dm_v1"), timeout_ms=150, pause_ms=0)


class Seen:
    """Takes what a poller gives."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.live: dict[int, Live] = {}

    def __call__(self, key: int, reading: Reading | None, live: Live) -> None:
        self.live[key] = live
        if reading:
            self.readings.append(reading)

    def of(self, key: int) -> list[Reading]:
        return [reading for reading in self.readings if reading.meter == key]


def target(key: int, unit: int, period: float, profile=PROFILE) -> Target:
    return Target(key, f"M{key}", int(period * 1e6), MeterReader(profile, unit), Live(), Tally())


def poller(device: Device, targets: list[Target], seen: Seen) -> GatewayPoller:
    repeats = Repeats(logging.getLogger("test"))
    return GatewayPoller(GatewayClient(device.url), targets, seen, SteadyClock(), repeats)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_slots_are_multiples_of_the_period_and_none_comes_twice() -> None:
    async def main() -> None:
        seen = Seen()
        async with running(Device({1: words_of(PROFILE)})) as device:
            task = asyncio.create_task(poller(device, [target(1, 1, 0.1)], seen).run())
            await until(lambda: len(seen.readings) >= 12)
            await stop(task)
        slots = [reading.slot_us for reading in seen.readings]
        assert all(slot % 100_000 == 0 for slot in slots)
        assert slots == sorted(set(slots))
        assert all(0 <= reading.offset_ms < 10_000 for reading in seen.readings)
        assert seen.live[1].communication is Communication.ONLINE

    asyncio.run(main())


def test_a_dead_meter_does_not_take_the_others_with_it() -> None:
    async def main() -> None:
        seen = Seen()
        units = {unit: words_of(PROFILE) for unit in range(1, 6)}
        async with running(Device(units, silent={1, 2})) as device:
            targets = [target(unit, unit, 0.5) for unit in range(1, 6)]
            task = asyncio.create_task(poller(device, targets, seen).run())
            await until(lambda: min(len(seen.of(key)) for key in (3, 4, 5)) >= 8, 40)
            await until(lambda: seen.live[1].communication is Communication.OFFLINE, 40)
            first = seen.of(3)[0].slot_us
            span = (seen.of(3)[-1].slot_us - first) // 500_000 + 1
            assert len(seen.of(3)) >= 0.6 * span
            assert not seen.of(1)
            assert "did not answer" in seen.live[1].error
            device.silent.clear()
            await until(lambda: seen.of(1) and seen.of(2), 40)
            assert seen.live[1].last_seen is not None
            await stop(task)

    asyncio.run(main())


def test_a_gateway_that_is_away_makes_its_meters_offline_until_it_is_back() -> None:
    async def main() -> None:
        seen = Seen()
        device = Device({1: words_of(PROFILE), 2: words_of(PROFILE)})
        async with running(device):
            pass
        task = asyncio.create_task(poller(device, [target(1, 1, 0.1), target(2, 2, 0.1)], seen).run())
        offline = Communication.OFFLINE
        await until(lambda: len(seen.live) == 2 and all(x.communication is offline for x in seen.live.values()))
        assert "accepts no connection" in seen.live[1].error
        async with running(device):
            await until(lambda: seen.of(1) and seen.of(2), 30)
            await stop(task)

    asyncio.run(main())


def test_the_last_values_stay_known_while_a_meter_is_silent() -> None:
    async def main() -> None:
        seen = Seen()
        async with running(Device({1: words_of(PROFILE)})) as device:
            task = asyncio.create_task(poller(device, [target(1, 1, 0.1)], seen).run())
            await until(lambda: seen.readings)
            device.silent = {1}
            await until(lambda: seen.live[1].communication is Communication.OFFLINE)
            await stop(task)
        assert seen.live[1].values == seen.readings[-1].values
        assert seen.live[1].last_seen is not None

    asyncio.run(main())


def test_a_failure_of_the_collector_itself_stays_with_its_meter() -> None:
    async def main() -> None:
        seen = Seen()
        async with running(Device({1: words_of(PROFILE), 2: words_of(PROFILE)})) as device:
            broken = target(1, 1, 0.1)
            broken.reader._planned = broken.reader._parts = None
            task = asyncio.create_task(poller(device, [broken, target(2, 2, 0.1)], seen).run())
            await until(lambda: len(seen.of(2)) > 3)
            assert "the collector failed" in seen.live[1].error
            await stop(task)

    asyncio.run(main())


def test_a_slot_follows_the_clock_when_it_is_set_back() -> None:
    async def main() -> None:
        seen, offset = Seen(), [0]
        from energy_workbench.core import clock

        steady = SteadyClock(lambda: clock.to_micros(clock.now()) + offset[0])
        async with running(Device({1: words_of(PROFILE)})) as device:
            repeats = Repeats(logging.getLogger("test"))
            one = GatewayPoller(GatewayClient(device.url), [target(1, 1, 0.1)], seen, steady, repeats)
            task = asyncio.create_task(one.run())
            await until(lambda: len(seen.readings) > 2)
            offset[0] = -3_600_000_000
            before = len(seen.readings)
            await until(lambda: seen.readings[-1].slot_us < seen.readings[0].slot_us - 3_000_000_000, 30)
            assert len(seen.readings) > before
            await stop(task)

    asyncio.run(main())
