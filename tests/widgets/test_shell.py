"""What all pages share: choices in the address, the period picker, searching, taking along, coming back."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from typing import Any

import pytest

from energy_workbench.domain.pages import VIEWED
from energy_workbench.tables.sheet import sheet
from energy_workbench.widgets.browser.chart import Chart
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard.model import Model
from energy_workbench.widgets.finding import SUGGESTED
from energy_workbench.widgets.page_model import PageModel
from energy_workbench.widgets.pages import FOLDERS
from energy_workbench.widgets.period_picker import PeriodPicker
from energy_workbench.widgets.schedules import markup as schedules
from energy_workbench.widgets.setup import page_view
from energy_workbench.widgets.shell.view import menu
from tests.waiting import until
from tests.widgets.stand_in import StandIn
from tests.widgets.test_app import Opened, here, run


def test_every_page_of_the_menu_has_a_model_and_a_view_of_its_own() -> None:
    assert set(FOLDERS) == set(VIEWED)
    for page, folder in FOLDERS.items():
        model = importlib.import_module(f"energy_workbench.widgets.{folder}.model").Model
        assert issubclass(model, PageModel)
        assert model.page is page
        assert importlib.import_module(f"energy_workbench.widgets.{folder}.view").View


@pytest.mark.parametrize("query", [{}, {"detail": "all", "map": "plan", "paint": "loss"}, {"find": "unit a"}])
def test_what_an_address_says_is_what_the_page_writes_into_it(query: dict[str, str]) -> None:
    model = Model(StandIn(), Choices())
    model.follow(query)
    assert model.address() == query


def test_what_an_address_cannot_mean_is_the_default() -> None:
    model = Model(StandIn(), Choices())
    model.follow({"map": "<script>", "detail": "everything"})
    assert model.address() == {}


def test_the_menu_marks_the_page_in_front_and_shows_names_as_text() -> None:
    html = menu(VIEWED, VIEWED[0].name, "<b>Plant</b>")
    assert html.count("aria-current=page") == 1
    assert "&lt;b&gt;Plant" in html


def test_every_page_leads_home_and_to_the_reports_which_leave_its_kernel() -> None:
    html = menu(VIEWED, VIEWED[0].name, "Plant")
    assert re.findall(r'class="(?:ew-home )?ew-away" href="(\w+)"', html) == ["home", "reports"]
    for header in (schedules.header("Plant"), page_view.header("Plant")):
        assert 'class="ew-home ew-away" href="home"' in header


def test_a_page_keeps_its_kernel_and_what_was_chosen_when_another_is_opened() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here("?period=2026-10&meter=UNIT-A"))
        await until(lambda: bool(opened.app.view.flow.figure))
        overview = opened.app.view
        opened.says(here("?period=2026-10&meter=UNIT-A", path="/data-quality"))
        assert opened.app.model.page.name == "data-quality"
        assert opened.app.choices.meter == "UNIT-A"
        assert "ew-hidden" in overview.widget._dom_classes
        opened.says(here("", path="/meter-dashboard"))
        assert opened.app.view is overview
        assert "ew-hidden" not in overview.widget._dom_classes

    run(scenario)


def test_steps_lead_to_the_periods_beside_and_nonsense_is_told() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here("?period=2026-10"))
        await until(lambda: bool(opened.app.view.flow.figure))
        picker = opened.app.head.period
        picker._on_message(None, {"kind": "step", "by": -1}, [])
        assert opened.app.choices.period == "2026-09"
        assert picker.label == "September 2026"
        picker._on_message(None, {"kind": "period", "text": "whenever"}, [])
        assert opened.app.choices.period == "2026-09"
        assert "cannot read the period" in opened.app.head.problem.value

    run(scenario)


def test_a_meter_is_found_by_its_number_and_an_unknown_one_is_told() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.head.meter.options))
        assert "UNIT-A — Unit A" in opened.app.head.meter.options
        opened.app.head.meter.value = "unit-b"
        assert opened.app.choices.meter == "UNIT-B"
        opened.app.head.meter.value = "NOWHERE"
        assert "NOWHERE" in opened.app.head.problem.value
        assert opened.app.head.meter.value.startswith("UNIT-B")

    run(scenario)


def test_of_very_many_meters_those_are_offered_that_have_what_is_typed() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.head.meter.options))
        few = tuple(opened.app.names.meters)
        many = {f"M-{nth:04d}": f"Machine {nth}" for nth in range(2000)} | {"PLAIN": ""}
        opened.app.names = replace(opened.app.names, meters=opened.app.names.meters | many)
        opened.app._name()
        finder = opened.app.head.meter
        assert (finder.continuous_update, finder.options) == (True, ())
        assert few
        finder.value = "m-01"
        # Nothing is chosen while somebody types, not even where it is a number already.
        assert opened.app.choices.meter == ""
        assert finder.options[:2] == ("M-0100 — Machine 100", "M-0101 — Machine 101")
        assert len(finder.options) == SUGGESTED
        finder.value = "m-0123"
        assert finder.options == ("M-0123 — Machine 123",)
        assert opened.app.choices.meter == ""
        finder.value = "M-0123 — Machine 123"
        assert opened.app.choices.meter == "M-0123"
        # By Enter the first that has it; what nobody has is told.
        finder.value = "plain"
        finder._handle_msg({"content": {"data": {"method": "custom", "content": {"event": "submit"}}}, "buffers": []})
        assert (opened.app.choices.meter, finder.value) == ("PLAIN", "PLAIN")
        finder.value = "nobody"
        assert finder.options == ()
        finder._handle_msg({"content": {"data": {"method": "custom", "content": {"event": "submit"}}}, "buffers": []})
        assert "nobody" in opened.app.head.problem.value
        assert finder.value == "PLAIN"

    run(scenario)


@pytest.mark.parametrize(
    "content",
    [
        None, {"kind": "period"}, {"kind": "period", "text": ""}, {"kind": "period", "text": "x" * 500},
        {"kind": "step", "by": 900}, {"kind": "compare", "with": "everything"}, {"kind": "compare"},
    ],
)  # fmt: skip
def test_a_message_of_another_shape_chooses_nothing(content: Any) -> None:
    picker, heard = PeriodPicker(), []
    picker.on_choose(heard.append)
    picker.on_step(heard.append)
    picker.on_compare(heard.append)
    picker._on_message(None, content, [])
    assert heard == []


def test_a_chart_hands_its_table_out_and_only_in_the_formats_it_knows() -> None:
    chart, sent = Chart(), []
    chart.offer(lambda: sheet("Energy", [{"kwh": 1.5}], {"kwh": "Energy [kWh]"}), lambda handler: handler)
    chart.send = lambda content, buffers=None: sent.append((content, buffers))  # type: ignore[method-assign]
    chart._on_message(None, {"kind": "save", "format": "csv"}, [])
    chart._on_message(None, {"kind": "save", "format": "../etc"}, [])
    assert [content["name"] for content, _ in sent] == ["Energy.csv"]
    assert b"1.5" in sent[0][1][0]


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        ("2026-10-01 06:00", "2026-10-01 08:30:00.1234", True),
        ("2026-10-02", "2026-10-01", False), (None, None, False), (3, 4, False), ("x", "y", False),
    ],
)  # fmt: skip
def test_a_zoom_is_a_span_of_time_or_none(first: Any, last: Any, window: bool) -> None:
    chart, heard = Chart(), []
    chart.on_zoom(heard.append)
    chart._on_message(None, {"kind": "zoom", "from": first, "to": last}, [])
    assert (heard[0] is not None) is window
