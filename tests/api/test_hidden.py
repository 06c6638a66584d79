"""What one view hides is hidden in all: a viewer finds no secret in any answer of the service."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from energy_workbench.domain.time.period import parse_period, zone_of
from energy_workbench.registry import Registry
from energy_workbench.registry.storage import schema
from energy_workbench.runtime.redaction import hidden, without_secrets
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.commands.scheduling import planned
from tests.api.conftest import API

MARK = "sEcReT"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
HOOK = f"https://hooks.example.com:8443/services/{MARK}-webhook"


@pytest.fixture
def planted(home: Settings, editor: TestClient) -> Settings:
    """A home with a secret wherever one can be."""
    for name in ("smtp_password", "webhook_secret"):
        (home.home / name).write_text(f"{MARK}-{name}")
        (home.home / name).chmod(0o600)
    given = {"report": "monthly", "cron": "0 6 1 * *", "webhook": HOOK, "owner": f"http://10.0.0.9/{MARK}-owner?k=1"}
    for name in ("kept", "changed", "deleted"):
        assert editor.post(f"{API}/schedules", json={"name": name, **given}).status_code == 201
    assert editor.put(f"{API}/schedules/changed", json={"webhook": f"{HOOK}-2", "owner": ""}).status_code == 200
    assert editor.post(f"{API}/undo").status_code == 200
    assert editor.delete(f"{API}/schedules/deleted").status_code == 204
    registry, zone = Registry(home.registry_url), zone_of("Asia/Kolkata")
    for schedule in registry.schedules():
        run = planned(schedule, parse_period("2026-09", zone, NOW), "", NOW, zone, reason=f"{HOOK}: not found")
        assert registry.plan_run(run)
        (claimed,) = registry.claim_runs("test", datetime.now(UTC), 5)
        registry.hold_run(claimed.key, claimed.holder, delivered=(HOOK,), refused={HOOK: HOOK}, step=f"Calling {HOOK}")
    # As an earlier version of the workbench may have written it.
    with registry.database.write() as connection:
        row = {"change": 0, "at": NOW, "by": "asha", "action": "schedule.update", "subject": "sch_0", "rows": None}
        told = {"webhook": HOOK, "people": [HOOK], HOOK: {"owner": f"tell {HOOK}, then HTTP://u:{MARK}@h.example"}}
        connection.execute(insert(schema.audit).values(**row, before=None, after=told))
    return home


def test_a_viewer_finds_no_secret_in_any_answer(planted: Settings, editor: TestClient, viewer: TestClient) -> None:
    described = viewer.get("/openapi.json").json()["paths"]
    schedule = viewer.get(f"{API}/schedules").json()["items"][0]
    values = {"/schedules/runs/{run}": "1", "/schedules/{id}": schedule["id"], "{name}": "none", "{kind}": "html"}
    paths = ["/", "/docs", "/openapi.json", "/meter-dashboard"]
    for path in (path for path, verbs in described.items() if "get" in verbs):
        for place, value in values.items():
            path = path.replace(place, re.sub(r"\{\w+\}", value, place))
        paths.append(re.sub(r"\{\w+\}", "UNIT-A", path))
    seen = 0
    for path in [*paths, f"{API}/audit?limit=1000", f"{API}/audit?meter=UNIT-A", f"{API}/schedules/kept/runs"]:
        for client in (viewer, editor):
            answer = client.get(path)
            content = json.dumps(answer.json(), ensure_ascii=False) if "json" in str(answer.headers) else answer.text
            if client is viewer:
                assert MARK not in content + str(answer.headers), path
                seen += answer.status_code == 200
            else:
                assert f"{MARK}-smtp" not in content, path
    assert seen > 20
    # Who may change them sees them: what was looked for is there.
    for path in ("/audit", "/schedules", "/schedules/kept", "/schedules/runs", "/schedules/runs/1"):
        assert MARK in editor.get(API + path).text, path
    assert viewer.get(f"{API}/audit").json()["total"] == editor.get(f"{API}/audit").json()["total"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("https://hooks.example.com/a/b?c=d#e", "https://hooks.example.com/…"),
        ("told http://10.0.0.9:8080/x, then no more", "told http://10.0.0.9/… then no more"),
        ("HTTPS://user:pass@h.example/", "HTTPS://h.example/…"),
        ("http://[::1]:80/x", "http://[::1]/…"),
        ("https://h.example?k=1", "https://h.example/…"),
        ("postgresql://user:pass@db/registry", "postgresql://…@db/registry"),
        ("tcp://10.0.0.1:502", "tcp://10.0.0.1:502"),
        ("anna@works.example", "anna@works.example"),
        ("2026-10-05T14:30:00+05:30", "2026-10-05T14:30:00+05:30"),
    ],
)
def test_an_address_says_where_and_no_more(text: str, seen: str) -> None:
    assert hidden(text) == seen
    assert without_secrets({text: [text, 1, None]}) == {seen: [seen, 1, None]}
