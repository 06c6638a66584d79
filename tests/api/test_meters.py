"""REST of the meters."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from energy_workbench.contract.results import METER_COLUMNS
from energy_workbench.domain.entities import RESERVED
from tests.api.conftest import API

PRESS = {
    "number": "UNIT-A-MACHINE-05",
    "name": "CNC Machine 05",
    "type": "machine",
    "parent_id": "UNIT-A",
    "ct_primary": 100,
    "ct_secondary": 5,
    "pt_primary": 415,
    "pt_secondary": 110,
    "gateway": "tcp://192.168.1.105:502",
    "unit_id": 5,
    "profile": "schneider_pm5xxx",
}


def numbers(answer: Any) -> list[str]:
    return [meter["number"] for meter in answer.json()["items"]]


def test_the_list_has_every_meter_with_every_field(viewer: TestClient) -> None:
    answer = viewer.get(f"{API}/meters")
    assert numbers(answer) == ["GRID", "MAIN", "DG", "SOLAR", "UNIT-A", "UNIT-A-MACHINE-01"]
    assert answer.json()["total"] == 6
    for meter in answer.json()["items"]:
        assert list(meter)[: len(METER_COLUMNS)] == METER_COLUMNS
    unit = answer.json()["items"][4]
    assert (unit["ct_ratio"], unit["pt_ratio"], unit["ratio_applied_by"]) == ("100/5", None, "workbench")
    assert (unit["colour"], unit["flow"], unit["created_at"][-6:]) == ("grey", "consumer", "+05:30")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("type=unit", ["UNIT-A"]),
        ("status=maintenance", ["UNIT-A-MACHINE-01"]),
        ("parent_id=MAIN", ["DG", "SOLAR", "UNIT-A"]),
        ("q=hall 1", ["UNIT-A"]),
        ("q=UNIT", ["UNIT-A", "UNIT-A-MACHINE-01"]),
        ("limit=2&offset=1", ["MAIN", "DG"]),
        ("q=nothing", []),
    ],
)
def test_the_list_can_be_narrowed(viewer: TestClient, asked: str, found: list[str]) -> None:
    assert numbers(viewer.get(f"{API}/meters?{asked}")) == found


@pytest.mark.parametrize("asked", ["type=unix", "status=on", "limit=0", "limit=1001", "limit=x", "offset=-1"])
def test_a_filter_that_cannot_be_is_refused_with_its_name(viewer: TestClient, asked: str) -> None:
    answer = viewer.get(f"{API}/meters?{asked}")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == asked.split("=")[0]


def test_a_meter_is_found_by_id_and_by_number(viewer: TestClient) -> None:
    by_number = viewer.get(f"{API}/meters/unit-a")
    assert by_number.json() == viewer.get(f"{API}/meters/{by_number.json()['id']}").json()
    missing = viewer.get(f"{API}/meters/NONE")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json()["title"] == "Not found"


def test_the_tree_is_nested_from_its_roots(viewer: TestClient) -> None:
    (grid,) = viewer.get(f"{API}/meters/hierarchy").json()
    (main,) = grid["children"]
    assert [child["number"] for child in main["children"]] == ["DG", "SOLAR", "UNIT-A"]
    assert main["children"][2]["children"][0]["children"] == []
    assert numbers(viewer.get(f"{API}/meters/MAIN/children")) == ["DG", "SOLAR", "UNIT-A"]


def test_the_status_summary_counts(viewer: TestClient) -> None:
    found = viewer.get(f"{API}/meters/status-summary").json()
    assert found["total"] == 6
    assert found["status"] == {"active": 5, "inactive": 0, "maintenance": 1, "faulty": 0}
    assert found["colour"] == {"green": 0, "yellow": 0, "orange": 0, "red": 0, "grey": 6}


def test_a_meter_is_created_read_changed_and_deleted(editor: TestClient) -> None:
    created = editor.post(f"{API}/meters", json=PRESS)
    assert created.status_code == 201
    meter = created.json()
    assert created.headers["location"] == f"{API}/meters/{meter['id']}"
    assert (meter["ct_ratio"], meter["pt_ratio"], meter["colour"]) == ("100/5", "415/110", "red")

    whole = editor.get(f"{API}/meters/{meter['id']}").json()
    changed = editor.put(f"{API}/meters/{meter['id']}", json={**whole, "name": "Lathe", "ct_primary": 200})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["ct_ratio"]) == ("Lathe", "200/5")
    history = editor.get(f"{API}/meters/{meter['id']}/ratios").json()
    assert [ratio["ct_ratio"] for ratio in history["items"]] == ["100/5", "200/5"]
    assert history["items"][0]["valid_from"] is None
    assert history["items"][1]["valid_from"] is not None

    gone = editor.delete(f"{API}/meters/{meter['id']}")
    assert gone.status_code == 200
    assert numbers(gone) == [PRESS["number"]]
    assert editor.get(f"{API}/meters/{meter['id']}").status_code == 404
    back = editor.post(f"{API}/meters/{meter['id']}/restore")
    assert back.status_code == 201
    assert back.json()["ct_ratio"] == "200/5"


def test_a_class_of_accuracy_is_a_number_or_text_and_a_number_in_sql(editor: TestClient) -> None:
    body = {"number": "CLASSES", "name": "Classes", "type": "machine", "accuracy_class": 0.5, "ct_class": "0.2 s"}
    made = editor.post(f"{API}/meters", json=body)
    assert made.status_code == 201
    assert (made.json()["accuracy_class"], made.json()["ct_class"], made.json()["pt_class"]) == (0.5, "0.2S", None)
    found = editor.get(f"{API}/meters/CLASSES").json()
    assert editor.put(f"{API}/meters/CLASSES", json=found | {"pt_class": "3P"}).json()["ct_class"] == "0.2S"
    text = "SELECT accuracy_class, ct_class, ct_class_name, pt_class_name FROM meters WHERE number = 'CLASSES'"
    rows = editor.get(f"{API}/sql", params={"text": text}).json()["rows"]
    assert rows == [[0.5, 0.2, "0.2S", "3P"]]
    refused = editor.put(f"{API}/meters/CLASSES", json={"accuracy_class": "5P"})
    assert refused.status_code == 422
    assert "0.2S, 0.5, 0.5S, 1, 2" in refused.text


def test_everything_that_is_wrong_is_said_at_once(editor: TestClient) -> None:
    answer = editor.post(f"{API}/meters", json={"number": "mtr_9", "name": "", "type": "unix", "unit_id": 400})
    assert answer.status_code == 422
    assert {found["field"] for found in answer.json()["problems"]} >= {"number", "name", "type", "unit_id"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"name": NaN}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(editor: TestClient, body: bytes) -> None:
    answer = editor.post(f"{API}/meters", content=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_without_end_is_refused(editor: TestClient) -> None:
    assert editor.post(f"{API}/meters", content=b" " * 8_000_001).status_code == 413


def test_conflicts_are_told_apart(editor: TestClient) -> None:
    assert editor.post(f"{API}/meters", json={**PRESS, "number": "unit-a"}).status_code == 409
    assert editor.put(f"{API}/meters/MAIN", json={"parent_id": "UNIT-A"}).status_code == 409
    assert editor.delete(f"{API}/meters/UNIT-A").status_code == 409
    assert editor.delete(f"{API}/meters/UNIT-A?children=burn").status_code == 422


def test_deleting_with_children_moves_or_takes_them(editor: TestClient) -> None:
    assert numbers(editor.delete(f"{API}/meters/UNIT-A?children=reparent")) == ["UNIT-A"]
    assert (
        editor.get(f"{API}/meters/UNIT-A-MACHINE-01").json()["parent_id"]
        == editor.get(f"{API}/meters/MAIN").json()["id"]
    )
    assert len(numbers(editor.delete(f"{API}/meters/MAIN?children=cascade"))) == 4


def test_an_etag_guards_a_change(editor: TestClient) -> None:
    tag = editor.get(f"{API}/meters/UNIT-A").headers["etag"]
    first = editor.put(f"{API}/meters/UNIT-A", json={"name": "One"}, headers={"If-Match": tag})
    assert first.status_code == 200
    assert first.headers["etag"] != tag
    second = editor.put(f"{API}/meters/UNIT-A", json={"name": "Two"}, headers={"If-Match": tag})
    assert second.status_code == 412
    assert "read it again" in second.json()["detail"]
    assert (second.json()["current"]["name"], second.json()["wanted"]["name"]) == ("One", "Two")
    assert editor.delete(f"{API}/meters/UNIT-A-MACHINE-01", headers={"If-Match": '"99"'}).status_code == 412
    assert editor.put(f"{API}/meters/UNIT-A", json={"name": "Three"}, headers={"If-Match": "*"}).status_code == 200
    assert editor.get(f"{API}/meters/UNIT-A").json()["name"] == "Three"


@pytest.mark.parametrize("tag", ['"abc"', '"0"', 'W/"xyz"', '"99999999999999999999"', '""', '"7", "x"'])
def test_a_tag_that_was_never_given_does_not_match(editor: TestClient, tag: str) -> None:
    answer = editor.put(f"{API}/meters/UNIT-A", json={"name": "Two"}, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert answer.json()["current"]["name"] == "Unit A"
    assert editor.put(f"{API}/meters/UNIT-A", json={}, headers={"If-Match": f'{tag}, "1"'}).status_code == 200
    assert editor.put(f"{API}/meters/NONE", json={}, headers={"If-Match": tag}).status_code == 404


def test_what_is_no_tag_is_refused(editor: TestClient) -> None:
    assert editor.put(f"{API}/meters/UNIT-A", json={}, headers={"If-Match": "abc"}).status_code == 422


@pytest.mark.parametrize("number", ["LT/1", "a/b/../c", "A?b=1#c", "Ω ⚡", "a+b", "A\\B"])
def test_any_number_stands_in_an_address(editor: TestClient, number: str) -> None:
    made = editor.post(f"{API}/meters", json={**PRESS, "number": number})
    assert made.status_code == 201
    path = f"{API}/meters/{quote(number, safe='')}"
    assert editor.get(path).json() == made.json()
    assert editor.put(path, json={"name": "Lathe"}).json()["name"] == "Lathe"
    assert editor.get(f"{path}/children").json()["total"] == 0
    assert editor.get(f"{path}/ratios").json()["total"] == 1
    assert numbers(editor.delete(path)) == [number]
    assert editor.post(f"{path}/restore").status_code == 201


def test_a_template_with_a_slash_is_deleted_by_its_name(editor: TestClient) -> None:
    editor.post(f"{API}/templates", json={"name": "Feeder 100/5", "meter": "UNIT-A"})
    assert editor.delete(f"{API}/templates/Feeder%20100%2F5").status_code == 204


def test_no_number_is_a_word_of_the_addresses(editor: TestClient) -> None:
    paths = editor.get("/openapi.json").json()["paths"]
    words = {path.split("/")[4] for path in paths if path.startswith(f"{API}/meters/")} - {"{id}"}
    assert words == RESERVED - {".", ".."}
    for word in RESERVED | {"Export"}:
        answer = editor.post(f"{API}/meters", json={**PRESS, "number": word})
        assert answer.status_code == 422
        assert [problem["field"] for problem in answer.json()["problems"]] == ["number"]


def test_a_tree_of_any_depth_is_answered(editor: TestClient) -> None:
    lines = [f"D{i},D,unit,{f'D{i - 1}' if i else 'UNIT-A'}" for i in range(2000)]
    file = "\n".join(["number,name,type,parent", *lines]).encode()
    assert editor.post(f"{API}/meters/import?dry_run=false", content=file).status_code == 200
    answer = editor.get(f"{API}/meters/hierarchy")
    assert answer.status_code == 200
    assert answer.content.count(b'"children":[') == 2006
    assert b"]}" * 2000 in answer.content


def test_the_audit_comes_in_pages(editor: TestClient) -> None:
    for index in range(5):
        editor.put(f"{API}/meters/UNIT-A", json={"name": f"Unit {index}"})
    whole = editor.get(f"{API}/audit?limit=1000").json()
    assert whole["total"] == len(whole["items"]) > 5
    page = editor.get(f"{API}/audit?limit=2&offset=1").json()
    assert (page["items"], page["total"]) == (whole["items"][1:3], whole["total"])
    assert editor.get(f"{API}/audit?meter=UNIT-A&limit=1").json()["total"] == 6
    assert editor.get(f"{API}/audit?offset=1000000").json()["items"] == []
    assert editor.get(f"{API}/audit?offset=99999999999999999999").status_code == 422


def test_a_ratio_can_be_dated(editor: TestClient) -> None:
    body = {"ct_primary": 200, "ct_secondary": 5, "valid_from": "2026-10-01T00:00:00"}
    answer = editor.post(f"{API}/meters/UNIT-A/ratios", json=body)
    assert answer.status_code == 201
    assert answer.json()["valid_from"] == "2026-10-01T00:00:00+05:30"
    assert answer.json()["ratio_applied_by"] == "workbench"
    wrong = editor.post(f"{API}/meters/UNIT-A/ratios", json={"ct_primary": "many", "valid_from": "soon", "ct": 1})
    assert {found["field"] for found in wrong.json()["problems"]} == {"ct_primary", "valid_from", "ct"}


def test_what_is_not_there_is_a_problem_document_too(viewer: TestClient) -> None:
    for verb, path, status in (("GET", f"{API}/nothing", 404), ("PATCH", f"{API}/meters", 405)):
        answer = viewer.request(verb, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
