"""The monthly report's sections: what people read is what was collected."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.reports import charts
from energy_workbench.reports import monthly as sections
from energy_workbench.reports.elements import Figure, Section
from energy_workbench.reports.monthly import Monthly
from tests.reports.payloads import DAYS, flow, monthly, pattern

ZONE = ZoneInfo("Asia/Kolkata")


def html(section: Section) -> str:
    return "".join(part._repr_html_() for part in section.parts if not isinstance(part, Figure))


def figures(section: Section) -> list[dict[str, Any]]:
    return [part.figure for part in section.parts if isinstance(part, Figure)]


@pytest.fixture(scope="module")
def october() -> Monthly:
    return monthly()


def one_meter() -> Monthly:
    meter = {"id": "mtr_10", "number": "UNIT-A", "name": "Unit A", "type": "unit", "depth": 0}
    return monthly(whole=False, meter=meter, flow=None, sources=[], cards={})


def test_the_cover_says_whose_which_period_and_how_complete(october: Monthly) -> None:
    cover = html(sections.cover(october))
    for text in ("Monthly energy report", "Demo plant", "October 2026", "99.9 %", "2 Nov 2026, 09:30 (Asia/Kolkata)"):
        assert text in cover


def test_a_running_month_says_until_when_it_has_data() -> None:
    running = {**monthly().period, "until": "2026-10-13T06:30:00+00:00"}
    cover = html(sections.cover(monthly(period=running)))
    assert "Running: data until 13 Oct 2026, 12:00" in cover
    assert "1 – 13 October 2026" in cover


def test_the_key_figures_are_the_collected_ones(october: Monthly) -> None:
    summary = html(sections.summary(october))
    total = f"{october.hourly['total_kwh']:,.1f}"
    for text in (total, "1,140,250.5", "203,460.2", "42,000.5", "2,412.9", "+7.3 % on the period before"):
        assert text in summary


def test_a_period_without_one_before_compares_with_nothing() -> None:
    assert "period before" not in html(sections.summary(monthly(previous=None)))


def test_names_of_meters_and_site_are_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    rows = [{**row, "number": evil, "name": evil, "completeness": 0.5} for row in monthly().meters[:3]]
    sources = [{**source, "number": evil, "name": evil} for source in monthly().sources]
    meter = {**monthly().meter, "number": evil, "name": evil}
    site = {"name": evil, "timezone": "Asia/Kolkata"}
    data = monthly(site=site, meter=meter, meters=rows, sources=sources)
    for section in sections.SECTIONS:
        assert "<script" not in html(section(data))


def test_what_is_not_known_is_a_dash_and_no_zero() -> None:
    row = {**monthly().meters[0], "total_kwh": None, "peak_kw": None, "peak_at": None, "load_factor": None}
    table = html(sections.meters(monthly(meters=[row])))
    assert table.count(">–<") == 5


def test_every_meter_has_its_row_in_the_order_of_the_tree(october: Monthly) -> None:
    table = html(sections.meters(october))
    places = [table.index(f">{row['number']}<") for row in october.meters]
    assert len(places) == 92
    assert places == sorted(places)


def test_losses_are_those_of_the_flow_with_their_share_of_the_supply(october: Monthly) -> None:
    table = html(sections.losses(october))
    assert "18,000.0" in table
    assert f"{100 * 18_000 / (880_000 + 18_000):.2f} %" in table


def test_meters_with_gaps_are_listed_and_counted(october: Monthly) -> None:
    assert "10 of 92 meters have gaps" in html(sections.summary(october))
    assert html(sections.quality(october)).count("98.71 %") == 10


def test_a_report_of_one_meter_shows_no_flow_losses_or_sources() -> None:
    data = one_meter()
    assert not sections.power_flow(data).parts
    assert not sections.losses(data).parts
    assert "UNIT-A · Unit A" in html(sections.cover(data))


def test_figures_are_plain_json(october: Monthly) -> None:
    drawn = [figure for section in sections.SECTIONS for figure in figures(section(october))]
    assert len(drawn) == 3
    assert all(json.loads(json.dumps(figure)) == figure for figure in drawn)


def test_the_archived_inputs_give_the_same_report_again(october: Monthly) -> None:
    again = Monthly(**json.loads(json.dumps(asdict(october))))
    for section in sections.SECTIONS:
        assert html(section(again)) == html(section(october))


def test_days_not_fully_measured_are_bars_of_their_own_colour_and_all_days_have_a_place() -> None:
    figure = charts.daily_energy(pattern("1d")["points"], ZONE)
    measured, doubtful = figure["data"]
    assert doubtful["x"] == ["2026-10-14", "2026-10-20"]
    assert len(measured["x"]) + len(doubtful["x"]) == len(figure["layout"]["xaxis"]["categoryarray"]) == DAYS


def test_a_typical_day_leaves_out_hours_that_were_not_measured() -> None:
    points = [{**p, "energy_kwh": 1e9} if p["quality"] == "estimated" else p for p in pattern("1h")["points"]]
    lines = charts.typical_days(points, ZONE)["data"]
    assert [line["name"] for line in lines] == ["Monday to Friday", "Saturday", "Sunday"]
    assert max(value for line in lines for value in line["y"]) < 2_000


def test_the_flow_on_paper_has_no_machines_and_no_states_of_today(october: Monthly) -> None:
    trace = charts.sankey(october.flow)["data"][0]
    labels = " ".join(trace["node"]["label"])
    assert "UNIT-J" in labels
    assert "MACHINE" not in labels
    assert len(set(trace["node"]["color"])) == 2, "one colour for meters, one for losses"


def test_a_month_without_any_flow_says_so() -> None:
    empty = {**flow([], {}), "nodes": [], "links": []}
    data = monthly(flow=empty)
    assert "No flow of energy" in json.dumps(figures(sections.power_flow(data)))
    assert not sections.losses(data).parts
