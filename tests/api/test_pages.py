"""The front page, the door and the way to the dashboards."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.reference.reference import _call
from energy_workbench.api.web.entrance import door
from energy_workbench.domain.entities import Site
from energy_workbench.domain.time import clock
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor import supervised


def opened(client: TestClient, token: str, address: str = "/") -> httpx.Response:
    """What is behind the redirect of an address that a token was put into."""
    answer = client.get(f"{address}{'&' if '?' in address else '?'}token={token}")
    assert (answer.status_code, answer.headers["location"]) == (302, address)
    assert token not in str(answer.headers)
    return client.get(address)


def test_a_page_without_a_token_asks_for_one_and_leads_on(home: Settings, nobody: TestClient) -> None:
    asked = nobody.get("/meter-dashboard?meter=UNIT-A&period=today")
    assert asked.status_code == 401
    assert '<form method="post" action="/login">' in asked.text
    assert 'value="/meter-dashboard?meter=UNIT-A&amp;period=today"' in asked.text
    wrong = nobody.post("/login", data={"token": "wrong", "to": "/"})
    assert wrong.status_code == 401
    assert "not known" in wrong.text
    right = nobody.post("/login", data={"token": tokens_of(home).viewer, "to": "/meter-dashboard?meter=UNIT-A"})
    assert right.status_code == 303
    assert right.headers["location"] == "/meter-dashboard?meter=UNIT-A"
    assert nobody.get("/").status_code == 200


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_the_door_leads_nowhere_else(home: Settings, nobody: TestClient, to: str) -> None:
    answer = nobody.post("/login", data={"token": tokens_of(home).viewer, "to": to})
    assert answer.headers["location"] == "/"


def test_the_dashboard_opens_on_its_server_and_no_token_is_in_the_way_there(home: Settings, nobody: TestClient) -> None:
    tokens = tokens_of(home)
    answer = nobody.get(f"/meter-dashboard?token={tokens.editor}&meter=UNIT-A&period=last+7+days")
    assert (answer.status_code, answer.headers["location"]) == (
        302,
        "/meter-dashboard?meter=UNIT-A&period=last+7+days",
    )
    assert "ew_session" in answer.headers["set-cookie"]
    answer = nobody.get(answer.headers["location"])
    assert answer.status_code == 302
    assert answer.headers["location"] == "http://127.0.0.1:8866/meter-dashboard?meter=UNIT-A&period=last+7+days"


def test_the_front_page_shows_links_of_the_role_and_every_process(home: Settings, nobody: TestClient) -> None:
    StateStore(home.state_url).heartbeat("collector", "92 meters")
    tokens = tokens_of(home)
    for name, role, lab in (("viewer", "viewer", False), ("editor", "admin", True)):
        html = opened(nobody, getattr(tokens, name)).text
        assert f"{role} access" in html
        assert 'href="/meter-dashboard"' in html
        assert ("JupyterLab" in html) is lab
        assert re.search(r"collector</td><td class=\"good\">running.*?92 meters", html)
        assert re.search(r"schedule</td><td class=\"bad\">not running", html)


EVIL = "<script>alert(1)</script>&amp;\"'{0}{body}%s"


def test_what_people_write_is_text_on_the_front_page(home: Settings, nobody: TestClient) -> None:
    Registry(home.registry_url).set_site(Site(name=EVIL, timezone="Asia/Kolkata"), by="test")
    StateStore(home.state_url).heartbeat("collector", EVIL)
    html = opened(nobody, tokens_of(home).viewer).text
    assert "<script" not in html
    assert html.count(str(escape(EVIL))) == 2


@pytest.mark.parametrize("to", ['/?x="><script>alert(1)</script>', "/?x={0}%s&amp;'"])
def test_an_address_is_text_in_the_form_that_asks_for_a_token(nobody: TestClient, to: str) -> None:
    html = door(to, EVIL).body.decode()
    assert f'name="to" value="{escape(to)}"' in html
    assert "<script" not in html
    assert str(escape(EVIL)) in html


def test_what_describes_a_call_is_text_in_the_reference() -> None:
    part = {"content": {"application/json": {"example": {EVIL: EVIL}}}, "description": EVIL}
    html = _call(
        "get", EVIL, {"summary": EVIL, "parameters": [{"name": EVIL, "in": "query"}], "responses": {"200": part}}
    )
    assert "<script" not in html
    assert html.count(escape(EVIL)) == 4


def test_the_reference_names_every_call_and_needs_nothing_from_outside(home: Settings, nobody: TestClient) -> None:
    assert nobody.get("/docs").status_code == 401
    html = opened(nobody, tokens_of(home).viewer, "/docs").text
    described = nobody.get("/openapi.json").json()
    for path in described["paths"]:
        assert f"<code>{path}</code>" in html
    assert "/api/Energy/consumption/pattern" in described["paths"]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert "<script" not in html


def test_no_page_loads_scripts_or_is_framed_by_others(nobody: TestClient) -> None:
    headers = nobody.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("address", ["/nothing", "/nothing/at/all"])
def test_a_page_that_is_not_there_says_so_and_leads_home(home: Settings, nobody: TestClient, address: str) -> None:
    nobody.get(f"/?token={tokens_of(home).viewer}")
    answer = nobody.get(address, headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert '<a class="home" href="/">' in answer.text


def test_a_call_that_is_not_there_is_a_problem_document(viewer: TestClient) -> None:
    answer = viewer.get("/api/Energy/nothing/at/all", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_links_of_the_front_page_are_paths_and_name_no_port(home: Settings, nobody: TestClient) -> None:
    html = opened(nobody, tokens_of(home).editor).text
    links = re.findall(r'href="([^"]*)"', html)
    assert {"/reports", "/lab", "/meter-dashboard", "/meter-setup"} <= set(links)
    assert [link for link in links if not link.startswith("/") and link != "data:,"] == []
    assert not re.search(r"\bport\b|:\d{4}", html)
    assert nobody.get("/lab").headers["location"] == "http://127.0.0.1:8888/lab"
    nobody.get(f"/?token={tokens_of(home).viewer}")
    assert opened(nobody, tokens_of(home).viewer, "/lab").status_code == 403


def test_the_style_is_served(nobody: TestClient, tmp_path: Path) -> None:
    assert nobody.get("/static/page.css").headers["content-type"].startswith("text/css")


def test_the_setup_page_opens_on_the_editors_server_for_editors_only(home: Settings, nobody: TestClient) -> None:
    tokens = tokens_of(home)
    answer = opened(nobody, tokens.editor, "/meter-setup?meter=UNIT-A")
    assert answer.status_code == 302
    assert answer.headers["location"] == "http://127.0.0.1:8867/meter-setup?meter=UNIT-A"
    refused = opened(nobody, tokens.viewer, "/meter-setup")
    assert refused.status_code == 403
    assert tokens.editor not in refused.text
    for role, linked in (("viewer", False), ("editor", True)):
        html = opened(nobody, getattr(tokens, role)).text
        assert ('href="/meter-setup"' in html) is linked
    assert ":8867" in nobody.get("/").headers["content-security-policy"]


def test_the_front_page_tells_how_a_process_fared(home: Settings, viewer: TestClient) -> None:
    at = clock.now()
    supervised.write(
        home.home,
        {
            "collector": supervised.Supervised("running", 7, at, 3, at, "killed (SIGKILL)"),
            "plant": supervised.Supervised("waiting", None, at, 1, at, "code 2: a <setting> is wrong"),
            "lab": supervised.Supervised("running", 8, at),
        },
    )
    shown = opened(viewer, tokens_of(home).viewer).text
    assert "restarted 3 times, last ended" in shown
    assert "killed (SIGKILL)" in shown
    assert "code 2: a &lt;setting&gt; is wrong; restarted 1 time, is started again" in shown
    supervised.remove(home.home)
    assert "restarted" not in opened(viewer, tokens_of(home).viewer).text
