"""A locked month: every way to its numbers needs a reason, which is audited, and tells which sent reports differ."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from energy_workbench.api.app import create_app
from energy_workbench.cli.home import months
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import ConflictError, InputError, LockedMonthError, NotFoundError
from energy_workbench.domain.locks.locked_months import LockedMonthWarning
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.jobs.late_readings import LateReadings
from energy_workbench.lake import Lake, Reading
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import add_history, make_home
from tests.workbench.served import served

LATER = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
MONTH, WHY = "2026-10", "the transformer's plate was misread"
AT = "2026-10-05T10:00:00+05:30"
BOARD = {"name": "Board", "report": "monthly", "cron": "0 6 1 * *", "period": "last month", "formats": ["html"]}


def send(wb: Workbench, name: str, period: str, **parameters: str) -> None:
    """A schedule, and a report of it that was sent."""
    wb.create_schedule(
        {**BOARD, "name": name, "report": "meter" if parameters else "monthly", "parameters": parameters}
    )
    wb.run_schedule(name, period)
    for run in wb.registry.claim_runs("worker", LATER, 9):
        wb.registry.let_go_run(run.key, run.holder, state="done", finished_at=LATER, delivered=("folder",))


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nine days of October, and reports that people have of October and September."""
    found = make_home(tmp_path_factory.mktemp("locked") / "home")
    add_history(found)
    with pytest.MonkeyPatch.context() as patch, closing(Workbench.at(found.home)) as wb:
        patch.setenv(FIXED_NOW, LATER.isoformat())
        send(wb, "Board", "2026-10")
        send(wb, "Board 9", "2026-09")
        send(wb, "Diesel", "2026-10", meter="DG")
        send(wb, "Press", "2026-10", meter="UNIT-A-MACHINE-01")
    return found.home


@pytest.fixture
def wb(sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv(FIXED_NOW, LATER.isoformat())
    with closing(Workbench.at(shutil.copytree(sent, tmp_path / "home"))) as found:
        yield found


def reading(ts: str = "2026-10-05T10:07:00+05:30") -> list[dict[str, Any]]:
    return [{"ts": ts, "values": {"active_power_total": 5.0}}]


def frame() -> pd.DataFrame:
    return pd.DataFrame({"meter": ["DG"], "ts": ["2026-10-05T10:07:00+05:30"], "active_power_total": [5.0]})


RATIO = {"valid_from": AT, "ct_primary": 200, "ct_secondary": 5}
FACTOR = {"name": "diesel", "value": 2.7, "valid_from": "2026-10-01", "source": "supplier"}

WAYS: dict[str, Callable[..., Any]] = {
    "add a ratio": lambda wb, **why: wb.add_ratio("UNIT-A", RATIO, **why),
    "correct the first ratio": lambda wb, **why: wb.edit_ratio(
        "UNIT-A", None, {"ct_primary": 50, "ct_secondary": 5}, **why
    ),
    "record an exchange": lambda wb, **why: wb.add_exchange(
        "DG", {"at": AT, "new_serial": "B", "closing": {"energy_active_import": 1.0}}, **why
    ),
    "state a class": lambda wb, **why: wb.update_meter("UNIT-A", {"accuracy_class": 0.5}, **why),
    "meter below another": lambda wb, **why: wb.create_meter(
        {"number": "NEW", "name": "New", "type": "machine", "parent_id": "UNIT-A"}, **why
    ),
    "meters from a file": lambda wb, **why: wb.import_meters(
        b"number,name,type,rated_kw\nDG,Generator,generator,90\n", "meters.csv", dry_run=False, **why
    ),
    "factor": lambda wb, **why: wb.set_factor(FACTOR, **why),
    "zone": lambda wb, **why: wb.set_site(timezone="Europe/Berlin", **why),
    "readings from a file": lambda wb, **why: wb.import_readings(frame(), **why),
}
"""What alters numbers of October, each with its answer an object."""
BESIDE: dict[str, Callable[..., Any]] = {
    "reading": lambda wb, **why: wb.record("DG", reading(), **why),
}
"""The same, with a list as the answer, or none."""


@pytest.mark.parametrize("way", [*WAYS, *BESIDE])
def test_what_alters_a_locked_month_is_refused_without_a_reason_and_done_as_before_where_nothing_is_locked(
    wb: Workbench, way: str
):
    change = {**WAYS, **BESIDE}[way]
    wb.lock_month(MONTH, "closed by the accountant")
    before = wb.registry.revision()
    with pytest.raises(LockedMonthError) as refused:
        change(wb)
    assert refused.value.change.months == (MONTH,)
    assert "2026-10 is locked" in str(refused.value)
    assert "Board 2026-10" in str(refused.value)
    assert "Give a reason" in str(refused.value)
    assert wb.registry.revision() == before
    wb.unlock_month(MONTH, "reopened")
    answer = change(wb)
    assert "locked_change" not in answer
    assert [each for each in wb.audit(3) if each["locked"] and each["action"] != "month.unlock"] == []


@pytest.mark.parametrize("way", WAYS)
def test_with_a_reason_it_is_done_and_told(wb: Workbench, way: str):
    wb.lock_month(MONTH)
    answer = WAYS[way](wb, reason=WHY)
    change = answer["locked_change"]
    assert (change["months"], change["reason"]) == ([MONTH], WHY)
    assert "Board" in [each["name"] for each in change["reports"]]
    assert wb.audit(1)[0]["locked"] == change
    (lock,) = wb.locked_months()
    assert lock["changes"][0]["reason"] == WHY
    assert [each["name"] for each in lock["reports"]] == ["Board", "Diesel", "Press"]


@pytest.mark.parametrize("more", [{}, {"ratio": {"ct_primary": 200, "ct_secondary": 5}}, {"profile": "eastron_sdm630"}])
def test_the_preview_of_an_exchange_says_what_recording_it_alters(wb: Workbench, more: dict[str, Any]):
    wb.lock_month(MONTH)
    swap = {"at": AT, "new_serial": "B", "closing": {"energy_active_import": 1.0}, **more}
    told = wb.preview_exchange("UNIT-A-MACHINE-01", swap)
    change = wb.add_exchange("UNIT-A-MACHINE-01", swap, reason=WHY)["locked_change"]
    assert (told["locked_months"], told["reports"]) == (change["months"], change["reports"])
    assert told["locked_months"] == [MONTH]
    assert "Press" in [each["name"] for each in told["reports"]]


def test_the_preview_of_taking_an_exchange_away_says_it_too_and_a_note_alters_nothing(wb: Workbench):
    swap = {"at": AT, "new_serial": "B", "closing": {"energy_active_import": 1.0}}
    wb.add_exchange("DG", swap)
    wb.lock_month(MONTH)
    assert wb.preview_exchange("DG", {"at": AT}, remove=True)["locked_months"] == [MONTH]
    told = wb.preview_exchange("DG", {**swap, "note": "by Anna"})
    assert told["locked_months"] == []
    assert "locked_change" not in wb.add_exchange("DG", {**swap, "note": "by Anna"})


def test_reports_differ_that_are_of_that_time_and_of_the_site_that_meter_or_one_above(wb: Workbench):
    wb.lock_month(MONTH)
    change = wb.add_ratio("UNIT-A-MACHINE-01", {**RATIO, "ratio_applied_by": "workbench"}, reason=WHY)["locked_change"]
    assert [each["name"] for each in change["reports"]] == ["Board", "Press"]
    change = wb.add_ratio("UNIT-A", RATIO, reason=WHY)["locked_change"]
    assert [each["name"] for each in change["reports"]] == ["Board"]


def test_what_alters_no_number_of_it_needs_no_reason(wb: Workbench):
    wb.lock_month(MONTH)
    wb.add_ratio("UNIT-A", {**RATIO, "valid_from": "2026-11-01T10:00:00+05:30"})
    wb.add_ratio("DG", {"valid_from": AT, "ratio_applied_by": "meter", "ct_primary": 200, "ct_secondary": 5})
    wb.update_meter("UNIT-A", {"name": "Hall 1", "location": "West"})
    wb.update_meter("UNIT-A-MACHINE-01", {"parent_id": "MAIN"})
    wb.set_site(name="Works II", currency="EUR")
    wb.set_factor({**FACTOR, "valid_from": "2026-11-01"})
    wb.record("DG", reading("2026-11-01T10:00:00+05:30"))
    wb.delete_meter("UNIT-A-MACHINE-01")
    wb.restore_meter("UNIT-A-MACHINE-01")
    assert wb.locked_months()[0]["changes"] == []


def test_what_is_stored_already_is_none_that_comes(wb: Workbench):
    wb.record("DG", reading())
    wb.lock_month(MONTH)
    assert wb.record("DG", reading())
    assert wb.import_readings(frame())["new"] == 0


def test_a_status_in_the_past_and_a_place_that_is_undone_alter_it(wb: Workbench):
    wb.set_status("UNIT-A", "inactive", "revision", valid_from=AT)
    wb.lock_month(MONTH)
    with pytest.raises(LockedMonthError):
        wb.set_status("UNIT-A", "active", valid_from=AT)
    with pytest.raises(LockedMonthError):
        wb.undo()
    # The lock was the last change: it is undone as any, and is a way to its numbers too.
    assert wb.undo(reason=WHY)["undone"]["text"] == "2026-10 locked"
    assert wb.locked_months() == []


def test_reasons_that_are_given_anyway_count(wb: Workbench):
    wb.lock_month(MONTH)
    edited = wb.edit_interval("DG", AT, {"energy_import_kwh": 3.0, "reason": "by hand"})
    assert edited["locked_change"]["reason"] == "by hand"
    with pytest.raises(LockedMonthError):
        wb.restore_interval("DG", AT)
    with pytest.warns(LockedMonthWarning, match=r"2026-10 was locked .* Board 2026-10"):
        wb.restore_interval("DG", AT, reason=WHY)
    with pytest.warns(LockedMonthWarning):
        assert len(wb.record("DG", reading(), reason=WHY)) == 1
    assert wb.set_status("DG", "inactive", "sold", valid_from=AT)["locked_change"]["reason"] == "sold"


def test_a_dry_run_says_what_it_would_alter(wb: Workbench):
    wb.lock_month(MONTH)
    file = b"number,name,type,rated_kw\nDG,Generator,generator,90\n"
    for told in (wb.import_readings(frame(), True), wb.import_meters(file, "meters.csv", dry_run=True)):
        assert told["locked_change"]["months"] == [MONTH]
        assert told["locked_change"]["reason"] == ""
        assert "Board" in [each["name"] for each in told["locked_change"]["reports"]]


def test_only_a_month_that_is_over_is_locked_once_and_unlocked_for_a_reason(wb: Workbench):
    for wrong in ("2026-13", "October", "2026-10-01"):
        with pytest.raises(InputError, match="is no month"):
            wb.lock_month(wrong)
    with pytest.raises(ConflictError, match="not over"):
        wb.lock_month("2026-11")
    locked = wb.lock_month(MONTH, "closed", by="anna")
    assert (locked["month"], locked["by"], locked["reason"]) == (MONTH, "anna", "closed")
    assert datetime.fromisoformat(locked["at"]) == LATER
    with pytest.raises(ConflictError, match="locked already"):
        wb.lock_month(MONTH)
    with pytest.raises(LockedMonthError, match="Give a reason"):
        wb.unlock_month(MONTH)
    wb.unlock_month(MONTH, "reopened", by="anna")
    with pytest.raises(NotFoundError):
        wb.unlock_month(MONTH, "again")
    trail = wb.audit(2)
    assert [each["action"] for each in trail] == ["month.unlock", "month.lock"]
    assert trail[0]["locked"] == {"months": [MONTH], "reason": "reopened", "reports": []}
    assert wb.registry.audit_differences() == []


def test_over_rest_the_refusal_has_months_and_reports_and_each_answer_what_it_did(wb: Workbench):
    found = settings.load(wb.settings.home)
    with closing(Registry(found.registry_url)) as registry:
        token = registry.create_token("anna", "editor")
    who = {"Authorization": f"Bearer {token}"}
    with TestClient(create_app(found), base_url="http://localhost", headers=who) as client:
        api = "/api/Energy"
        assert client.post(f"{api}/locks", json={"month": MONTH, "reason": "closed"}).status_code == 201
        refused = client.post(f"{api}/meters/UNIT-A/ratios", json=RATIO)
        assert refused.status_code == 409
        problem = refused.json()
        assert problem["title"] == "The month is locked"
        assert problem["locked"]["months"] == [MONTH]
        assert [each["name"] for each in problem["locked"]["reports"]] == ["Board"]
        # In the body, and in the address.
        done = client.post(f"{api}/meters/UNIT-A/ratios", json={**RATIO, "reason": WHY})
        assert done.status_code == 201
        assert done.json()["locked_change"]["reason"] == WHY
        gone = client.delete(f"{api}/meters/UNIT-A/ratios/{AT}".replace("+", "%2B"), params={"reason": WHY})
        assert gone.json()["locked_change"]["months"] == [MONTH]
        edit = f"{api}/meters/DG/intervals/{AT}".replace("+", "%2B")
        assert client.put(edit, json={"energy_import_kwh": 3.0, "reason": "by hand"}).status_code == 200
        assert client.delete(edit).status_code == 409
        back = client.delete(edit, params={"reason": WHY})
        assert (back.status_code, back.json()["locked_change"]["reason"]) == (200, WHY)
        posted = client.post(f"{api}/meters/DG/readings", json=reading()[0])
        assert posted.status_code == 409
        posted = client.post(f"{api}/meters/DG/readings", json=reading()[0], params={"reason": WHY})
        assert posted.json()["locked_change"]["months"] == [MONTH]
        (lock,) = client.get(f"{api}/locks").json()["items"]
        assert {each["reason"] for each in lock["changes"]} == {WHY, "by hand"}
        assert {each["by"] for each in lock["changes"]} == {"anna"}
        assert client.delete(f"{api}/locks/{MONTH}").status_code == 409
        assert client.delete(f"{api}/locks/{MONTH}", params={"reason": "reopened"}).status_code == 204


def test_the_far_workbench_raises_and_warns_as_the_near_one(wb: Workbench):
    with closing(Registry(wb.settings.registry_url)) as registry:
        token = registry.create_token("anna", "editor")
    wb.lock_month(MONTH)
    with served(wb.settings) as url, closing(RemoteWorkbench(url, token)) as far:
        with pytest.raises(LockedMonthError) as refused:
            far.add_ratio("UNIT-A", RATIO)
        with pytest.raises(LockedMonthError) as here:
            wb.add_ratio("UNIT-A", RATIO)
        assert str(refused.value) == str(here.value)
        assert refused.value.change == here.value.change
        assert far.add_ratio("UNIT-A", RATIO, reason=WHY)["locked_change"]["reason"] == WHY
        with pytest.warns(LockedMonthWarning, match="Board 2026-10"):
            far.delete_ratio("UNIT-A", AT, reason=WHY)
        with pytest.warns(LockedMonthWarning, match="Board 2026-10"):
            far.record("DG", reading(), reason=WHY)


def test_the_command_line_locks_lists_and_unlocks(wb: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(wb.settings.home))

    def call(*words: str) -> str:
        done = CliRunner().invoke(months.app, [*words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    assert "no month is locked" in call("list")
    assert "2026-10 is locked" in call("lock", MONTH, "--reason", "closed")
    wb.add_ratio("UNIT-A", RATIO, reason=WHY)
    said = call("list")
    assert "closed" in said
    assert WHY in said
    assert "Board 2026-10" in said
    with pytest.raises(LockedMonthError):
        call("unlock", MONTH)
    assert "2026-10 is unlocked" in call("unlock", MONTH, "--reason", "reopened")


def test_late_readings_of_the_collector_are_stored_and_told_of(wb: Workbench):
    lake = Lake(wb.settings.lake_path)
    late = LateReadings(lake, wb.registry, wb.state)
    wb.lock_month(MONTH)
    late.look()
    assert wb.locked_months()[0]["late"] == []
    meter, at = wb.registry.meter("DG"), datetime(2026, 10, 5, 4, 37, tzinfo=UTC)
    for minutes in (0, 30):
        wb.spool.append(
            [Reading(meter.key, int((at + timedelta(minutes=minutes)).timestamp() * 1e6), 0, {"frequency": 50.0})]
        )
        assert lake.commit(wb.spool) == 1
        assert late.look() == 1
    (told,) = wb.locked_months()[0]["late"]
    assert told["number"] == "DG"
    assert "10:07" in told["text"]
    assert "10:37" in told["text"]
    assert "are stored" in told["text"]
    (found,) = wb.findings("DG", "2026-10", name="readings.after_lock")
    assert found["text"] == told["text"]
    assert late.look() == 0


def test_a_file_is_audited_once(wb: Workbench):
    wb.lock_month(MONTH)
    first = datetime.fromisoformat(AT)
    times = [first + timedelta(minutes=10 * step + 3) for step in range(500)]
    many = pd.DataFrame({"meter": "DG", "ts": times, "frequency": 50.0})
    with pytest.raises(LockedMonthError):
        wb.import_readings(many)
    told = wb.import_readings(many, reason=WHY)
    assert told["new"] == 500
    (entry,) = [each for each in wb.audit(5) if each["action"] == "readings.add"]
    assert entry["after"] == {
        "readings": 500, "first": times[0].astimezone(UTC).isoformat(), "last": times[-1].astimezone(UTC).isoformat(),
    }  # fmt: skip
