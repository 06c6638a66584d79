"""REST of scheduled reports: everybody reads, editors write, and what is wrong is told field by field."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API

GIVEN: dict[str, Any] = {
    "name": "Monthly to the board",
    "report": "monthly",
    "cron": "0 6 1 * *",
    "period": "last month",
    "parameters": {"meter": "unit-a"},
    "formats": ["html", "pdf"],
    "recipients": [{"address": "anna@works.example", "language": "de"}, "bert@works.example"],
    "webhook": "https://hooks.example.com/T0P/s3cret",
    "owner": "owner@works.example",
}


def add(editor: TestClient, **more: Any) -> dict[str, Any]:
    answer = editor.post(f"{API}/schedules", json={**GIVEN, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_was_scheduled_is_read_as_it_was_meant(editor: TestClient, viewer: TestClient):
    row = add(editor)
    assert row["described"] == "At 06:00 on the first day of every month"
    assert row["next_run"].endswith("01T06:00:00+05:30")
    assert row["parameters"] == {"meter": "UNIT-A"}
    assert row["recipients"][1] == {"address": "bert@works.example", "language": "en"}
    seen = viewer.get(f"{API}/schedules").json()
    assert (seen["total"], seen["items"][0]["name"]) == (1, "Monthly to the board")
    assert editor.get(f"{API}/schedules/{row['id']}").json() == row
    assert editor.get(f"{API}/schedules/monthly to the BOARD").json() == row


def test_a_viewer_sees_no_address_of_a_webhook_and_changes_nothing(editor: TestClient, viewer: TestClient):
    row = add(editor)
    assert viewer.get(f"{API}/schedules/{row['id']}").json()["webhook"] == "https://hooks.example.com/…"
    for verb, path in (
        ("POST", "/schedules"),
        ("PUT", f"/schedules/{row['id']}"),
        ("DELETE", f"/schedules/{row['id']}"),
        ("POST", f"/schedules/{row['id']}/run"),
        ("POST", "/schedules/check"),
        ("POST", "/schedules/runs/1/cancel"),
    ):
        assert viewer.request(verb, API + path, json={}).status_code == 403, path
    assert editor.get(f"{API}/schedules/{row['id']}").json() == row


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "is needed"),
        ("name", "sch_0123", "looks like an id"),
        ("report", "weekly-gossip", "there is no report"),
        ("cron", "0 6 1 *", "five fields"),
        ("cron", "0 6 31 2 *", "day-of-month"),
        ("period", "the other day", "cannot read the period"),
        ("formats", ["docx"], "is none of html, pdf, xlsx"),
        ("formats", [], "choose of"),
        ("recipients", ["anna"], "no mail address"),
        ("recipients", ["anna@works.example\nBcc: all@works.example"], "no mail address"),
        ("recipients", [{"address": "anna@works.example", "language": "tlh"}], "is none of en, de, hi"),
        ("webhook", "ftp://hooks.example.com", "an address such as"),
        ("webhook", "https://user:pass@hooks.example.com", "password"),
        ("owner", "nobody", "no mail address"),
        ("completeness_percent", 101, "0 to 100"),
        ("wait_hours", -1, "0 to"),
        ("paused", "perhaps", "yes or no"),
        ("colour", "red", "there is no such field"),
        ("parameters", {"meter": "NO-SUCH"}, "NO-SUCH"),
        ("parameters", {"colour": "red"}, "no such parameter"),
        ("parameters", {"period": "2026"}, "set its period"),
        ("parameters", [1], "an object"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(editor: TestClient, field: str, value: Any, told: str):
    answer = editor.post(f"{API}/schedules", json={**GIVEN, field: value})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    problems = answer.json()["problems"]
    assert [problem["field"].partition(".")[0] for problem in problems] == [field]
    assert told in problems[0]["reason"]
    assert editor.get(f"{API}/schedules").json()["total"] == 0
    checked = editor.post(f"{API}/schedules/check", json={"fields": {**GIVEN, field: value}}).json()
    assert list(checked["problems"].values()) == [problems[0]["reason"]]


def test_a_check_says_when_it_would_run_and_of_which_period(editor: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENERGY_WORKBENCH_NOW", "2026-10-12T12:00:00+05:30")
    answer = editor.post(f"{API}/schedules/check", json={"fields": GIVEN}).json()
    assert answer["problems"] == {}
    assert answer["next_runs"][:2] == [
        {"at": "2026-11-01T06:00:00+05:30", "period": "2026-10"},
        {"at": "2026-12-01T06:00:00+05:30", "period": "2026-11"},
    ]


def test_two_schedules_cannot_have_one_name(editor: TestClient):
    row = add(editor)
    assert editor.post(f"{API}/schedules", json={**GIVEN, "name": "MONTHLY to the board"}).status_code == 409
    checked = editor.post(f"{API}/schedules/check", json={"fields": GIVEN}).json()
    assert "already" in checked["problems"]["name"]
    checked = editor.post(f"{API}/schedules/check", json={"fields": GIVEN, "id": row["id"]}).json()
    assert checked["problems"] == {}


def test_who_was_slower_is_shown_both_versions(editor: TestClient):
    row = add(editor)
    tag = editor.get(f"{API}/schedules/{row['id']}").headers["etag"]
    path = f"{API}/schedules/{row['id']}"
    assert editor.put(path, json={"cron": "0 7 1 * *"}, headers={"If-Match": tag}).status_code == 200
    answer = editor.put(path, json={"cron": "0 8 1 * *"}, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert (answer.json()["current"]["cron"], answer.json()["wanted"]["cron"]) == ("0 7 1 * *", "0 8 1 * *")


def test_what_get_returned_can_be_put_with_a_change_in_it(editor: TestClient):
    row = add(editor)
    answer = editor.put(f"{API}/schedules/{row['id']}", json={**row, "owner": ""})
    assert answer.status_code == 200, answer.text
    # Without an owner nobody is warned that no mail reaches one.
    assert answer.json()["warnings"].keys() == {"recipients"}
    follow = {name: row[name] for name in ("owner", "warnings", "revision")}
    assert answer.json() | follow == row


def test_each_change_is_audited_and_can_be_undone(editor: TestClient, home: Settings):
    row = add(editor)
    path = f"{API}/schedules/{row['id']}"
    editor.put(path, json={"cron": "0 7 * * *"})
    editor.put(path, json={"paused": True})
    editor.delete(path)
    trail = editor.get(f"{API}/audit").json()["items"]
    actions = [entry["action"] for entry in itertools.islice(trail, 4)]
    assert actions == ["schedule.delete", "schedule.pause", "schedule.update", "schedule.create"]
    assert {entry["by"] for entry in trail[:4]} == {"editor"}
    assert editor.get(path).status_code == 404
    assert editor.post(f"{API}/undo").status_code == 200
    assert editor.get(path).json()["paused"] is True
    assert editor.post(f"{API}/undo").status_code == 200
    assert editor.get(path).json()["paused"] is False
    registry = Registry(home.registry_url)
    assert registry.audit_differences() == []
    registry.close()


def test_a_run_that_was_asked_for_waits_is_seen_and_cancelled(editor: TestClient, viewer: TestClient):
    row = add(editor)
    answer = editor.post(f"{API}/schedules/{row['id']}/run", json={"period": "2026-09"})
    assert answer.status_code == 201
    run = answer.json()
    assert (run["state"], run["manual"], run["period"]) == ("due", True, "2026-09")
    again = editor.post(f"{API}/schedules/{row['id']}/run", json={})
    assert again.status_code == 409
    assert viewer.get(f"{API}/schedules/{row['id']}").json()["run"]["id"] == run["id"]
    assert viewer.get(f"{API}/schedules/{row['id']}/runs").json()["total"] == 1
    ended = editor.post(f"{API}/schedules/runs/{run['id']}/cancel").json()
    assert (ended["state"], ended["reason"]) == ("cancelled", "cancelled by editor")
    assert viewer.get(f"{API}/schedules/runs").json()["items"][0]["state"] == "cancelled"
    assert viewer.get(f"{API}/schedules/runs/{run['id']}/files/pdf").status_code == 404
    assert viewer.get(f"{API}/schedules/runs/999").status_code == 404


def test_a_period_in_the_future_is_not_begun(editor: TestClient):
    row = add(editor)
    answer = editor.post(f"{API}/schedules/{row['id']}/run", json={"period": "2099"})
    assert answer.status_code == 422
    assert "the period 2099 lies in the future" in answer.json()["detail"]
    assert editor.get(f"{API}/schedules/runs").json()["total"] == 0


def test_a_report_of_one_meter_is_not_scheduled_without_it(editor: TestClient):
    answer = editor.post(f"{API}/schedules", json={**GIVEN, "report": "meter", "parameters": {}})
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "parameters.meter"
    assert "this report is about one meter: name it" in problem["reason"]


def test_a_meter_that_is_gone_is_named_before_a_report_of_it_is_begun(editor: TestClient):
    row = add(editor)
    assert editor.delete(f"{API}/meters/UNIT-A?children=reparent").status_code == 200
    answer = editor.post(f"{API}/schedules/{row['id']}/run", json={})
    assert answer.status_code == 404
    assert editor.get(f"{API}/schedules/runs").json()["total"] == 0


def test_names_with_markup_stay_text(editor: TestClient):
    row = add(editor, name='<b>Board</b> & "friends"')
    assert editor.get(f"{API}/schedules/{row['id']}").json()["name"] == '<b>Board</b> & "friends"'


def test_the_reports_are_listed_with_their_parameters(viewer: TestClient):
    found = {row["name"]: row for row in viewer.get(f"{API}/reports").json()["items"]}
    assert {"name": "meter", "type": "str", "default": ""}.items() <= found["monthly"]["parameters"][1].items()


def test_the_front_page_leads_editors_to_the_schedules(editor: TestClient, viewer: TestClient, home: Settings):
    from energy_workbench.api.access.home_tokens import tokens_of

    tokens = tokens_of(home)
    editor.post("/login", data={"token": tokens.editor})
    assert 'href="/schedules"' in editor.get("/").text
    led = editor.get("/schedules")
    assert (led.status_code, led.headers["location"]) == (302, "http://127.0.0.1:8867/schedules")
    viewer.post("/login", data={"token": tokens.viewer})
    assert viewer.get("/schedules").status_code == 403
