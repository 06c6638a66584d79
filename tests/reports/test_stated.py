"""A report lists what people stated of its meters: in words, from when, when and by whom; and Python the same."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.reports import sections
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home

PERIOD = "2026-10"


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    wb = Workbench.at(home.home)
    wb.set_status("UNIT-A", "inactive", "belt torn", valid_from="2026-10-05T10:00", by="asha")
    wb.set_status("UNIT-A", "active", "", valid_from="2026-11-20T10:00", by="asha")
    wb.add_ratio("UNIT-A", {"ct_primary": 150, "ct_secondary": 5, "valid_from": "2026-10-06T09:00"}, by="ravi")
    wb.add_exchange(
        "MAIN",
        {
            "at": "2026-10-07T08:00",
            "old_serial": "A1",
            "new_serial": "B2",
            "closing": {"energy_active_import": 4210.5},
            "opening": {"energy_active_import": 0},
            "note": "seal 77",
        },
        by="ravi",
    )
    for hour in ("10:00", "10:15", "10:30", "11:00"):
        fields = {"energy_import_kwh": 1.5, "reason": "bypass open"}
        wb.edit_interval("DG", f"2026-10-08T{hour}", fields, by="mina")
    wb.edit_interval("DG", "2026-10-09T10:00", {"energy_import_kwh": 9, "reason": "a mistake"}, by="mina")
    wb.restore_interval("DG", "2026-10-09T10:00", by="mina")
    wb.update_meter("UNIT-A-MACHINE-01", {"parent": "MAIN"}, by="asha")
    return wb


def text_of(section: Any) -> str:
    html = " ".join(part._repr_mimebundle_().get("text/html", "") for part in section.parts)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_history_has_what_holds_in_the_period_in_words_with_author_and_instant(wb: Workbench) -> None:
    found = wb.history(PERIOD)
    assert [(row["number"], row["of"], row["text"], row["reason"], row["by"]) for row in found] == [
        ("UNIT-A-MACHINE-01", "place", "below UNIT-A → below MAIN", "", "asha"),
        ("DG", "edit", "one interval of 15 minutes: import 1.5 kWh", "bypass open", "mina"),
        ("DG", "edit", "3 intervals of 15 minutes: import 4.5 kWh", "bypass open", "mina"),
        ("MAIN", "exchange", "serial A1 → B2; energy active import 4,210.5 → 0 kWh", "seal 77", "ravi"),
        ("UNIT-A", "ratio", "CT 100/5 → 150/5", "", "ravi"),
        ("UNIT-A", "status", "active → inactive", "belt torn", "asha"),
    ]
    edit = found[2]
    assert (edit["at"], edit["until"]) == ("2026-10-08T10:00:00+05:30", "2026-10-08T10:45:00+05:30")
    assert {row["entered"] for row in found} == {"2026-10-12T15:07:00+05:30"}
    assert [row["of"] for row in wb.history(PERIOD, meter="DG", limit=1)] == ["edit"]


def test_a_report_lists_them_and_says_how_many_more_there_are(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    about = ReportContext(wb, PERIOD)
    shown = text_of(sections.alarms(about))
    for said in (
        "5 Oct 10:00 UNIT-A Status active → inactive belt torn asha, 12 Oct 2026, 15:07",
        "UNIT-A CT/PT ratio CT 100/5 → 150/5",
        "MAIN Meter exchanged serial A1 → B2",
        "DG Readings edited 3 intervals of 15 minutes: import 4.5 kWh bypass open mina",
        "Moved in the tree below UNIT-A → below MAIN",
    ):
        assert said in shown
    assert "a mistake" not in shown
    assert not re.search(r"\b[a-z]+\.[a-z_]+\b", shown), "no dotted name"
    monkeypatch.setattr(sys.modules[sections.alarms.__module__], "LISTED", 2)
    few = text_of(sections.alarms(about))
    assert "4 older ones are not listed: GET /history" in few
    assert "belt torn" not in few


def test_the_generation_report_has_those_of_its_sources(wb: Workbench) -> None:
    shown = text_of(sections.alarms(ReportContext(wb, PERIOD), ["grid", "generator", "solar"]))
    assert "bypass open" in shown
    assert "belt torn" not in shown
    notebook = Path("notebooks/reports/generation.ipynb").read_text("utf-8")
    assert "sections.alarms(about" in notebook
