"""From the plant's registers over real Modbus TCP to the interval table: the energy is the plant's own ledger's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pytest

from collector.collector import Collector
from collector.plant import meter_file as plant_file
from collector.plant.model import Plant
from collector.plant.server import PlantServer
from collector.plant.tree import build as build_tree
from collector.polling.slots import SteadyClock
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.quantities import Scaling
from energy_workbench.domain.time.clock import EPOCH
from energy_workbench.lake import Lake, Reader, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings

pytestmark = pytest.mark.slow

ZONE = ZoneInfo("Asia/Kolkata")
ORIGIN = datetime(2026, 8, 24, tzinfo=ZONE)
BEGIN = datetime(
    2026, 8, 29, 6, 30, tzinfo=UTC
)  # a Saturday noon: an outage, the generator, and solar back to the grid
PAUSE = timedelta(minutes=1)
"""What passes at the plant between two polls."""
SPAN = timedelta(minutes=50)
METERS = 42
COARSEST_KWH = 0.1
"""Step of the coarsest register of the plant's profiles [kWh], as the meter reports it."""


class LeapingClock:
    """One clock for plant and collector: it stands during a poll, so that no figure depends on how long one takes."""

    def __init__(self) -> None:
        self._passed = timedelta()

    def leap(self) -> None:
        """Let the pause between two polls pass."""
        self._passed += PAUSE

    def micros(self) -> int:
        return int((BEGIN + self._passed - EPOCH) / timedelta(microseconds=1))

    def seconds(self) -> float:
        return self.micros() / 1e6

    def steady(self) -> SteadyClock:
        return SteadyClock(wall_us=self.micros, steady=lambda: self._passed.total_seconds())


@dataclass
class Collected:
    plant: Plant
    meters: list[Meter]
    reader: Reader


async def _collect(plant: Plant, settings: Settings, clock: LeapingClock) -> None:
    server = PlantServer(plant, now=clock.seconds)
    urls = await server.start("127.0.0.1", 0)
    try:
        registry = Registry(settings.registry_url)
        registry.migrate(timezone="Asia/Kolkata")
        path = settings.home / "meters.csv"
        plant_file.write(path, plant.meters, urls)
        apply_import(registry, plan_import(registry, read_meter_file(path)), by="test")
        collector = Collector(settings)
        for _ in range(SPAN // PAUSE):
            await collector.once()
            clock.leap()
        collector.close()
    finally:
        await server.stop()


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    home: Path = tmp_path_factory.mktemp("wire")
    settings = settings_room.load(home, {})
    plant = Plant(build_tree(METERS), seed=11, origin=ORIGIN, zone=ZONE)
    clock = LeapingClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collector.collector.SteadyClock", clock.steady)
        asyncio.run(_collect(plant, settings, clock))
    registry, lake, spool = Registry(settings.registry_url), Lake(settings.lake_path), Spool(settings.spool_path)
    lake.commit(spool)
    build(lake, registry.all_ratios())
    yield Collected(plant, registry.meters(), Reader(lake, spool))
    spool.close()


def test_every_meter_was_read_over_the_wire(collected):
    assert len(collected.meters) == METERS
    for meter in collected.meters:
        found = collected.reader.readings(meter.key, BEGIN, BEGIN + 3 * SPAN, quantities=["active_power_total"])
        assert found.num_rows >= 20, meter.number


@pytest.mark.parametrize("direction", ["import", "export"])
def test_stored_energy_equals_the_plants_ledger_within_the_registers_resolution(collected, direction):
    checked = 0
    for meter in collected.meters:
        counter = f"energy_active_{direction}"
        readings = collected.reader.readings(meter.key, BEGIN, BEGIN + 3 * SPAN, quantities=[counter])
        readings = readings.filter(pc.is_valid(readings[counter])) if counter in readings.column_names else None
        if readings is None or readings.num_rows < 2:
            continue
        first, last = readings["ts"][0].as_py(), readings["ts"][-1].as_py()
        intervals = collected.reader.intervals([meter.key], BEGIN - SPAN, BEGIN + 3 * SPAN)
        stored = pc.sum(intervals[f"energy_{direction}_kwh"]).as_py() or 0.0
        energy = collected.plant.ledger(meter.number, first, last)
        truth = energy.import_kwh if direction == "import" else energy.export_kwh
        allowed = 2 * COARSEST_KWH * meter.ratio.factor(Scaling.POWER)
        assert abs(stored - truth) <= allowed, (meter.number, stored, truth, allowed)
        checked += truth > 0
    assert checked >= (35 if direction == "import" else 3)


def test_a_whole_interval_holds_the_energy_of_its_quarter_of_an_hour(collected):
    board = next(meter for meter in collected.meters if meter.number == "PMD")
    intervals = collected.reader.intervals([board.key], BEGIN - SPAN, BEGIN + 3 * SPAN).to_pylist()
    whole = [row for row in intervals if row["completeness"] > 0.999]
    assert len(whole) >= 2
    for row in whole:
        truth = collected.plant.ledger("PMD", row["start"], row["start"] + timedelta(minutes=15)).import_kwh
        assert row["energy_import_kwh"] == pytest.approx(truth, rel=0.02)
        assert row["demand_kw"] == pytest.approx(row["energy_import_kwh"] * 4)
        assert row["quality"] == "actual"


def test_a_reading_carries_the_instant_of_its_answer(collected):
    board = next(meter for meter in collected.meters if meter.number == "PMD")
    table = collected.reader.readings(board.key, BEGIN, BEGIN + 3 * SPAN, quantities=["energy_active_import"])
    rows = list(zip(table["ts"].to_pylist(), table["energy_active_import"].to_pylist(), strict=True))
    begun = [value - collected.plant.ledger("PMD", ORIGIN, ts).import_kwh for ts, value in rows]
    step = max(after[1] - before[1] for before, after in pairwise(rows))
    # A stamp off by one poll would show as a whole step.
    assert max(begun) - min(begun) < step / 2
