"""Numbers of a report are rounded as far as the meters' error allows, and the same number is the same everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import energy_workbench
from energy_workbench.domain.rounding import places, rounded
from energy_workbench.figures.balance import losses
from energy_workbench.figures.wording import losses as loss_words
from energy_workbench.reports import sections
from energy_workbench.reports.content import words
from energy_workbench.reports.content.blocks import FIGURE, KEY_FIGURES, TABLE, Element, Section
from energy_workbench.reports.errors import at_any_load, together
from energy_workbench.reports.report_context import ReportContext, source_kinds
from energy_workbench.runtime.settings import Settings
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.losses import markup
from energy_workbench.widgets.losses.model import Model as LossesModel
from energy_workbench.widgets.page_model import Selection


@pytest.mark.parametrize(
    ("value", "error", "most", "text"),
    [
        (136_542.3, 1_760.0, 1, "136,500"),
        (136_542.3, 17.6, 1, "136,542"),
        (136_542.3, 0.02, 1, "136,542.3"),
        (874.2, 160.8, 1, "870"),
        (160.8, 160.8, 1, "160"),
        (1_234.0, 99.7, 1, "1,230"),
        (4.004, 1.24, 2, "4.0"),
        (-874.2, 160.8, 1, "\N{MINUS SIGN}870"),
        (-0.3, 15.0, 1, "0"),
        (0.0, 0.0, 1, "0.0"),
        (12.34, None, 1, "12.3"),
        (None, 3.0, 1, "–"),
        (math.nan, 3.0, 1, "–"),
    ],
)
def test_a_value_stops_at_the_second_digit_of_its_uncertainty(
    value: float | None, error: float | None, most: int, text: str
) -> None:
    assert words.measured(value, error, most) == text


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e8))
def test_what_is_rounded_off_is_small_beside_the_uncertainty_and_what_is_kept_is_no_finer(
    value: float, error: float
) -> None:
    digits = places(error)
    assert digits <= 1
    shown = float(rounded(value, error).replace(",", ""))
    assert abs(shown - value) <= max(error / 19, 0.0500001)
    if digits < 1:
        # One digit more would be finer than a hundredth of what is not known.
        assert 10.0 ** -(digits + 1) < error / 9.9


def test_at_any_load_the_error_of_a_meter_is_that_of_its_classes_and_usual_ones_where_none_is_stated() -> None:
    bare: dict[str, Any] = dict.fromkeys(("ct_primary", "pt_primary", "accuracy_class", "ct_class", "pt_class"))
    assert at_any_load(bare) == pytest.approx(2 * 0.01 / math.sqrt(3))
    assert at_any_load(bare | {"accuracy_class": 0.5, "ct_primary": 1000, "ct_class": 0.2}) == pytest.approx(
        2 * math.hypot(0.005, 0.002) / math.sqrt(3)
    )
    assert together([(0.01, 300.0), (0.01, 400.0), (None, 5.0), (0.01, None)]) == pytest.approx(5.0)


def test_report_page_and_balance_know_a_meter_alike_by_its_load(plant: Settings) -> None:
    wb = energy_workbench.open(str(plant.home))
    balance = wb.balance("2026-10").to_dict()
    known = {row["meter"]: row for row in balance["meters"]}
    meters = wb.meters().records()
    assert known.keys() == {row["id"] for row in meters}
    loaded = [row for row in meters if row["ct_primary"] and known[row["id"]]["by_load"]]
    assert any(known[row["id"]]["uncertainty_percent"] > 110 * at_any_load(row) for row in loaded), "by load, not class"
    site, unit = ReportContext(wb, "2026-10"), ReportContext(wb, "2026-10", "UNIT-A")
    page = LossesModel(wb, Choices())
    page.show(page.ask(Selection("2026-10", "", "")))
    # The page rounds losses, which are of nodes, and is told of nothing else.
    assert page.balance.meters == ()
    told = [row["uncertainty_kwh"] for row in wb.balance("2026-10").rows]
    assert [row["uncertainty_kwh"] for row in page.balance.rows] == told
    for key, row in known.items():
        assert site.errors[key] == pytest.approx(row["uncertainty_percent"] / 100)
    assert {key: site.errors[key] for key in (row["id"] for row in unit.tree)} == {
        row["id"]: unit.errors[row["id"]] for row in unit.tree
    }


def test_a_report_takes_for_diesel_what_every_answer_does() -> None:
    def row(number: str, kind: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
        flow = "producer" if kind in ("generator", "solar") else "consumer"
        given = {"id": number, "number": number, "type": kind, "parent_id": parent, "flow": flow, "fuel": None}
        return given | {"seen_by_parent": True} | more

    found = source_kinds(
        [
            row("GRID", "grid", flow="bidirectional"),
            row("MAIN", "main", "GRID"),
            row("DG", "generator", "MAIN"),
            row("DG-ALTERNATOR", "generator", "DG"),
            row("CHP", "generator", "MAIN", fuel="gas"),
            row("ROOF", "solar", "MAIN"),
            row("INVERTER-1", "solar", "ROOF"),
            row("TURBINE", "machine", "MAIN", flow="producer"),
        ]
    )
    assert found == {"GRID": "grid", "DG": "generator", "CHP": "producer", "ROOF": "solar", "TURBINE": "producer"}
    assert source_kinds([row("MAIN", "main"), row("UNIT", "unit", "MAIN")]) == {"MAIN": "grid"}


def bundles(*parts: Section | Element) -> Iterator[dict[str, Any]]:
    for part in parts:
        for element in part.parts if isinstance(part, Section) else (part,):
            yield element._repr_mimebundle_()


def test_a_report_prints_the_same_value_the_same_everywhere_and_keeps_it_whole_beside(plant: Settings) -> None:
    about = ReportContext(energy_workbench.open(str(plant.home)), "2026-10")
    shown = list(bundles(sections.summary(about), sections.power_flow(about), sections.by_tree(about)))
    (root,) = [row for row in about.meters if row["id"] == about.meter["id"]]
    assert root["total_kwh"] == about.hourly.total_kwh
    text = words.measured(root["total_kwh"], root["total_kwh"] * about.error)
    assert text != words.number(root["total_kwh"], 1), "as far as the error allows, which is less than was printed"
    (card,) = [c for b in shown for c in b.get(KEY_FIGURES, ()) if c["label"] == f"Energy, {about.number}"]
    assert (card["value"], card["full"]) == (text, root["total_kwh"])
    (tree,) = [b for b in shown if b.get(TABLE, {}).get("title") == "Meters"]
    assert text in re.sub(r"<[^>]+>", " ", tree["text/html"]).split()
    assert root["total_kwh"] in [row[2] for row in tree[TABLE]["rows"]]


def test_a_loss_is_printed_as_far_as_its_balance_knows_it_and_its_reason_says_it_so(plant: Settings) -> None:
    about = ReportContext(energy_workbench.open(str(plant.home)), "2026-10")
    html = " ".join(b["text/html"] for b in bundles(sections.losses(about)) if "text/html" in b)
    hot = [row for row in about.balance.rows if row["verdict"] == "hotspot"]
    assert hot
    for row in hot:
        loss, error = (words.measured(row[name], row["uncertainty_kwh"]) for name in ("loss_kwh", "uncertainty_kwh"))
        assert f">{loss}<" in html
        assert f">{error}<" in html
        assert f"{row['number']}: {loss} kWh ± {error} kWh" in html


def test_page_chart_reason_and_report_tell_the_losses_of_a_node_alike(plant: Settings) -> None:
    about = ReportContext(energy_workbench.open(str(plant.home)), "2026-10")
    rows = [row for row in about.balance.rows if row["loss_kwh"] is not None]
    assert {"hotspot", "within_error"} <= {row["verdict"] for row in rows}
    report = " ".join(b["text/html"] for b in bundles(sections.losses(about)) if "text/html" in b)
    for row in rows:
        told, doubt = loss_words.loss(row), loss_words.doubt(row)
        share = loss_words.share(row)
        page = markup.table([row], "kwh", {})
        hover = losses({**about.balance.to_dict(), "items": [row]})["data"][0]["customdata"][0][1]
        assert f"<td>{told}</td>" in page
        assert f">{doubt}</td><td>{share}</td>" in page
        assert f"{told} {doubt} of" in hover
        assert f", {share}<br>" in hover
        if row["verdict"] in ("hotspot", "ok", "within_error", "surplus"):
            assert f"{told.removeprefix('-')} {doubt}" in row["reason"]
        cells = [told.removesuffix(" kWh"), share.removesuffix(" %"), doubt.removeprefix("± ").removesuffix(" kWh")]
        line = re.search(rf"<tr[^>]*><td[^>]*>{row['number']}</td>.*?</tr>", report, re.DOTALL)
        assert line, row["number"]
        assert [text for text in (cell.replace("-", words.MINUS) for cell in cells) if f">{text}<" not in line[0]] == []
    lost = about.balance.lost
    whole, sure = loss_words.together(rows, lost)
    (card,) = [c for c in sections.losses_figures(about) if c.label == "Losses"]
    assert f"{card.value} {card.unit}" == whole
    assert f"{sure} certain" in card.note


def test_the_notes_say_how_far_numbers_are_rounded(plant: Settings) -> None:
    about = ReportContext(energy_workbench.open(str(plant.home)), "2026-10")
    html = " ".join(b["text/html"] for b in bundles(sections.notes(about)))
    assert "rounded as far as the meters&#39; error allows" in html or "rounded as far as the meters' error" in html


def test_labels_of_the_flow_have_the_digits_of_the_tables_beside(plant: Settings) -> None:
    about = ReportContext(energy_workbench.open(str(plant.home)), "2026-10")
    (figure,) = [b[FIGURE] for b in bundles(sections.power_flow(about)) if FIGURE in b]
    (trace,) = figure["data"]
    labels = dict(zip([key for key, *_ in trace["node"]["customdata"]], trace["node"]["label"], strict=True))
    table = {row["id"]: row for row in about.meters}
    told = {key: re.search(r"  ([\d.,]+) (k|M)Wh", label) for key, label in labels.items() if key in table}
    # Of a consumer with nothing below it the flow is what its meter counted; a source's own use goes the other way.
    plain = {key for key, row in table.items() if not row["node"] and row["flow"] == "consumer"}
    leaves = {key: found for key, found in told.items() if found and key in plain}
    assert {found[2] for found in leaves.values()} == {"k", "M"}
    for key, found in leaves.items():
        shown = float(found[1].replace(",", "")) * (1000 if found[2] == "M" else 1)
        text = words.measured(table[key]["total_kwh"], table[key]["total_kwh"] * about.errors[key])
        assert shown == pytest.approx(float(text.replace(",", ""))), table[key]["number"]
    losses = {row["number"]: row for row in about.balance.rows if row["verdict"] == "hotspot"}
    hot = [label for label in trace["node"]["label"] if "Hotspot" in label]
    shares = {loss_words.share(row) for row in losses.values()}
    assert hot
    assert {label.partition("Hotspot ")[2] for label in hot} <= shares
