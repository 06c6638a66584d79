"""What is asked of one meter or a page costs as much in a large plant as in a small one: work is counted, not time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.entities import Live
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock
from energy_workbench.registry import Registry, StateStore
from energy_workbench.registry.live_state import live_rows
from energy_workbench.registry.meter_files.import_plan import MeterRow
from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import
from energy_workbench.runtime import settings
from energy_workbench.services import live_site
from energy_workbench.services.workbench import Workbench
from tests.migrated import migrated

SMALL, LARGE = 40, 400


class Plant:
    """A grid, four mains and machines below these, all polled; the last is offline."""

    def __init__(self, home: Path, meters: int) -> None:
        found = settings.load(home)
        registry = migrated(Registry(found.registry_url))
        rows = [
            MeterRow(nth, {
                "number": f"M-{nth}", "name": f"Meter {nth}", "type": "grid" if not nth else "machine",
                "parent": "" if not nth else "M-0" if nth <= 4 else f"M-{1 + nth % 4}",
                "gateway": f"tcp://10.0.0.{nth // 100}:502", "unit_id": str(1 + nth % 100),
                "profile": "schneider_pm5xxx", "location": "the far end" if nth == 7 else "",
            })
            for nth in range(meters)
        ]  # fmt: skip
        apply_import(registry, plan_import(registry, rows), by="test")
        self.last = registry.meters()[-1]
        self.collector = StateStore(found.state_url)
        self.collector.migrate()
        self.keys = [meter.key for meter in registry.meters()]
        registry.close()
        self.workbench = Workbench(found)
        self.poll()

    def poll(self) -> None:
        """Each is read."""
        live = Live(communication=Communication.ONLINE, last_seen=clock.now(), values={"active_power_total": 7.0})
        states = dict.fromkeys(self.keys, live)
        self.collector.write(states | {self.last.key: Live(communication=Communication.OFFLINE, error="no answer")})

    def close(self) -> None:
        self.workbench.close()
        self.collector.close()


@pytest.fixture(scope="module")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plant, Plant]]:
    made = Plant(tmp_path_factory.mktemp("small"), SMALL), Plant(tmp_path_factory.mktemp("large"), LARGE)
    yield made
    for plant in made:
        plant.close()


QUESTIONS: dict[str, Callable[[Workbench, str], Any]] = {
    "one by number": lambda wb, number: wb.meter(number.lower()),
    "one by id": lambda wb, number: wb.meter(wb.meter(number)["id"]),
    "a page": lambda wb, _: wb.meters(limit=10, offset=20),
    "of a type": lambda wb, _: wb.meters(type="machine", limit=10),
    "text": lambda wb, _: wb.meters(q="FAR end", limit=10),
    "directly below": lambda wb, _: wb.meters(parent_id="M-2", limit=5),
    "anywhere below": lambda wb, _: wb.meters(below="M-0", limit=5),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_of_few_looks_at_few(
    question: str, plants: tuple[Plant, Plant], monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[Counter[str]] = []
    for plant in plants:
        ask = QUESTIONS[question]
        ask(plant.workbench, plant.last.number)
        plant.poll()
        counted: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            for module, name in ((live_rows, "Live"), (live_site, "describe"), (live_site, "shown_power")):
                patch.setattr(module, name, _counting(getattr(module, name), name, counted))
            patch.setattr(Registry, "meters", _counting(Registry.meters, "meters", counted))
            ask(plant.workbench, plant.last.number)
        work.append(counted)
    assert work[0] == work[1]
    assert 0 < work[1]["describe"] <= 10
    assert not work[1]["meters"]


def test_the_summary_looks_again_at_what_changed_only(
    plants: tuple[Plant, Plant], monkeypatch: pytest.MonkeyPatch
) -> None:
    for plant in plants:
        plant.poll()
        first = plant.workbench.status_summary().to_dict()
        assert first["communication"]["offline"] == 1
        assert first["communication"]["online"] == first["total"] - 1 == len(plant.keys) - 1
        plant.collector.write({plant.keys[3]: Live(communication=Communication.OFFLINE, last_seen=clock.now())})
        counted: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            patch.setattr(live_rows, "Live", _counting(live_rows.Live, "Live", counted))
            assert plant.workbench.status_summary().communication["offline"] == 2
        assert counted["Live"] == 1


def test_pages_together_are_the_whole_list_and_filters_mean_what_a_search_finds(plants: tuple[Plant, Plant]) -> None:
    plants[1].poll()
    wb = plants[1].workbench
    whole = wb.meters().rows
    assert len(whole) == LARGE
    pages = [wb.meters(limit=90, offset=at) for at in range(0, LARGE, 90)]
    assert [row["id"] for page in pages for row in page.rows] == [row["id"] for row in whole]
    assert {page.total for page in pages} == {LARGE}
    main = wb.meter("M-2")["id"]
    assert [row["id"] for row in wb.meters(parent_id="M-2").rows] == [
        row["id"] for row in whole if row["parent_id"] == main
    ]
    assert wb.meters(q="far END").rows[0]["number"] == "M-7"
    assert not wb.meters(q="M-7\nMeter 7").rows
    assert [row["number"] for row in wb.meters(communication="offline").rows] == [plants[1].last.number]


def _counting(real: Callable[..., Any], name: str, counted: Counter[str]) -> Callable[..., Any]:
    def counting(*given: Any, **named: Any) -> Any:
        counted[name] += 1
        return real(*given, **named)

    return counting
