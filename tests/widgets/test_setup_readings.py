"""The import of a readings file on the setup page: looked at, stated, remembered and done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import energy_workbench
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.parts import HIDDEN
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.readings import markup
from energy_workbench.widgets.setup.readings.model import STATED, ReadingsModel
from energy_workbench.widgets.setup.readings.stated import LABELS, in_fields
from energy_workbench.widgets.setup.readings.view import ReadingsView
from tests.readings.conftest import home, template, wb

__all__ = ["home", "template", "wb"]

OPEN = b"Wann;MAIN Energy (kWh)\n01-09-2026 00:00;5\n01-09-2026 01:00;6,5\n"
EVIL = "<img src=x>"


def visible(widget: Any) -> bool:
    return HIDDEN not in widget._dom_classes


class Page:
    """A model with its view, and what it said."""

    def __init__(self, workbench: Workbench) -> None:
        self.said: list[str] = []
        self.model = ReadingsModel(workbench, AtOnce(), self.said.append)
        self.view = ReadingsView(self.model, SetupParts(lambda act: act), lambda: None, lambda act: act)
        self.model.begin()


@pytest.fixture
def page(wb: Workbench) -> Page:
    return Page(wb)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("state --decimal . or --decimal ,", "state “Decimal sign” as “Point” or “Decimal sign” as “Comma”"),
        ("no column names the meter: state --meter NUMBER", "no column … state “Meter, where the file names none”"),
        ("state --meter NUMBER, or say", "state “Meter, where the file names none”, or say"),
        ("state --kind counter, interval (kWh)", "state “Values of energy are” as “A counter's”, interval (kWh)"),
        ("write it, or --timezone where it", "write it, or “Time zone of the file” where it"),
        ("state --interval, such as 15min", "state “Each interval has”, such as 15min"),
        ("and --keep-stored leaves these out", "and the command line's --keep-stored leaves these out"),
        ("5 - 4 -- 3 is no number", "5 - 4 -- 3 is no number"),
    ],
)
def test_options_of_the_command_line_are_the_fields_of_the_page(said: str, shown: str) -> None:
    assert in_fields(said) == shown.replace("no column … state", "no column names the meter: state")


def test_every_option_of_a_refusal_has_its_field() -> None:
    """Whatever a file can be refused with names what the page has, but for what only the command line has."""
    folder = Path(energy_workbench.__file__).parent / "lake/imports"
    named = {name for file in folder.rglob("*.py") for name in re.findall(r"--([a-z][a-z-]+)", file.read_text("utf-8"))}
    assert {name.replace("-", "_") for name in named} - set(LABELS) <= {"keep_stored"}
    assert set(LABELS) == set(STATED)


def test_what_a_file_leaves_open_is_asked_stated_and_shown_on_its_first_rows(page: Page, wb: Workbench) -> None:
    page.model.take("hall.csv", OPEN)
    assert "state “Dates” as “Day first” or “Dates” as “Month first”" in page.view.told.value
    assert not visible(page.view.apply)
    page.view.inputs["date_order"].value = "dmy"
    assert "“Values of energy are” as “A counter&#39;s” or “Values of energy are” as “Energy of" in page.view.told.value
    page.view.inputs["kind"].value = "interval"
    assert "<b>2</b> readings are new" in page.view.told.value
    assert "2026-09-01 00:00 – 01:00" in page.view.told.value
    assert "6.5 kWh" in page.view.told.value
    assert wb.readings("MAIN", "2026").rows == ()
    assert page.view.apply.description == "Import 2 readings"
    page.view.apply.click()
    assert page.said == ["hall.csv: 2 readings of 1 meters were imported."]
    assert len(wb.readings("MAIN", "2026").rows) == 2
    assert not visible(page.view.stated)


def test_what_a_column_is_can_be_changed_and_is_remembered_by_name(page: Page, wb: Workbench) -> None:
    page.model.take("hall.csv", b"Wann,Meter,Blind,Was (kWh)\n2026-09-01 00:00,MAIN,7,5\n2026-09-01 01:00,MAIN,7,6\n")
    page.view.inputs["kind"].value = "counter"
    choices = {each.description: each for each in page.view.columns.children}
    assert set(choices) == {"Wann", "Meter", "Was (kWh)", "Blind"}
    choices["Blind"].value = "energy_reactive_import"
    assert "energy_reactive_import" in page.view.told.value
    page.view.name.value = "Hall"
    page.view.save.click()
    assert wb.mappings() == [
        {"name": "Hall", "fields": {"kind": "counter", "columns": {"Blind": "energy_reactive_import"}}}
    ]
    again = Page(wb)
    again.model.take(
        "hall.csv", OPEN.replace(b"01-09", b"21-09").replace(b"MAIN ", b"MAIN.").replace(b"Wann", b"Blind")
    )
    again.view.mapping.value = "Hall"
    assert again.model.kind == "counter"
    assert again.view.inputs["kind"].value == "counter"
    assert again.model.columns == {"Blind": "energy_reactive_import"}


def test_a_mapping_needs_a_name(page: Page) -> None:
    page.model.take("hall.csv", OPEN)
    page.view.save.click()
    assert "needs a name" in page.view.failure.value


def test_a_file_that_is_none_is_told(page: Page) -> None:
    page.model.take("hall.csv", b"nothing\nat all\n")
    assert "no row with a date and a number" in page.view.failure.value + page.view.told.value
    assert not visible(page.view.apply)


def test_what_a_file_says_is_text(page: Page) -> None:
    page.model.take(f"{EVIL}.csv", f"Wann,MAIN,{EVIL}\n2026-09-01 00:00,5,6\n2026-09-01 01:00,6,7\n".encode())
    assert EVIL not in page.view.told.value + page.view.failure.value
    answer: dict[str, Any] = {
        "problems": [{"where": EVIL, "field": EVIL, "value": EVIL, "reason": EVIL}], "problem_count": 1,
        "conflicts": [], "conflict_count": 0,
    }  # fmt: skip
    assert EVIL not in markup.told(answer, EVIL)
