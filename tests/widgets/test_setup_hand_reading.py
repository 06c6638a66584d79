"""Readings by hand on the setup page: what is stored, what is asked about, what is shown; without a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.contract.results import Readings
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.setup.hand_reading import markup
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.page_view import SetupView
from tests.widgets.setup_stand_in import SetupStandIn

IMPORT = "energy_active_import"
LAST = (
    {"ts": "2026-09-01T08:00:00+05:30", "values": {IMPORT: 1000.0}},
    {"ts": "2026-10-01T08:00:00+05:30", "values": {IMPORT: 1720.0, "voltage_l1_l2": 410.0}},
)


class Service(SetupStandIn):
    """Takes readings, as the service does."""

    def readings(self, meter: str, *, limit: int | None = None, scaled: bool = False) -> Readings:
        row = self._row(meter)
        return Readings(LAST, len(LAST), row["id"], row["number"], "Asia/Kolkata")

    def record(self, meter: str, readings: Sequence[Mapping[str, Any]], *, reason: str | None = None) -> list[Any]:
        self.calls.append(("record", meter, list(readings)))
        return list(readings)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv(FIXED_NOW, "2026-11-01T02:30:00+00:00")
    return Service()


@pytest.fixture
def model(service: Service) -> SetupModel:
    model = SetupModel(service, AtOnce())
    model.refresh()
    model.choose(model.meters.id_of("UNIT-A"))
    model.begin_hand_reading()
    return model


def recorded(service: Service) -> list[Any]:
    return [call for call in service.calls if call[0] == "record"]


def test_what_was_read_is_stored_at_its_instant_and_the_details_come_back(model: SetupModel, service: Service) -> None:
    form = model.hand_reading
    assert form.values["at"] == "2026-11-01T08:00:00+05:30"
    assert form.counted == [IMPORT]
    form.set(IMPORT, "2464")
    (register,) = form.registers
    assert (register.flowed, register.mean) == (744.0, 1.0)
    assert "744 kWh since" in markup.hint(register, ZoneInfo("Asia/Kolkata"))
    form.save()
    ((_, meter, readings),) = recorded(service)
    assert meter == model.details.selected
    assert readings == [{"ts": "2026-11-01T08:00:00+05:30", "values": {IMPORT: 2464.0}}]
    assert model.side == "details"
    assert "UNIT-A was stored: 2,464 kWh" in model.notice


def test_a_reading_below_the_last_is_asked_about_first(model: SetupModel, service: Service) -> None:
    form = model.hand_reading
    form.set(IMPORT, "172.0")
    form.save()
    assert form.asking
    assert recorded(service) == []
    assert "1,720 kWh before" in markup.asked(form.registers)
    form.keep()
    assert not form.asking
    form.save()
    form.save()
    assert len(recorded(service)) == 1


def test_of_a_reading_in_between_the_last_before_it_counts(model: SetupModel) -> None:
    form = model.hand_reading
    form.set("at", "2026-09-16T08:00:00+05:30")
    form.set(IMPORT, "1360")
    (register,) = form.registers
    assert (register.last, register.flowed, register.falls) == (1000.0, 360.0, False)


@pytest.mark.parametrize("text", ["", "12,5", "-4", "nan", "many"])
def test_what_is_no_reading_is_refused_at_its_field(text: str, model: SetupModel, service: Service) -> None:
    model.hand_reading.set(IMPORT, text)
    model.hand_reading.save()
    assert "needed" in model.hand_reading.problems[IMPORT]
    assert recorded(service) == []


def test_secondary_registers_are_told_in_primary_energy(model: SetupModel) -> None:
    form = model.hand_reading
    ratio = {"ratio_applied_by": "workbench", "ct_primary": 100.0, "ct_secondary": 5.0, "pt_primary": None}
    form.meter = {**form.meter, **ratio}
    form.set(IMPORT, "1725")
    assert form.registers[0].flowed == pytest.approx(100.0)


def test_the_panel_shows_the_registers_of_the_meter_and_its_last_readings(model: SetupModel) -> None:
    view = SetupView(model, Files(accept=".csv,.xlsx"), lambda act: act).hand_reading
    model.begin_hand_reading()
    view._build()
    assert "ew-hidden" not in view.rows[IMPORT]._dom_classes
    assert "ew-hidden" in view.rows["energy_active_export"]._dom_classes
    assert "1,720" in view.history.value
    assert "voltage" not in view.history.value
    assert "Last 1,720 kWh" in view.notes[IMPORT].value
