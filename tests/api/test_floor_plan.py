"""The floor plan over REST."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.api.conftest import API
from tests.workbench.test_floor_plan import png


def test_an_editor_gives_a_plan_and_a_viewer_sees_it(editor: TestClient) -> None:
    assert editor.get(f"{API}/floor-plan").status_code == 404
    answer = editor.put(f"{API}/floor-plan", content=png(30, 20))
    assert answer.json() == {"media": "image/png", "width": 30.0, "height": 20.0}
    shown = editor.get(f"{API}/floor-plan")
    assert shown.content == png(30, 20)
    assert shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert editor.delete(f"{API}/floor-plan").status_code == 204
    assert editor.delete(f"{API}/floor-plan").status_code == 204
    assert editor.get(f"{API}/floor-plan").status_code == 404


def test_what_is_no_picture_is_a_problem_and_a_viewer_cannot_give_one(editor: TestClient) -> None:
    answer = editor.put(f"{API}/floor-plan", content=b"<script>alert(1)</script>")
    assert answer.status_code == 422
    assert "picture" in answer.json()["detail"]


def test_a_viewer_may_not_change_it(viewer: TestClient) -> None:
    assert viewer.put(f"{API}/floor-plan", content=png()).status_code == 403
    assert viewer.delete(f"{API}/floor-plan").status_code == 403
