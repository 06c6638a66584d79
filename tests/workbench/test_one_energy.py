"""One meter and one period have one energy, on every face; where another is told, its label says what it is."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.figures.wording.words import amount
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard.markup import pattern_heading
from energy_workbench.widgets.dashboard.model import Model as Overview
from energy_workbench.widgets.losses.model import Model as Losses
from energy_workbench.widgets.markup import cards
from energy_workbench.widgets.meter.model import Model as Meter
from energy_workbench.widgets.patterns.model import Model as Patterns

PERIOD = "last 7 days"


def card(model: Any, label: str) -> Any:
    return next(each for each in model.cards if each.label == label)


@pytest.mark.parametrize("number", ["GRID", "MAIN", "SOLAR"])
def test_the_last_seven_days_are_the_same_time_and_energy_everywhere(wb: Workbench, number: str) -> None:
    told = wb.over_time(number, PERIOD, every="1d")
    overview = Overview(wb, Choices(meter=number))
    patterns = Patterns(wb, Choices(meter=number, period=PERIOD))
    meter = Meter(wb, Choices(meter=number, period=PERIOD))
    for model in (overview, patterns, meter):
        model.refresh()
    assert patterns.history is not None
    assert meter.history is not None
    headers = {"Authorization": f"Bearer {tokens_of(wb.settings).viewer}"}
    with TestClient(create_app(wb.settings), base_url="http://127.0.0.1:3000", headers=headers) as rest:
        asked = {"meter": number, "period": PERIOD}
        over_rest = rest.get("/api/Energy/consumption/pattern", params=asked).json()
        of_all = rest.get("/api/Energy/energies", params=asked).json()["items"][0]
    faces = [
        overview.shown_pattern.to_dict(),
        patterns.history.whole.to_dict(),
        meter.history.whole.to_dict(),
        over_rest,
    ]
    assert {(each["from"], each["number"]) for each in faces} == {(told.start, number)}
    assert {round(each["total_kwh"], 3) for each in [*faces, of_all]} == {round(told.total_kwh or 0.0, 3)}
    assert told.start == "2026-10-06T00:00:00+05:30"
    said = amount(told.total_kwh, "kWh")
    head = pattern_heading(overview.shown_pattern, PERIOD)
    assert f"{PERIOD}: {number}" in head
    assert f"{said} in all" in head
    assert next(each for each in patterns.cards if each.label.startswith("Energy ")).value == said


def test_a_supply_that_is_more_than_the_meters_energy_says_what_else_is_in_it(wb: Workbench) -> None:
    losses = Losses(wb, Choices(meter="MAIN", period="2026-10-06/2026-10-11"))
    losses.refresh()
    energy = wb.over_time("MAIN", "2026-10-06/2026-10-11").total_kwh
    assert energy == pytest.approx(98.0 * 24 * 6)
    supply = card(losses, "Supply")
    # Generator and solar below MAIN feed it with 30 kW.
    assert supply.value == amount(128.0 * 24 * 6, "kWh")
    below = amount(30.0 * 24 * 6, "kWh")
    assert supply.note == f"of which {below} from below MAIN"
    assert supply.detail == f"{amount(energy, 'kWh')} imported by MAIN + {below} from below"
    assert f'title="{supply.detail}"' in cards([supply])
    losses.choices.meter = "UNIT-A"
    losses.refresh()
    unit = wb.over_time("UNIT-A", "2026-10-06/2026-10-11").total_kwh
    assert (card(losses, "Supply").value, card(losses, "Supply").note) == (
        amount(unit, "kWh"),
        "imported by UNIT-A",
    )
