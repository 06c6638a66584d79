"""Energies of intervals in place of a counter: booked as they stand, unknown where there is none."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW

START = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
IMPORT = "interval_energy_active_import"


def energies(first: int, values: list[float], minutes: int = 15, **more: object) -> pd.DataFrame:
    """Readings of intervals, the first of which is so many quarters after the start."""
    begin = START + timedelta(minutes=15 * first)
    ends = [begin + timedelta(minutes=minutes * (nth + 1)) for nth in range(len(values))]
    frame = {"meter": "MAIN", "ts": ends, IMPORT: values, "interval_minutes": float(minutes)}
    return pd.DataFrame(frame | more)


def built(wb: Workbench) -> list[tuple[float, str]]:
    rows = wb.consumption("MAIN", f"{START.isoformat()}/{(START + timedelta(hours=3)).isoformat()}", every="15min")
    return [(row["energy_import_kwh"], row["quality"]) for row in rows.rows]


def test_the_energy_of_each_interval_is_exact_and_a_gap_stays_unknown(wb: Workbench) -> None:
    wb.import_readings(energies(0, [0.1, 0.2, 0.3]))
    wb.import_readings(energies(6, [5.0]))
    assert [round(energy, 12) if energy is not None else None for energy, _ in built(wb)][:7] == [
        0.1, 0.2, 0.3, None, None, None, 5.0,
    ]  # fmt: skip
    assert {quality for _, quality in built(wb)[:3]} == {"actual"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_files_that_continue_precede_or_fill_each_other_give_the_same_in_any_order(
    wb: Workbench, order: tuple[int, ...]
) -> None:  # fmt: skip
    files = [energies(0, [1.0, 2.0]), energies(2, [3.0, 4.0]), energies(4, [5.0])]
    for nth in order:
        wb.import_readings(files[nth])
    assert [energy for energy, _ in built(wb)][:5] == [1.0, 2.0, 3.0, 4.0, 5.0]
    before = built(wb)
    assert wb.import_readings(files[1])["new"] == 0
    assert built(wb) == before


def test_what_the_sender_estimated_is_an_estimate(wb: Workbench) -> None:
    wb.import_readings(energies(0, [1.0, 2.0, 3.0], interval_estimated=[0.0, 1.0, 0.0]))
    assert [quality for _, quality in built(wb)][:3] == ["actual", "estimated", "actual"]


def test_an_hour_is_exact_and_its_quarters_are_estimates(wb: Workbench) -> None:
    wb.import_readings(energies(0, [4.0, 8.0], minutes=60))
    told = built(wb)[:8]
    assert [energy for energy, _ in told] == [1.0] * 4 + [2.0] * 4
    assert {quality for _, quality in told} == {"estimated"}


def test_energies_of_intervals_that_overlap_never_count_twice(wb: Workbench) -> None:
    wb.import_readings(energies(0, [1.0] * 4))
    key = {"meter": ["MAIN"], "ts": [START + timedelta(minutes=75)]}
    wb.import_readings(pd.DataFrame(key | {IMPORT: [4.0], "interval_minutes": [60.0]}))
    assert sum(energy or 0 for energy, _ in built(wb)) == 4.0


def test_a_counter_counts_where_there_is_one(wb: Workbench) -> None:
    wb.import_readings(energies(0, [1.0] * 4))
    ends = [START + timedelta(minutes=15 * nth) for nth in (1, 2)]
    wb.import_readings(pd.DataFrame({"meter": "MAIN", "ts": ends, "energy_active_import": [100.0, 107.0]}))
    assert [energy for energy, _ in built(wb)][:4] == [1.0, 7.0, 1.0, 1.0]


def test_half_hours_are_measured_as_such_but_not_those_that_the_sender_estimated(wb: Workbench) -> None:
    guessed = [float(nth == 1) for nth in range(6)]
    wb.import_readings(energies(0, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], minutes=30, interval_estimated=guessed))
    span = f"{START.isoformat()}/{(START + timedelta(hours=3)).isoformat()}"
    rows = wb.intervals("MAIN", span, every="30min").rows
    assert [row["energy_import_kwh"] for row in rows] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert [row["quality"] for row in rows] == ["actual", "estimated", *["actual"] * 4]
    assert [row["demand_kw"] for row in rows] == [2.0, None, 6.0, 8.0, 10.0, 12.0]


UNSOUND = [
    ({"interval_minutes": float("nan")}, "needs interval_minutes beside it"),
    ({"interval_minutes": 0.0}, "is of an interval of 0 min"),
    ({"interval_minutes": 60_000.0}, "is of an interval of 60000 min"),
    ({IMPORT: -2.0}, "is negative: what flowed back is interval_energy_active_export"),
]


@pytest.mark.parametrize(("other", "reason"), UNSOUND, ids=[reason for _, reason in UNSOUND])
def test_what_would_tell_nothing_is_refused_however_it_comes(
    wb: Workbench, other: dict[str, float], reason: str
) -> None:
    frame = energies(0, [1.0, 2.0], **{name: [15.0 if name != IMPORT else 1.0, value] for name, value in other.items()})
    with pytest.raises(InputError, match=reason) as raised:
        wb.import_readings(frame)
    assert "MAIN at 2026-10-09T15:00:00+05:30" in str(raised.value)
    long = frame.melt(["meter", "ts"], var_name="quantity").dropna()
    with pytest.raises(InputError, match=reason):
        wb.import_readings(long)
    values = frame.drop(columns="meter").dropna(axis="columns", how="all").set_index("ts")
    rows = [{"ts": at.isoformat(), "values": row.dropna().to_dict()} for at, row in values.iterrows()]
    with pytest.raises(InputError, match=f"reading 2: {IMPORT}.*{reason}"):
        wb.record("MAIN", rows)
    assert len(wb.readings("MAIN", "2026-10")) == 0
