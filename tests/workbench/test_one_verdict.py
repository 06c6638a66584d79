"""What a loss means is decided once: pictures, tables, REST and reports say the same of a node."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.analytics.flow import Measured, power_flow
from energy_workbench.analytics.live import iso
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.status import Status
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.figures.flows.power_flow import power_flow as drawing
from energy_workbench.figures.theme import LIGHT
from energy_workbench.figures.wording.verdicts import VERDICTS, colour_of, verdict_text
from energy_workbench.reports.content import charts
from energy_workbench.reports.content.blocks import Table
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.reports.sections.losses import losses
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.losses import markup
from energy_workbench.widgets.losses.model import Model
from tests.analytics.test_flow import MAIN, UNIT
from tests.workbench.test_losses_across_gaps import NOW, TIME, day, plant


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())


def marked(figure: dict[str, Any]) -> dict[str, str]:
    """What a picture of a flow says of the loss of each node, by its id."""
    node = figure["data"][0]["node"]
    told = zip(node["customdata"], node["label"], strict=True)
    return {about[0]: f"{label} {about[2]}" for about, label in told if about[1].startswith("Loss at")}


def cases(tmp_path: Path, case: str) -> Workbench:
    """Plants that lose a tenth, of which one is not known well, one is within its limit, and one lost its meter."""
    wb = plant(tmp_path / "home", lambda number, at: False, until={"B": day(3)} if case == "silent" else {})
    if case == "out":
        wb.set_status("B", "inactive", "taken away", valid_from=iso(day(4), wb.zone))
    if case == "limit":
        (wb.settings.home / "workbench.toml").write_text("loss_threshold_percent = 12\n")
        wb = Workbench.at(wb.settings.home)
    if case == "classes":
        for number in ("MAIN", "A", "B"):
            wb.update_meter(number, {"accuracy_class": 15})
    return wb


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ("known", "hotspot"),
        ("out", "not_metered"),
        ("silent", "insufficient_data"),
        ("limit", "ok"),
        ("classes", "within_error"),
    ],
)
def test_picture_table_rest_and_report_have_one_verdict(tmp_path: Path, case: str, verdict: str) -> None:
    wb = cases(tmp_path, case)
    found = wb.balance(TIME)
    judged = {row["meter"]: row["verdict"] for row in found.rows}
    assert next(row["verdict"] for row in found.rows if row["number"] == "MAIN") == verdict

    flow = wb.flow(TIME).to_dict()
    headers = {"Authorization": f"Bearer {tokens_of(wb.settings).viewer}"}
    with TestClient(create_app(wb.settings), base_url="http://127.0.0.1:3000", headers=headers) as rest:
        over_rest = rest.get("/api/Energy/flow", params={"period": TIME}).json()
        balance = rest.get("/api/Energy/balance", params={"period": TIME}).json()
    assert {row["meter"]: row["verdict"] for row in balance["items"]} == judged
    for nodes in (flow["nodes"], over_rest["nodes"], wb.overview(TIME).flow["nodes"]):
        assert {node["id"]: node["verdict"] for node in nodes if node["verdict"]} == judged

    for figure in (drawing(flow), charts.sankey(flow)):
        said = marked(figure)
        assert said.keys() == judged.keys()
        for meter, text in said.items():
            assert VERDICTS[judged[meter]].word in text
            assert ("Hotspot" in text) is (judged[meter] == "hotspot")

    section = losses(ReportContext(wb, TIME))
    (table,) = (part for part in section.parts if isinstance(part, Table))
    assert {row[0]: row[-1] for row in table.rows} == {
        row["number"]: VERDICTS[row["verdict"]].word.capitalize() for row in found.rows
    }
    page = Model(wb, Choices(period=TIME))
    page.refresh()
    shown = markup.table(page.ranking, page.by, {})
    told = page.flow_figure["data"][0]["node"]
    for meter, own in judged.items():
        assert markup.pill(own) in shown
        about = [each[1] for each in told["customdata"] if each[0] == meter]
        assert about
        assert all(verdict_text(own) in text for text in about if "of the time known" in text)


@pytest.mark.parametrize(
    ("taken", "verdict"),
    [(100.0, "within_error"), (98.9, "within_error"), (97.5, "ok"), (90.0, "hotspot"), (110.0, "surplus"), (None, "")],
)
def test_of_now_the_same_rule_answers_with_the_errors_of_the_meters(taken: float | None, verdict: str) -> None:
    measured = {MAIN.key: Measured(100.0, 0.0), UNIT.key: Measured(taken, None if taken is None else 0.0)}
    found = power_flow([MAIN, UNIT], measured, unit="kW", colours={}, completeness=1.0, threshold=0.03)
    said = {node["number"]: node["verdict"] for node in found.nodes if node["number"]}
    assert said == {MAIN.number: verdict or "insufficient_data", UNIT.number: None}


def test_of_now_a_meter_out_of_service_is_not_metered() -> None:
    measured = {MAIN.key: Measured(100.0, 0.0)}
    found = power_flow([MAIN, replace(UNIT, status=Status.INACTIVE)], measured, unit="kW", colours={}, completeness=1.0)
    assert found.nodes[0]["verdict"] == "not_metered"


def test_a_node_that_is_painted_by_its_loss_has_the_colour_of_its_verdict(tmp_path: Path) -> None:
    wb = cases(tmp_path, "out")
    node = drawing(wb.flow(TIME).to_dict(), colour="loss")["data"][0]["node"]
    judged = {row["meter"]: row["verdict"] for row in wb.balance(TIME).rows}
    for about, colour in zip(node["customdata"], node["color"], strict=True):
        if about[0] in judged and not about[1].startswith("Loss at"):
            assert colour == colour_of(LIGHT, judged[about[0]])
