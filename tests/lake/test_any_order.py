"""Cycles, late data, edits and kills in any order come to the intervals and findings of one full build, bit by bit."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.energy.counter_steps import Choice, Decision, Edit, Evidence, Facts, Register
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.findings import stored
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.reading import Reading
from energy_workbench.lake.storage.failpoints import VARIABLE
from tests.examples import examples
from tests.lake.helpers import ENERGY, T0_US, intervals
from tests.waiting import patience

EXPORT = "energy_active_export"
POWER = "active_power_total"
METERS = (1, 2, 3, 7)
MINUTE = 60_000_000
POINTS = (
    "lake.write.before", "lake.write.after", "lake.fsync.before", "lake.fsync.after", "lake.compact.before",
    "lake.vacuum.before", "intervals.state.before", "intervals.state.after", "spool.trim.before",
)  # fmt: skip

DIES = """
import pickle, sys
from pathlib import Path
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
home = Path(sys.argv[1])
ratios, evidence, now = pickle.loads(home.joinpath("given").read_bytes())
lake = Lake(home / "lake")
lake.commit(Spool(home / "spool.db"))
build(lake, ratios, evidence=evidence)
maintain(lake, now)
"""


@dataclass
class Plant:
    """Meters that count, what is written down of them, and the home that it all comes to."""

    home: Path
    minute: int = 0
    counted: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    ratios: list[tuple[int, Ratio]] = field(default_factory=list)
    exchanges: dict[int, list[Exchange]] = field(default_factory=dict)
    decisions: dict[int, list[Decision]] = field(default_factory=dict)
    edits: dict[int, list[Edit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lake, self.spool = Lake(self.home / "lake"), Spool(self.home / "spool.db")

    def at(self, minute: float) -> Any:
        return from_micros(T0_US + round(minute * MINUTE))

    def value(self, meter: int, minute: float) -> float:
        """What its counter stands at: it falls to 0 where it was told to."""
        since = max((at for at, _ in self.counted.get(meter, []) if at <= minute), default=-5000)
        return round((minute - since) * (0.37 + 0.11 * meter), 2)

    def evidence(self) -> Evidence:
        register = Register(modulus=100_000.0, step=0.01)
        return {
            meter: Facts(
                rated_kw=100.0 if meter != 7 else None,
                registers={ENERGY: register} if meter != 7 else {},
                exchanges=tuple(self.exchanges.get(meter, ())),
                decisions=tuple(self.decisions.get(meter, ())),
                edits=tuple(self.edits.get(meter, ())),
            )
            for meter in METERS
        }

    def reading(self, meter: int, minute: float, **more: float) -> Reading:
        values: dict[str, float | None] = {ENERGY: self.value(meter, minute), **more}
        if meter == 2:
            values[EXPORT] = round(self.value(meter, minute) / 3, 2)
        if meter == 7:
            values[POWER] = float(int(minute) % 17)
        return Reading(meter, T0_US + round(minute * MINUTE), 0, values)

    def polled(self, minutes: int, every: int) -> None:
        for step in range(0, minutes, every):
            self.spool.append([self.reading(meter, self.minute + step) for meter in METERS])
        self.minute += minutes

    def silent(self, minutes: int) -> None:
        self.minute += minutes

    def late(self, meter: int, back: float, wrong: bool) -> None:
        minute = self.minute * back + 0.25
        self.spool.append([self.reading(meter, minute, **({ENERGY: 3.0} if wrong else {}))])

    def falls(self, meter: int) -> None:
        self.counted.setdefault(meter, []).append((self.minute, 0.0))

    def ratio(self, meter: int, back: float, primary: float) -> None:
        since = None if not any(key == meter for key, _ in self.ratios) else self.at(int(self.minute * back))
        self.ratios = [each for each in self.ratios if each[0] != meter or each[1].valid_from != since]
        self.ratios.append((
            meter, Ratio(ct_primary=primary, ct_secondary=5.0, applied_by=AppliedBy.WORKBENCH, valid_from=since)
        ))  # fmt: skip

    def exchange(self, meter: int, back: float) -> None:
        when = self.at(self.minute * back + 0.5)
        self.exchanges.setdefault(meter, []).append(
            Exchange(at=when, new_serial="S", closing={ENERGY: 10.0}, opening={ENERGY: 20.0})
        )

    def takes_back(self, meter: int) -> None:
        for written in (self.exchanges, self.decisions, self.edits):
            if written.get(meter):
                written[meter].pop()

    def decision(self, meter: int, choice: Choice) -> None:
        for finding in stored(self.lake.findings):
            if finding.meter == meter and finding.quantity == ENERGY:
                self.decisions.setdefault(meter, []).append(
                    Decision(quantity=ENERGY, since=finding.start, at=finding.end, choice=choice)
                )
                return

    def edit(self, meter: int, back: float) -> None:
        quarter = int(self.minute * back) // 15 * 15
        self.edits[meter] = [each for each in self.edits.get(meter, []) if each.start != self.at(quarter)]
        self.edits[meter].append(Edit(start=self.at(quarter), energies={"energy_import_kwh": 1.25}))

    def cycle(self) -> None:
        self.lake.commit(self.spool)
        build(self.lake, self.ratios, evidence=self.evidence())

    def upkeep(self, hours: int) -> None:
        maintain(self.lake, self.at(self.minute) + timedelta(hours=hours))

    def dies(self, point: str, times: int) -> None:
        """A cycle and upkeep of another process, which a failpoint kills."""
        now = self.at(self.minute) + timedelta(hours=2)
        self.home.joinpath("given").write_bytes(pickle.dumps((self.ratios, self.evidence(), now)))
        done = subprocess.run(
            [sys.executable, "-c", DIES, str(self.home)],
            env={**os.environ, VARIABLE: f"{point}:{times}"}, timeout=patience(120), check=False,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL)


meters = st.sampled_from(METERS)
back = st.floats(0.0, 1.0)


Step = tuple[Any, ...]
"""Name of a method of the plant, and its arguments."""


def step(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), *arguments)


steps = st.one_of(
    step("polled", st.integers(1, 90), st.sampled_from([1, 5, 15])),
    step("cycle"),
    step("polled", st.integers(1, 40), st.just(1)),
    step("silent", st.sampled_from([3, 40, 700, 4000])),
    step("late", meters, back, st.booleans()),
    step("falls", meters),
    step("ratio", meters, back, st.sampled_from([50.0, 100.0, 75.0])),
    step("exchange", meters, back),
    step("decision", meters, st.sampled_from(list(Choice))),
    step("edit", meters, back),
    step("takes_back", meters),
    step("upkeep", st.sampled_from([0, 5, 30, 1000])),
)


kill = st.tuples(st.just("dies"), st.sampled_from(POINTS), st.integers(1, 3))


@settings(max_examples=examples(8), deadline=None)
@given(story=st.lists(steps, min_size=6, max_size=30), kills=st.lists(st.tuples(st.integers(0, 29), kill), max_size=1))
def test_cycles_in_any_order_come_to_what_one_full_build_gives(
    tmp_path_factory: pytest.TempPathFactory, story: list[Step], kills: list[tuple[int, Step]]
) -> None:
    plant = Plant(tmp_path_factory.mktemp("plant"))
    story = [("ratio", 2, 0.0, 50.0), ("polled", 60, 5), ("cycle",), *story]
    for place, death in kills:
        story.insert(min(place, len(story)), death)
    for name, *arguments in story:
        getattr(plant, name)(*arguments)
    plant.cycle()
    whole = Lake(plant.home / "whole")
    shutil.copytree(plant.lake.readings.path, whole.readings.path)
    build(whole, plant.ratios, evidence=plant.evidence())
    assert intervals(plant.lake) == intervals(whole)
    assert stored(plant.lake.findings) == stored(whole.findings)
