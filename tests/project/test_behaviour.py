"""What is recorded of the interface is what the service serves, and a comparison names what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.app import create_app
from scripts.behaviour import described, recorded_document
from scripts.recording.differences import compare
from tests.workbench.plant import make_home


def test_the_document_that_is_recorded_is_the_one_that_is_served(tmp_path: Path) -> None:
    with TestClient(create_app(make_home(tmp_path / "home")), base_url="http://127.0.0.1") as rest:
        served = rest.get("/openapi.json").json()
        assert recorded_document(rest) == served
    names = dict(described(served))
    assert "openapi Problem" in names
    assert "openapi get /api/Energy/meters" in names


def test_a_comparison_says_where_two_records_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    answers = {"GET /a": [200, {"items": [1, 2]}], "GET /b": [404, None]}
    before.write_text("".join(json.dumps(each) + "\n" for each in answers.items()))
    assert compare(before, before) == 0
    answers["GET /a"] = [200, {"items": [1, 3]}]
    after.write_text("".join(json.dumps(each) + "\n" for each in answers.items()))
    assert compare(before, after) == 1
    assert ".items[1]: 2 -> 3" in capsys.readouterr().out
