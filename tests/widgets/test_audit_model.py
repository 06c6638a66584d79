"""The page of changes: the audit of REST in words, narrowed and paged; driven without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.figures.wording.changes import Difference, differences
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.audit import markup
from energy_workbench.widgets.audit.model import ROWS, Model
from energy_workbench.widgets.choices import Choices
from tests.workbench.plant import make_home
from tests.workbench.served import served

KOLKATA = ZoneInfo("Asia/Kolkata")
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home in which two people changed things: more than fit on a page."""
    made = make_home(tmp_path_factory.mktemp("audited") / "home")
    wb = Workbench.at(made.home)
    for place in range(ROWS):
        wb.update_meter("UNIT-A", {"location": f"Hall {place}"}, by="asha")
    wb.update_meter("DG", {"name": EVIL, "parent_id": "GRID", "rated_kw": 1250.5}, by="ravi")
    wb.add_ratio("UNIT-A", {"valid_from": "2026-10-01", "ct_primary": 200, "ct_secondary": 5}, by="ravi")
    wb.add_exchange(
        "UNIT-A",
        {"at": "2026-10-01T10:00:00+05:30", "new_serial": "S2", "closing": {"energy_active_import": 91234.5}},
        by="ravi",
    )
    wb.set_limits({"voltage_warning": 8}, by="ravi")
    return made


@pytest.fixture
def wb(home: Settings) -> Workbench:
    return Workbench.at(home.home)


@pytest.fixture
def far(home: Settings) -> Iterator[RemoteWorkbench]:
    """As a viewer's page asks."""
    with served(home) as url:
        remote = RemoteWorkbench(url, tokens_of(home).viewer)
        yield remote
        remote.close()


def model(wb: Any, **chosen: str) -> Model:
    made = Model(wb, Choices(**chosen))
    made.refresh()
    return made


def test_the_page_shows_what_rest_answers_of_the_same_choice(wb: Workbench, far: RemoteWorkbench) -> None:
    """One function serves both: the rows of the page are those of `GET /audit`, and so are their numbers."""
    for who, action in (("", ""), ("ravi", ""), ("asha", "meter"), ("ravi", "ratio.add")):
        page = Model(far, Choices())
        page.choose(who=who, action=action)
        page.refresh()
        answer = far._service.get("/audit", limit=ROWS, period=page.period, **_given(who=who, action=action))
        assert (page.rows, page.total) == (answer["items"], answer["total"])
        assert page.rows == wb.audit(ROWS, period=page.period, who=who or None, action=action or None)


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def test_a_page_at_a_time_leads_to_the_oldest_change_and_leaves_none_out(wb: Workbench) -> None:
    page = model(wb)
    seen = list(page.rows)
    assert page.note == f"1 to {ROWS} of {page.total}"
    assert (page.first, page.older) == (0, True)
    while page.older:
        page.turn(1)
        page.refresh()
        seen += page.rows
    assert seen == wb.audit(1000)
    assert page.note == f"{page.first + 1} to {page.total} of {page.total}"
    page.turn(-1)
    page.refresh()
    assert page.rows == seen[page.first : page.first + ROWS]


def test_who_and_what_can_be_chosen_are_all_that_there_are_with_their_numbers(wb: Workbench) -> None:
    page = model(wb)
    assert ("asha (50)", "asha") in page.people
    assert ("ravi (4)", "ravi") in page.people
    assert ("CT and PT (1)", "ratio") in page.kinds
    page.choose(who="ravi", action="exchange")
    page.refresh()
    (row,) = page.rows
    assert (row["by"], row["action"]) == ("ravi", "exchange.add")
    # What one could choose instead stays in the menus.
    assert ("asha (50)", "asha") in page.people
    assert ("CT and PT (1)", "ratio") in page.kinds


def test_a_meter_and_a_time_narrow_it_and_another_choice_begins_at_the_newest(wb: Workbench) -> None:
    page = model(wb)
    page.nth = 2
    page.choices.meter = "DG"
    assert page.nth == 1
    page.refresh()
    assert {row["number"] for row in page.rows} == {"DG"}
    page.choices.period = "2001"
    page.refresh()
    assert (page.rows, page.total, page.note) == ([], 0, "")
    assert "No change is like that" in markup.changes(page.rows, page.number_of, KOLKATA, narrowed=True)


def test_an_address_says_all_of_the_choice(wb: Workbench) -> None:
    page = Model(wb, Choices())
    page.follow({"who": "asha", "kind": "meter", "page": "2"})
    assert page.address() == {"who": "asha", "kind": "meter", "page": "2"}
    page.follow({"page": "many"})
    assert page.address() == {}
    # One that is gone meanwhile: the last there is.
    page.follow({"page": "99"})
    page.refresh()
    assert page.rows
    assert not page.older


def test_values_are_told_with_labels_units_and_the_time_of_the_site(wb: Workbench) -> None:
    page = model(wb)
    by_action = {row["action"]: row for row in page.rows if row["by"] == "ravi"}

    def told(action: str) -> list[Difference]:
        return differences(by_action[action], page.number_of, KOLKATA)

    assert Difference("Below", "MAIN", "GRID") in told("meter.update")
    assert Difference("Rated power", "–", "1,250.5 kW") in told("meter.update")
    assert Difference("CT primary", "", "200 A") in told("ratio.add")
    assert Difference("From", "", "01 Oct 2026 00:00:00") in told("ratio.add")
    assert Difference("At", "", "01 Oct 2026 10:00:00") in told("exchange.add")
    last = Difference("Last reading of the old device", "", "Energy active import 91,234.5 kWh")
    assert last in told("exchange.add")
    assert told("limits.update") == [Difference("Voltage deviation, warns from", "the default", "8 %")]


def test_what_people_wrote_is_text_and_meters_are_linked(wb: Workbench) -> None:
    html = markup.changes(model(wb).rows, lambda _: "", KOLKATA)
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert 'Exchange of <a class="ew-go" href="meter?meter=UNIT-A">UNIT-A</a> recorded' in html


def test_what_altered_a_locked_month_says_so_and_why(home: Settings, tmp_path: Path) -> None:
    wb = Workbench.at(shutil.copytree(home.home, tmp_path / "home"))
    wb.lock_month("2026-10", by="asha")
    wb.set_factor({"name": "diesel", "value": 2.7, "valid_from": "2026-10-01", "source": "x"}, reason="<b>", by="ravi")
    altered, *others = model(wb).rows[:3]
    assert '<small class="ew-altered">2026-10 was locked: &lt;b&gt;</small>' in markup.changes(
        [altered], lambda _: "", KOLKATA
    )
    assert "ew-altered" not in markup.changes(others, lambda _: "", KOLKATA)
