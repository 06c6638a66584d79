"""The plant over REST: stated, refused, shown the same everywhere; and by Python and the command line."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.cli.main import app
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API
from tests.api.test_pages import opened

SITE = f"{API}/site"


def test_what_is_put_is_what_every_answer_shows(editor: TestClient, viewer: TestClient) -> None:
    site = viewer.get(SITE).json()
    changed = {**site, "name": "Werk Nord", "country": "DE", "currency": "EUR", "timezone": "Europe/Berlin"}
    answer = editor.put(SITE, json=changed)
    assert answer.status_code == 200, answer.text
    assert any("Europe/Berlin instead of Asia/Kolkata" in effect for effect in answer.json()["effects"])
    now = viewer.get(SITE).json()
    assert {name: now[name] for name in ("name", "country", "currency", "timezone")} == {
        "name": "Werk Nord", "country": "DE", "currency": "EUR", "timezone": "Europe/Berlin",
    }  # fmt: skip
    assert viewer.get(f"{API}/overview").json()["site"] == now
    assert editor.post(f"{API}/undo").status_code in (200, 201)
    assert viewer.get(SITE).json() == site


def test_what_nobody_stated_is_asked_for_in_one_line(editor: TestClient, nobody: TestClient, home: Settings) -> None:
    told = editor.put(SITE, json={"country": None, "currency": ""}).json()
    assert (told["country"], told["currency"], told["not_stated"]) == (None, None, ["country", "currency"])
    assert "site set country=" in told["advice"]
    assert "site set country=" in opened(nobody, tokens_of(home).viewer).text
    told = editor.put(SITE, json={"country": "DE", "currency": "EUR"}).json()
    assert (told["not_stated"], told["advice"]) == ([], "")
    assert "site set country=" not in opened(nobody, tokens_of(home).viewer).text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"country": "India"}, "country"),
        ({"currency": "RUPEE"}, "currency"),
        ({"timezone": "Berlin"}, "timezone"),
        ({"name": ""}, "name"),
        ({"town": "Pune"}, "town"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(editor: TestClient, body: dict[str, Any], field: str) -> None:
    before = editor.get(SITE).json()
    answer = editor.put(SITE, json={"name": "New", **body})
    assert answer.status_code == 422
    assert field in answer.text
    assert editor.get(SITE).json() == before


def test_only_an_admin_says_what_the_site_is(viewer: TestClient, home: Settings) -> None:
    assert viewer.put(SITE, json={"country": "DE"}).status_code == 403
    token = Registry(home.registry_url).create_token("shift", "editor")
    asked = {"Authorization": f"Bearer {token}"}
    assert viewer.put(SITE, json={"country": "DE"}, headers=asked).status_code == 403
    assert viewer.get(SITE, headers=asked).json()["country"] == "IN"


def test_by_the_command_line(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home.home))
    registry, run = Registry(home.registry_url), CliRunner().invoke
    registry.update_site({"country": None, "currency": None}, by="test")
    monkeypatch.setattr("sys.argv", ["energy-workbench", "site"])
    shown = run(app, ["site", "show"])
    assert "not stated" in shown.output
    assert "site set country=" in shown.output
    done = run(app, ["site", "set", "country=de", "currency=EUR", "timezone=Europe/Berlin", "name=Werk = Nord"])
    assert done.exit_code == 0, done.output
    assert "Note: days" in done.output
    site = registry.site()
    assert (site.country, site.currency, site.timezone, site.name) == ("DE", "EUR", "Europe/Berlin", "Werk = Nord")
    assert registry.audit(1)[0].by == "command line"
    with pytest.raises(Exception, match="KEY=VALUE"):
        run(app, ["site", "set", "DE"], catch_exceptions=False)
    registry.close()
