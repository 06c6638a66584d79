"""The collector with real Modbus: health by limits that are followed, impossible values found, instants of answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collector.collector import Collector
from collector.profile.decode import encode
from collector.profile.store import load
from energy_workbench.domain.status import Health
from energy_workbench.domain.time import clock
from energy_workbench.lake.spool.spool import Spool
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.collector.device import Device, running
from tests.conftest import free_ports
from tests.health.test_health import LOAD
from tests.migrated import migrated
from tests.waiting import until

PROFILE = "eastron_sdm630"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / settings_room.FILE).write_text(f"metrics_port = {free_ports(1)[0]}\n", "utf-8")
    settings = settings_room.load(tmp_path / "home")
    registry = migrated(Registry(settings.registry_url))
    # What holds for less than a minute counts too, or a test would take one.
    registry.set_limits({"voltage_seconds": 0, "no_voltage_seconds": 0}, by="test")
    registry.close()
    StateStore(settings.state_url).migrate()
    return settings


def device(**values: float) -> Device:
    """A meter under load, its CT of 100/5 applied by the workbench: 60 A are 3 A in its registers."""
    profile = load(PROFILE)
    secondary = {name: v / 20 if name.startswith(("current", "active", "apparent")) else v for name, v in LOAD.items()}
    told = dict.fromkeys((name for name in profile.quantities if name not in profile.derived), 0.0)
    told |= {f"power_factor_l{phase}": 0.89 for phase in (1, 2, 3)}
    return Device({1: {**encode(profile, told | secondary | values)}})


def tell(shown: Device, **values: float) -> None:
    """Let the meter show other values."""
    shown.units[1] = device(**values).units[1]


def register(home: Settings, shown: Device) -> int:
    registry = Registry(home.registry_url)
    fields = {"number": "A", "name": "A", "type": "machine", "gateway": shown.url, "unit_id": 1, "profile": PROFILE}
    ratio = {"ct_primary": 100, "ct_secondary": 5, "ratio_applied_by": "workbench"}
    meter = registry.create_meter({**fields, **ratio, "poll_seconds": 1}, by="test")
    registry.close()
    return meter.key


@contextlib.asynccontextmanager
async def collecting(home: Settings) -> AsyncIterator[None]:
    task = asyncio.create_task(Collector(home).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_health_follows_values_and_limits_and_its_changes_are_kept(home: Settings) -> None:
    async def main() -> None:
        state, registry = StateStore(home.state_url), Registry(home.registry_url)
        async with running(device()) as shown:
            key = register(home, shown)
            async with collecting(home):
                await until(lambda: key in state.read())
                assert state.read()[key].health is Health.GOOD
                tell(shown, voltage_l2_n=198.2)
                await until(lambda: state.read()[key].health is Health.WARNING)
                live = state.read()[key]
                assert live.health_reason == "L2 at 198.2 V, 13.8 % below 230 V (limit 10 %)"
                assert live.health_since is not None
                registry.set_limits({"voltage_critical": 12}, "A", by="test")
                await until(lambda: state.read()[key].health is Health.CRITICAL)
                shown.silent.add(1)
                await until(lambda: state.read()[key].error)
                assert state.read()[key].health is Health.CRITICAL, "what was known last stays"
                shown.silent.clear()
                tell(shown)
                await until(lambda: state.read()[key].health is Health.GOOD)
            wb = Workbench(home)
            told = [(row["from"], row["to"]) for row in wb.events("A") if row["of"] == "health"]
            assert told == [("critical", "good"), ("warning", "critical"), ("good", "warning")]
            assert wb.events("A", limit=1) == wb.events("A")[:1]

    asyncio.run(main())


def test_a_health_that_was_known_holds_on_over_a_restart(home: Settings) -> None:
    async def main() -> None:
        state = StateStore(home.state_url)
        async with running(device(voltage_l2_n=198.2)) as shown:
            key = register(home, shown)
            async with collecting(home):
                await until(lambda: key in state.read() and state.read()[key].health is Health.WARNING)
            tell(shown, voltage_l2_n=208.5)  # 9.3 %: nobody would warn, but it has not come back far enough
            async with collecting(home):
                asked = len(shown.asked)
                await until(lambda: len(shown.asked) > asked + 10)
                assert state.read()[key].health is Health.WARNING
            assert [event.of for event in state.events(key)].count("health") == 1

    asyncio.run(main())


def test_an_impossible_value_is_found_and_left_out_while_the_reading_keeps_it(home: Settings) -> None:
    async def main() -> None:
        state = StateStore(home.state_url)
        async with running(device(power_factor_total=1.375, frequency=5001.0)) as shown:
            key = register(home, shown)
            async with collecting(home):
                await until(lambda: len(state.findings(key)) >= 2)
                await until(lambda: key in state.read())
                live = state.read()[key].values
                assert (live["power_factor_total"], live["frequency"]) == (None, None)
                assert live["voltage_l1_n"] == pytest.approx(230.0)
        spooled = [reading for _, reading in Spool(home.spool_path).pending()]
        assert {reading.values["power_factor_total"] for reading in spooled} == {1.375}
        wb = Workbench(home)
        found = {row["name"]: row for row in wb.findings("A", name="value")}
        assert found.keys() == {"value.power_factor", "value.frequency"}
        row = found["value.power_factor"]
        assert (row["number"], row["quantity"], row["value"]) == ("A", "power_factor_total", 1.375)
        assert row["evidence"]["readings"] == len(spooled)
        assert "a power factor lies between −1 and 1" in row["text"]
        assert wb.readings("A").rows[-1]["values"]["power_factor_total"] == 1.375, "as the meter reported it"
        primary = wb.readings("A", scaled=True).rows[-1]["values"]
        assert "power_factor_total" not in primary
        assert primary["current_l1"] == pytest.approx(60.0)

    asyncio.run(main())


def test_a_readings_instant_is_that_of_its_answer(home: Settings) -> None:
    async def main() -> None:
        async with running(device()) as shown:
            register(home, shown)
            collector = Collector(home)
            shown.delays[:] = [0.5] * 20
            before = clock.to_micros(clock.now())
            await collector.once()
            after = clock.to_micros(clock.now())
            collector.close()
        (reading,) = [reading for _, reading in Spool(home.spool_path).pending()]
        assert before + 500_000 <= reading.ts_us + 1000, "not the instant of the question"
        assert reading.ts_us <= after
        assert reading.slot_us <= before, "the slot is nominal, the instant is not"

    asyncio.run(main())


def test_a_meter_that_others_read_has_health_and_findings_too(home: Settings) -> None:
    wb = Workbench(home)
    wb.registry.create_meter(
        {"number": "B", "name": "B", "type": "machine", "ct_primary": 100, "ct_secondary": 5}, by="t"
    )
    start = clock.now().replace(microsecond=0)
    rows = [
        {"ts": clock.from_micros(clock.to_micros(start) - 1_000_000 * ago).isoformat(), "values": {**LOAD, **values}}
        for ago, values in ((50, {}), (40, {"voltage_l2_n": 198.2}), (30, {"voltage_l2_n": 198.2, "frequency": -1.0}))
    ]
    wb.record("B", rows)
    meter = wb.meter("B")
    assert (meter["health"], meter["health_reason"][:11]) == ("warning", "L2 at 198.2")
    assert [row["name"] for row in wb.findings("B")] == ["value.frequency"]
    wb.record("B", rows)
    assert len(wb.findings("B")) == 1, "the same again changes nothing"
    assert wb.overview().summary["health"]["warning"] == 1
