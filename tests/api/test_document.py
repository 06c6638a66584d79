"""The OpenAPI document is honest: each answer has the schema of its type, and each example is of its schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints

import jsonschema_rs
import pytest

from energy_workbench.analytics.live import describe
from energy_workbench.api.app import create_app
from energy_workbench.api.reference.openapi import openapi
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.fields.meter_fields import BY_NAME, FIELDS
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
    schema = dict(bodies(document))["POST /meters"]["schema"]
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
    assert set(meter["required"]) == set(meter["properties"])
    assert interval["properties"]["completeness"] == {"type": "number", "x-unit": "1"}
    assert {"type": "number", "x-unit": "kWh"} in interval["properties"]["energy_import_kwh"]["anyOf"]
    assert "missing" in interval["properties"]["quality"]["enum"]


def test_the_row_of_a_meter_has_the_members_of_its_type_in_their_order() -> None:
    row = describe(Meter(key=1, number="M", name="M", type=MeterType.UNIT), None, zone_of("UTC"))
    assert list(row) == list(get_type_hints(MeterRow))
