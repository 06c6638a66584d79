"""The findings that a report lists are those that Python and REST give, all of them and in their words."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.health.finding_words import FINDINGS, finding_title
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.reports.publish import Ask, Published, Tools, publish_many
from energy_workbench.reports.report_context import MOST_FINDINGS, ReportContext
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.reports.test_publish import tables_of, text_of
from tests.workbench.plant import NOW, make_home

ENERGY = "energy_active_import"
PERIOD = "2026-10-11"
FIRST = NOW.replace(day=10, hour=18, minute=30)
"""Midnight of that day in the zone of the site."""
WORDS = "The voltage <b>0 V</b> & less cannot be while 5 kW flow"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A day of quarters: GRID's counter falls, MAIN's jumps, UNIT-A has a gap, and its machine odd values."""
    found = make_home(tmp_path_factory.mktemp("findings") / "home")
    registry, spool, lake = Registry(found.registry_url), Spool(found.spool_path), Lake(found.lake_path)
    meters = {meter.number: meter.key for meter in registry.meters()}
    for number in ("GRID", "MAIN", "UNIT-A", "UNIT-A-MACHINE-01"):
        values = [9000.0 + 5.0 * k for k in range(97)]
        if number == "GRID":
            values[40:] = [value - 6000.0 for value in values[40:]]
        if number == "MAIN":
            values[60] = 9.9e8
        steps = [k for k in range(97) if number != "UNIT-A" or not 20 < k < 50]
        spool.append([Reading(meters[number], micros(k), 0, {ENERGY: values[k]}) for k in steps])
    lake.commit(spool)
    build(lake, registry.all_ratios(), evidence=registry.evidence(found.profiles_path))
    seen = [(n, "value.voltage" if n % 3 else "value.power_factor") for n in range(20)]
    machine = meters["UNIT-A-MACHINE-01"]
    StateStore(found.state_url).add_findings(
        [Finding(name=name, meter=machine, start=at(n), end=at(n + 1), text=WORDS, quantity="q") for n, name in seen]
    )
    spool.close()
    registry.close()
    return found


def at(quarter: int) -> datetime:
    return FIRST + timedelta(minutes=15 * quarter)


def micros(quarter: int) -> int:
    return to_micros(at(quarter))


@pytest.fixture(scope="module")
def written(home: Settings, tmp_path_factory: pytest.TempPathFactory, tools: Tools) -> dict[str, Published]:
    """The reports that list findings, of the site and of a unit with a machine."""
    asks = [
        Ask("quality", {"period": PERIOD}),
        Ask("quality", {"period": PERIOD, "meter": "UNIT-A"}),
        Ask("meter", {"period": PERIOD, "meter": "GRID"}),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIXED_NOW, NOW.isoformat())
        found = {}
        for outcome in publish_many(
            home, asks, formats=["html", "xlsx"], out=tmp_path_factory.mktemp("out"), tools=tools
        ):
            assert outcome.published, outcome.error
            found[str(outcome.ask)] = outcome.published
        return found


@pytest.fixture
def findings(home: Settings, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Python and REST say of that day."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    python = Workbench.at(home.home).findings(period=PERIOD, limit=1000)
    headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
    with TestClient(create_app(home), base_url="http://127.0.0.1:3000", headers=headers) as rest:
        answer = rest.get("/api/Energy/findings", params={"period": PERIOD, "limit": 1000}).json()
    assert answer["items"] == python
    names = {each["name"].partition(".")[0] for each in python}
    assert names >= {"counter", "value"}, "there is something to compare"
    return python


def rows_of(findings: list[dict[str, Any]], *meters: str) -> list[list[Any]]:
    chosen = [each for each in findings if not meters or each["number"] in meters]
    return [[each["from"], each["to"], each["number"], finding_title(each["name"]), each["text"]] for each in chosen]


def test_every_finding_is_listed_and_counted(written: dict[str, Published], findings: list[dict[str, Any]]) -> None:
    tables = tables_of(written["quality"])
    assert sorted(tables["Findings"]) == sorted(rows_of(findings))
    starts = [row[0] for row in tables["Findings"]]
    assert starts == sorted(starts, reverse=True)
    counted = Counter((finding_title(each["name"]), each["number"]) for each in findings)
    assert {(name, number): times for name, number, times in tables["Findings by meter"]} == counted
    shown = text_of(written["quality"].files["html"])
    assert WORDS in shown
    assert not [name for name in FINDINGS if name in shown], "no dotted name is shown"
    assert "<b>0 V</b>" not in written["quality"].files["html"].read_text().partition("</main>")[0]


def test_excel_has_the_same_findings_with_real_instants(
    written: dict[str, Published], findings: list[dict[str, Any]]
) -> None:
    book = openpyxl.load_workbook(written["quality"].files["xlsx"])
    head, *rows = book["Findings"].iter_rows(values_only=True)
    while head[0] != "From":
        head, *rows = rows
    local = [[datetime.fromisoformat(row[0]).replace(tzinfo=None), *row[2:]] for row in rows_of(findings)]
    found = [[row[0], *row[2:5]] for row in rows if row[0] is not None]
    assert sorted(found, key=str) == sorted(local, key=str)


def test_a_report_of_a_unit_has_the_findings_of_its_machines_too(
    written: dict[str, Published], findings: list[dict[str, Any]]
) -> None:
    tables = tables_of(written["quality UNIT-A"])
    wanted = rows_of(findings, "UNIT-A", "UNIT-A-MACHINE-01")
    assert len(wanted) >= 20
    assert sorted(tables["Findings"]) == sorted(wanted)


def test_the_report_of_a_meter_lists_what_was_found_of_it(
    written: dict[str, Published], findings: list[dict[str, Any]]
) -> None:
    rows = [row for row in tables_of(written["meter GRID"])["Findings"] if row[2] == "GRID"]
    assert rows
    assert sorted(rows) == sorted(rows_of(findings, "GRID"))


def test_so_many_findings_that_not_all_are_given_are_not_passed_off_as_all(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from energy_workbench.reports import sections

    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    wb = Workbench.at(home.home)
    [one] = wb.findings(period=PERIOD, name="counter", limit=1)
    monkeypatch.setattr(Workbench, "findings", lambda *_, **how: [one] * how["limit"])
    about = ReportContext(wb, PERIOD)
    parts = [part._repr_mimebundle_()["text/html"] for part in sections.findings(about).parts]
    assert any(f"more than the newest {MOST_FINDINGS:,}; older ones are not counted" in part for part in parts)
    assert any(f"The newest 200 of {MOST_FINDINGS:,} are listed" in part for part in parts)
    assert f"≥ {MOST_FINDINGS:,}" in [card.value for card in sections.quality_figures(about)]
