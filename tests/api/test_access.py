"""Who may ask for what: tokens, cookies, roles."""

from __future__ import annotations

import re
import stat
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import adopt, rotate, tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.errors import HomeError, SettingsError
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
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


def test_a_revoked_token_of_the_home_is_not_back_after_a_restart(home: Settings, viewer: TestClient) -> None:
    registry = Registry(home.registry_url)
    registry.revoke_token("viewer")
    create_app(home)
    assert viewer.get(f"{API}/site").status_code == 401
    former = tokens_of(home)
    rotated = rotate(registry, home, "viewer")
    assert tokens_of(home) == (former.editor, rotated)
    assert stat.S_IMODE((home.home / "viewer.token").stat().st_mode) == 0o600
    assert viewer.get(f"{API}/site").status_code == 401
    viewer.headers["Authorization"] = f"Bearer {rotated}"
    assert viewer.get(f"{API}/site").status_code == 200  # at once
    (home.home / "viewer.token").unlink()
    create_app(home)
    assert viewer.get(f"{API}/site").status_code == 401
    assert registry.role_of(tokens_of(home).viewer) == "viewer"


def test_a_token_of_the_settings_is_changed_there(home: Settings) -> None:
    registry, given = Registry(home.registry_url), replace(home, token="of the settings")
    adopt(registry, tokens_of(given))
    with pytest.raises(SettingsError, match="change `token` there"):
        rotate(registry, given, "editor")
    registry.revoke_token("editor")
    adopt(registry, tokens_of(given))
    assert registry.role_of("of the settings") is None
    adopt(registry, tokens_of(replace(home, token="another")))
    assert registry.role_of("another") == "admin"


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_only_the_homes_own_servers_come_in_at_their_door(home: Settings, editor: TestClient, secret: str) -> None:
    for bearer in (secret, tokens_of(home).editor):
        headers = {"Authorization": f"Bearer {bearer}"}
        assert editor.post("/door/visits", json={"token": "x"}, headers=headers).status_code == 403
        assert editor.put("/door/servers/a", json={"kernels": {}, "visits": []}, headers=headers).status_code == 403
    assert "/door" not in editor.get("/openapi.json").text


def test_a_page_opened_with_a_token_sets_a_cookie_that_opens_the_rest(home: Settings, nobody: TestClient) -> None:
    token = tokens_of(home).viewer
    answer = nobody.get("/docs", params={"token": token, "a": "b"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs?a=b")
    cookie = answer.headers["set-cookie"]
    assert token not in str(answer.headers) + answer.text
    assert cookie.startswith("ew_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert nobody.get("/").status_code == 200
    assert nobody.get(f"{API}/meters").status_code == 200


def test_a_cookie_may_not_change_anything_for_a_page_of_another_address(home: Settings, nobody: TestClient) -> None:
    nobody.post("/login", data={"token": tokens_of(home).editor})
    body = {"number": "X", "name": "X", "type": "other"}
    for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:8866"}, {"Origin": "null"}):
        assert nobody.post(f"{API}/meters", json=body, headers=headers).status_code == 403
    assert nobody.post(f"{API}/meters", json=body, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 201
