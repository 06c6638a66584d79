"""The model of the page of one meter, on a real home, without a widget, a browser or a kernel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.contract.results import Readings
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import load
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.meter import markup
from energy_workbench.widgets.meter.model import Model
from energy_workbench.widgets.meter.recent import Recent
from energy_workbench.widgets.meter.sections import NewestValues
from tests.workbench.plant import NOW, make_home

EVIL = "<script>alert(1)</script>"


def opened(wb: Any, **chosen: str) -> Model:
    model = Model(wb, Choices(**{"period": "2026-10-05/2026-10-11", "meter": "UNIT-A"} | chosen))
    model.refresh()
    return model


def test_a_meter_says_who_it_is_and_where_it_stands(wb: Workbench) -> None:
    model = opened(wb)
    assert [each["number"] for each in model.meter["path"]] == ["GRID", "MAIN"]
    assert [each["number"] for each in model.meter["children"]] == ["UNIT-A-MACHINE-01"]
    html = markup.head(model.meter)
    assert "CT <b>100/5</b>, applied by the workbench" in html
    assert 'href="meter?meter=MAIN"' in html
    assert 'href="patterns?meter=UNIT-A"' in html
    assert "✓ active" in html


def test_without_a_meter_the_sites_root_is_shown(wb: Workbench) -> None:
    assert opened(wb, meter="").meter["number"] == "GRID"


def test_a_meter_that_is_gone_is_said(wb: Workbench) -> None:
    model = opened(wb, meter="NOWHERE")
    assert "NOWHERE" in model.problem
    assert model.meter["number"] == "GRID"


def test_a_state_has_its_word_icon_and_reason(wb: Workbench) -> None:
    row = wb.meter("UNIT-A-MACHINE-01") | {"status_reason": "bearing", "path": [], "children": []}
    html = markup.head(row | {"communication": "offline", "error": "no answer"})
    assert "⚠ maintenance" in html
    assert "bearing" in html
    assert "✕ offline" in html
    assert "no answer" in html


def test_values_are_primary_and_of_the_newest_reading(wb: Workbench) -> None:
    model = opened(wb)
    (newest,) = wb.readings("UNIT-A", limit=1, scaled=True)
    assert model.now.values == newest["values"]
    assert model.now.values["active_power_total"] == pytest.approx(120.0)
    assert model.as_of is not None
    assert model.as_of.isoformat() == newest["ts"]
    assert "<td>120.0</td>" in markup.live(model.now)
    assert f"{newest['values']['energy_active_import']:,.2f}" in markup.counters(model.now)


def test_values_that_are_too_old_to_be_now_say_so(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not opened(wb).now.stale
    monkeypatch.setenv(FIXED_NOW, (NOW + timedelta(minutes=20)).isoformat())
    model = opened(wb)
    assert model.now.stale
    assert "ew-stale" in markup.live(model.now)
    assert "out of date" in markup.live_heading(model.now)


def test_the_last_hour_is_drawn_from_readings(wb: Workbench) -> None:
    figure = opened(wb).power_figure
    assert figure["data"][0]["x"][-1] == "2026-10-12T15:00:00"
    assert len(figure["data"][0]["x"]) == 4


class Heard:
    """Answers with readings every 10 s up to now, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.seconds = 3600

    def readings(self, number: str, period: str | None, quantities: Any, **_: Any) -> Readings:
        self.asked.append(period)
        start = NOW - timedelta(hours=1)
        rows = [
            {"ts": at.isoformat(), "values": {"active_power_total": float(second), "frequency": 50.0}}
            for second in range(0, self.seconds, 10)
            if (at := start + timedelta(seconds=second)).isoformat() >= (period or "").partition("/")[0]
        ]
        rows = rows if period else rows[-5:]
        return Readings(tuple(rows), len(rows), "mtr_1", number, "UTC")


def test_a_page_that_stays_open_asks_only_for_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    heard = Heard()
    recent = Recent(heard)
    first = recent.look("A")
    assert len(first.power) == 360
    heard.seconds += 20
    monkeypatch.setenv(FIXED_NOW, (NOW + timedelta(seconds=20)).isoformat())
    second = recent.look("A")
    assert (second.power[-1][1], len(second.power)) == (3610.0, 360)
    assert second.values["frequency"] == 50.0
    assert str(heard.asked[-1]) > (NOW - timedelta(seconds=11)).isoformat()
    assert recent.look("B").power[0] == second.power[0]  # another meter begins anew


def test_history_has_demand_and_zooms(wb: Workbench) -> None:
    model = opened(wb)
    model.measure = "demand"
    assert set(model.history_figure["data"][0]["y"]) == {120.0}
    assert model.history_table().heads[1] == "Energy used [kWh]"


def test_a_solar_plant_is_told_by_what_it_produces(wb: Workbench) -> None:
    model = opened(wb, meter="SOLAR")
    assert model.history is not None
    assert model.history.whole.word == "produced"
    assert model.history.whole.total_kwh == pytest.approx(20 * 24 * 7)


def test_the_quality_of_a_period_is_told_in_words_and_shares(wb: Workbench) -> None:
    model = opened(wb, period="2026-10-02/2026-10-05")
    counts = model.quality.buckets
    assert counts["missing"] > 0
    html = markup.quality(model.quality)
    assert "✓ actual" in html
    assert "✕ missing" in html
    assert counts["actual"] + counts["estimated"] + counts["missing"] == model.quality.total


def test_what_was_found_and_what_changed_is_listed_and_more_is_said() -> None:
    finding = {"from": "2026-10-05T10:00:00+05:30", "name": "value.voltage", "text": EVIL}
    event = {"at": "2026-10-05T10:00:00+05:30", "of": "health", "from": "good", "to": "critical", "reason": EVIL}
    findings = markup.findings([finding] * 25)
    assert findings.count("<tr>") == 21
    assert "5 more" in findings
    assert "▲ critical" in markup.events([event])
    assert "<script" not in findings + markup.events([event])
    assert "✓" in markup.findings([])
    assert "✓" in markup.events([])


def test_a_meter_that_was_never_read_says_so(tmp_path: Path) -> None:
    model = opened(Workbench.at(make_home(tmp_path / "home").home))
    assert model.as_of is None
    assert "no readings yet" in markup.live(model.now)
    assert markup.ONLY_COUNTERS in markup.live(NewestValues("2026-10-05T10:00:00+05:30", {"energy_active_import": 1.0}))
    assert "reports no counters" in markup.counters(model.now)
    assert model.power_figure["data"] == []
    assert model.history_figure["data"] == []


def test_a_site_without_meters_says_so(tmp_path: Path) -> None:
    found = load(tmp_path / "home")
    found.home.mkdir()
    registry = Registry(found.registry_url)
    registry.migrate(timezone="Asia/Kolkata", site_name="Works")
    registry.close()
    with pytest.raises(NotFoundError, match="no meters yet"):
        opened(Workbench.at(found.home), meter="")


def test_names_are_text(wb: Workbench) -> None:
    row = wb.meter("UNIT-A") | {"name": EVIL, "location": EVIL, "number": EVIL, "path": [], "children": []}
    assert "<script" not in markup.head(row)


def test_a_refresh_that_brings_nothing_new_changes_no_chart(wb: Workbench) -> None:
    model = opened(wb)
    seen: list[str] = []
    model.observe(lambda change: seen.append(change["name"]))
    model.refresh()
    assert seen == []
