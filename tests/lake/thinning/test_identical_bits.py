"""What is thinned makes the same intervals and findings, bit by bit, when all are built anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.energy.counter_steps import Choice, Decision, Edit, Facts, Register
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from tests.energy.test_cases import CASES, commits, facts, ratio
from tests.examples import examples
from tests.lake.helpers import ENERGY, T0, table
from tests.lake.thinning.lakes import Columns, append, bits, counting, rebuilt, sized, thin

STEP = {ENERGY: Register(step=0.01), "energy_active_export": Register(step=0.01)}
PLAIN = Facts(rated_kw=9000.0, registers=STEP)
DAYS = 4.0


def ct(primary: float, secondary: float, **more: Any) -> Ratio:
    """A ratio of a meter whose registers are secondary."""
    return Ratio(ct_primary=primary, ct_secondary=secondary, applied_by=AppliedBy.WORKBENCH, **more)


def falls(columns: Columns) -> Columns:
    """A register that begins again in the middle, and a reading that is wrong."""
    value = columns[ENERGY].copy()
    value[len(value) // 2 :] -= value[len(value) // 2]
    value[len(value) // 3] = 0.0
    return {**columns, ENERGY: value}


def gap(columns: Columns) -> Columns:
    """Nothing for six hours, and a reading every seven minutes for some more."""
    second = columns["second"]
    quiet = (second > 1.4 * 86_400) & (second < 1.65 * 86_400)
    slow = (second > 2.2 * 86_400) & (second < 2.5 * 86_400) & (second % 420 > 60)
    return {name: value[~(quiet | slow)] for name, value in columns.items()}


def jitters(columns: Columns) -> Columns:
    """A counter that toggles by a step for a day."""
    second = columns["second"]
    toggling = ((second // 60) % 2 == 0) & (second > 86_400) & (second < 2 * 86_400)
    return {**columns, ENERGY: (columns[ENERGY] - 0.01 * toggling).round(2)}


def both_ways(columns: Columns) -> Columns:
    """Two counters, one of which is read four times an hour only."""
    export = np.where(columns["second"] % 900 < 60, (columns[ENERGY] * 0.3).round(2), np.nan)
    return {**columns, "energy_active_export": export}


def of_power(columns: Columns) -> Columns:
    """No counter but for the first day and the last."""
    told = (columns["second"] < 86_400) | (columns["second"] > 3 * 86_400)
    return {**columns, ENERGY: np.where(told, columns[ENERGY], np.nan)}


def power_only(columns: Columns) -> Columns:
    """Samples of power."""
    return {name: value for name, value in columns.items() if name != ENERGY}


def net(columns: Columns) -> Columns:
    """A counter that falls when exporting."""
    around = (columns[ENERGY] + 30 * np.sin(columns["second"] / 9000)).round(2)
    return {
        "second": columns["second"], "offset_ms": columns["offset_ms"], "energy_active_net": around,
    }  # fmt: skip


def hourly(columns: Columns) -> Columns:
    """A reading an hour, typed in by hand at odd minutes."""
    kept = np.flatnonzero(np.diff(columns["second"] // 3600, prepend=-1))
    return {name: value[kept] for name, value in columns.items()}


def energies(columns: Columns) -> Columns:
    """The energy of each quarter, beside samples of power."""
    quarter = columns["second"] % 900 < 60
    return {
        **power_only(columns),
        "interval_energy_active_import": np.where(quarter, 1.25, np.nan),
        "interval_minutes": np.where(quarter, 15.0, np.nan),
    }


KINDS: dict[str, Callable[[Columns], Columns]] = {
    "ordinary": dict, "falls": falls, "gap": gap, "jitters": jitters, "both_ways": both_ways, "of_power": of_power,
    "power_only": power_only, "net": net, "hourly": hourly, "energies": energies,
}  # fmt: skip
AT = {name: T0 + timedelta(days=day) for name, day in {"ratio": 1.7063, "exchange": 2.3019, "edit": 2.5}.items()}
STATED = {
    "decided": (
        [(1, Ratio())],
        Facts(
            rated_kw=9000.0,
            registers=STEP,
            decisions=(
                Decision(
                    quantity=ENERGY, since=AT["edit"] - timedelta(minutes=61), at=AT["edit"] - timedelta(minutes=60),
                    choice=Choice.GLITCH, until=AT["edit"] - timedelta(minutes=47), reason="wrong",
                ),
            ),
        ),
    ),
    "edited": (
        [(1, Ratio())],
        Facts(rated_kw=9000.0, registers=STEP, edits=(Edit(start=AT["edit"], energies={"energy_import_kwh": 7.0}),)),
    ),
    "exchanged": (
        [(1, Ratio())],
        Facts(
            rated_kw=9000.0,
            registers=STEP,
            exchanges=(Exchange(at=AT["exchange"], closing={ENERGY: 3740.0}, opening={ENERGY: 3735.0}, new_serial=""),),
        ),
    ),
    "ratio changed": (
        [
            (1, ct(100, 5, pt_primary=433, pt_secondary=110)),
            (1, ct(150, 5, pt_primary=433, pt_secondary=110, valid_from=AT["ratio"])),
        ],
        PLAIN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_meter_has_the_intervals_that_it_had(tmp_path: Path, kind: str) -> None:
    lake, evidence = Lake(tmp_path / "lake"), {1: PLAIN}
    append(lake, 1, KINDS[kind](counting(DAYS)))
    build(lake, [], evidence=evidence)
    before, (count, _) = bits(lake), sized(lake)
    done = thin(lake, [], evidence)
    assert rebuilt(lake, [], evidence) == before
    assert all(each.unlike == 0 for each in done), "what is needed is known, not found by trying"
    if kind in ("ordinary", "falls", "gap", "both_ways"):
        assert sized(lake)[0] < 0.5 * count


@pytest.mark.parametrize("case", STATED)
def test_what_people_wrote_down_counts_as_before(tmp_path: Path, case: str) -> None:
    ratios, stated = STATED[case]
    lake, evidence = Lake(tmp_path / "lake"), {1: stated}
    append(lake, 1, counting(DAYS))
    build(lake, ratios, evidence=evidence)
    before, (count, _) = bits(lake), sized(lake)
    done = thin(lake, ratios, evidence)
    assert rebuilt(lake, ratios, evidence) == before
    assert all(each.unlike == 0 for each in done)
    assert sized(lake)[0] < 0.5 * count


def test_an_edit_that_is_taken_back_gives_what_the_readings_told(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    append(lake, 1, counting(DAYS))
    build(lake, [], evidence={1: PLAIN})
    before = bits(lake)
    thin(lake, *STATED["edited"][:1], {1: STATED["edited"][1]})
    assert rebuilt(lake, [], {1: PLAIN}) == before


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_the_traps_of_the_field_stay_what_they_are(folder: Path, tmp_path: Path) -> None:
    told = json.loads((folder / "expected.json").read_text("utf-8"))["given"]
    lake, evidence = Lake(tmp_path / "lake"), {1: facts(told)}
    ratios = [(1, ratio(told[name])) for name in ("ratio", "later_ratio") if name in told] or [(1, ratio({}))]
    for rows in commits(folder / "readings.csv"):
        lake.append(table(rows))
    build(lake, ratios, evidence=evidence)
    before = bits(lake)
    thin(lake, ratios, evidence)
    assert rebuilt(lake, ratios, evidence) == before


@st.composite
def histories(draw: st.DrawFn) -> tuple[Columns, Facts]:
    """Two days of a counter that counts at any pace, with readings of any distances, and whatever happens to it."""
    count = draw(st.integers(300, 1500))
    luck = np.random.default_rng(draw(st.integers(0, 2**31)))
    spans = luck.choice(
        draw(st.sampled_from([[10.0, 60.0], [60.0, 61.0], [60.0, 300.0], [170.0, 190.0, 900.0]])), count
    )
    for _ in range(draw(st.integers(0, 3))):
        spans[luck.integers(count)] += luck.uniform(0, 20_000)
    second = np.cumsum(spans)
    flow = luck.exponential(luck.choice([0.0, 3.0, 80.0]), count) * spans / 3600
    value = 10 ** luck.uniform(-1, 7) + np.cumsum(flow)
    decimals = draw(st.sampled_from([0, 1, 2, 3, 9]))
    value = value.astype("float32").astype(float) if draw(st.booleans()) else value.round(decimals)
    for _ in range(draw(st.integers(0, 3))):
        at = int(luck.integers(1, count))
        if draw(st.booleans()):
            value[at] = luck.choice([0.0, value[at] * 3])
        else:
            value[at:] -= value[at] * luck.choice([1.0, 0.4, -0.1])
    told = luck.random(count) >= draw(st.sampled_from([0.0, 0.0, 0.3]))
    export = np.where(told, (value * 0.25).round(2), np.nan)
    rated = draw(st.sampled_from([None, 500.0]))
    registers = {ENERGY: Register(step=10.0**-decimals)} if draw(st.booleans()) else {}
    return {"second": second, ENERGY: value, "energy_active_export": export}, Facts(rated_kw=rated, registers=registers)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories(), st.sampled_from([1.0, 20.0, 3.936363636]))
def test_whatever_a_counter_did_its_intervals_are_the_same_bits(
    tmp_path_factory: pytest.TempPathFactory, history: tuple[Columns, Facts], factor: float
) -> None:
    columns, stated = history
    lake, ratios = (
        Lake(tmp_path_factory.mktemp("lake") / "lake"),
        [(1, ct(factor, 1))],
    )
    append(lake, 1, columns)
    build(lake, ratios, evidence={1: stated})
    before = bits(lake)
    thin(lake, ratios, {1: stated})
    assert rebuilt(lake, ratios, {1: stated}) == before


def test_days_from_which_a_least_step_was_inferred_stay_whole(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    append(lake, 1, counting(33.0, step=120.0))
    build(lake, [], evidence={1: Facts()})
    before = bits(lake)
    done = thin(lake, [], {1: Facts()})
    assert [each.kept == each.readings for each in done] == [True] * 31 + [False] * 2
    assert rebuilt(lake, [], {1: Facts()}) == before


def test_late_readings_edits_and_decisions_of_a_thinned_time_still_lose_no_energy(tmp_path: Path) -> None:
    lake, whole = Lake(tmp_path / "lake"), counting(DAYS)
    append(lake, 1, whole)
    build(lake, [], evidence={1: PLAIN})
    before = bits(lake)
    thin(lake, [], {1: PLAIN}, before=date(2026, 10, 4))
    # The same readings come again, as from a file that is imported a second time.
    append(lake, 1, whole)
    build(lake, [], evidence={1: PLAIN})
    assert bits(lake) == before
    assert any(each.day == "2026-10-02" for each in thin(lake, [], {1: PLAIN})), "what came late is thinned too"
    assert rebuilt(lake, [], {1: PLAIN}) == before


def test_a_ratio_from_within_a_thinned_quarter_changes_that_quarter_only(tmp_path: Path) -> None:
    """Where exactly in the quarter it counted is not known any more; what the register counted is."""
    since = T0 + timedelta(days=1, hours=7, minutes=6, seconds=30)
    ratios = [
        (1, ct(100, 5)),
        (1, ct(200, 5, valid_from=since)),
    ]
    full, thinned = Lake(tmp_path / "full"), Lake(tmp_path / "thinned")
    for lake in (full, thinned):
        append(lake, 1, counting(DAYS))
        build(lake, ratios[:1], evidence={1: PLAIN})
    thin(thinned, ratios[:1], {1: PLAIN})
    built = []
    for lake in (full, thinned):
        build(lake, ratios, evidence={1: PLAIN})
        built.append({row["start"]: row["energy_import_kwh"] for row in bits(lake)[0].to_pylist()})
    other = [start for start in built[0] if built[0][start] != built[1][start]]
    assert other == [datetime(2026, 10, 2, 7, 0, tzinfo=since.tzinfo)]
    assert built[1][other[0]] == pytest.approx(built[0][other[0]], rel=0.2)
