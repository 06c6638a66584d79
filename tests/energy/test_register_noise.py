"""Noise of a counter's least step makes no energy, for however long and in whatever portions it is read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.counter_steps import Facts, Register
from energy_workbench.energy.interval_builder import IntervalBuilder
from energy_workbench.energy.multipliers import Multipliers
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.findings import stored
from tests.examples import examples
from tests.lake.helpers import ENERGY, T0_US, counter, intervals

IMPORT = "energy_import_kwh"
STEP = 0.1
EVIDENCE = {1: Facts(registers={ENERGY: Register(step=STEP)})}

Points = list[tuple[float, float]]


def noisy(seed: int, kind: str, seconds: float, count: int) -> Points:
    """A counter that idles, idles on two levels for long, or counts, and shows a step more or less now and then."""
    luck = random.Random(seed)
    points: Points = []
    value = 100.0
    for nth in range(count):
        value += STEP * luck.choice((0, 0, 1, 3)) if kind == "counts" else 0.0
        shown = {
            "toggles": nth % 2,
            "plateaus": nth // 40 % 2,
            "jitters": luck.choice((-1, 0, 0, 1)),
            "counts": luck.choice((-1, 0, 0, 0, 1)),
        }[kind]
        points.append((nth * seconds, round(value + STEP * shown, 1)))
    return points


def booked(points: Points, sizes: Sequence[int]) -> tuple[list[dict[str, object]], list[object]]:
    """Intervals and findings of readings that come in portions of these sizes, in turn."""
    end = T0_US // QUARTER + int(points[-1][0] // 900) + 2
    builder = IntervalBuilder([1], T0_US // QUARTER, end, Multipliers(()), EVIDENCE)
    first, nth = 0, 0
    while first < len(points):
        part = points[first : first + sizes[nth % len(sizes)]]
        first, nth = first + len(part), nth + 1
        ts = np.array([T0_US + round(second * 1e6) for second, _ in part])
        builder.book(np.ones(len(part), "int32"), ts, {ENERGY: np.array([value for _, value in part])})
    builder.close()
    return builder.table().to_pylist(), list(builder.findings)


def total(rows: Sequence[dict[str, object]]) -> float:
    return sum(float(row[IMPORT] or 0.0) for row in rows)  # type: ignore[arg-type]


@settings(max_examples=examples(60), deadline=None)
@given(
    seed=st.integers(0, 10**9),
    kind=st.sampled_from(("toggles", "plateaus", "jitters", "counts")),
    seconds=st.sampled_from((10.0, 60.0, 300.0, 900.0, 3600.0)),
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=5),
)
def test_noise_makes_no_energy_in_any_portions(seed: int, kind: str, seconds: float, sizes: list[int]) -> None:
    points = noisy(seed, kind, seconds, 600)
    whole, found = booked(points, [len(points)])
    # The first reading and the last may each show a step more or less than flowed.
    assert total(whole) == pytest.approx(points[-1][1] - points[0][1], abs=2 * STEP + 1e-6)
    assert min(row[IMPORT] for row in whole) >= -1e-9  # type: ignore[type-var, operator]
    assert found == []
    portions, also = booked(points, sizes)
    assert also == []
    assert [row[IMPORT] for row in portions] == [pytest.approx(row[IMPORT], abs=1e-9) for row in whole]


def test_a_month_of_toggling_is_no_energy() -> None:
    points = [(60.0 * nth, 100.0 + STEP * (nth % 2)) for nth in range(30 * 1440)]
    rows, found = booked(points, [1440])
    assert total(rows) == pytest.approx(STEP)
    assert found == []


def test_a_real_fall_is_no_noise() -> None:
    """More than two steps: it is looked at as before."""
    points = [(60.0 * nth, 100.0 + STEP * nth) for nth in range(60)]
    points += [(3600.0 + 60.0 * nth, STEP * nth) for nth in range(60)]
    rows, found = booked(points, [len(points)])
    assert total(rows) == pytest.approx(118 * STEP)
    assert [each.name for each in found] == ["counter.reset"]  # type: ignore[attr-defined]


def test_a_small_counter_that_is_set_to_zero_is_no_glitch() -> None:
    """0.4 and then 0.0, 0.1, …: a dull day's yield, and the next begins; what was counted before and after counts."""
    points = [(300.0 * nth, round(STEP * min(nth, 4), 1)) for nth in range(20)]
    points += [(6000.0 + 300.0 * nth, round(STEP * nth, 1)) for nth in range(20)]
    rows, found = booked(points, [len(points)])
    assert total(rows) == pytest.approx(4 * STEP + 19 * STEP)
    assert [each.name for each in found] == ["counter.ambiguous"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["toggles", "plateaus", "jitters", "counts"])
def test_builds_by_days_and_at_once_are_the_same(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    points = noisy(7, kind, 300.0, 900)
    whole, parts = Lake(tmp_path_factory.mktemp("whole")), Lake(tmp_path_factory.mktemp("parts"))
    whole.append(counter(points))
    build(whole, [], evidence=EVIDENCE)
    day = timedelta(days=1).total_seconds()
    for nth in range(4):
        parts.append(counter([each for each in points if nth * day <= each[0] < (nth + 1) * day]))
        build(parts, [], evidence=EVIDENCE)
    found, wanted = intervals(parts), intervals(whole)
    assert [row[IMPORT] for row in found] == [pytest.approx(row[IMPORT], abs=1e-9) for row in wanted]
    assert stored(parts.findings) == stored(whole.findings) == []
