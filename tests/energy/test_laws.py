"""Laws of energy, whatever the meter did and however its readings arrived."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.energy.counter_steps import Evidence, Facts, Register
from energy_workbench.energy.interval_builder import IntervalBuilder
from energy_workbench.energy.multipliers import Multipliers
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.findings import stored
from tests.examples import examples
from tests.lake.helpers import ENERGY, T0, T0_US, counter, intervals

IMPORT = "energy_import_kwh"
MODULUS = 100_000.0
RATED = 100.0


@dataclass
class Story:
    """A meter's life: its readings, what flowed, and what people wrote down."""

    points: list[tuple[float, float]] = field(default_factory=list)
    energy: float = 0.0
    exchanges: list[Exchange] = field(default_factory=list)

    def facts(self) -> Evidence:
        register = Register(modulus=MODULUS, step=0.01)
        return {1: Facts(rated_kw=RATED, registers={ENERGY: register}, exchanges=tuple(self.exchanges))}


def story(seed: int, *, resets: bool = False) -> Story:
    """Readings at odd distances, with gaps, wraps, exchanges and glitches; loads below the rating."""
    luck = random.Random(seed)
    told = Story()
    at, value = 17.0, luck.uniform(97_000, 99_990)
    quiet = 0
    for _ in range(luck.randint(30, 70)):
        told.points.append((at, round(value, 2)))
        seconds = luck.choice([10, 60, 60, 300, 900, 900, 4000, 50_000])
        amount = luck.random() * RATED * seconds / 3600
        quiet -= 1
        if luck.random() < 0.06 and quiet < 0:
            quiet = 12
            share = luck.uniform(0.1, 0.9)
            closing, opening = (
                value + amount * share,
                luck.choice([0.0, luck.uniform(0, 90_000), luck.uniform(98_000, 99_900)]),
            )
            when = T0 + timedelta(seconds=at + seconds * share)
            if closing < MODULUS:
                told.exchanges.append(
                    Exchange(at=when, new_serial="S", closing={ENERGY: closing}, opening={ENERGY: opening})
                )
                told.energy += closing - value
                value, amount = opening, amount * (1 - share)
        elif luck.random() < 0.05 and quiet < 0:
            quiet = 12
            told.points.append((at + seconds / 2, 0.0))
        elif resets and luck.random() < 0.05 and quiet < 0:
            quiet = 12
            value, amount = 0.0, 0.0
        told.energy += amount
        at, value = at + seconds, (value + amount) % MODULUS
    told.points.append((at, round(value, 2)))
    return told


def booked(told: Story, ratios: Sequence[tuple[int, Ratio]] = (), parts: int = 1) -> list[dict[str, object]]:
    """The intervals of a story by the books alone, its readings coming in portions."""
    last = told.points[-1][0]
    builder = IntervalBuilder(
        [1], T0_US // QUARTER - 4, T0_US // QUARTER + int(last // 900) + 4, Multipliers(ratios), told.facts()
    )
    points = sorted(told.points)
    size = max(1, len(points) // parts)
    for first in range(0, len(points), size):
        part = points[first : first + size]
        ts = np.array([T0_US + round(s * 1e6) for s, _ in part])
        builder.book(np.ones(len(part), "int32"), ts, {ENERGY: np.array([v for _, v in part])})
    builder.close()
    return builder.table().to_pylist()


def total(rows: Sequence[dict[str, object]]) -> float:
    return sum(float(row[IMPORT] or 0.0) for row in rows)  # type: ignore[arg-type]


@settings(max_examples=examples(50), deadline=None)
@given(seed=st.integers(0, 10**9), parts=st.integers(1, 12))
def test_intervals_sum_to_what_the_registers_counted(seed: int, parts: int) -> None:
    """Across gaps, rollovers, exchanges and glitches; readings are rounded to a step of 0.01 kWh."""
    told = story(seed)
    devices = 1 + len(told.exchanges)
    assert total(booked(told, parts=parts)) == pytest.approx(told.energy, abs=0.011 * devices)


@settings(max_examples=examples(50), deadline=None)
@given(seed=st.integers(0, 10**9), parts=st.integers(2, 30))
def test_portions_in_which_readings_come_do_not_matter(seed: int, parts: int) -> None:
    told = story(seed, resets=True)
    whole, portions = booked(told), booked(told, parts=parts)
    assert portions == whole


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), power=st.integers(-3, 6))
def test_rescaling_by_a_ratio_scales_energy_exactly(seed: int, power: int) -> None:
    told = story(seed)
    ratio = Ratio(ct_primary=5.0 * 2.0**power, ct_secondary=5.0, applied_by=AppliedBy.WORKBENCH)
    # The rating is of the load, primary: it grows with the ratio.
    scaled = Story(told.points, told.energy, told.exchanges)
    facts = scaled.facts()[1]
    scaled.facts = lambda: {  # type: ignore[method-assign]
        1: Facts(rated_kw=RATED * 2.0**power, registers=facts.registers, exchanges=facts.exchanges)
    }
    one, other = booked(told), booked(scaled, [(1, ratio)])
    # Powers of two scale floating-point numbers without rounding: the same bits, another exponent.
    assert [None if r[IMPORT] is None else r[IMPORT] * 2.0**power for r in one] == [r[IMPORT] for r in other]


@settings(max_examples=examples(4), deadline=None)
@given(seed=st.integers(0, 10**9))
def test_arrival_does_not_matter(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Interleaved, doubled, delayed, in any batches, with builds between: the intervals of an orderly import."""
    told, luck = story(seed, resets=True), random.Random(seed)
    ordered = Lake(tmp_path_factory.mktemp("ordered"))
    ordered.append(counter(told.points))
    build(ordered, [], evidence=told.facts())
    mixed = [*told.points, *luck.choices(told.points, k=10)]
    luck.shuffle(mixed)
    lake = Lake(tmp_path_factory.mktemp("mixed"))
    while mixed:
        size = luck.randint(8, 40)
        lake.append(counter(list(dict.fromkeys(mixed[:size]))))
        build(lake, [], evidence=told.facts())
        mixed = mixed[size:]
    assert intervals(lake) == intervals(ordered)
    assert stored(lake.findings) == stored(ordered.findings)


@settings(max_examples=examples(4), deadline=None)
@given(seed=st.integers(0, 10**9), cuts=st.lists(st.integers(1, 300), min_size=1, max_size=12, unique=True))
def test_refining_and_coarsening_conserve_energy(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cuts: list[int]
) -> None:
    told = story(seed)
    lake = Lake(tmp_path_factory.mktemp("lake"))
    lake.append(counter(told.points))
    build(lake, [], evidence=told.facts())
    reader = Reader(lake)
    rows = intervals(lake)
    start, end = T0, from_micros((T0_US + round(told.points[-1][0] * 1e6)) // QUARTER * QUARTER + QUARTER)
    inner = sorted({start + timedelta(minutes=15) * cut for cut in cuts} - {start})
    edges = [start, *(edge for edge in inner if edge < end), end]
    coarse = reader.energy([1], [start, end]).to_pylist()
    fine = reader.energy([1], edges).to_pylist()
    assert sum(r[IMPORT] or 0.0 for r in coarse) == pytest.approx(total(rows), abs=1e-9)
    assert sum(r[IMPORT] or 0.0 for r in fine) == pytest.approx(total(rows), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_energy_is_never_negative_and_completeness_is_a_share(seed: int) -> None:
    rows = booked(story(seed, resets=True))
    assert all(row[IMPORT] is None or row[IMPORT] >= -1e-9 for row in rows)  # type: ignore[operator]
    assert all(0 <= row["completeness"] <= 1 for row in rows)  # type: ignore[operator]
