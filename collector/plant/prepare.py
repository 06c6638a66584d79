"""Makes a home of the demo plant: its meters in the registry, its past in the lake, its intervals built."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from collector.plant import history, meter_file, state
from collector.plant.model import Plant
from collector.plant.tree import LOW_VOLTAGE
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.axis import floor_interval
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.lake import Lake
    from energy_workbench.registry.registry import Registry

BATCH_DAYS = 30
"""Days of history that go to the lake in one commit."""
WHO = "demo plant"
SITE = {"name": "Demo plant", "country": "IN", "currency": "INR"}


def prepare(
    settings: Settings,
    say: Callable[[str], None],
    *,
    meters: int | None = None,
    seed: int | None = None,
    days: int = state.HISTORY_DAYS,
) -> None:
    """Prepare a home for the demo plant; what is there already stays.

    Meters are registered where the registry has none. History is written where the lake holds no readings,
    and completed where an earlier attempt was interrupted: the same rows again change nothing.

    Parameters
    ----------
    say : callable
        Takes lines of progress.
    meters, seed, days : int, optional
        Of a new plant; see `state.open_state`.

    Raises
    ------
    WorkbenchError
        If the home, the registry or the lake cannot be used.
    """
    from energy_workbench.lake import Lake
    from energy_workbench.registry.registry import Registry

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    registry = Registry(settings.registry_url)
    try:
        registry.migrate(timezone=settings.timezone, site_name=SITE["name"])
        state_site(registry)
        kept = state.open_state(settings.home, registry.site().timezone, meters=meters, seed=seed, days=days)
        plant = kept.plant()
        register(registry, plant, settings, say)
        draw_site(settings)
        lake = Lake(settings.lake_path)
        if kept.history == "writing" or not lake.has_readings():
            kept = state.keep_history(settings.home, kept, "writing")
            write_history(lake, registry, plant, settings, say)
            _build(lake, registry, settings, say)
            state.keep_history(settings.home, kept, "written")
        say("the demo plant is ready")
    finally:
        registry.close()


def state_site(registry: Registry) -> None:
    """Say where the demo plant stands, unless somebody has said so of this home."""
    if not registry.site_was_changed():
        registry.update_site(SITE, by=WHO)


def register(registry: Registry, plant: Plant, settings: Settings, say: Callable[[str], None]) -> None:
    """Register the plant's meters; where there are meters already, only follow the plant to other ports."""
    from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file

    urls = meter_file.gateway_urls(plant.meters, settings.host, settings.plant_port)
    if registry.meters(deleted=True):
        follow(registry, plant, urls, say)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meters.csv"
        meter_file.write(path, plant.meters, urls)
        apply_import(registry, plan_import(registry, read_meter_file(path)), by=WHO)
    registry.set_limits({"nominal_voltage": LOW_VOLTAGE}, by=WHO)
    say(f"{len(plant.meters)} meters registered")


def draw_site(settings: Settings) -> None:
    """Give the site the plant's floor plan, where it has none."""
    place = settings.home / "floor-plan.svg"
    if not any(settings.home.glob("floor-plan.*")):
        place.write_bytes(files("collector.plant").joinpath("site.svg").read_bytes())


def follow(registry: Registry, plant: Plant, urls: list[str], say: Callable[[str], None]) -> None:
    """Point the plant's meters at its ports where `plant_port` was set to another since.

    A meter that somebody pointed at another machine, or took off its gateway, stays as it is.
    """
    from energy_workbench.registry.meter_files.meter_file import MeterRow, apply_import, plan_import

    expected = {meter.number: urls[meter.gateway] for meter in plant.meters}
    here = urls[0].rsplit(":", 1)[0]
    moved = [
        meter
        for meter in registry.meters()
        if meter.number in expected
        and meter.gateway
        and meter.gateway.rsplit(":", 1)[0] == here
        and meter.gateway != expected[meter.number]
    ]
    if moved:
        # All at once: on the way one port after the other, two meters would be read from one device.
        named = {meter.number: {"number": meter.number, "name": meter.name, "type": str(meter.type)} for meter in moved}
        rows = [MeterRow(k, named[m.number] | {"gateway": expected[m.number]}) for k, m in enumerate(moved, 2)]
        apply_import(registry, plan_import(registry, rows), by=WHO)
        say(f"{len(moved)} meters moved to the plant's ports from {urls[0]}")


def write_history(lake: Lake, registry: Registry, plant: Plant, settings: Settings, say: Callable[[str], None]) -> int:
    """Write what the plant's meters reported from its origin until now; returns the number of rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = {m.number: m.key for m in registry.meters() if m.number in plant.index}
    numbers, ids = pa.array(keys.keys(), pa.string()), pa.array(keys.values(), pa.int32())
    rows = 0
    batch: list[pa.Table] = []

    def flush() -> None:
        nonlocal rows
        if batch:
            rows += lake.append(pa.concat_tables(batch, promote_options="default")).added
            say(f"history until {pc.max(batch[-1]['slot']).as_py():%Y-%m-%d}, {rows} rows")
            batch.clear()

    # The last slot is that which has just begun: the first live reading follows without a gap.
    end = floor_interval(clock.now()) + timedelta(minutes=1)
    for table in history.tables(plant, plant.origin, end, profiles=[settings.profiles_path]):
        known = ids.take(pc.index_in(table["meter_number"], numbers))
        table = table.drop_columns("meter_number").add_column(0, "meter", known)
        batch.append(table.filter(pc.is_valid(known)))
        if len(batch) == BATCH_DAYS:
            flush()
    flush()
    return rows


def _build(lake: Lake, registry: Registry, settings: Settings, say: Callable[[str], None]) -> None:
    from energy_workbench.lake.build import intervals

    built = intervals.build(lake, registry.all_ratios(), evidence=registry.evidence(settings.profiles_path))
    say(f"{built.rows} intervals built")
