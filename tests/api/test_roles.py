"""What each role may."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.domain.roles import LEAST, May, Role
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API, _with

BODY = {"number": "X", "name": "X", "type": "other"}


def test_each_role_may_what_those_before_it_may() -> None:
    assert [role for role in Role if role.may(May.LOOK)] == list(Role)
    assert [role for role in Role if role.may(May.NOTE)] == [Role.OPERATOR, Role.EDITOR, Role.ADMIN]
    assert [role for role in Role if role.may(May.CHANGE)] == [Role.EDITOR, Role.ADMIN]
    assert [role for role in Role if role.may(May.GOVERN)] == [Role.ADMIN]
    assert set(LEAST) == set(May)


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("operator", 403), ("editor", 201), ("admin", 201)])
def test_a_named_token_does_what_its_role_may(home: Settings, nobody: TestClient, role: str, status: int) -> None:
    client = _with(nobody, Registry(home.registry_url).create_token("asha", role))
    answer = client.post(f"{API}/meters", json=BODY)
    assert answer.status_code == status
    assert client.get(f"{API}/meters").status_code == 200
    if status == 403:
        assert "ask for an editor's token" in answer.json()["detail"]
    else:
        assert client.get(f"{API}/audit").json()["items"][0]["by"] == "asha"


def test_tokens_are_for_admins(home: Settings, editor: TestClient, nobody: TestClient) -> None:
    made = editor.post(f"{API}/tokens", json={"name": "asha", "role": "operator"})
    assert made.status_code == 201
    asha = _with(nobody, made.json()["token"])
    assert asha.get(f"{API}/meters").status_code == 200
    listed = editor.get(f"{API}/tokens").json()
    assert [(row["name"], row["role"]) for row in listed["items"]] == [
        ("asha", "operator"),
        ("editor", "admin"),
        ("viewer", "viewer"),
    ]
    assert made.json()["token"] not in str(listed)
    bert = _with(nobody, Registry(home.registry_url).create_token("bert", "editor"))
    for client in (asha, bert):
        for verb, path in (("GET", "/tokens"), ("POST", "/tokens"), ("DELETE", "/tokens/asha")):
            assert client.request(verb, API + path, json={}).status_code == 403
    assert editor.post(f"{API}/tokens", json={"name": "x", "role": "owner"}).status_code == 422
    assert editor.delete(f"{API}/tokens/asha").status_code == 204
    assert asha.get(f"{API}/meters").status_code == 401
    assert editor.delete(f"{API}/tokens/asha").status_code == 404


def test_the_token_that_a_home_keeps_may_everything_and_editors_of_before_what_they_might(
    home: Settings, nobody: TestClient
) -> None:
    registry = Registry(home.registry_url)
    registry.create_token("asha", "editor")
    roles = {token.name: token.role for token in registry.tokens()}
    assert roles == {"asha": Role.EDITOR, "editor": Role.ADMIN, "viewer": Role.VIEWER}
    assert registry.role_of(tokens_of(home).editor) is Role.ADMIN
