"""Who may ask for what: tokens, cookies, roles."""

from __future__ import annotations

import re
import stat
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access import adopt, tokens_of
from energy_workbench.core.errors import HomeError, SettingsError
from energy_workbench.core.settings import Settings
from energy_workbench.registry import Registry
from tests.api.conftest import API


def test_tokens_are_made_once_and_only_their_owner_can_read_them(home: Settings) -> None:
    first = tokens_of(home)
    assert first.editor != first.viewer
    assert len(first.editor) >= 40
    assert tokens_of(home) == first
    for name in ("editor.token", "viewer.token"):
        assert stat.S_IMODE((home.home / name).stat().st_mode) == 0o600


def test_tokens_of_the_settings_win_and_must_differ(home: Settings) -> None:
    assert tokens_of(replace(home, token="an-editor", viewer_token="a-viewer")) == ("an-editor", "a-viewer")
    with pytest.raises(SettingsError, match="the same"):
        tokens_of(replace(home, token="one", viewer_token="one"))


def test_an_empty_token_file_is_never_a_token(home: Settings) -> None:
    (home.home / "editor.token").write_text("\n")
    with pytest.raises(HomeError, match="delete it"):
        tokens_of(home)


def test_adopting_again_changes_nothing(home: Settings) -> None:
    registry = Registry(home.registry_url)
    adopt(registry, tokens_of(home))
    revision = registry.revision()
    adopt(registry, tokens_of(home))
    assert registry.revision() == revision
    assert registry.role_of(tokens_of(home).viewer) == "viewer"


@pytest.mark.parametrize("path", ["/meters", "/meters/hierarchy", "/site", "/overview", "/sql?text=select+1"])
def test_every_call_needs_a_token(nobody: TestClient, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}, {"Cookie": "ew_session=no"}):
        answer = nobody.get(API + path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_health_needs_none(nobody: TestClient) -> None:
    assert nobody.get(f"{API}/health").json() == {"ok": True}


def test_no_call_that_changes_something_is_open_to_a_viewer(
    home: Settings, viewer: TestClient, nobody: TestClient
) -> None:
    described = viewer.get("/openapi.json").json()["paths"]
    calls = [(verb.upper(), path) for path, verbs in described.items() for verb in verbs if verb != "get"]
    calls.remove(("POST", f"{API}/meters/check"))  # stores nothing
    assert len(calls) > 25
    before = viewer.get(f"{API}/meters").json(), Registry(home.registry_url).revision()
    for verb, path in calls:
        filled = re.sub(r"\{\w+\}", "UNIT-A", path)
        for client, status in ((viewer, 403), (nobody, 401)):
            answer = client.request(verb, filled, json={} if verb != "DELETE" else None)
            assert (verb, path, answer.status_code) == (verb, path, status)
            assert answer.json()["title"] == "Access denied"
    assert (viewer.get(f"{API}/meters").json(), Registry(home.registry_url).revision()) == before


def test_a_revoked_token_is_worthless_at_once(home: Settings, viewer: TestClient) -> None:
    assert viewer.get(f"{API}/site").status_code == 200
    Registry(home.registry_url).revoke_token("viewer")
    assert viewer.get(f"{API}/site").status_code == 401


def test_a_page_opened_with_a_token_sets_a_cookie_that_opens_the_rest(home: Settings, nobody: TestClient) -> None:
    answer = nobody.get("/", params={"token": tokens_of(home).viewer})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("ew_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert nobody.get("/").status_code == 200
    assert nobody.get(f"{API}/meters").status_code == 200


def test_a_cookie_may_not_change_anything_for_a_page_of_another_address(home: Settings, nobody: TestClient) -> None:
    nobody.cookies.set("ew_session", tokens_of(home).editor)
    body = {"number": "X", "name": "X", "type": "other"}
    for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:8866"}, {"Origin": "null"}):
        assert nobody.post(f"{API}/meters", json=body, headers=headers).status_code == 403
    assert nobody.post(f"{API}/meters", json=body, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 201
