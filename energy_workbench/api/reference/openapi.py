"""The OpenAPI document: what FastAPI describes, with how callers show who they are and what problems look like."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from energy_workbench.api.reference.answer_schemas import schemas
from energy_workbench.api.reference.described import DESCRIBED
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.operation import operations

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": {
            "type": "array",
            "description": "Every single thing that is wrong.",
            "items": {
                "type": "object",
                "required": ["where", "field", "value", "reason"],
                "properties": {key: {"type": "string"} for key in ("where", "field", "value", "reason")},
            },
        },
        "current": {"type": "object", "description": "Of 412: the object as it is now."},
        "wanted": {"type": "object", "description": "Of 412: the same with the refused change in it."},
    },
}
"""RFC 9457."""

REFUSED: dict[str, Any] = {
    "description": "A problem document",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the service."""
    if app.openapi_schema is None:
        app.openapi_schema = _completed(app.openapi())
    return app.openapi_schema


def _completed(described: dict[str, Any]) -> dict[str, Any]:
    for calls in described["paths"].values():
        for call in calls.values():
            # FastAPI describes its own form of error, which this service never sends.
            call["responses"].pop("422", None)
            call["responses"]["default"] = REFUSED
    shared = _with_schemas(described["paths"])
    described["components"] = {
        "schemas": {"Problem": PROBLEM, **shared},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    described["security"] = [{"token": []}]
    for path, calls in described["paths"].items():
        if path.endswith("/health"):
            calls["get"]["security"] = []
    return described


def _with_schemas(paths: dict[str, Any]) -> dict[str, Any]:
    """Give each call of the contract the schemas of its answer and body; those that several share, by name."""
    bindings = [Binding(method, operation) for _, method, operation in operations(WorkbenchContract)]
    answers, bodies, shared = schemas(bindings)
    for binding in bindings:
        name, operation = binding.method.__name__, binding.operation
        for path in (operation.path, *(operation.of_one or ())[:1]):
            call = next(found for full, found in paths.items() if full.endswith(f"/Energy{path}"))[
                operation.verb.lower()
            ]
            if name in answers:
                # FastAPI leaves members of an example out that are null.
                shown = DESCRIBED[name]["responses"][operation.status]["content"]["application/json"]
                told = call["responses"][str(operation.status)]["content"]
                told["application/json"] = {"schema": answers[name], **shown}
            if name in bodies:
                shown = DESCRIBED[name]["openapi_extra"]["requestBody"]["content"]["application/json"]
                call["requestBody"]["content"]["application/json"] = {"schema": bodies[name], **shown}
    return shared
