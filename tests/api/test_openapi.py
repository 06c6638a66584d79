"""Whatever is sent, the service keeps to its own description and never fails."""

from __future__ import annotations

import itertools
import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.api.reference.examples import SHOWN
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.commands import probing
from energy_workbench.services.devices import devices
from energy_workbench.services.doctor import doctor
from energy_workbench.services.workbench import Workbench
from tests.api.conftest import API
from tests.waiting import patience
from tests.workbench.plant import NOW, add_history, make_home

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
"""Calls of each kind, legal and illegal ones; `make soak` tries many more."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
GATEWAY, TURN, GONE, AWAY = "tcp://192.168.1.20:502", "TURN", "GONE", "AWAY"
"""Of the documented examples; a meter whose counter was set back; one that was deleted, and one that stays so."""
BOARD = "Board"
WRITTEN = "rpt_9b0c5f6eccd8"
"""Made of the place of its manifest."""
"""A schedule with a run that is done."""
Fitting = dict[str, list[Any]]
Described = tuple[list[tuple[Any, Fitting]], dict[str, str]]
FITTING: Fitting = {
    "id": ["UNIT-A", "mtr_5"],
    "valid_from": ["2026-10-05T00:00:00+05:30", "beginning"],
    "at": ["2026-10-05T10:30:00+05:30"],
    "ts": ["2026-10-05T14:31:07+05:30"],
    "start": ["2026-10-05T14:15:00+05:30"],
    "name": ["Feeder"],
    "text": ["select number, ct_primary from meters"],
    "number": [f"M-{index}" for index in range(9)],
    "parent_id": ["MAIN", "GRID", None],
    "meter": ["UNIT-A"],
    "reason": ["the plate was misread"],
    "replaces": ["beginning"],
}
"""Values that mean something in the plant, by the name of a field or parameter: random ones never do."""
BODY = ("id", "name", "number", "parent_id", "meter")
"""Fields of documented bodies that take such a value."""
ELSEWHERE: dict[str, Fitting] = {
    "/meters/{id}": {"id": ["mtr_4", "DG", "UNIT-A-MACHINE-01"], "number": [f"P-{index}" for index in range(99)]},
    "/meters/{id}/restore": {"id": [GONE]},
    "/deleted-meters/{id}": {"id": [AWAY]},
    "/meters/check": {"id": ["mtr_5"]},
    "/meters/{id}/parents": {"parent_id": ["GRID"]},
    "/meters/{id}/formulas": {"id": ["REST"]},
    "/meters/{id}/formulas/{valid_from}": {"id": ["REST"]},
    "/factors": {"name": ["diesel"]},
    "/factors/{name}": {"name": ["diesel"], "valid_from": ["2025-01-01"]},
    "/locks/{month}": {"month": ["2026-09"]},
    "/scan/{id}": {"id": ["scn_1"]},
    "/meters/labels": {"address": ["http://plant.example:3000"]},
    "/registers": {"gateway": [GATEWAY], "unit_id": [3], "from": [70], "count": [1]},
    "/scan/meters": {"id": ["scn_1"]},
    "/profiles/{id}/registers": {"id": ["own_meter"]},
    "/schedules/check": {"id": [BOARD]},
    "/schedules/{id}": {"id": [BOARD], "name": [BOARD]},
    "/schedules/{id}/run": {"id": [BOARD]},
    "/schedules/{id}/runs": {"id": [BOARD]},
    "/schedules/runs/{run}": {"run": [1]},
    "/schedules/runs/{run}/cancel": {"run": [1]},
    "/schedules/runs/{run}/files/{kind}": {"run": [1], "kind": ["html"]},
    "/reports/written": {"schedule": [BOARD]},
    "/reports/written/{id}/files/{kind}": {"id": [WRITTEN], "kind": ["html"]},
}
"""Where others do."""
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'
FILES = {
    "/floor-plan": PICTURE,
    "/meters/import": b"number,name,type\nM-9,New,unit\n",
    "/readings/import": b"meter,ts,frequency\nDG,2026-10-05T14:31:07+05:30,50.02\n",
}
LAST = ("/undo", "/meters/import")
"""Calls after which the plant is another."""


def order(operation: Any) -> tuple[Any, ...]:
    """What is made is looked at, changed and only then taken away."""
    path, method = operation.path, operation.method.upper()
    return path.endswith(LAST), ["POST", "GET", "PUT", "DELETE"].index(method), -path.count("/")


def lines(_: Settings, request: dict[str, Any]) -> Any:
    """Stands in for who owns the lines."""
    if request["do"] == "registers":
        return SHOWN["registers"].example
    if request.get("id", "scn_1") != "scn_1":
        raise NotFoundError("there is no such scan")
    if not re.fullmatch(r"[0-9,-]+", request.get("units", "1")):
        raise InputError("these are no units")
    return {"ok": True, "scan": SHOWN["scan"].example}


@pytest.fixture
def plant(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A plant where every call has something to answer; no meter is reached."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    monkeypatch.setattr(probing, "run_collector", lambda *_: {"ok": True, "values": {"frequency": 50.0}})
    monkeypatch.setattr(devices, "run_collector", lambda *_: {"ok": True, **SHOWN["save_register"].example})
    monkeypatch.setattr(devices, "ask_lines", lines)
    monkeypatch.setattr(doctor, "run_collector", lambda *_: {"meters": []})
    home = make_home(tmp_path_factory.mktemp("openapi") / "home")
    add_history(home)
    Workbench.at(home.home).set_floor_plan(PICTURE)
    registry, spool, lake = Registry(home.registry_url), Spool(home.spool_path), Lake(home.lake_path)
    registry.update_meter("MAIN", {"gateway": GATEWAY, "unit_id": 1, "profile": "schneider_pm5xxx"}, by="test")
    turn, *gone = (
        registry.create_meter({"number": number, "name": number, "type": "unit"}, by="test")
        for number in (TURN, GONE, AWAY)
    )
    for meter in gone:
        registry.delete_meter(meter.key, by="test")
    for number, kind in (("CHILLERS", "utility"), ("REST", "virtual")):
        registry.create_meter({"number": number, "name": number, "type": kind, "parent": "MAIN"}, by="test")
    first = NOW - timedelta(days=1, minutes=NOW.minute % 15)
    spool.append(
        Reading(turn.key, to_micros(first + k * timedelta(minutes=15)), 0, {"energy_active_import": level + 5.0 * k})
        for k, level in enumerate([9000.0] * 40 + [3000.0] * 40)
    )
    lake.commit(spool)
    build(lake, registry.all_ratios(), evidence=registry.evidence(home.profiles_path))
    sent(home, registry)
    registry.close()
    spool.close()
    return home


def sent(home: Settings, registry: Registry) -> None:
    """A scheduled report that was sent once, as run 1."""
    wb = Workbench.at(home.home)
    wb.create_schedule({"name": BOARD, "report": "monthly", "cron": "0 6 1 * *"})
    wb.run_schedule(BOARD, "2026-09")
    (run,) = registry.claim_runs("test", NOW, 1)
    (home.reports_path / "Board").mkdir(parents=True, exist_ok=True)
    (home.reports_path / "Board" / "monthly.html").write_text("<p>")
    told = {"title": "Monthly", "written_at": NOW.isoformat(), "files": {"html": {"name": "monthly.html"}}}
    (home.reports_path / "Board" / "monthly.manifest.json").write_text(json.dumps(told))
    assert wb.written_reports().rows[0]["id"] == WRITTEN
    files = {"html": "Board/monthly.html", "manifest": "Board/monthly.manifest.json"}
    registry.let_go_run(run.key, run.holder, state="done", finished_at=NOW, files=files)


@pytest.fixture
def described(plant: Settings) -> Described:
    """Every call of the service on that plant, an editor's header, and what fits the call."""
    # What asks calls the service so.
    named = replace(plant, host_names="testserver")
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(named), timeout=patience(10))
    (case, *_) = Workbench.at(plant.home).review()
    operations = sorted((found.ok() for found in schema.get_all_operations()), key=order)
    fitting = {path: FITTING | found for path, found in ELSEWHERE.items()}
    fitting["/review/{id}"] = FITTING | {"id": [case["id"]]}
    pairs = [(each, fitting.get(each.path.removeprefix(API), FITTING)) for each in operations]
    return pairs, {"Authorization": f"Bearer {tokens_of(plant).editor}"}


def test_every_call_succeeds_as_it_is_documented(described: Described) -> None:
    operations, headers = described
    refused = []
    for operation, fitting in operations:
        first = {name: values[0] for name, values in fitting.items()}
        case = operation.Case(
            path_parameters={each.name: first[each.name] for each in operation.path_parameters},
            query={name: first[name] for name in asked(operation)},
            **documented(operation, first),
        )
        answer = case.call(headers=headers)
        if answer.status_code >= 300:
            refused.append(f"{operation.label}: {answer.status_code} {answer.text}")
        case.validate_response(answer, checks=CHECKS, headers=headers)
    assert not refused, "\n".join(refused)


def test_every_call_answers_as_it_is_described_whatever_is_sent(described: Described) -> None:
    operations, headers = described
    failures: list[str] = []
    for (operation, fitting), mode in itertools.product(operations, GenerationMode):
        try:
            call_at_random(operation, mode, headers, fitting)
        except Unsatisfiable:
            # Some calls take nothing that could be wrong.
            assert mode is GenerationMode.NEGATIVE
        except Exception as error:  # every call is tried before anything is told
            failures.append(f"{operation.label} ({mode.value}): {error}")
    assert not failures, "\n\n".join(failures)


def call_at_random(operation: Any, mode: GenerationMode, headers: dict[str, str], fitting: Fitting) -> None:
    """Calls of one mode: made up, for what is in the plant, and as documented but for one field."""

    @hypothesis.seed(EXAMPLES)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), data=strategies.data())
    def answers(case: schemathesis.Case, data: Any) -> None:
        kind = data.draw(strategies.sampled_from(["made up", "of the plant", "nearly right"]))
        drawn = {name: data.draw(strategies.sampled_from(values)) for name, values in fitting.items()}
        for name in (case.path_parameters or {}) if kind != "made up" else ():
            case.path_parameters[name] = drawn[name]
        if kind != "made up" and "site" in (case.query or {}):
            # The only site need not be named, and one that is made up is never there.
            del case.query["site"]
        body = documented(operation, drawn).get("body")
        if kind == "nearly right" and mode is GenerationMode.POSITIVE and body is not None:
            case.headers, case.query = {}, {name: drawn[name] for name in asked(operation)}
            made_up = case.body if isinstance(case.body, dict) and isinstance(body, dict) else {}
            wrong = data.draw(strategies.sampled_from([None, *made_up]))
            case.body = body if wrong is None else {**body, wrong: made_up[wrong]}
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS, headers=headers)

    answers()


def asked(operation: Any) -> list[str]:
    """Parameters that a call cannot do without: of what alters a locked month the reason, of labels the address."""
    needed = ("reason", "address")
    return [
        each.name
        for each in operation.query
        if each.is_required or each.name in needed or ("/factors/" in operation.path and each.name != "site")
    ]


def documented(operation: Any, fitting: dict[str, Any]) -> dict[str, Any]:
    """The documented body of a call, with values that fit the plant; empty where it has none."""
    for body in operation.body:
        content = next((content for path, content in FILES.items() if operation.path.endswith(path)), None)
        example = body.definition.get("example")
        if isinstance(example, dict):
            content = example | {name: fitting[name] for name in BODY if name in example}
        elif example is not None:
            content = [each | {"ts": fitting["ts"]} for each in example]
        return {"body": content, "media_type": body.media_type}
    return {}
