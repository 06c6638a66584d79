"""The model of the data quality page: driven without a widget, a browser or a kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from energy_workbench.contract.results import Completeness
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.quality import markup
from energy_workbench.widgets.quality.model import FINDINGS, Model

DAYS = ("2026-10-01", "2026-10-02")
EVIL = "<script>alert(1)</script>"


def finding(number: str = "UNIT-A") -> dict[str, Any]:
    return {
        "name": "counter.reset", "meter": "mtr_1", "number": number, "quantity": "energy_active_import",
        "from": "2026-10-01T06:00:00+05:30", "to": "2026-10-01T06:15:00+05:30", "text": f"fell to 0 {EVIL}",
    }  # fmt: skip


class Said:
    """A façade that says what it was given, and remembers what it was asked."""

    def __init__(self) -> None:
        self.found = [finding()]
        self.asked: list[Any] = []

    def completeness(self, period: str) -> Completeness:
        rows = tuple(
            {
                "meter": f"mtr_{n}", "number": number, "name": number.title(), "status": status, "polled": True,
                "complete": list(shares), "quality": list(quality),
            }
            for n, (number, status, shares, quality) in enumerate(
                [
                    ("UNIT-A", "active", (1.0, 0.5), ("actual", "estimated")),
                    ("UNIT-B", "active", (1.0, 1.0), ("actual", "actual")),
                    ("OLD", "inactive", (0.0, 0.0), ("missing", "missing")),
                ],
                1,
            )
        )  # fmt: skip
        return Completeness(
            rows, len(rows), DAYS, "2026-10-01T00:00:00+05:30", "2026-10-03T00:00:00+05:30", "Asia/Kolkata"
        )

    def findings(self, meter: str | None, period: str, *, limit: int) -> list[dict[str, Any]]:
        self.asked.append((meter, period, limit))
        return self.found

    def review(self) -> list[dict[str, Any]]:
        return [{**finding(number), "choices": ["reset", "rollover"]} for number in ("UNIT-A", "UNIT-B")]


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def model(said: Said) -> Model:
    model = Model(said, Choices())
    model.refresh()
    return model


def test_the_calendar_shows_those_with_gaps_and_all_on_demand(model: Model) -> None:
    assert [item["number"] for item in model.shown] == ["UNIT-A"]
    model.which = "all"
    assert [item["number"] for item in model.shown] == ["UNIT-A", "UNIT-B"]
    assert len(model.calendar_figure["data"][0]["z"]) == 2


def test_meters_out_of_use_are_no_gap(model: Model) -> None:
    assert model.cards[0].value == "87.50 %"
    assert model.cards[1].value == "1"
    assert model.cards[3].value == "1"


def test_a_chosen_meter_is_looked_at_alone(model: Model, said: Said) -> None:
    model.choices.meter = "UNIT-B"
    model.refresh()
    assert [item["number"] for item in model.shown] == ["UNIT-B"]
    assert said.asked[-1] == ("UNIT-B", "last 30 days", FINDINGS)
    assert [case["number"] for case in model.cases] == ["UNIT-B"]


def test_the_table_to_take_along_has_a_row_a_meter_and_day(model: Model) -> None:
    table = model.calendar_table()
    assert table.heads == ("Meter", "Name", "Day", "Complete [1]", "Quality")
    assert ("UNIT-A", "Unit-A", "2026-10-02", 0.5, "estimated") in table.rows
    assert len(table.rows) == 4


def test_what_the_service_says_is_shown_as_text(model: Model) -> None:
    html = markup.findings(model.findings, FINDINGS) + markup.cases(model.cases)
    assert "<script" not in html
    assert "Counter set back" in html
    assert 'href="meter?meter=UNIT-A"' in html


def test_nothing_wrong_is_said_in_words() -> None:
    assert "No findings in this period" in markup.findings([], FINDINGS)
    assert "No break waits for a decision" in markup.cases([])


def test_a_full_list_says_that_there_is_more() -> None:
    assert f"newest {FINDINGS}" in markup.findings([finding()] * FINDINGS, FINDINGS)


def test_of_very_many_meters_the_least_complete_come_first_page_by_page(said: Said) -> None:
    few = said.completeness("2026-10")
    row = few.rows[0]
    many = tuple(
        row | {"meter": f"mtr_{nth}", "number": f"M-{nth}", "complete": [nth / 1000, 0.9]} for nth in range(250, 0, -1)
    )
    said.completeness = lambda period: replace(few, rows=many, total=len(many))  # type: ignore[method-assign]
    model = Model(said, Choices())
    model.refresh()
    assert [item["number"] for item in model.in_view] == [f"M-{nth}" for nth in range(1, 101)]
    assert len(model.calendar_figure["data"][0]["y"]) == 100
    for by, first, size in ((1, 101, 100), (1, 201, 50), (1, 201, 50), (-1, 101, 100)):
        model.turn(by)
        assert (model.in_view[0]["number"], len(model.in_view)) == (f"M-{first}", size)
    # What is taken along has all of them.
    assert len(model.calendar_table().rows) == 2 * 250
    model.which = "all"
    assert model.begin == 0
