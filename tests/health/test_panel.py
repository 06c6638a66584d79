"""Limits, health and its history on the setup page: models and what they draw, without a browser."""

from __future__ import annotations

import pytest

from energy_workbench.figures.wording.words import states
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.dashboard import markup as dashboard
from energy_workbench.widgets.setup.details import markup as details
from energy_workbench.widgets.setup.limits import markup
from energy_workbench.widgets.setup.limits.view import LimitsView
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.parts import SetupParts
from tests.widgets.setup_stand_in import SetupStandIn

REASON = "L2 at 198.2 V, 13.8 % <below> 230 V (limit 10 %)"


@pytest.fixture
def stand_in() -> SetupStandIn:
    return SetupStandIn()


@pytest.fixture
def model(stand_in: SetupStandIn) -> SetupModel:
    model = SetupModel(stand_in, AtOnce())
    model.refresh()
    return model


def view_of(model: SetupModel) -> LimitsView:
    return LimitsView(model.limits, SetupParts(lambda act: act), model.back, lambda act: act)


def test_every_rule_is_listed_with_what_holds_and_what_was_set_is_marked(model: SetupModel) -> None:
    model.open("limits")
    assert model.side == "limits"
    table = markup.table(model.limits.answer)
    assert table.count("<tr>") == 1 + len(model.limits.answer["rules"])
    assert "above 10 %" in table
    assert "below 0.7<" in table
    assert "✎" not in table
    model.limits.begin("voltage")
    model.limits.set("voltage_warning", "8")
    model.limits.save()
    assert "above 8 % ✎</b>" in markup.table(model.limits.answer)
    assert model.notice == "Limits of the site were changed; the health follows with the next readings."


def test_a_meter_shows_its_own_limits_over_the_sites(model: SetupModel, stand_in: SetupStandIn) -> None:
    stand_in.set_limits({"voltage_warning": 8.0})
    model.choose(model.meters.id_of("UNIT-A"))
    key = model.details.selected
    model.begin_own_limits()
    assert (model.limits.meter, model.limits.number) == (key, "UNIT-A")
    view = view_of(model)
    view.pick.value = "voltage"
    assert "the site&#39;s 8" in view.notes["warning"].value
    assert "EN 50160" in view.source.value
    view.inputs["critical"].value = "off"
    view.save.click()
    assert stand_in.calls[-1] == ("limits", {
        "voltage_warning": None, "voltage_critical": "off", "voltage_hysteresis": None, "voltage_seconds": None,
    }, key)  # fmt: skip
    assert model.limits.rule == ""
    assert "UNIT-A" in view.title.value


def test_what_is_wrong_stands_at_its_field_and_nothing_is_left_of_it_later(model: SetupModel) -> None:
    model.open("limits")
    view = view_of(model)
    view.pick.value = "power_factor"
    view.inputs["warning"].value = "much"
    view.save.click()
    assert "a number is needed" in view.notes["warning"].value
    assert model.limits.rule == "power_factor"
    view.pick.value = "nominal"
    assert model.limits.problems == {}
    assert set(model.limits.values) == {"nominal_voltage", "nominal_frequency", "least_load"}
    assert "ew-hidden" in view.rows["warning"]._dom_classes
    assert "ew-hidden" not in view.rows["nominal_voltage"]._dom_classes


def test_health_stands_with_reason_and_since_and_its_changes_below(model: SetupModel, stand_in: SetupStandIn) -> None:
    model.choose(model.meters.id_of("UNIT-A"))
    assert "No change yet" not in details.events(model.details.events)
    stand_in.edited_elsewhere(
        "UNIT-A", health="warning", health_reason=REASON, health_since="2026-10-05T14:30:00+05:30"
    )
    model.refresh()
    said = details.state(model.details.row)
    assert "Warning: L2 at 198.2 V, 13.8 % &lt;below&gt; 230 V (limit 10 %), since 05 Oct 2026 14:30:00" in said
    (event,) = model.details.events
    assert event["to"] == "warning", "they are asked for again where the health changes"
    shown = details.events([event])
    assert "good → <b>⚠ warning</b>" in shown
    assert "&lt;b&gt;13.8 %" in shown
    assert "No change yet" in details.events([])


def test_the_health_of_a_meter_that_is_silent_is_said_to_be_the_last_known(model: SetupModel) -> None:
    row = {**model.details.row, "communication": "offline", "last_seen": "2026-10-05T14:30:00+05:30"}
    assert "Good (the last known)" in details.state(row)
    assert "the last known" not in details.state({**row, "communication": "online"})


def test_the_dashboard_names_the_reason_beside_the_colour() -> None:
    row = {"status": "active", "health": "warning", "health_reason": REASON, "communication": "timeout"}
    assert states(row) == "warning: L2 at 198.2 V, 13.8 % &lt;below&gt; 230 V (limit 10 %), timeout"
    listed = dashboard.attention([{**row, "colour": "yellow", "number": "UNIT-A", "last_seen": None}], "")
    assert "⚠ Warning" in listed
    assert "13.8 % &lt;below&gt; 230 V" in listed
    assert states({**row, "health": "good", "communication": "online"}) == ""
    assert (
        states({**row, "health": "unknown", "health_reason": "", "communication": "not_connected"})
        == "health unknown, not connected"
    )
