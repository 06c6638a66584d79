"""Meter files over REST."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import API


@pytest.mark.parametrize(("format", "start"), [("csv", b"number,name,type,parent"), ("xlsx", b"PK")])
def test_files_are_downloads(viewer: TestClient, format: str, start: bytes) -> None:
    for path in ("export", "import-template"):
        answer = viewer.get(f"{API}/meters/{path}?format={format}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert answer.headers["content-disposition"].endswith(f'.{format}"')
    assert viewer.get(f"{API}/meters/export?format=pdf").status_code == 422


def test_an_import_is_a_dry_run_unless_it_is_said_otherwise(editor: TestClient) -> None:
    body = b"number,name,type\nNEW,New,machine\n"
    assert editor.post(f"{API}/meters/import", content=body).json()["new"][0]["line"] == 2
    assert editor.get(f"{API}/meters/NEW").status_code == 404
    assert editor.post(f"{API}/meters/import?dry_run=false", content=body).status_code == 200
    assert editor.get(f"{API}/meters/NEW").status_code == 200


def test_a_file_that_is_too_large_is_refused_before_all_of_it_came(
    editor: TestClient, viewer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy_workbench.api.files.LARGEST", 1000)
    assert editor.post(f"{API}/meters/import", content=b"x" * 1001).status_code == 413
    assert viewer.post(f"{API}/meters/import", content=b"x" * 1001).status_code == 403


@pytest.mark.parametrize(
    "name", ["a\"b'c", "<img src=x onerror=alert(1)>", "Größe ⚡ 電", "=cmd|'/c calc'!A1", "a;b,c"]
)
def test_names_come_out_as_they_went_in(editor: TestClient, name: str) -> None:
    made = editor.post(f"{API}/meters", json={"number": "ODD", "name": name, "type": "other"})
    assert made.json()["name"] == name
    file = editor.get(f"{API}/meters/export").content
    assert editor.post(f"{API}/meters/import", content=file).json()["unchanged"] == 7
    assert "<img" not in editor.get("/docs").text


@pytest.mark.parametrize("name", ["a\nb", "x" * 10_000, "\u202eabc", "a\x00b"])
def test_a_name_that_cannot_be_shown_is_refused_with_the_reason(editor: TestClient, name: str) -> None:
    answer = editor.post(f"{API}/meters", json={"number": "ODD", "name": name, "type": "other"})
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "name"
    assert len(problem["value"]) <= 60


def test_a_plus_sign_in_an_address_need_not_be_encoded(editor: TestClient) -> None:
    since = "2026-10-05T00:00:00+05:30"
    editor.post(f"{API}/meters/UNIT-A/ratios", json={"ct_primary": 200, "ct_secondary": 5, "valid_from": since})
    impact = editor.get(f"{API}/meters/UNIT-A/ratios/impact?valid_from={since}")
    assert impact.json()["from"] == since
    assert editor.get(f"{API}/meters/UNIT-A/ratios/impact?valid_from=beginning").json()["from"] is None
    left = editor.delete(f"{API}/meters/UNIT-A/ratios/{since}")
    assert [row["valid_from"] for row in left.json()["items"]] == [None]
