"""The OpenAPI document: what FastAPI describes, with how callers show who they are and what problems look like."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

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
    described["components"] = {
        "schemas": {"Problem": PROBLEM},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    described["security"] = [{"token": []}]
    for path, calls in described["paths"].items():
        if path.endswith("/health"):
            calls["get"]["security"] = []
    return described
