"""What is known of now, and changes of all meters, at 10,000 meters beside 92.

Usage: python -m benchmarks live
   or: python -m benchmarks.live [METERS ...]

A plant is one grid, mains, distribution boards and machines, each with live state and a day of quarter-hours. Before
each question a tenth of its meters is read, as polling every ten seconds does in one. Told is the processor's time of
an answer, the median of some, and what it is beside that of the smallest plant in the same run; then that of looking at
its meter file, of importing it, of undoing that and of bringing it back.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SIZES = (92, 10_000)
ROUNDS = 9
DAYS = 1
QUARTER = 900_000_000
HEADER = "number,name,type,parent,location,ct_primary,ct_secondary,ratio_applied_by,gateway,unit_id,profile"


def meter_lines(meters: int) -> Iterator[str]:
    """The lines of a meter file: one grid, a main of each thousand, a board of each hundred, the rest machines."""
    mains, boards = max(1, meters // 1000), max(2, meters // 100)
    yield HEADER
    for nth in range(meters):
        if nth == 0:
            kind, parent = "grid", ""
        elif nth <= mains:
            kind, parent = "main", "M-0"
        elif nth <= mains + boards:
            kind, parent = "distribution", f"M-{1 + nth % mains}"
        else:
            kind, parent = "machine", f"M-{1 + mains + nth % boards}"
        gateway = f"tcp://10.0.{nth // 8192}.{nth // 32 % 256}:502"
        location = f"Hall {nth % 40}"
        yield f"M-{nth},Meter {nth},{kind},{parent},{location},100,5,workbench,{gateway},{nth % 32},schneider_pm5xxx"


class Plant:
    """A home with so many meters, their live state and a week of what they measured."""

    def __init__(self, home: Path, meters: int, days: int = DAYS) -> None:
        from energy_workbench.registry import Registry
        from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file
        from energy_workbench.runtime import settings as settings_room
        from energy_workbench.services.workbench import Workbench

        settings = settings_room.load(home, {})
        registry = Registry(settings.registry_url)
        registry.migrate()
        path = home / "meters.csv"
        path.write_text("\n".join(meter_lines(meters)), "utf-8")
        apply_import(registry, plan_import(registry, read_meter_file(path)), by="benchmark")
        self.settings, self.registry, self.meters = settings, registry, registry.meters()
        self.workbench = Workbench(settings)
        self.poll(range(meters))
        if days:
            self._history(days)

    def poll(self, which: range) -> None:
        """Some meters are read now, as the collector writes it down."""
        from energy_workbench.domain.entities import Live
        from energy_workbench.domain.status import Communication
        from energy_workbench.registry import StateStore

        if not hasattr(self, "collector"):
            self.collector = StateStore(self.settings.state_url)
            self.collector.migrate()
        now = datetime.now(UTC)
        values = {f"quantity_{index}": index * 1.2345 for index in range(29)} | {"active_power_total": 12.5}
        live = Live(communication=Communication.ONLINE, last_seen=now, values=values)
        self.collector.write({self.meters[nth].key: live for nth in which})

    def _history(self, days: int) -> None:
        import numpy as np

        now = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1e6) // QUARTER
        for day in range(days, 0, -1):
            self._write((now - 96 * day + 1 + np.arange(96)) * QUARTER)
        self._build()

    def cycle(self) -> None:
        """A new reading of every meter becomes intervals, as the schedule does it."""
        import numpy as np

        self._write(np.array([int(datetime.now(UTC).timestamp() * 1e6)]))
        self._build()

    def _write(self, slots: Any) -> None:
        import numpy as np
        import pyarrow as pa

        from energy_workbench.lake.lake import Lake

        keys = np.sort(np.asarray([meter.key for meter in self.meters], "int32"))
        slot = np.tile(slots, len(keys))
        Lake(self.settings.lake_path).append(
            pa.table(
                {
                    "meter": np.repeat(keys, len(slots)),
                    "slot": pa.array(slot, pa.timestamp("us", "UTC")),
                    "offset_ms": pa.array(np.zeros(len(slot), "int32")),
                    "active_power_total": pa.array(np.full(len(slot), 12.5), pa.float32()),
                    "energy_active_import": (slot / QUARTER % 1_000_000).astype("float64"),
                }
            )
        )

    def _build(self) -> None:
        from energy_workbench.lake.lake import Lake
        from energy_workbench.services.measuring.build import IntervalBuild

        IntervalBuild(self.settings, Lake(self.settings.lake_path), self.registry, self.collector).run()

    def close(self) -> None:
        """Close what is open."""
        self.workbench.close()
        self.registry.close()
        self.collector.close()


def questions(plant: Plant) -> dict[str, Callable[[], Any]]:
    """What is asked, by its name."""
    wb, last = plant.workbench, plant.meters[-1]
    assert last.parent is not None
    parent = f"mtr_{last.parent}"
    return {
        "status summary": wb.status_summary,
        "a page of 100": lambda: wb.meters(limit=100),
        "the last page": lambda: wb.meters(limit=100, offset=max(0, len(plant.meters) - 100)),
        "machines, a page": lambda: wb.meters(type="machine", limit=100),
        "text, a page": lambda: wb.meters(q="Hall 7", limit=100),
        "online, a page": lambda: wb.meters(communication="online", limit=100),
        "children of one": lambda: wb.meters(parent_id=parent, limit=100),
        "one by number": lambda: wb.meter(last.number.lower()),
        "one by id": lambda: wb.meter(last.id),
        "hierarchy": wb.hierarchy,
        "flow now": wb.flow,
        "overview": lambda: wb.overview("today"),
        "newest readings": lambda: wb.reader.latest(),
    }


def answered(plant: Plant, ask: Callable[[], Any], rounds: int = ROUNDS, *, built: bool = False) -> float:
    """Processor's time of one answer, the median of some, each after a second of polling, or after a build [s]."""

    spent = []
    ask()
    size = len(plant.meters)
    for nth in range(rounds):
        plant.poll(range(nth * size // 10, nth * size // 10 + size // 10))
        # The overview's answer stands for two seconds, many viewers cost as much as one: each time another is made.
        if built:
            plant.cycle()
        stale = [key for key in plant.workbench._cache._answers if isinstance(key, tuple) and key[0] == "overview"]
        for key in stale:
            del plant.workbench._cache._answers[key]
        used = time.process_time()
        ask()
        spent.append(time.process_time() - used)
    return statistics.median(spent)


def changes(folder: Path, size: int) -> Iterator[tuple[str, float]]:
    """What changes of all meters take, each with its processor's time [s]."""
    from energy_workbench.registry import Registry
    from energy_workbench.services.files.meter_transfer import import_file

    registry, content = Registry(f"sqlite:///{folder / 'changes.db'}"), "\n".join(meter_lines(size)).encode()
    registry.migrate()

    def imported(dry_run: bool) -> Any:
        return import_file(
            registry, content, "meters.csv", dry_run=dry_run, by="benchmark", profiles={"schneider_pm5xxx"},
            zone=ZoneInfo("UTC"),
        )  # fmt: skip

    steps: dict[str, Callable[[], Any]] = {
        "import, looked at": lambda: imported(True),
        "import": lambda: imported(False),
        "the same again": lambda: imported(False),
        "what can be undone": lambda: registry.undoable("benchmark"),
        "undo": lambda: registry.undo(by="benchmark"),
        "undo of the undo": lambda: registry.undo(by="benchmark", change=registry.audit(limit=1)[0].change),
    }
    for name, step in steps.items():
        used = time.process_time()
        step()
        yield name, time.process_time() - used
    registry.close()


def main(*sizes: int) -> None:
    """Print both for each plant."""
    first: dict[str, float] = {}
    for size in sizes or SIZES:
        with tempfile.TemporaryDirectory(prefix="bench-live-") as folder:
            began = time.process_time()
            plant = Plant(Path(folder), size)
            print(f"{size} meters: made in {time.process_time() - began:.1f} s")
            for name, ask in questions(plant).items():
                spent = answered(plant, ask)
                first.setdefault(name, spent)
                print(f"  {name:>20} {1000 * spent:9.2f} ms {spent / first[name]:8.2f} x", flush=True)
            spent, name = answered(plant, questions(plant)["overview"], 5, built=True), "overview, built"
            first.setdefault(name, spent)
            print(f"  {name:>20} {1000 * spent:9.2f} ms {spent / first[name]:8.2f} x", flush=True)
            plant.close()
            for name, spent in changes(Path(folder), size):
                first.setdefault(name, spent)
                print(f"  {name:>20} {1000 * spent:9.2f} ms {spent / first[name]:8.2f} x", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
