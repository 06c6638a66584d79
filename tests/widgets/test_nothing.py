"""Pages of a site without meters, and of one whose meters were never read: what is missing, and the way on."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import escape

from energy_workbench.contract.results import MeterTable
from energy_workbench.domain.pages import AUDIT, SETUP, VIEWED
from energy_workbench.widgets.shell.nothing import MISSING, no_meter
from tests.figures import payloads
from tests.waiting import until
from tests.widgets.stand_in import StandIn
from tests.widgets.test_app import Opened, here, run


def visible(widget: Any) -> bool:
    return "ew-hidden" not in widget._dom_classes


def having(stand_in: StandIn, rows: list[dict[str, Any]]) -> None:
    stand_in.meters = lambda: MeterTable(tuple(rows), len(rows), "Asia/Kolkata")  # type: ignore[method-assign]


def test_every_page_says_what_it_would_show_and_leads_to_the_setup() -> None:
    assert set(MISSING) == set(VIEWED)
    for page in VIEWED:
        html = no_meter(page)
        assert "There is no meter yet" in html
        assert f'href="{SETUP.name}"' in html


def test_without_a_meter_no_page_is_asked_for_anything_and_each_says_so() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        having(stand_in, [])
        for page in VIEWED:
            if page is AUDIT:
                continue
            opened.says(here(path=f"/{page.name}"))
            await until(lambda page=page: escape(MISSING[page]) in opened.app.nothing.value)
            assert visible(opened.app.nothing)
            assert not visible(opened.app.stage)
            await until(lambda: opened.app.model.as_of is not None)
            assert opened.app.model.problem == ""
        assert stand_in.asked == []
        having(stand_in, payloads.meters())
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        assert visible(opened.app.stage)
        assert not visible(opened.app.nothing)

    run(scenario)


def test_meters_that_were_never_read_are_told_above_the_page() -> None:
    async def scenario(opened: Opened, stand_in: StandIn) -> None:
        having(stand_in, [{**row, "communication": "not_connected"} for row in payloads.meters()])
        opened.says(here())
        await until(lambda: bool(opened.app.view.flow.figure))
        assert visible(opened.app.stage)
        assert "No meter has been read yet" in opened.app.nothing.value
        assert "Bus doctor" in opened.app.nothing.value

    run(scenario)


@pytest.mark.parametrize("page", [AUDIT])
def test_what_is_of_no_meter_is_shown_all_the_same(page: Any) -> None:
    from energy_workbench.widgets.audit.model import Model

    assert Model.page is page
    assert not Model.of_meters
