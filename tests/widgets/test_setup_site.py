"""The plant's panel: what is shown, stored, refused, and told of another zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from energy_workbench.domain.entities import Site
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.services.rows.site import effects, site_row
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.site.model import SiteModel
from energy_workbench.widgets.setup.site.view import SiteView


class StandIn:
    def __init__(self) -> None:
        self.stored = Site("Werk", "Asia/Kolkata")
        self.refuses: InputError | None = None

    def site(self) -> dict[str, Any]:
        return site_row(self.stored, "")

    def set_site(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if self.refuses:
            raise self.refuses
        before, self.stored = self.stored, Site(**fields)
        return {**site_row(self.stored, ""), "effects": effects(before, self.stored)}


class Page:
    def __init__(self) -> None:
        self.stand_in, self.said = StandIn(), list[str]()
        self.model = SiteModel(self.stand_in, AtOnce(), lambda said, _: self.said.append(said))
        guard = lambda handler: handler  # noqa: E731
        self.view = SiteView(self.model, SetupParts(guard), lambda: None, guard)
        self.model.ask()


@pytest.fixture
def page() -> Page:
    return Page()


def test_what_is_not_stated_is_shown_so_and_is_stated_by_choosing_it(page: Page) -> None:
    inputs = page.view.inputs
    assert (inputs["name"].value, inputs["country"].value, inputs["currency"].value) == ("Werk", "", "")
    assert ("Germany (DE)", "DE") in inputs["country"].options
    inputs["country"].value, inputs["currency"].value = "DE", "EUR"
    page.view.save.click()
    assert page.stand_in.stored == Site("Werk", "Asia/Kolkata", currency="EUR", country="DE")
    assert page.said == ["The site was changed."]
    inputs["country"].value = ""
    page.view.save.click()
    assert page.stand_in.stored.country is None


def test_another_zone_is_told_what_it_changes_before_and_after(page: Page) -> None:
    assert "cut anew" not in page.view.notes["timezone"].value
    page.view.inputs["timezone"].value = "Europe/Berlin"
    assert "cut anew" in page.view.notes["timezone"].value
    page.view.save.click()
    assert "midnight of Europe/Berlin instead of Asia/Kolkata" in page.said[0]
    assert "cut anew" not in page.view.notes["timezone"].value


def test_days_for_which_readings_are_kept_are_stated_with_what_that_does(page: Page) -> None:
    days, note = page.view.inputs["keep_readings_days"], page.view.notes["keep_readings_days"]
    assert days.value == ""
    days.value = "400"
    assert "do not come back" in note.value
    page.stand_in.refuses = InputError("no", [Problem("site", "keep_readings_days", "400", "too few")])
    page.view.save.click()
    assert "too few" in note.value
    page.stand_in.refuses = None
    page.view.save.click()
    assert page.stand_in.stored.keep_readings_days == "400"
    assert "thinned from now on" in page.said[0]
    assert "do not come back" not in note.value


def test_what_is_refused_is_said_beside_its_field(page: Page) -> None:
    page.stand_in.refuses = InputError("no", [Problem("site", "timezone", "Berlin", "an IANA time zone")])
    page.view.inputs["timezone"].value = "Berlin"
    page.view.save.click()
    assert "an IANA time zone" in page.view.notes["timezone"].value
    assert page.stand_in.stored.timezone == "Asia/Kolkata"
    assert not page.view.save.disabled
