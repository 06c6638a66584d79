"""A dated change recomputes what it touches, and leaves every bit before it as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.energy.counter_steps import Choice, Decision, Edit, Facts
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.findings import stored
from tests.lake.helpers import ENERGY, T0, counter, intervals

DAYS = 6
ONE = (1, Ratio(ct_primary=100, ct_secondary=5, applied_by=AppliedBy.WORKBENCH))
CHANGED = T0 + timedelta(days=3, minutes=7)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three meters, six days at a quarter of an hour, values that binary fractions cannot hold."""
    lake = Lake(tmp_path / "lake")
    for meter in (1, 2, 3):
        lake.append(counter([(900 * k, 0.1 * k * meter) for k in range(DAYS * 96 + 1)], meter))
    build(lake, [ONE])
    return lake


def bits(lake: Lake, meter: int, before: Any = None, since: Any = None) -> list[tuple[Any, ...]]:
    """Every value of a meter's intervals, exactly."""
    return [
        tuple(v.hex() if isinstance(v, float) else v for v in row.values())
        for row in intervals(lake)
        if row["meter"] == meter
        and (before is None or row["start"] + timedelta(minutes=15) <= before)
        and (since is None or row["start"] >= since)
    ]


@pytest.mark.parametrize(
    "later",
    [
        Ratio(ct_primary=200, ct_secondary=5, applied_by=AppliedBy.WORKBENCH, valid_from=CHANGED),
        Ratio(ct_primary=100, ct_secondary=5, applied_by=AppliedBy.METER, valid_from=CHANGED),
        Ratio(
            ct_primary=100, ct_secondary=5, pt_primary=11000, pt_secondary=110, applied_by=AppliedBy.WORKBENCH,
            valid_from=CHANGED,
        ),
    ],
    ids=["ct", "applied_by", "pt"],
)  # fmt: skip
def test_a_changed_ratio_leaves_every_bit_before_it(lake: Lake, later: Ratio) -> None:
    before, after = bits(lake, 1, before=CHANGED), bits(lake, 1, since=CHANGED)
    others = bits(lake, 2) + bits(lake, 3)
    result = build(lake, [ONE, (1, later)])
    assert bits(lake, 1, before=CHANGED) == before
    assert bits(lake, 1, since=CHANGED) != after
    assert bits(lake, 2) + bits(lake, 3) == others
    assert result.rows == (DAYS - 3) * 96
    build(lake, [ONE])
    assert bits(lake, 1, before=CHANGED) == before
    assert bits(lake, 1, since=CHANGED) == after


def test_an_edit_rebuilds_its_interval_only_and_the_original_comes_back(lake: Lake) -> None:
    start = T0 + timedelta(days=2, hours=5)
    before = {meter: bits(lake, meter) for meter in (1, 2, 3)}
    edit = Edit(start=start, energies={"energy_import_kwh": 7.25}, reason="read off the incomer")
    result = build(lake, [ONE], evidence={2: Facts(edits=(edit,))})
    assert (result.rows, result.days) == (1, 1)
    (row,) = [r for r in intervals(lake) if r["meter"] == 2 and r["start"] == start]
    assert (row["energy_import_kwh"], row["demand_kw"], row["quality"]) == (7.25, 29.0, "edited")
    assert bits(lake, 2, before=start) == before[2][: (2 * 24 + 5) * 4]
    assert build(lake, [ONE], evidence={2: Facts(edits=(edit,))}).rows == 0
    assert build(lake, [ONE]).rows == 1
    assert {meter: bits(lake, meter) for meter in (1, 2, 3)} == before


def test_an_edit_gives_a_row_where_nothing_was_known(lake: Lake) -> None:
    start = T0 + timedelta(days=DAYS + 1)
    edit = Edit(start=start, energies={"energy_import_kwh": 3.0, "energy_export_kwh": 1.0}, reason="paper")
    facts = {3: Facts(edits=(edit,))}
    build(lake, [ONE], evidence=facts)
    found = [r for r in intervals(lake) if r["start"] == start]
    assert [(r["meter"], r["energy_import_kwh"], r["energy_export_kwh"], r["quality"]) for r in found] == [
        (3, 3.0, 1.0, "edited")
    ]
    whole = intervals(lake)
    (lake.path / "intervals.build.json").unlink()
    build(lake, [ONE], evidence=facts)
    assert intervals(lake) == whole


def test_an_exchange_rebuilds_the_readings_around_it_only(lake: Lake) -> None:
    when = T0 + timedelta(days=2, minutes=5)
    exchange = Exchange(at=when, new_serial="B", closing={ENERGY: 19.22}, opening={ENERGY: 19.23})
    early, late = bits(lake, 1, before=when - timedelta(hours=6)), bits(lake, 1, since=when + timedelta(hours=6))
    before = bits(lake, 1)
    result = build(lake, [ONE], evidence={1: Facts(exchanges=(exchange,))})
    assert result.rows <= 96
    assert bits(lake, 1, before=when - timedelta(hours=6)) == early
    assert bits(lake, 1, since=when + timedelta(hours=6)) == late
    assert [finding.name for finding in stored(lake.findings)] == ["counter.exchange"]
    build(lake, [ONE])
    assert bits(lake, 1) == before
    assert stored(lake.findings) == []


def test_a_decision_rebuilds_its_step_only(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(counter([(900 * k, 5000 + 5.0 * k if k < 200 else 2000 + 5.0 * k) for k in range(DAYS * 96)]))
    build(lake, [])
    (case,) = stored(lake.findings)
    assert case.name == "counter.ambiguous"
    known = sum(r["energy_import_kwh"] or 0.0 for r in intervals(lake))
    decision = Decision(
        quantity=ENERGY, since=case.start, at=case.end, choice=Choice.EXCHANGE, closing=5998.0, opening=2998.0,
        reason="job sheet 12",
    )  # fmt: skip
    result = build(lake, [], evidence={1: Facts(decisions=(decision,))})
    assert result.rows < 60
    assert sum(r["energy_import_kwh"] or 0.0 for r in intervals(lake)) == pytest.approx(known + 3.0 + 2.0)
    assert [(f.name, f.evidence["decided"]) for f in stored(lake.findings)] == [("counter.exchange", 1.0)]
    build(lake, [])
    assert sum(r["energy_import_kwh"] or 0.0 for r in intervals(lake)) == pytest.approx(known)
    assert stored(lake.findings) == [case]


def test_a_decision_holds_when_readings_come_later_between(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    points = [(900 * k, 99_900 + 5.0 * k if k < 20 else 5.0 * (k - 20)) for k in range(40)]
    lake.append(counter([point for k, point in enumerate(points) if k not in (19, 20, 21)]))
    build(lake, [])
    (case,) = stored(lake.findings)
    decision = Decision(
        quantity=ENERGY, since=case.start, at=case.end, choice=Choice.ROLLOVER, modulus=100_000.0, reason="five digits"
    )
    facts = {1: Facts(decisions=(decision,))}
    build(lake, [], evidence=facts)
    assert sum(r["energy_import_kwh"] for r in intervals(lake)) == pytest.approx(39 * 5.0)
    lake.append(counter([points[k] for k in (19, 20, 21)]))
    build(lake, [], evidence=facts)
    assert sum(r["energy_import_kwh"] for r in intervals(lake)) == pytest.approx(39 * 5.0)


def test_only_dirty_meters_and_days_are_built(lake: Lake) -> None:
    before = {meter: bits(lake, meter) for meter in (1, 2, 3)}
    day = 96 * 900
    # Readings of long ago and of now in one commit, of two of the three meters.
    late = [(1, 1 * day + 450, {ENERGY: 0.1 * 96.5}), (1, 5 * day + 450, {ENERGY: 0.1 * (5 * 96 + 0.5)})]
    from tests.lake.helpers import table

    lake.append(table([*late, (3, 4 * day + 450, {ENERGY: 0.3 * (4 * 96 + 0.5)})]))
    result = build(lake, [ONE])
    assert result.days <= 6
    assert result.rows < 3 * 96
    assert bits(lake, 2) == before[2]
    assert bits(lake, 3, before=T0 + timedelta(days=3)) == before[3][: 3 * 96]
    middle = slice(3 * 96, 4 * 96)
    assert bits(lake, 1)[middle] == before[1][middle]


def test_findings_of_a_span_that_is_built_again_are_not_doubled(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(counter([(900 * k, float(k % 50)) for k in range(300)]))
    build(lake, [])
    found = stored(lake.findings)
    assert len(found) == 5
    build(lake, [], meters=[1])
    build(lake, [], start=T0 + timedelta(hours=5), end=T0 + timedelta(hours=30))
    assert stored(lake.findings) == found
    version = lake.findings.snapshot().version
    build(lake, [], meters=[1])
    assert lake.findings.snapshot().version == version


def test_a_rating_that_is_entered_later_judges_what_was(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(counter([(60 * k, 5000.0 + k + (900.0 if k > 30 else 0.0)) for k in range(90)]))
    build(lake, [])
    assert Reader(lake).energy([1], [T0, T0 + timedelta(days=1)]).to_pylist()[0]["energy_import_kwh"] == 989.0
    build(lake, [], evidence={1: Facts(rated_kw=100.0)})
    assert [finding.name for finding in stored(lake.findings)] == ["counter.jump"]
    assert Reader(lake).energy([1], [T0, T0 + timedelta(days=1)]).to_pylist()[0]["energy_import_kwh"] == 88.0
