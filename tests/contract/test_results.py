"""Answers: the payload, the frame and what a notebook shows are the same thing."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from energy_workbench.contract.results import Intervals, MeterTable, Pattern, PowerFlow, Readings, StatusSummary

PATTERN: dict[str, Any] = {
    "meter": "mtr_1",
    "number": "<b>GRID</b>",
    "name": "Grid",
    "from": "2026-10-05T00:00:00+05:30",
    "to": "2026-10-05T02:00:00+05:30",
    "every": "1h",
    "timezone": "Asia/Kolkata",
    "points": [
        {"start": "2026-10-05T00:00:00+05:30", "energy_kwh": 4.5, "demand_kw": 5.0}
        | {"quality": "actual", "completeness": 1.0},
        {"start": "2026-10-05T01:00:00+05:30", "energy_kwh": None, "demand_kw": None}
        | {"quality": "missing", "completeness": 0.0},
    ],
    "total_kwh": 4.5,
    "peak_kw": 5.0,
    "peak_at": "2026-10-05T00:30:00+05:30",
    "load_factor": 0.9,
    "completeness": 0.5,
    "running": False,
    "reactive_kvarh": 1.5,
    "power_factor": 0.95,
    "load_factor_share": 0.5,
    "mean_load_kw": 4.5,
    "mean_load_share": 0.5,
    "block_minutes": 15,
}


def test_an_answer_and_its_payload_are_inverse() -> None:
    assert Pattern.from_dict(PATTERN).to_dict() == PATTERN


def test_a_payload_of_a_newer_service_is_read_as_far_as_it_is_known() -> None:
    assert Pattern.from_dict({**PATTERN, "new": 1}) == Pattern.from_dict(PATTERN)


def test_a_frame_has_the_sites_zone_and_a_gap_is_nan() -> None:
    frame = Pattern.from_dict(PATTERN).to_frame()
    assert list(frame.columns) == ["start", "energy_kwh", "demand_kw", "quality", "completeness"]
    assert str(frame["start"].dt.tz) == "Asia/Kolkata"
    assert frame["start"][1].isoformat() == "2026-10-05T01:00:00+05:30"
    assert frame["energy_kwh"].dtype == float
    assert frame["energy_kwh"].isna().tolist() == [False, True]


def test_a_table_can_be_used_as_its_frame() -> None:
    found = Pattern.from_dict(PATTERN)
    assert len(found) == 2
    assert found["energy_kwh"].sum() == 4.5
    assert found.shape == (2, 5)
    assert [row["quality"] for row in found] == ["actual", "missing"]
    with pytest.raises(AttributeError):
        _ = found.no_such_thing


def test_what_a_notebook_shows_is_escaped_and_short() -> None:
    rows = tuple({"id": f"mtr_{n}", "number": "<script>&amp;\"'{0}%s"} for n in range(50))
    html = MeterTable(rows, 50)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;&amp;amp;&#34;&#39;{0}%s" in html
    assert "30 more" in html
    assert html.count("<tr>") == 22
    assert "&lt;b&gt;GRID" in Pattern.from_dict(PATTERN)._repr_html_()


def test_a_frame_by_time_is_cut_by_its_index() -> None:
    frame = Pattern.from_dict(PATTERN).to_frame(index=True)
    assert frame.index.name == "start"
    assert str(frame.index.tz) == "Asia/Kolkata"
    assert frame.loc["2026-10-05", "energy_kwh"].sum() == 4.5
    with pytest.raises(TypeError, match="not those of times"):
        MeterTable(({"id": "mtr_1", "number": "GRID"},), 1).to_frame(index=True)


def test_what_is_printed_has_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    assert str(Pattern.from_dict(PATTERN)).splitlines()[1:] == [
        "start                      energy_kwh  demand_kw  quality  completeness",
        "2026-10-05T00:00:00+05:30         4.5          5  actual              1",
        "2026-10-05T01:00:00+05:30           –          –  missing             0",
    ]
    rows = tuple({"id": f"mtr_{number}", "number": "UNIT-A", "name": "a\nb" + "c" * 100} for number in range(50))
    lines = str(MeterTable(rows, 50)).splitlines()
    assert lines[0] == "50 of 50 meters"
    assert lines[12] == "… 30 more …"
    assert lines[1 + 1 + 20 + 1].startswith("and ")
    assert all(len(line) <= 90 for line in lines)
    one = str(MeterTable(rows[:1], 1)).splitlines()
    assert [" ".join(line.split()) for line in one[1:3]] == ["id mtr_0", "number UNIT-A"]
    assert str(MeterTable((), 0)).splitlines() == ["0 of 0 meters", "no rows"]


def test_readings_are_wide_in_a_frame() -> None:
    rows = (
        {"ts": "2026-10-05T00:00:00.250000+05:30", "values": {"frequency": 50.0}},
        {"ts": "2026-10-05T00:00:10+05:30", "values": {"voltage_l1_n": 230.1}},
    )
    frame = Readings(rows, 2, "mtr_1", "A", "Asia/Kolkata", ("frequency", "voltage_l1_n")).to_frame()
    assert list(frame.columns) == ["ts", "frequency", "voltage_l1_n"]
    assert frame["frequency"].isna().tolist() == [False, True]
    assert frame["ts"].dt.microsecond.tolist() == [250_000, 0]


def test_an_empty_answer_has_the_columns_all_the_same() -> None:
    frame = Intervals((), 0, "mtr_1", "A", "A", "a", "b", "1h", "Asia/Kolkata").to_frame()
    assert list(frame.columns)[:3] == ["start", "energy_import_kwh", "energy_export_kwh"]
    assert len(frame) == 0


def test_answers_survive_copies_and_pickles() -> None:
    found = Pattern.from_dict(PATTERN)
    assert copy.deepcopy(found) == pickle.loads(pickle.dumps(found)) == found


def test_an_answer_without_a_figure_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="to_frame"):
        MeterTable((), 0).figure()


def test_counts_and_flows_are_tables_too() -> None:
    counts = StatusSummary(1, {"active": 1}, {"good": 1}, {"online": 1}, {"green": 1})
    assert counts.to_frame().values.tolist()[0] == ["status", "active", 1]
    flow = PowerFlow("kW", None, None, (), ({"source": "a", "target": "b", "value": 1.0, "kind": "flow"},), 1.0)
    assert flow.to_frame()["value"].tolist() == [1.0]
    assert flow.to_dict()["from"] is None
