"""Whatever is sent, the service keeps to its own description and never fails."""

from __future__ import annotations

import itertools
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

from energy_workbench.answers import doctor, probing
from energy_workbench.api.access import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.core.clock import FIXED_NOW
from tests.workbench.plant import METERS, NOW, add_history, make_home

EXAMPLES = 10
"""Calls of each kind, legal and illegal ones."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
KNOWN = strategies.sampled_from([None, *(meter["number"] for meter in METERS)])
"""Meters that are there, as random ones never are."""


@pytest.fixture
def described(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, dict[str, str]]:
    """The service's own description and an editor's header, on a plant of its own; no meter is reached."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    monkeypatch.setattr(probing, "run_collector", lambda *_: {"ok": True, "values": {"frequency": 50.0}})
    monkeypatch.setattr(doctor, "run_collector", lambda *_: {"meters": []})
    home = make_home(tmp_path_factory.mktemp("openapi") / "home")
    add_history(home)
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(home))
    return schema, {"Authorization": f"Bearer {tokens_of(home).editor}"}


def test_every_call_answers_as_it_is_described(described: tuple[Any, dict[str, str]]) -> None:
    schema, headers = described
    failures: list[str] = []
    answered: dict[str, set[int]] = {}
    for found, mode in itertools.product(schema.get_all_operations(), GenerationMode):
        operation = found.ok()
        statuses = answered.setdefault(operation.label, set())
        try:
            statuses |= tried(operation, mode, headers)
        except Unsatisfiable:
            # Some calls take nothing that could be wrong.
            assert mode is GenerationMode.NEGATIVE
        except Exception as error:  # every call is tried before anything is told
            failures.append(f"{operation.label} ({mode.value}): {error}")
    assert not failures, "\n\n".join(failures)
    good = [label for label, statuses in answered.items() if any(200 <= status < 300 for status in statuses)]
    assert len(good) > len(answered) / 2, "most calls should have been answered, not only refused"


def tried(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> set[int]:
    """What an operation answers to calls of one mode."""
    statuses: set[int] = set()

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), number=KNOWN)
    def answers(case: schemathesis.Case, number: str | None) -> None:
        if number and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = number
        answer = case.call(headers=headers)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS, headers=headers)

    answers()
    return statuses
