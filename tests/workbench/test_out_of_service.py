"""A meter that is out of service: from then on its branch is not metered, and the time before counts as before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.contract import results
from energy_workbench.domain.errors import InputError, PeriodError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home
from tests.workbench.served import served

BEFORE = "2026-10-05/2026-10-10"
SINCE = "2026-10-11T10:00:00+05:30"


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    return Workbench.at(home.home)


def row(found: results.Balance, number: str) -> dict[str, object]:
    return next(each for each in found.rows if each["number"] == number)


def node(flow: results.PowerFlow, number: str) -> dict[str, object]:
    return next(each for each in flow.nodes if each["number"] == number)


def test_the_time_before_counts_and_the_time_after_has_no_verdict(wb: Workbench) -> None:
    before, flow = wb.balance(BEFORE), wb.flow(BEFORE)
    changed = wb.set_status("UNIT-A", "inactive", "meter is being replaced", valid_from=SINCE)
    assert (changed["status"], changed["status_since"]) == ("inactive", SINCE)
    assert wb.balance(BEFORE) == before
    assert wb.flow(BEFORE).links == flow.links
    assert wb.losses("MAIN", BEFORE).rows[0]["verdict"] == row(before, "MAIN")["verdict"]
    after = wb.balance("2026-10-11T10:00:00+05:30/2026-10-12T10:00:00+05:30")
    for number in ("MAIN", "UNIT-A"):
        found = row(after, number)
        assert (found["verdict"], found["loss_kwh"], found["completeness"]) == ("not_metered", None, 0.0)
        assert "UNIT-A is out of service since 11 Oct 2026 10:00" in str(found["reason"])
    assert row(after, "GRID")["loss_kwh"] is not None
    # Of 63 hours, 34 are known: enough to say what it says.
    assert row(wb.balance("2026-10-10/2026-10-12"), "MAIN")["completeness"] == pytest.approx(34 / 63, abs=0.01)
    days = wb.losses("MAIN", "2026-10-10/2026-10-13").rows
    assert [day["verdict"] for day in days][-1] == "not_metered"


def test_the_power_of_now_is_not_a_frozen_value(wb: Workbench) -> None:
    wb.record("UNIT-A", [{"ts": (NOW - timedelta(minutes=1)).isoformat(), "values": {"active_power_total": 6.0}}])
    assert node(wb.flow(), "UNIT-A")["value"] == 120.0
    wb.set_status("UNIT-A", "inactive", "gone")
    flow = wb.flow()
    assert node(flow, "UNIT-A")["value"] is None
    assert node(flow, "UNIT-A")["metering"] == "not_metered"
    assert node(flow, "MAIN")["loss"] is None
    leaf = next(each for each in wb.overview().tree if each["number"] == "UNIT-A")
    assert leaf["power_kw"] is None


def test_maintenance_and_faults_are_metered_and_a_return_to_service_is_too(wb: Workbench) -> None:
    before = wb.balance("today")
    for status in ("maintenance", "faulty"):
        wb.set_status("UNIT-A", status, "looked at", valid_from="2026-10-12T00:00:00+05:30")
        assert wb.balance("today") == before
    wb.set_status("UNIT-A", "inactive", "gone", valid_from="2026-10-12T00:00:00+05:30")
    assert row(wb.balance("today"), "MAIN")["verdict"] == "not_metered"
    back = wb.set_status("UNIT-A", "active", valid_from="2026-10-12T06:00:00+05:30")
    assert (back["status"], back["status_reason"]) == ("active", "")
    found = row(wb.balance("today"), "MAIN")
    assert found["verdict"] != "not_metered"
    assert found["completeness"] == pytest.approx(9 / 15, abs=0.02)
    wb.undo()
    assert wb.meter("UNIT-A")["status"] == "inactive"
    wb.undo()
    assert wb.meter("UNIT-A")["status"] == "faulty"
    assert wb.balance("today") == before


def test_a_status_dated_ahead_holds_from_its_day(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = NOW + timedelta(hours=2)
    assert wb.set_status("UNIT-A", "inactive", "planned", valid_from=ahead.isoformat())["status"] == "active"
    assert [each["status"] for each in wb.meter_statuses("UNIT-A")] == ["active", "inactive"]
    assert wb.status_summary().status["inactive"] == 0
    # What is said now does not take away what is planned.
    wb.set_status("UNIT-A", "maintenance", "oil")
    monkeypatch.setenv(FIXED_NOW, (ahead + timedelta(minutes=1)).isoformat())
    assert wb.status_summary().status["inactive"] == 1
    assert (wb.meter("UNIT-A")["status"], wb.meter("UNIT-A")["status_reason"]) == ("inactive", "planned")
    assert wb.meters(status="inactive").total == 1


def test_a_meter_that_was_never_in_service_is_not_metered_from_the_beginning(wb: Workbench) -> None:
    wb.set_status("UNIT-A", "inactive", "never wired", valid_from="beginning")
    assert row(wb.balance(BEFORE), "MAIN")["verdict"] == "not_metered"
    assert "since" not in str(row(wb.balance(BEFORE), "MAIN")["reason"])


def test_rest_and_python_say_the_same(wb: Workbench) -> None:
    with served(wb.settings) as url:
        remote = ew.open(url, token=tokens_of(wb.settings).editor)
        assert isinstance(remote, RemoteWorkbench)
        remote.set_status("UNIT-A", "inactive", "gone", valid_from=SINCE)
        assert remote.meter_statuses("UNIT-A") == wb.meter_statuses("UNIT-A")
        assert remote.meter_statuses("UNIT-A")[-1]["valid_from"] == SINCE
        for number, period in (("MAIN", "today"), ("MAIN", BEFORE)):
            assert row(remote.balance(period), number) == row(wb.balance(period), number)
        assert remote.flow("today").to_dict() == wb.flow("today").to_dict()
        with pytest.raises((PeriodError, InputError)):
            remote.set_status("UNIT-A", "active", valid_from="soon")
        remote.close()
    with pytest.raises(PeriodError):
        wb.set_status("UNIT-A", "active", valid_from="soon")
    assert wb.meter("UNIT-A")["status"] == "inactive"
