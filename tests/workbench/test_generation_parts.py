"""Generation beside an earlier time has the same questions for a long time as for a short one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from energy_workbench.domain.emission_factors import Factor
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.domain.time.period import Period, local_midnight
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.newest.instants import NewestReadings
from energy_workbench.lake.reader import Reader
from energy_workbench.registry import Registry
from energy_workbench.registry.storage.database import Database
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.generation.parts import GenerationParts
from energy_workbench.services.workbench import Workbench
from tests.workbench.counted import home_of

ZONE = ZoneInfo("Europe/Berlin")
QUARTER = timedelta(minutes=15)
FIRST, LAST = date(2026, 8, 1), date(2026, 11, 1)
NOW = "2026-10-31T14:40:00+01:00"
METERS = [
    {"number": "GRID", "name": "Grid", "type": "grid"},
    {"number": "MAIN", "name": "Main", "type": "main", "parent": "GRID"},
    {"number": "DG", "name": "Generator", "type": "generator", "parent": "MAIN", "rated_kw": 200},
    {"number": "DG2", "name": "Generator with a tank", "type": "generator", "parent": "MAIN"},
    {"number": "SOLAR", "name": "Solar", "type": "solar", "parent": "MAIN", "production_register": "export"},
    {"number": "WIND", "name": "Wind", "type": "unit", "parent": "MAIN", "flow": "producer"},
    {"number": "SPARE", "name": "Spare", "type": "generator", "parent": "MAIN", "status": "inactive",
     "status_reason": "not delivered yet"},
]  # fmt: skip

Power = Callable[[datetime], float]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def day_of(instant: datetime) -> float:
    """Grows day by day, so that a change is never none."""
    return 1 + (instant.date() - FIRST).days / 100


def readings(number: str, key: int) -> Iterator[dict[str, Any]]:
    """What a meter counts at each quarter of an hour: hours, fuel and tank too, with gaps."""
    imported = exported = hours = 0.0
    tank = 900.0
    instant = local_midnight(FIRST, ZONE)
    while instant < local_midnight(LAST, ZONE):
        local = instant.astimezone(ZONE)
        night, kw = not 6 <= local.hour < 18, day_of(local)
        running = local.hour in (9, 10, 13, 19)
        power = {"GRID": 90, "MAIN": 80, "DG": 120 * running, "DG2": 60 * running, "SOLAR": 0, "WIND": 7}[number] * kw
        back = {"GRID": 0 if night else 6, "SOLAR": 0 if night else 40}.get(number, 0) * kw
        imported, exported, hours = imported + power / 4, exported + back / 4, hours + running / 4
        tank = 900.0 if tank < 100 else tank - 4 * running
        instant += QUARTER
        silent = number in ("DG", "SOLAR") and local.day in (8, 9, 23)
        if silent or (number == "WIND" and local < at("2026-09-20T11:15")):
            continue
        yield {
            "meter": key, "slot": instant, "energy_active_import": imported, "energy_active_export": exported,
            "run_hours": hours if number == "DG" else None, "fuel_volume": tank if number == "DG2" else None,
        }  # fmt: skip


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A plant with gaps, whose tree changes and of which some came late."""
    with pytest.MonkeyPatch.context() as patch:
        yield made(tmp_path_factory.mktemp("plant"), patch)


@pytest.fixture
def home(plant: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(FIXED_NOW, NOW)
    return plant


def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(FIXED_NOW, FIRST.isoformat() + "T00:00:00+02:00")
    found = home_of(folder / "home", ZONE.key, METERS)
    registry, lake = Registry(found.registry_url), Lake(found.lake_path)
    rows = [row for m in registry.meters() if m.number != "SPARE" for row in readings(m.number, m.key)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    times = pa.array(columns["slot"], pa.timestamp("us", "UTC"))
    lake.append(pa.table(columns | {"meter": pa.array(columns["meter"], pa.int32()), "slot": times}))
    build(lake, registry.all_ratios(), evidence=registry.evidence(found.profiles_path))
    registry.update_site({"country": "DE", "currency": "EUR"}, by="test")
    for value, since in ((0.4, None), (0.5, date(2026, 10, 6))):
        registry.set_factor(Factor(name="grid_location", value=value, valid_from=since, source="test"), by="test")
    registry.set_factor(Factor(name="other_producers", value=0.1, source="test"), by="test")
    changes: Sequence[tuple[str, str, dict[str, Any]]] = (
        ("2026-09-03T10:05", "DG2", {"parent": "GRID"}),
        ("2026-10-12T11:00", "SOLAR", {"status": "inactive", "status_reason": "inverter"}),
        ("2026-10-13T16:10", "SOLAR", {"status": "active"}),
        ("2026-10-20T00:05", "DG", {"parent": "GRID"}),
    )
    for when, number, fields in changes:
        monkeypatch.setenv(FIXED_NOW, at(when).isoformat())
        registry.update_meter(number, fields, by="test")
    registry.close()
    return found


def one_by_one(wb: Workbench) -> Callable[..., list[dict[str, float | None]]]:
    """What the figures of parts must be: each asked for alone."""

    def figures(_: GenerationParts, parts: Sequence[Period]) -> list[dict[str, float | None]]:
        return [wb._generation(part).to_dict() for part in parts]

    return figures


@pytest.mark.parametrize(
    ("period", "against"),
    [
        ("last 200 hours", "previous"),
        ("last 20 hours", "previous"),
        ("today", "previous"),
        ("this month", "previous"),
        ("2026-10-05T14:35/2026-10-10T07:50", "previous"),
        ("2026-10-13T09:00/2026-10-13T20:00", "previous"),
        ("this week", "year"),
    ],
)
def test_parts_together_are_what_each_is_alone(
    home: Settings, monkeypatch: pytest.MonkeyPatch, period: str, against: str
) -> None:
    quick, slow = Workbench.at(home.home), Workbench.at(home.home)
    found = quick.compare_generation(period, against=against)
    monkeypatch.setattr(GenerationParts, "figures", one_by_one(slow))
    assert found.to_dict() == slow.compare_generation(period, against=against).to_dict()
    if period == "last 999 hours":
        told = {row["name"]: row["change_percent"] for row in found}
        assert told["grid_import_kwh"] > 0


def test_every_figure_of_every_part_is_that_of_it_alone(home: Settings) -> None:
    wb = Workbench.at(home.home)
    parts = [
        Period(start, start + timedelta(hours=hours), "")
        for day in range(0, 90, 4)
        for start, hours in [(local_midnight(FIRST, ZONE) + timedelta(days=day, hours=9), 1 + day % 14)]
    ]
    together = GenerationParts(wb.reader, wb._some_trees, wb._factors(), ZONE).figures(parts)
    known: Counter[str] = Counter()
    for part, figures in zip(parts, together, strict=True):
        alone = wb._generation(part).to_dict()
        assert figures == {name: alone[name] for name in figures}, part
        known.update(name for name, value in figures.items() if value)
    assert set(known) == set(figures)


def test_a_longer_time_asks_no_more(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()

    def counting(kind: type, name: str) -> None:
        honest = getattr(kind, name)

        def counted(self: object, *given: Any, **named: Any) -> AbstractContextManager[Any] | Any:
            asked[f"{kind.__name__}.{name}"] += 1
            return honest(self, *given, **named)

        monkeypatch.setattr(kind, name, counted)

    for kind, name in ((Reader, "run"), (Reader, "pin"), (NewestReadings, "newest"), (Database, "read")):
        counting(kind, name)

    def questions(period: str) -> Counter[str]:
        wb = Workbench.at(home.home)
        asked.clear()
        wb.compare_generation(period)
        return Counter(asked)

    # Both with the same changes of the tree, and with hours of two days that are cut.
    short, long = questions("2026-09-02T14:35/2026-10-31T14:00"), questions("2026-08-20T14:35/2026-10-31T14:00")
    assert short["Reader.run"]
    assert short == long
