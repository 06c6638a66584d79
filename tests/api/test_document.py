"""The OpenAPI document is honest: each answer has the schema of its type, and each example is of its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_type_hints

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from energy_workbench.analytics.live import describe
from energy_workbench.api.app import create_app
from energy_workbench.api.reference.openapi import openapi
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.fields.meter_fields import BY_NAME, FIELDS
from energy_workbench.domain.health.limits import DEFAULTS
from energy_workbench.domain.status import Colour
from energy_workbench.domain.time.period import zone_of
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API


@pytest.fixture
def document(home: Settings) -> dict[str, Any]:
    return openapi(create_app(home))


def answers(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each call, and the JSON that it answers where nothing is wrong."""
    for path, verbs in document["paths"].items():
        for verb, call in verbs.items():
            for status, answer in call["responses"].items():
                if told := answer.get("content", {}).get("application/json"):
                    yield f"{verb.upper()} {path.removeprefix(API)} {status}", told


def test_each_answer_has_a_schema_and_each_example_is_of_it(document: dict[str, Any]) -> None:
    shared = document["components"]["schemas"]
    wrong = []
    for call, told in answers(document):
        assert told.get("schema"), f"{call}: the type of its answer tells no schema"
        schema = jsonschema_rs.Draft202012Validator({**told["schema"], "components": {"schemas": shared}})
        if "example" in told:
            wrong += [
                f"{call}: {error.instance_path}: {error.message}" for error in schema.iter_errors(told["example"])
            ]
    assert not wrong, "\n".join(wrong)


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each call, and the JSON that it takes."""
    for path, verbs in document["paths"].items():
        for verb, call in verbs.items():
            if told := call.get("requestBody", {}).get("content", {}).get("application/json"):
                yield f"{verb.upper()} {path.removeprefix(API)}", told


def test_each_body_has_a_schema_and_each_example_is_of_it(document: dict[str, Any]) -> None:
    shared = document["components"]["schemas"]
    wrong = []
    for call, told in bodies(document):
        assert told.get("schema"), f"{call}: nothing tells what its body may be"
        schema = jsonschema_rs.Draft202012Validator({**told["schema"], "components": {"schemas": shared}})
        wrong += [f"{call}: {error.instance_path}: {error.message}" for error in schema.iter_errors(told["example"])]
    assert not wrong, "\n".join(wrong)


def test_what_a_body_of_a_meter_may_have_is_the_table_of_its_fields(document: dict[str, Any]) -> None:
    shared = document["components"]["schemas"]
    assert dict(bodies(document))["PUT /meters/{id}"]["schema"] == {"$ref": "#/components/schemas/MeterFields"}
    schema = shared["MeterFields"]
    assert list(schema["properties"]) == [field.name for field in FIELDS]
    unit_id, primary = schema["properties"]["unit_id"], schema["properties"]["ct_primary"]
    assert unit_id["anyOf"] == [{"type": "integer", "minimum": 0, "maximum": 255}, {"type": "null"}]
    assert (primary["title"], primary["x-unit"]) == (BY_NAME["ct_primary"].label, "A")


def test_null_is_only_where_a_type_says_so(document: dict[str, Any]) -> None:
    """Made of an example, each member may be null: no answer is."""
    of_examples = [call for call, told in (*answers(document), *bodies(document)) if nullable(told["schema"])]
    assert of_examples == []


def nullable(schema: Any) -> bool:
    """Whether a type of JSON stands beside null within a schema that no type made."""
    if isinstance(schema, dict):
        kind = schema.get("type")
        return (isinstance(kind, list) and "null" in kind) or any(map(nullable, schema.values()))
    return isinstance(schema, list) and any(map(nullable, schema))


def test_what_is_never_null_is_not_nullable_and_words_are_enumerated(document: dict[str, Any]) -> None:
    shared = document["components"]["schemas"]
    meter, interval = shared["MeterRow"], shared["IntervalRow"]
    assert meter["properties"]["number"] == {"type": "string"}
    assert meter["properties"]["colour"] == {"type": "string", "enum": list(Colour)}
    assert {each.get("type") for each in meter["properties"]["ct_primary"]["anyOf"]} == {"number", "null"}
    assert set(meter["required"]) == set(meter["properties"]) - {"locked_change"}
    assert interval["properties"]["completeness"] == {"type": "number", "x-unit": "1"}
    assert {"type": "number", "x-unit": "kWh"} in interval["properties"]["energy_import_kwh"]["anyOf"]
    assert "missing" in interval["properties"]["quality"]["enum"]


def test_the_row_of_a_meter_has_the_members_of_its_type_in_their_order() -> None:
    row = describe(Meter(key=1, number="M", name="M", type=MeterType.UNIT), None, zone_of("UTC"))
    # What a change did to locked months is there where it did something.
    assert list(row) == [name for name in get_type_hints(MeterRow) if name != "locked_change"]


def calls(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each call by its verb and path."""
    for path, verbs in document["paths"].items():
        for verb, call in verbs.items():
            yield f"{verb.upper()} {path.removeprefix(API)}", call


def parameters(call: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters of a call, but for the one that all calls about a site share."""
    return [each for each in call.get("parameters", ()) if "$ref" not in each]


def test_a_call_has_the_problems_that_it_may_answer_with(document: dict[str, Any]) -> None:
    found = {name: {int(status) for status in call["responses"]} for name, call in calls(document)}
    assert found["GET /health"] == {200, 421}
    everywhere = {401, 421, 500}
    # One of several sites must be named, be there, and be the caller's.
    every = everywhere | {400, 403, 404}
    assert found["GET /sites"] == {200} | everywhere
    assert found["GET /site"] == {200} | every
    assert (found["GET /limits"], found["GET /meters/{id}/limits"]) == ({200} | every, {200, 404} | every)
    assert found["GET /schedules/{id}/runs"] == {200, 404, 422} | every
    assert found["GET /meters"] == {200, 404, 422} | every
    assert found["GET /meters/{id}"] == {200, 404} | every
    assert found["GET /meters/{id}/intervals"] == {200, 404, 422, 429, 503} | every
    assert found["PUT /meters/{id}"] == {200, 403, 404, 408, 409, 412, 413, 422} | every
    assert found["DELETE /templates/{name}"] == {204, 403, 404} | every
    assert found["GET /sql"] == {200, 400, 422, 429, 503} | every
    assert found["POST /tokens"] == {201, 403, 408, 409, 413, 422} | everywhere
    for name, call in calls(document):
        for status, answer in call["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], name


WORDS = {
    "GET /meters": {"type", "status", "communication"}, "GET /meters/labels": {"type", "status", "communication"},
    "GET /consumption/pattern": {"by"},
    "GET /consumption/comparison": {"against"},
    "GET /generation/comparison": {"against"}, "GET /demand": {"block", "kind", "unit"},
    "DELETE /meters/{id}": {"children"}, "DELETE /factors/{name}": {"name"},
    "GET /schedules/runs/{run}/files/{kind}": {"kind"}, "GET /reports/written/{id}/files/{kind}": {"kind"},
    "POST /readings/import": {"kind", "date_order", "decimal", "interval", "stamps"},
    "GET /meters/export": {"format"}, "GET /meters/import-template": {"format"},
}  # fmt: skip
"""Parameters that are one of some words."""


def test_words_of_parameters_are_enumerated_and_what_is_not_given_is_no_null(document: dict[str, Any]) -> None:
    enumerated = {
        name: {each["name"]: each["schema"]["enum"] for each in parameters(call) if "enum" in each["schema"]}
        for name, call in calls(document)
    }
    assert {name: set(found) for name, found in enumerated.items() if found} == WORDS
    assert enumerated["GET /meters"]["type"] == list(MeterType)
    for name, call in calls(document):
        for each in parameters(call):
            assert "null" not in json.dumps(each["schema"]), f"{name}: {each['name']}"


def test_a_question_takes_the_words_that_are_enumerated_and_no_other(
    document: dict[str, Any], viewer: TestClient
) -> None:
    # Labels of nobody are not found, which is sooner than they are printed.
    given = {"period": "2026-10-10", "format": "csv"}
    for name, words in WORDS.items():
        verb, path = name.split()
        nobody = {"q": "that no meter has"} if path == "/meters/labels" else {}
        for each in parameters(dict(calls(document))[name]) if verb == "GET" and "{" not in path else ():
            if each["name"] not in words:
                continue
            for word in each["schema"]["enum"]:
                answer = viewer.get(f"{API}{path}", params=given | nobody | {each["name"]: word})
                assert answer.status_code == (404 if nobody else 200), (name, word)
            other = viewer.get(f"{API}{path}", params=given | nobody | {each["name"]: "nonsense"})
            # What nobody is of that type or status is an empty list.
            assert other.status_code in (404, 422) or other.json()["items"] == [], name


def test_what_a_body_must_have_is_required_and_never_null(document: dict[str, Any]) -> None:
    shared = document["components"]["schemas"]
    new, change = shared["NewMeterFields"], shared["MeterFields"]
    assert new == {"allOf": [{"$ref": "#/components/schemas/MeterFields"}], "required": ["number", "name"]}
    assert change["required"] == []
    assert change["properties"]["number"]["type"] == "string"
    assert change["properties"]["type"]["enum"] == list(MeterType)
    assert shared["ConnectionFields"]["required"] == ["gateway", "unit_id", "profile"]
    assert shared["ConnectionFields"]["properties"]["unit_id"]["type"] == "integer"


def test_a_limit_of_health_has_the_bounds_by_which_it_is_refused(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["LimitFields"]
    assert list(schema["properties"]) == list(DEFAULTS)
    warning, number = schema["properties"]["voltage_warning"], {"type": "number", "minimum": 0, "maximum": 100}
    assert warning == {"anyOf": [number, {"const": "off"}, {"type": "null"}]}
    assert schema["properties"]["voltage_seconds"]["anyOf"][0]["maximum"] == 86_400
