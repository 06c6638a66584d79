"""REST of readings, and of what is made of them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake, Spool
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API
from tests.workbench.plant import NOW, add_history

URL = f"{API}/meters/UNIT-A/readings"
ONE = {"ts": "2026-10-12T15:00:00.123456+05:30", "values": {"active_power_total": 6.1, "voltage_l1_n": 230.1}}


@pytest.fixture(autouse=True)
def _at_a_fixed_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())


def test_a_reading_is_read_back_as_it_was_sent(editor: TestClient) -> None:
    answer = editor.post(URL, json=ONE)
    assert answer.status_code == 201
    assert answer.json() == ONE
    assert editor.get(URL).json()["items"] == [ONE]


def test_a_list_is_taken_whole_and_the_same_again_changes_nothing(home: Settings, editor: TestClient) -> None:
    many = [{"ts": f"2026-10-12T0{n}:00:00Z", "values": {"energy_active_import": 100.0 + n}} for n in range(5)]
    first = editor.post(URL, json=many)
    assert first.status_code == 201
    assert first.json()["total"] == 5
    assert editor.post(URL, json=many).status_code == 201
    assert len(editor.get(URL).json()["items"]) == 5
    # And after they went to the lake.
    Lake(home.lake_path).commit(Spool(home.spool_path))
    assert editor.post(URL, json=many).status_code == 201
    assert len(editor.get(URL).json()["items"]) == 5


def test_a_further_quantity_of_the_same_instant_is_added(editor: TestClient) -> None:
    editor.post(URL, json=ONE)
    assert editor.post(URL, json={"ts": ONE["ts"], "values": {"frequency": 50.0}}).status_code == 201
    (found,) = editor.get(URL).json()["items"]
    assert found["values"] == {**ONE["values"], "frequency": 50.0}  # type: ignore[dict-item]


@pytest.mark.parametrize("committed", [False, True])
def test_another_value_for_the_same_instant_is_refused(home: Settings, editor: TestClient, committed: bool) -> None:
    editor.post(URL, json=ONE)
    if committed:
        Lake(home.lake_path).commit(Spool(home.spool_path))
    answer = editor.post(URL, json={"ts": ONE["ts"], "values": {"active_power_total": 7.0, "frequency": 50.0}})
    assert answer.status_code == 409
    assert "6.1" in answer.json()["detail"]
    assert editor.get(URL).json()["items"] == [ONE]


@pytest.mark.parametrize(
    ("reading", "field"),
    [
        ({}, "ts"),
        ({**ONE, "ts": "yesterday"}, "ts"),
        ({**ONE, "ts": 5}, "ts"),
        ({**ONE, "ts": "2026-10-14T00:00:00Z"}, "ts"),
        ({**ONE, "ts": "1970-01-01T00:00:00Z"}, "ts"),
        ({**ONE, "values": {}}, "values"),
        ({**ONE, "values": [1]}, "values"),
        ({**ONE, "values": {"active_power": 1}}, "active_power"),
        ({**ONE, "values": {"frequency": "50"}}, "frequency"),
        ({**ONE, "values": {"frequency": True}}, "frequency"),
        ({**ONE, "values": {"frequency": 1e300}}, "frequency"),
        ({**ONE, "values": {"frequency": 10**400}}, "frequency"),
        ({**ONE, "values": {"frequency": [50]}}, "frequency"),
        ({**ONE, "values": None}, "values"),
        ({**ONE, "ts": None}, "ts"),
        ({**ONE, "ts": "2026-10-12T10:00:00Z"}, "ts"),
        ({**ONE, "ts": "0001-01-01T00:00:00+05:30"}, "ts"),
        ({**ONE, "ts": "9999-12-31T23:59:59-05:30"}, "ts"),
        ({**ONE, "note": "x"}, "note"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_and_none_is_stored(
    editor: TestClient, reading: dict[str, Any], field: str
) -> None:
    answer = editor.post(URL, json=[ONE, reading])
    assert answer.status_code == 422
    assert (answer.json()["problems"][0]["where"], answer.json()["problems"][0]["field"]) == ("reading 2", field)
    assert editor.get(URL).json()["items"] == []


@pytest.mark.parametrize("body", [[], 1, "x", [1], None])
def test_a_body_without_readings_is_refused(editor: TestClient, body: Any) -> None:
    assert editor.post(URL, json=body).status_code == 422


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_refused(editor: TestClient, word: str) -> None:
    body = f'{{"ts": "2026-10-05T00:00:00Z", "values": {{"frequency": {word}}}}}'
    answer = editor.post(URL, content=body.encode())
    assert (answer.status_code, word in answer.json()["detail"]) == (422, True)


def test_a_value_that_was_not_available_is_no_value(editor: TestClient) -> None:
    body = {"ts": ONE["ts"], "values": {"frequency": None, "voltage_l1_n": 230.1}}
    assert editor.post(URL, json=body).json() == body
    (found,) = editor.get(URL).json()["items"]
    assert found["values"] == {"voltage_l1_n": 230.1}
    # It may come later: nothing contradicts it.
    assert editor.post(URL, json={"ts": ONE["ts"], "values": {"frequency": 50.0}}).status_code == 201


def test_a_list_that_contradicts_itself_is_refused_whole(editor: TestClient) -> None:
    other = {"ts": ONE["ts"], "values": {"voltage_l1_n": 231.0}}
    assert editor.post(URL, json=[ONE, other]).status_code == 409
    assert editor.get(URL).json()["items"] == []
    assert editor.post(URL, json=[ONE, ONE]).status_code == 201
    assert editor.get(URL).json()["items"] == [ONE]


def test_more_than_a_body_may_hold_is_refused(editor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energy_workbench.api.answers.LARGEST_BODY", 100)
    assert editor.post(URL, json=[ONE] * 3).status_code == 413


def test_readings_posted_while_others_are_committed_are_there_once(home: Settings, editor: TestClient) -> None:
    done = threading.Event()

    def commit() -> None:
        spool, lake = Spool(home.spool_path), Lake(home.lake_path)
        while not done.is_set():
            lake.commit(spool)
        lake.commit(spool)
        spool.close()

    committing = threading.Thread(target=commit)
    committing.start()
    try:
        for minute in range(20):
            body = {"ts": f"2026-10-12T00:{minute:02}:00Z", "values": {"energy_active_import": minute}}
            for _ in range(2):
                assert editor.post(URL, json=body).status_code == 201
    finally:
        done.set()
        committing.join(120)
    values = [row["values"]["energy_active_import"] for row in editor.get(URL).json()["items"]]
    assert values == list(range(20))


def test_a_posted_reading_makes_a_meter_live_that_nobody_polls(editor: TestClient) -> None:
    editor.post(URL, json=ONE)
    assert editor.get(f"{API}/meters/UNIT-A").json()["last_seen"] == ONE["ts"]
    nodes = {node["number"]: node["value"] for node in editor.get(f"{API}/flow").json()["nodes"]}
    # Above it nobody reads anything: what goes through there is the sum of what is measured below.
    assert nodes["UNIT-A"] == nodes["MAIN"] == nodes["GRID"] == pytest.approx(6.1 * 20)


def test_limits_and_spans_of_readings(home: Settings, viewer: TestClient) -> None:
    add_history(home)
    newest = viewer.get(f"{URL}?limit=2").json()
    assert [row["ts"][11:16] for row in newest["items"]] == ["14:45", "15:00"]
    span = viewer.get(
        f"{URL}?from=2026-10-10T10:00:00 05:30&to=2026-10-10T11:00:00%2B05:30&quantity=active_power_total"
    )
    assert [row["ts"][11:16] for row in span.json()["items"]] == ["10:00", "10:15", "10:30", "10:45"]
    assert span.json()["items"][0]["values"] == {"active_power_total": 6.0}
    scaled = viewer.get(f"{URL}?limit=1&scaled=true&quantity=active_power_total,energy_active_import").json()["items"][
        0
    ]
    assert scaled["values"]["active_power_total"] == 120.0


def test_intervals_patterns_and_flows_are_those_of_the_facade(home: Settings, viewer: TestClient) -> None:
    add_history(home)
    span = "from=2026-10-10T00:00:00%2B05:30&to=2026-10-11T00:00:00%2B05:30"
    found = viewer.get(f"{API}/meters/UNIT-A/intervals?{span}&every=1h").json()
    assert found["total"] == 24
    assert set(found["items"][0]) >= {
        "start",
        "energy_import_kwh",
        "energy_export_kwh",
        "demand_kw",
        "power_factor",
        "quality",
        "completeness",
    }
    assert sum(row["energy_import_kwh"] for row in found["items"]) == pytest.approx(2880.0)
    whole_day = viewer.get(f"{API}/meters/UNIT-A/intervals?period=2026-10-10&every=1h").json()
    assert whole_day["items"] == found["items"]
    pattern = viewer.get(f"{API}/consumption/pattern?meter=UNIT-A&{span}").json()
    assert (len(pattern["points"]), pattern["total_kwh"]) == (24, pytest.approx(2880.0))
    assert len(viewer.get(f"{API}/consumption/pattern?meter=UNIT-A&days=7&every=1h").json()["points"]) == 168
    flow = viewer.get(f"{API}/flow?period=2026-10-10").json()
    assert (flow["unit"], flow["completeness"]) == ("kWh", 1.0)
    overview = viewer.get(f"{API}/overview?period=2026-10-10").json()
    assert overview["flow"] == flow
    rows = viewer.get(f"{API}/sql", params={"text": "select number, parent_id from meters order by 1 limit 1"}).json()
    assert rows == {"columns": ["number", "parent_id"], "types": ["string", "string"], "rows": [["DG", "mtr_2"]]}
    odd = {"text": "select 'nan'::double as a, sum(1::bigint) as b, 0.5::decimal(3, 1) as c, 1 as a"}
    assert viewer.get(f"{API}/sql", params=odd).json()["rows"] == [[None, 1, 0.5, 1]]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/meters/NONE/intervals", 404),
        ("/meters/GRID/intervals?every=7min", 422),
        ("/meters/GRID/intervals?from=soon", 422),
        ("/meters/GRID/intervals?to=2026", 422),
        ("/meters/GRID/intervals?from=2026-10-02&to=2026-10-01", 422),
        ("/meters/GRID/intervals?period=today&from=2026", 422),
        ("/consumption/pattern?days=0", 422),
        ("/consumption/pattern?meter=NONE", 404),
        ("/meters/GRID/readings?quantity=power", 422),
        ("/sql?text=delete from meters", 400),
        ("/overview?period=whenever", 422),
    ],
)
def test_what_cannot_be_asked_is_a_problem_document(viewer: TestClient, path: str, status: int) -> None:
    answer = viewer.get(API + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_empty_home_answers_everything(viewer: TestClient) -> None:
    overview = viewer.get(f"{API}/overview").json()
    assert overview["cards"]["energy_kwh"] is None
    assert overview["cards"]["completeness"] == 0.0
    assert viewer.get(f"{API}/meters/GRID/intervals").json()["items"][0]["quality"] == "missing"
    assert viewer.get(URL).json()["items"] == []
    assert viewer.get(f"{API}/flow").json()["links"] == []
