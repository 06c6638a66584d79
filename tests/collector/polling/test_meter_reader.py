"""One meter: nothing that was read is thrown away, and what it lacks is learned."""

from __future__ import annotations

import asyncio

import pytest

from collector.polling.meter_reader import FIRST_FORGET_SECONDS, NO_LIMITS, Limits, MeterReader, Outcome
from collector.profile.decode import encode
from collector.profile.profile import Profile
from collector.profile.read_plan import plan
from collector.profile.register import Register
from collector.profile.store import load
from collector.wire.client import GatewayClient
from collector.wire.errors import GarbledError, NoAnswerError, RefusedError
from tests.collector.device import Device, Words, running


def words_of(profile: Profile, value: float = 2.0) -> Words:
    values = {name: value for name in profile.quantities if name not in profile.derived}
    return {**encode(profile, values)}


async def read(reader: MeterReader, device: Device, retry: bool = True, limits: Limits = NO_LIMITS) -> Outcome:
    client = GatewayClient(device.url)
    try:
        outcome = await reader.read(client, lambda: 1_000_000, retry, limits)
        assert outcome.values is outcome.values
        return outcome
    finally:
        client.close()


@pytest.mark.parametrize("id", ["schneider_pm5xxx", "carlo_gavazzi_em340", "siemens_pac2200", "dse_gencomm"])
def test_a_poll_gives_exactly_what_the_profile_polls(id: str) -> None:
    async def main() -> None:
        profile = load(id)
        async with running(Device({1: words_of(profile, 0.5)})) as device:
            reader = MeterReader(profile, 1)
            outcome = await read(reader, device)
            assert outcome.error is None
            assert set(outcome.values) == set(profile.poll)
            assert len(device.asked) == len(plan(profile))

    asyncio.run(main())


def test_a_meter_that_refuses_gaps_is_read_without_them_from_then_on() -> None:
    async def main() -> None:
        profile = load("schneider_pm5xxx")
        async with running(Device({1: words_of(profile)}, holes=True)) as device:
            reader = MeterReader(profile, 1)
            before = len(reader.requests)
            outcome = await read(reader, device)
            assert outcome.error is None
            assert set(outcome.values) == set(profile.poll)
            assert len(reader.requests) > before
            device.asked.clear()
            assert (await read(reader, device)).error is None
            assert len(device.asked) == len(reader.requests)

    asyncio.run(main())


def test_optional_registers_that_the_model_lacks_are_left_out() -> None:
    async def main() -> None:
        profile = load("dse_gencomm")
        words = words_of(profile)
        for cell in profile.by_quantity["engine_load"].cells:
            del words[cell]
        async with running(Device({1: words}, holes=True)) as device:
            reader = MeterReader(profile, 1)
            outcome = await read(reader, device)
            assert outcome.error is None
            assert reader.missing == ["engine_load"]
            assert set(outcome.values) == set(profile.poll) - {"engine_load"}

    asyncio.run(main())


def test_a_device_that_refuses_everything_teaches_nothing() -> None:
    async def main() -> None:
        profile = load("schneider_pm5xxx")
        async with running(Device({1: words_of(profile)}, exceptions={1: 2})) as device:
            reader = MeterReader(profile, 1)
            before = reader.requests
            outcome = await read(reader, device)
            assert isinstance(outcome.error, RefusedError)
            assert not outcome.answered
            assert len(device.asked) < 10
            device.exceptions.clear()
            assert reader.requests == before
            assert (await read(reader, device)).error is None

    asyncio.run(main())


def test_what_was_read_before_a_time_out_is_kept() -> None:
    async def main() -> None:
        profile = load("schneider_pm5xxx")
        device = Device({1: words_of(profile)})
        async with running(device):
            reader = MeterReader(profile, 1)
            client = GatewayClient(device.url)
            ask = client.read

            async def second_fails(request, unit, **more):
                if request is reader.requests[1]:
                    device.silent = {1}
                return await ask(request, unit, **more)

            client.read = second_fails
            outcome = await reader.read(client, lambda: 5, limits=Limits(timeout=1.0))
            client.close()
            assert isinstance(outcome.error, NoAnswerError)
            assert {r.quantity for r in reader.requests[0].registers} == set(outcome.values)

    asyncio.run(main())


def test_one_lost_answer_is_asked_again_but_not_of_a_dead_meter() -> None:
    async def main() -> None:
        profile = load("eastron_sdm72dm_v1")
        async with running(Device({1: words_of(profile)}, delays=[5.0])) as device:
            reader = MeterReader(profile, 1)
            short = Limits(timeout=1.0)
            outcome = await read(reader, device, limits=short)
            assert outcome.error is None
            assert (len(outcome.latencies), len(outcome.failures)) == (1, 1)
            device.silent, count = {1}, len(device.asked)
            assert isinstance((await read(reader, device, retry=False, limits=short)).error, NoAnswerError)
            assert len(device.asked) == count + 1

    asyncio.run(main())


def test_a_gateways_word_for_a_silent_device_is_silence() -> None:
    async def main() -> None:
        profile = load("eastron_sdm72dm_v1")
        async with running(Device({1: words_of(profile)}, exceptions={1: 11})) as device:
            assert isinstance((await read(MeterReader(profile, 1), device)).error, NoAnswerError)

    asyncio.run(main())


@pytest.mark.parametrize("base", [40_000, 0, 50_000])
def test_a_sunspec_model_is_found_behind_others(base: int) -> None:
    async def main() -> None:
        profile = load("sunspec_203")
        at = base + 2 + 2 + 66  # after the common model
        words = {
            (3, base): 0x5375,
            (3, base + 1): 0x6E53,
            (3, base + 2): 1,
            (3, base + 3): 66,
            (3, at): 203,
            (3, at + 1): 105,
        }
        words |= {(code, at + address): word for (code, address), word in words_of(profile, 3.0).items()}
        async with running(Device({1: words})) as device:
            outcome = await read(MeterReader(profile, 1), device)
            assert outcome.error is None
            assert outcome.values["active_power_total"] == pytest.approx(3.0)
            assert outcome.values["energy_active_import"] == pytest.approx(3.0)

    asyncio.run(main())


def test_a_device_without_sunspec_is_told() -> None:
    async def main() -> None:
        async with running(Device({1: {(3, 0): 1}})) as device:
            outcome = await read(MeterReader(load("sunspec_203"), 1), device)
            assert isinstance(outcome.error, GarbledError)
            assert "no SunSpec device" in str(outcome.error)

    asyncio.run(main())


def test_the_instant_is_that_of_the_counters() -> None:
    async def main() -> None:
        registers = (
            Register(quantity="frequency", address=0, type="uint16", unit="Hz"),
            Register(quantity="energy_active_import", address=200, type="uint32", unit="kWh"),
            Register(quantity="voltage_l1_n", address=400, type="uint16", unit="V"),
        )
        names = tuple(r.quantity for r in registers)
        profile = Profile(id="t", vendor="v", model="m", kind="meter", registers=registers, poll=names)
        ticks = iter((10, 20, 30))
        async with running(Device({1: {}})) as device:
            client = GatewayClient(device.url)
            outcome = await MeterReader(profile, 1).read(client, lambda: next(ticks))
            client.close()
            assert outcome.at_us == 20

    asyncio.run(main())


def test_a_register_that_must_be_there_and_is_refused_loses_only_itself_and_is_asked_for_rarely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        now = [1000.0]
        monkeypatch.setattr("collector.polling.meter_reader.time.monotonic", lambda: now[0])
        profile = load("schneider_pm5xxx")
        words = words_of(profile)
        lacking = {cell: words.pop(cell) for cell in profile.by_quantity["frequency"].cells}
        device = Device({1: words}, holes=True)
        async with running(device):
            reader = MeterReader(profile, 1)
            assert isinstance((await read(reader, device)).error, RefusedError)
            device.asked.clear()
            outcome = await read(reader, device)
            assert isinstance(outcome.error, RefusedError), "it stays said while it is not asked for"
            assert set(outcome.values) == set(profile.poll) - {"frequency"}
            assert reader.missing == ["frequency"]
            assert len(device.asked) == len(reader.requests)
            assert not outcome.failures
            asked = []
            for _ in range(3):
                now[0] += FIRST_FORGET_SECONDS + 1
                device.asked.clear()
                await read(reader, device)
                asked.append(len(device.asked) > len(reader.requests))
            assert asked == [True, False, True], "after one minute, then after two more"
            words |= lacking
            now[0] += 3600
            assert (await read(reader, device)).error is None
            assert reader.missing == []

    asyncio.run(main())


@pytest.mark.parametrize(("retries", "asked"), [(None, 2), (0, 1), (3, 4)])
def test_a_gateway_says_how_often_a_question_is_put_again(retries: int | None, asked: int) -> None:
    async def main() -> None:
        profile = load("eastron_sdm72dm_v1")
        async with running(Device({1: words_of(profile)}, silent={1})) as device:
            await read(MeterReader(profile, 1), device, limits=Limits(timeout=0.05, retries=retries))
            assert len(device.asked) == asked

    asyncio.run(main())


def test_a_value_and_its_exponent_are_never_of_two_instants() -> None:
    """The device scales itself anew between any two requests, and two values far apart share its exponent."""

    class Rescaling(Device):
        async def _answer(self, writer, head, unit, code, address, count) -> None:  # type: ignore[no-untyped-def]
            exponent = 1 + len(self.asked) % 2
            raw = 12_236_290 // 10 ** (exponent - 1)
            self.units[unit] = {
                (3, 0): raw >> 16, (3, 1): raw & 0xFFFF, (3, 100): exponent,
                (3, 200): raw >> 16, (3, 201): raw & 0xFFFF,
            }  # fmt: skip
            await super()._answer(writer, head, unit, code, address, count)

    names = ("energy_active_import", "energy_active_export")
    registers = tuple(
        Register(quantity=name, address=at, type="uint32", unit="Wh", scale_register=100)
        for name, at in zip(names, (0, 200), strict=True)
    )
    profile = Profile(id="t", vendor="v", model="m", registers=registers, poll=names)

    async def main() -> None:
        async with running(Rescaling({1: {}})) as device:
            reader = MeterReader(profile, 1)
            for _ in range(5):
                outcome = await read(reader, device)
                assert outcome.values == {name: pytest.approx(122_362.9, rel=1e-6) for name in names}
            assert {(address, count) for _, _, address, count in device.asked} == {(0, 101), (100, 102)}

    asyncio.run(main())
