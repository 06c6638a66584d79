"""One gateway's meters: in their slots, and none at the cost of another."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise

import pytest

from collector.polling.circuit_breaker import State
from collector.polling.communication import Tally
from collector.polling.counts import NO_ANSWER
from collector.polling.meter_reader import Limits, MeterReader
from collector.polling.poller import GatewayPoller, Target
from collector.polling.slots import SteadyClock
from collector.profile.store import load
from collector.wire.client import GatewayClient
from energy_workbench.domain.entities import Live
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock
from energy_workbench.lake.reading import Reading
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from tests.collector.device import Device, running
from tests.collector.polling.test_meter_reader import words_of
from tests.collector.serial_bus import line_to
from tests.waiting import until

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
    failures = RepeatedFailures(logging.getLogger("test"))
    return GatewayPoller(GatewayClient(device.url), targets, seen, SteadyClock(), failures)


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
            await until(lambda: min(len(seen.of(key)) for key in (3, 4, 5)) >= 8, seconds=40)
            await until(lambda: seen.live[1].communication is Communication.OFFLINE, seconds=40)
            first = seen.of(3)[0].slot_us
            span = (seen.of(3)[-1].slot_us - first) // 500_000 + 1
            assert len(seen.of(3)) >= 0.6 * span
            assert not seen.of(1)
            assert "did not answer" in seen.live[1].error
            device.silent.clear()
            await until(lambda: seen.of(1) and seen.of(2), seconds=40)
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
            await until(lambda: seen.of(1) and seen.of(2), seconds=30)
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


@pytest.mark.parametrize("step_us", [-3_600_000_000, -700_000, 700_000, 3_600_000_000])
def test_a_clock_that_is_set_neither_reorders_nor_repeats(step_us: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.polling.poller.FOLLOW_US", 50_000)

    async def main() -> None:
        seen, offset = Seen(), [0]
        steady = SteadyClock(lambda: clock.to_micros(clock.now()) + offset[0])
        async with running(Device({1: words_of(PROFILE)})) as device:
            failures = RepeatedFailures(logging.getLogger("test"))
            one = GatewayPoller(GatewayClient(device.url), [target(1, 1, 0.1)], seen, steady, failures)
            task = asyncio.create_task(one.run())
            await until(lambda: len(seen.readings) > 2)
            offset[0], before = step_us, len(seen.readings)
            await until(lambda: len(seen.readings) >= before + 15, seconds=40)
            await stop(task)
        slots = [reading.slot_us for reading in seen.readings]
        instants = [reading.ts_us for reading in seen.readings]
        assert slots == sorted(set(slots))
        assert instants == sorted(set(instants))
        if step_us > 0:
            assert slots[-1] - slots[0] > step_us

    asyncio.run(main())


def test_two_answers_within_a_millisecond_are_two_readings() -> None:
    async def main() -> None:
        seen, stands = Seen(), SteadyClock(lambda: 1_795_991_570_762_345, lambda: 5.0)
        async with running(Device({1: words_of(PROFILE)})) as device:
            failures = RepeatedFailures(logging.getLogger("test"))
            one = GatewayPoller(GatewayClient(device.url), [target(1, 1, 0.1)], seen, stands, failures)
            for _ in range(3):
                await one.once()
        assert [reading.ts_us - seen.readings[0].ts_us for reading in seen.readings] == [0, 1000, 2000]
        assert seen.readings[0].ts_us == 1_795_991_570_762_000

    asyncio.run(main())


def test_a_clock_that_was_far_in_the_future_is_followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.polling.poller.FOLLOW_US", 50_000)

    async def main() -> None:
        seen, offset = Seen(), [0]
        steady = SteadyClock(lambda: clock.to_micros(clock.now()) + offset[0])
        async with running(Device({1: words_of(PROFILE)})) as device:
            failures = RepeatedFailures(logging.getLogger("test"))
            one = GatewayPoller(GatewayClient(device.url), [target(1, 1, 0.1)], seen, steady, failures)
            task = asyncio.create_task(one.run())
            await until(lambda: len(seen.readings) > 2)
            offset[0] = -86_400_000_000
            await until(lambda: seen.readings[-1].slot_us < seen.readings[0].slot_us - 80_000_000_000, seconds=30)
            count = len(seen.readings)
            await until(lambda: len(seen.readings) > count + 3)
            await stop(task)

    asyncio.run(main())


def test_a_gateway_with_several_connections_is_asked_several_things_at_once() -> None:
    async def main() -> None:
        seen = Seen()
        units = {unit: words_of(PROFILE) for unit in range(1, 9)}
        async with running(Device(units, delays=[0.1] * 5000)) as device:
            failures = RepeatedFailures(logging.getLogger("test"))
            targets = [target(unit, unit, 0.2, replace(PROFILE, timeout_ms=5000)) for unit in range(1, 9)]
            one = GatewayPoller(GatewayClient(device.url), targets, seen, SteadyClock(), failures, Limits(), 4)
            task = asyncio.create_task(one.run())
            await until(lambda: device.crowd == 4)
            await until(lambda: all(seen.of(key) for key in units))
            one.follow(targets, Limits(), 1)
            await until(lambda: device.open == 1)
            device.crowd, count = 0, len(seen.readings)
            await until(lambda: len(seen.readings) > count + 4)
            assert device.crowd == 1
            one.follow(targets, Limits(), 2)
            await until(lambda: device.open == 2 and device.crowd == 2)
            await stop(task)
            await until(lambda: device.open <= 1)
            one.client.close()

    asyncio.run(main())


def test_a_gateways_timeout_and_retries_are_kept() -> None:
    async def main() -> None:
        seen = Seen()
        async with running(Device({1: words_of(PROFILE)}, silent={1})) as device:
            failures = RepeatedFailures(logging.getLogger("test"))
            limits = Limits(timeout=0.05, retries=2)
            one = GatewayPoller(GatewayClient(device.url), [target(1, 1, 0.1)], seen, SteadyClock(), failures, limits)
            await one.once()
            assert len(device.asked) == 3
            assert "in 0.05 s" in seen.live[1].error
            one.client.close()

    asyncio.run(main())


def test_what_happened_is_counted_by_meter_and_gateway() -> None:
    async def main() -> None:
        seen = Seen()
        async with running(Device({1: words_of(PROFILE), 2: words_of(PROFILE)}, silent={2})) as device:
            one = poller(device, [target(1, 1, 0.1), target(2, 2, 0.1)], seen)
            task = asyncio.create_task(one.run())
            living, dead = one.counts.meters[1], one.counts.meters[2]
            await until(lambda: dead.breaker.state is State.OPEN and living.polls > 5)
            await stop(task)
            assert (dead.answers, living.success, dead.success) == (0, 1.0, 0.0)
            assert dead.errors[NO_ANSWER] == dead.requests >= 3
            assert "did not answer" in dead.last_error
            assert one.counts.polls == living.polls + dead.polls
            assert one.counts.requests == living.requests + dead.requests
            assert living.latency.count == living.answers
            assert living.lateness.count == living.polls
            assert one.counts.connections >= 1
            assert one.counts.connected
            one.client.close()

    asyncio.run(main())


def test_a_meter_that_closes_the_connection_does_not_take_the_others_with_it() -> None:
    async def main() -> None:
        seen = Seen()
        device = Device({1: words_of(PROFILE), 2: words_of(PROFILE)})
        answer = device._answer

        async def closing(writer, head, unit, code, address, count) -> None:
            device.drop = unit == 2
            await answer(writer, head, unit, code, address, count)

        device._answer = closing
        async with running(device):
            one = poller(device, [target(1, 1, 0.2), target(2, 2, 0.2)], seen)
            task = asyncio.create_task(one.run())
            await until(lambda: one.counts.meters[2].breaker.state is State.OPEN, seconds=40)
            before = len(seen.of(1))
            await until(lambda: len(seen.of(1)) >= before + 10, seconds=40)
            await stop(task)
            assert seen.live[1].communication is Communication.ONLINE
            assert one.counts.meters[1].breaker.state is State.CLOSED
            one.client.close()

    asyncio.run(main())


def test_a_device_without_a_register_of_its_profile_is_online_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        seen, words, patient = Seen(), words_of(PROFILE), replace(PROFILE, timeout_ms=10_000)
        lacking = next(name for name in PROFILE.poll if not PROFILE.by_quantity[name].counter)
        for cell in PROFILE.by_quantity[lacking].cells:
            del words[cell]
        async with running(Device({1: words}, holes=True)) as device:
            one = poller(device, [target(1, 1, 0.1, patient)], seen)
            task = asyncio.create_task(one.run())
            await until(lambda: len(seen.readings) >= 12)
            await stop(task)
            counts = one.counts.meters[1]
            assert counts.lacks == (lacking,)
            assert counts.success == 1.0, "it gave everything that it has"
            assert seen.live[1].communication is Communication.ONLINE
            assert seen.live[1].error.startswith(f"it has no {lacking}: ")
            assert set(seen.readings[-1].values) == set(PROFILE.poll) - {lacking}
            one.client.close()
        told = [record for record in caplog.records if lacking in record.getMessage()]
        assert [record.levelname for record in told] == ["WARNING"]

    asyncio.run(main())


@pytest.mark.parametrize("serial", [False, True])
def test_answers_that_come_too_late_are_counted_for_the_meter_that_gave_them(serial: bool) -> None:
    async def main() -> None:
        seen, units = Seen(), {1: words_of(PROFILE), 2: words_of(PROFILE)}
        device = Device(units, rtu=serial)
        async with running(device), AsyncExitStack() as stack:
            url = f"rtu://{stack.enter_context(line_to(device.port))}?baudrate=115200" if serial else device.url
            answer = device._answer

            async def slow(writer, head, unit, code, address, count) -> None:
                if unit == 2:
                    await asyncio.sleep(0.25)
                await answer(writer, head, unit, code, address, count)

            device._answer = slow
            targets, failures = [target(1, 1, 0.2), target(2, 2, 0.2)], RepeatedFailures(logging.getLogger("test"))
            one = GatewayPoller(GatewayClient(url), targets, seen, SteadyClock(), failures)
            task = asyncio.create_task(one.run())
            await until(lambda: one.counts.meters[2].late >= 2, seconds=40)
            await stop(task)
            assert not seen.of(2)
            assert one.counts.meters[2].late == one.counts.late
            assert one.counts.meters[1].late == 0
            one.client.close()

    asyncio.run(main())


def test_a_meter_with_an_offset_is_read_there_and_its_slot_stays_the_multiple() -> None:
    async def main() -> None:
        seen = Seen()
        async with running(Device({1: words_of(PROFILE)})) as device:
            late = replace(target(1, 1, 0.5), offset_us=200_000)
            task = asyncio.create_task(poller(device, [late], seen).run())
            await until(lambda: len(seen.readings) >= 5)
            await stop(task)
        for reading in seen.readings[1:]:
            assert reading.slot_us % 500_000 == 0
            assert reading.offset_ms >= 200

    asyncio.run(main())


def test_meters_without_an_offset_are_spread_evenly_over_the_first_second() -> None:
    phases = sorted(target(key, 1, 10).phase_us for key in range(1, 101))
    assert phases[0] >= 0
    assert phases[-1] < 1_000_000
    assert max(b - a for a, b in pairwise(phases)) < 25_000
    assert max(target(key, 1, 0.2).phase_us for key in range(100)) < 200_000
