"""The app: what a browser says, and what goes back to it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.pages import VIEWED
from energy_workbench.widgets.app import App
from energy_workbench.widgets.browser.chart import Chart
from energy_workbench.widgets.browser.location import parse
from tests.waiting import until
from tests.widgets.stand_in import StandIn


def here(query: str = "", *, visible: bool = True, moved: bool = True, **other: Any) -> dict[str, Any]:
    return {
        "kind": "here", "path": "/meter-dashboard", "query": query, "dark": False, "visible": visible, "moved": moved,
    } | other  # fmt: skip


class Opened:
    """An app whose messages to the browser are kept."""

    def __init__(self, stand_in: StandIn) -> None:
        self.app = App(stand_in)
        self.sent: list[dict[str, Any]] = []
        self.app.location.send = lambda content, buffers=None: self.sent.append(content)  # type: ignore[method-assign]

    @property
    def number(self) -> str:
        """Of the meter whose pattern is shown; empty before the first answer."""
        shown = self.app.model.shown_pattern
        return "" if shown is None else shown.number

    def says(self, content: Any) -> None:
        self.app.location._on_message(None, content, [])


def run(scenario: Callable[[Opened, StandIn], Any]) -> None:
    async def inside() -> None:
        stand_in = StandIn()
        opened = Opened(stand_in)
        try:
            await scenario(opened, stand_in)
        finally:
            opened.app.poller.heard(False)
            opened.app.poller.poke()
            await until(lambda: not opened.app.poller.running)

    asyncio.run(inside())


def test_the_first_word_of_a_browser_brings_the_first_numbers() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        assert stand_in.asked == []
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        assert "GRID" in opened.app.view.pattern_title.value
        assert opened.sent[-1]["text"] == "Tue 03 Nov 2026, 14:32:10"
        assert opened.sent[-1]["age"] > 0

    run(scenario)


def test_an_address_chooses_period_meter_and_view() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here("?period=2026-10&meter=UNIT-A&flow=period&detail=all"))
        await until(lambda: opened.number == "UNIT-A")
        assert stand_in.asked == ["2026-10"]
        assert opened.app.head.period.value == "2026-10"
        assert opened.app.view.flow_view.value == "period"
        assert not [message for message in opened.sent if message["kind"] == "go"]

    run(scenario)


def test_a_choice_is_written_into_the_address_and_asked_at_once() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        opened.app.head.period._on_message(None, {"kind": "period", "text": "yesterday"}, [])
        await until(lambda: opened.app.model.overview.period == "yesterday")
        assert [message["url"] for message in opened.sent if message["kind"] == "go"] == [
            "/meter-dashboard?period=yesterday"
        ]

    run(scenario)


def test_a_later_heartbeat_does_not_undo_a_choice() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        opened.app.model.flow_view = "period"
        opened.says(here(moved=False))
        assert opened.app.model.flow_view == "period"

    run(scenario)


def test_a_click_on_a_meter_shows_its_pattern() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        unit = next(row["id"] for row in opened.app.model.overview.tree if row["number"] == "UNIT-B")
        opened.app.view.map._on_message(None, {"kind": "click", "meter": unit}, [])
        await until(lambda: opened.number == "UNIT-B")
        assert opened.sent[-2]["url"] == "/meter-dashboard?meter=UNIT-B"

    run(scenario)


def test_a_hidden_tab_ends_the_questions_and_coming_back_starts_them() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: len(stand_in.asked) == 1)
        opened.says(here(visible=False, moved=False))
        opened.app.poller.poke()
        await until(lambda: not opened.app.poller.running)
        asked = len(stand_in.asked)
        opened.says(here(moved=False))
        await until(lambda: len(stand_in.asked) == asked + 1)

    run(scenario)


def test_a_service_that_is_away_is_said_once_and_the_numbers_stay() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        stand_in.broken = ServiceError("away")
        opened.app.poller.poke()
        await until(lambda: "does not answer" in opened.app.head.problem.value)
        assert opened.app.view.flow.figure["data"]
        stand_in.broken = None
        opened.app.poller.poke()
        await until(lambda: opened.app.head.problem.value == "")

    run(scenario)


def test_an_unexpected_error_gives_an_id_and_no_detail(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        stand_in.broken = RuntimeError("secret path /root")
        opened.says(here())
        await until(lambda: opened.app.head.problem.value != "")
        shown = opened.app.head.problem.value
        assert "secret" not in shown
        number = shown.split("under ")[1].split(".")[0]
        assert number in caplog.text
        assert "secret path" in caplog.text

    run(scenario)


@pytest.mark.parametrize(
    "content",
    [
        None, 3, [], {}, {"kind": "here"}, {"kind": "here", "path": 1, "query": ""},
        {"kind": "here", "path": "/", "query": "x" * 5000}, {"kind": "click", "meter": "mtr_1"},
    ],
)  # fmt: skip
def test_a_message_of_another_shape_is_not_taken(content: Any) -> None:
    assert parse(content) is None


@pytest.mark.parametrize("content", [None, "x", {"kind": "click", "meter": 3}, {"kind": "click", "meter": "x" * 100}])
def test_a_click_of_another_shape_is_not_taken(content: Any) -> None:
    chart, heard = Chart(), []
    chart.on_click(heard.append)
    chart._on_message(None, content, [])
    assert heard == []


def test_values_of_the_service_are_escaped_in_the_page() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here("?period=<script>alert(1)</script>"))
        await until(lambda: bool(opened.app.view.flow.figure))
        opened.app.model.flow_view = "period"
        view = opened.app.view
        assert "<script" not in view.flow_title.value + view.cards.value

    run(scenario)


def test_a_chart_sends_the_whole_figure_once_and_then_the_changes() -> None:
    chart = Chart()
    states: list[Any] = []
    messages: list[Any] = []
    chart.observe(lambda change: states.append(chart._should_send_property("figure", change["new"])), "figure")
    chart.send = lambda content, buffers=None: messages.append(content)  # type: ignore[method-assign]
    chart.show({"data": [{"y": [1]}], "layout": {}})
    chart.show({"data": [{"y": [2]}], "layout": {}})
    chart.show({"data": [{"y": [2]}], "layout": {}})
    assert states == [True, False]
    assert messages == [{"kind": "patch", "changes": [(["data", 0, "y"], [2])]}]


def test_a_kernel_of_the_pages_loads_nothing_heavy() -> None:
    heavy = {"pandas", "plotly", "duckdb", "deltalake", "pyarrow", "numpy", "sqlalchemy", "fastapi", "voila"}
    code = (
        "import os, sys; os.environ['ENERGY_WORKBENCH_URL'] = 'http://127.0.0.1:1';"
        "from energy_workbench.widgets import app, pages; app.build(); from importlib import import_module;"
        "[import_module(f'energy_workbench.widgets.{folder}.view') for folder in pages.FOLDERS.values()];"
        f"print(sorted({heavy!r} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_part_of_a_number_or_name_chooses_the_first_hit_and_nothing_found_is_told() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.names.meters))
        opened.app.head.meter.value = "unit b"
        assert opened.app.choices.meter == "UNIT-B"
        assert opened.app.head.meter.value == "UNIT-B — Unit B"
        opened.app.head.meter.value = "turbine"
        assert "No meter has “turbine”" in opened.app.head.problem.value
        assert opened.app.head.meter.value == "UNIT-B — Unit B"
        opened.says({"kind": "find", "text": "unit-c"})
        assert opened.app.choices.meter == "UNIT-C"

    run(scenario)


def test_no_day_is_told_before_it_is_known_what_day_it_is_at_the_site() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        title = lambda: (opened.app.head.period.label, opened.app.head.period.first)  # noqa: E731
        opened.app.choices.period = "today"
        opened.app._name()
        assert title() == ("", "")
        opened.says(here("?period=today"))
        await until(lambda: all(title()))

    run(scenario)


def test_a_period_in_the_future_is_told_above_every_page() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        opened.says(here("?period=2999-10"))
        await until(lambda: "1 October 2999" in opened.app.head.ahead.value)
        for page in VIEWED:
            opened.app._open(page.name)
            assert "This period lies in the future: it begins on 1 October 2999" in opened.app.head.ahead.value
        opened.app.choices.period = "yesterday"
        assert opened.app.head.ahead.value == ""

    run(scenario)
