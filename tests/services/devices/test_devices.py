"""Scans, registers and what is made of them, asked of a home: real Modbus, a process of its own where none polls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from collector.collector import exclusive
from collector.control import SOCKET, ask
from collector.profile.store import load
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.collector.device import Device
from tests.collector.meters import device_words
from tests.collector.test_collector import command, home, served
from tests.collector.test_control import connects
from tests.waiting import eventually, patience

__all__ = ["home"]
SDM = "eastron_sdm630"


@pytest.fixture
def wb(home: Settings) -> Iterator[Workbench]:
    with closing(Workbench.at(home.home)) as workbench:
        yield workbench
    ask(home.home / SOCKET, {"do": "leave"}, dict)


@pytest.fixture
def device() -> Iterator[Device]:
    units = {3: device_words(load(SDM)), 7: device_words(load(f"{SDM}:little"))}
    with served(Device(units, holes=True)) as running:
        yield running


def ended(wb: Workbench, scan: str) -> Any:
    eventually(lambda: wb.scan_state(scan)["state"] != "running", seconds=120)
    return wb.scan_state(scan)


def test_a_gateway_is_scanned_and_its_units_adopted_in_one_step(wb: Workbench, device: Device) -> None:
    known = {"number": "KNOWN", "name": "Known", "type": "machine", "gateway": device.url, "unit_id": 3, "profile": SDM}
    wb.create_meter(known)
    begun = wb.scan(device.url, "3,7")
    assert begun["state"] == "running"
    with pytest.raises(ConflictError, match=begun["id"]):
        wb.scan(device.url, "1-5")
    row = ended(wb, begun["id"])
    assert (row["state"], row["error"]) == ("done", "")
    first, second = row["found"]
    assert (first["meter"], first["number"]) == ("KNOWN", "")
    assert (second["meter"], second["number"]) == ("", "EASTRON-7")
    assert second["candidates"][0]["profile"] == f"{SDM}:little"
    unit = {key: second[key] for key in ("unit_id", "number", "name")}
    profile = second["candidates"][0]["profile"]
    made = wb.adopt_units({"gateway": device.url, "parent": "KNOWN", "meters": [{**unit, "profile": profile}]})
    assert made == {"gateway": device.url, "meters": ["EASTRON-7"]}
    meter = wb.meter("EASTRON-7")
    assert (meter["unit_id"], meter["profile"], meter["gateway"]) == (7, profile, device.url)
    assert meter["parent_id"] == wb.meter("KNOWN")["id"]
    assert wb.scan_state(begun["id"])["found"][1]["meter"] == "EASTRON-7"


def test_several_units_are_adopted_as_one_change_or_not_at_all(wb: Workbench) -> None:
    gateway = "tcp://10.0.0.9:502"
    units = [{"unit_id": at, "number": f"F-{at}", "name": f"Feeder {at}", "profile": SDM} for at in (1, 2, 3)]
    for wrong, field in (
        ({"number": "F-1"}, "number"), ({"unit_id": 1}, "unit_id"), ({"profile": "nobody"}, "profile"),
        ({"type": "unix"}, "type"), ({"unit_id": "2"}, "unit_id"), ({"number": ""}, "number"),
    ):  # fmt: skip
        with pytest.raises(InputError) as raised:
            wb.adopt_units({"gateway": gateway, "meters": [units[0], {**units[1], **wrong}]})
        assert (raised.value.problems[0].where, raised.value.problems[0].field) == ("meters[1]", field)
        assert wb.meters().rows == ()
    for fields in ({"gateway": gateway}, {"meters": units}, {"gateway": "http://x", "meters": units},
                   {"gateway": gateway, "parent": "NONE", "meters": units}):  # fmt: skip
        with pytest.raises(InputError):
            wb.adopt_units(fields)
    assert wb.adopt_units({"gateway": gateway, "meters": units}, by="asha")["meters"] == ["F-1", "F-2", "F-3"]
    assert len(wb.meters().rows) == 3
    wb.undo(by="asha")
    assert wb.meters().rows == ()


def test_registers_are_read_as_they_are_and_saved_as_a_profile(wb: Workbench, device: Device) -> None:
    found = wb.registers(device.url, 7, 70, 2, function=4)
    assert found["ok"], found["error"]
    assert found["registers"][0]["values"]["cdab"]["float32"] == pytest.approx(50.02)
    register = {
        "quantity": "frequency", "address": 70, "type": "float32", "unit": "Hz", "function_code": 4,
        "word_order": "little",
    }  # fmt: skip
    saved = wb.save_register("own_meter", {**register, "vendor": "Somebody", "model": "One"})
    assert (saved["new"], saved["quantities"]) == (True, ["frequency"])
    more = wb.save_register("own_meter", {**register, "quantity": "active_power_total", "address": 52, "unit": "W"})
    assert (more["new"], more["polled"]) == (False, ["frequency", "active_power_total"])
    assert "own_meter" in [row["id"] for row in wb.profiles()]
    probed = wb.probe({"gateway": device.url, "unit_id": 7, "profile": "own_meter"})
    assert {row["quantity"]: row["raw"] for row in probed["values"]} == {
        "frequency": pytest.approx(50.02), "active_power_total": pytest.approx(83.4),
    }  # fmt: skip
    with pytest.raises(InputError) as raised:
        wb.save_register("own_meter", {**register, "address": 71, "quantity": "voltage_l1_n"})
    assert {each.field for each in raised.value.problems} == {"address", "unit"}
    with pytest.raises(InputError, match="another id"):
        wb.save_register(SDM, register)
    with pytest.raises(InputError):
        wb.save_register("../own", register)
    assert wb.probe({"gateway": device.url, "unit_id": 7, "profile": "own_meter"})["ok"]


@pytest.mark.parametrize(
    ("gateway", "units"),
    [("", "1"), ("http://x", "1"), ("tcp://169.254.169.254:502", "1"), ("tcp://127.0.0.1:502", "0-999")],
)
def test_what_may_not_be_scanned_is_refused_before_anything_is_sent(wb: Workbench, gateway: str, units: str) -> None:
    with pytest.raises(InputError):
        wb.scan(gateway, units)
    with pytest.raises(NotFoundError):
        wb.scan_state("scn_none")


def test_a_metadata_address_has_no_registers_for_anybody(wb: Workbench) -> None:
    with pytest.raises(InputError):
        wb.registers("tcp://169.254.169.254:502", 1, 0)


def test_a_collector_takes_the_lines_from_who_scans_only(home: Settings, wb: Workbench, device: Device) -> None:
    scan = wb.scan(device.url, "100-247")
    assert connects(home.home / SOCKET)
    process = command(home)
    try:
        eventually(lambda: heard(home), seconds=60)
        with pytest.raises(NotFoundError):
            wb.scan_state(scan["id"])
        # And with a collector a scan is its own.
        assert ended(wb, wb.scan(device.url, "3")["id"])["found"][0]["unit_id"] == 3
    finally:
        process.terminate()
        process.communicate(timeout=patience(60))


def heard(home: Settings) -> bool:
    """Whether a collector that polls listens: only that one knows no such word."""
    return ask(home.home / SOCKET, {"do": "leave"}, lambda said: "error" in said) is True


def test_scans_by_the_collector_hold_no_other_process_off(home: Settings) -> None:
    """Two services of a home that begin the owner of the lines at once have one of it."""
    with served(Device({})) as silent, closing(Workbench.at(home.home)) as one, closing(Workbench.at(home.home)) as two:
        rows: list[Any] = []
        urls = (silent.url, silent.url.replace("127.0.0.1", "localhost"))

        def begin(wb: Workbench, url: str) -> None:
            rows.append(wb.scan(url, "1"))

        threads = [threading.Thread(target=begin, args=asked) for asked in zip((one, two), urls, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(patience(60))
        assert len(rows) == 2
        assert {one.scan_state(row["id"])["id"] for row in rows} == {row["id"] for row in rows}
        ask(home.home / SOCKET, {"do": "leave"}, dict)

        def free() -> bool:
            try:
                with exclusive(home):
                    return True
            except Exception:
                return False

        eventually(free)
