"""The panels of scans and of registers, without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, Problem
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.page_view import SetupView
from energy_workbench.widgets.setup.scan import markup
from tests.widgets.setup_stand_in import SetupStandIn

GATEWAY = "tcp://10.0.0.5:502"


def unit(at: int, meter: str = "", *, examined: bool = True) -> dict[str, Any]:
    candidate = {
        "profile": "eastron_sdm630", "vendor": "Eastron", "model": "<SDM>", "word_order": "big", "byte_order": "big",
        "source": "shipped", "confidence": "two-sources", "certainty": "certain", "score": 24.6,
        "reasons": ["frequency 50.02 Hz"], "against": [],
    }  # fmt: skip
    return {
        "unit_id": at, "milliseconds": 12, "examined": examined, "meter": meter,
        "number": "" if meter else f"EASTRON-{at}", "name": "" if meter else f"Eastron, unit {at}",
        "candidates": [candidate] if examined else [], "identity": {}, "notes": [], "error": "",
    }  # fmt: skip


class Scanning(SetupStandIn):
    """Scans that end after three looks."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.refused: Exception | None = None
        self.adopted: set[int] = set()

    def scan(self, gateway: str, units: str = "1-247") -> dict[str, Any]:
        self.calls.append(("scan", gateway, units))
        if self.refused:
            raise self.refused
        return self._scan("running", [])

    def scan_state(self, scan: str) -> dict[str, Any]:
        self.looks += 1
        found = [unit(3, examined=self.looks > 1), unit(4, "UNIT-A"), unit(7, examined=self.looks > 1)]
        found = [{**each, "meter": "NEW"} if each["unit_id"] in self.adopted else each for each in found]
        return self._scan("running" if self.looks < 3 else "done", found)

    def stop_scan(self, scan: str) -> dict[str, Any]:
        self.calls.append(("stop", scan))
        return self._scan("cancelled", [unit(3)])

    def adopt_units(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append(("adopt", dict(fields)))
        if self.refused:
            raise self.refused
        self.adopted |= {each["unit_id"] for each in fields["meters"]}
        return {"gateway": fields["gateway"], "meters": [each["number"] for each in fields["meters"]]}

    def registers(self, gateway: str, unit_id: int, first: int, count: int, *, function: int) -> dict[str, Any]:
        self.calls.append(("registers", gateway, unit_id, first, count, function))
        there = {
            "address": first, "word": 0x4248, "hex": "4248", "text": "B<",
            "values": {"abcd": {"uint16": 16_968, "float32": 50.02}, "badc": {"uint16": 18_498}},
        }  # fmt: skip
        lacking = {"address": first + 1, "word": None, "hex": "", "text": "", "values": {}}
        return {
            "ok": True, "gateway": gateway, "unit_id": unit_id, "function": function, "registers": [there, lacking],
            "requests": 1, "milliseconds": 9, "error": "one is not there", "advice": "",
        }  # fmt: skip

    def save_register(self, profile: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append(("save register", profile, dict(fields)))
        if self.refused:
            raise self.refused
        return {"profile": profile, "file": "x", "new": True, "quantities": ["frequency"], "polled": ["frequency"]}

    def _scan(self, state: str, found: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": "scn_1", "gateway": GATEWAY, "units": "1-10", "state": state, "phase": "asking", "asked": 5, "of": 20,
            "unit_id": 6, "seconds": 3.0, "found": found, "notes": [], "error": "", "advice": "",
        }  # fmt: skip


@pytest.fixture
def stand_in() -> Scanning:
    return Scanning()


@pytest.fixture
def view(stand_in: Scanning) -> SetupView:
    model = SetupModel(stand_in, AtOnce())
    model.refresh()
    return SetupView(model, Files(accept=".csv,.xlsx"), lambda act: act)


def calls(stand_in: Scanning, what: str) -> list[Any]:
    return [call[1:] for call in stand_in.calls if call[0] == what]


def scanned(view: SetupView) -> None:
    view.model.open("scan")
    view.scan.gateway.value, view.scan.units.value = GATEWAY, "1-10"
    view.scan.start.click()


def test_a_scan_is_followed_to_its_end_and_what_answers_is_shown(stand_in: Scanning, view: SetupView) -> None:
    assert view.scan.start.disabled
    scanned(view)
    assert calls(stand_in, "scan") == [(GATEWAY, "1-10")]
    assert stand_in.looks == 3
    assert list(view.scan.rows) == [3, 4, 7]
    assert "Eastron &lt;SDM&gt; · certain" in view.scan.rows[3].text.value
    assert "already meter <b>UNIT-A</b>" in view.scan.rows[4].text.value
    assert "3 units answer" in view.scan.progress.value
    assert not view.scan.start.disabled


def test_chosen_units_become_meters_in_one_step(stand_in: Scanning, view: SetupView) -> None:
    scanned(view)
    assert view.scan.adopt.disabled
    view.scan.rows[3].take.value = True
    view.scan.rows[3].inputs["number"].value = "PUMP-3"
    view.scan.all.click()
    assert view.scan.adopt.description == "Add 2 as meters"
    view.scan.parent.value = "UNIT-A"
    view.scan.adopt.click()
    ((fields,),) = calls(stand_in, "adopt")
    assert (fields["gateway"], fields["parent"]) == (GATEWAY, "UNIT-A")
    assert [(each["unit_id"], each["number"], each["profile"]) for each in fields["meters"]] == [
        (3, "PUMP-3", "eastron_sdm630"), (7, "EASTRON-7", "eastron_sdm630"),
    ]  # fmt: skip
    assert "2 meters were added" in view.model.notice
    assert view.model.side == "scan"
    assert view.model.scan.free == []
    assert view.scan.all.description == "Choose all"


def test_what_is_wrong_with_a_unit_stands_beside_it_and_the_choice_stays(stand_in: Scanning, view: SetupView) -> None:
    scanned(view)
    view.scan.all.click()
    view.scan.all.click()
    assert not view.model.scan.chosen
    view.scan.all.click()
    stand_in.refused = InputError(
        "no meter was made", [Problem("meters[1]", "number", "EASTRON-7", "is a meter already")]
    )
    view.scan.adopt.click()
    assert "is a meter already" in view.scan.rows[7].note.value
    assert view.scan.rows[3].note.value == ""
    assert len(view.model.scan.chosen) == 2


def test_a_scan_under_way_is_named_and_can_be_cancelled(stand_in: Scanning, view: SetupView) -> None:
    stand_in.refused = ConflictError("scan scn_9 is under way: wait for it, or cancel it")
    scanned(view)
    assert "scn_9" in view.scan.failure.value
    model = view.model.scan
    model.scan = stand_in._scan("running", [])
    assert model.running
    model.stop()
    assert calls(stand_in, "stop") == [("scn_1",)]
    assert not model.running
    assert "Cancelled" in view.scan.progress.value


def test_a_failure_is_told_with_what_to_try() -> None:
    row: Any = {**Scanning()._scan("failed", []), "error": "no <connection>", "advice": "check it"}
    assert "no &lt;connection&gt; <b>→ check it</b>" in markup.progress(row)


def test_registers_are_read_looked_at_and_saved(stand_in: Scanning, view: SetupView) -> None:
    view.model.open("registers")
    panel, model = view.registers, view.model.registers
    panel.inputs["gateway"].value = GATEWAY
    panel.inputs["count"].value = "two"
    panel.read.click()
    assert "whole number" in panel.notes["count"].value
    panel.inputs["count"].value, panel.inputs["first"].value, panel.inputs["unit_id"].value = "2", "70", "5"
    panel.inputs["function"].value = "4"
    panel.read.click()
    assert calls(stand_in, "registers") == [(GATEWAY, 5, 70, 2, 4)]
    assert "16968" in panel.table.value
    assert "B&lt;" in panel.table.value
    assert [value for _, value in panel.pick.options] == [-1, 70]
    panel.pick.value = 70
    assert "50.02" in panel.views.value
    panel.save.click()
    assert set(model.problems) == {"quantity", "unit", "profile"}
    panel.inputs["type"].value = "float32"
    panel.inputs["quantity"].value = "frequency"
    assert panel.inputs["unit"].value == "Hz"
    panel.inputs["order"].value = "dcba"
    panel.inputs["profile"].value = "own_meter"
    panel.save.click()
    ((profile, fields),) = calls(stand_in, "save register")
    assert profile == "own_meter"
    assert {key: fields[key] for key in ("quantity", "address", "type", "unit", "function_code")} == {
        "quantity": "frequency", "address": 70, "type": "float32", "unit": "Hz", "function_code": 4,
    }  # fmt: skip
    assert (fields["word_order"], fields["byte_order"], fields["scale"]) == ("little", "little", 1)
    assert "own_meter was made" in panel.said.value


def test_what_the_profile_cannot_be_stands_beside_its_field(stand_in: Scanning, view: SetupView) -> None:
    view.model.open("registers")
    model = view.model.registers
    model.set("gateway", GATEWAY)
    model.read()
    model.look(0)
    for name, text in {"quantity": "frequency", "profile": "own", "type": "float32"}.items():
        model.set(name, text)
    stand_in.refused = InputError("it cannot", [Problem("body", "unit", "Hz", "cannot become it")])
    model.save()
    assert "cannot become it" in view.registers.notes["unit"].value
    model.set("scale", "0")
    model.save()
    assert "other than 0" in view.registers.notes["scale"].value
