"""The OpenAPI document: the calls that FastAPI describes, with what their declarations say of answers and problems."""

from __future__ import annotations

from typing import Final, cast

from fastapi import FastAPI

from energy_workbench.api.beside import RestAlone
from energy_workbench.api.reference.answer_schemas import Schemas, schemas
from energy_workbench.api.reference.document import Answer, Body, Content, Described, Document, Given, Schema
from energy_workbench.api.reference.examples import SHOWN
from energy_workbench.api.reference.refusals import ELSEWHERE, refusals
from energy_workbench.api.reference.shown import BYTES, Shown
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.operation import operations
from energy_workbench.contract.rows.payload import JsonValue

PREFIX = "/api/Energy"
"""Of all calls."""
_TEXT: Schema = {"type": "string"}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "problems": {
            "type": "array",
            "description": "Every single thing that is wrong.",
            "items": {
                "type": "object",
                "required": ["where", "field", "value", "reason"],
                "properties": dict.fromkeys(("where", "field", "value", "reason"), _TEXT),
            },
        },
        "current": {"type": "object", "description": "Of 412: the object as it is now."},
        "locked": {
            "type": "object",
            "description": "Of a locked month: `months`, and the sent `reports` that would differ.",
        },
        "wanted": {"type": "object", "description": "Of 412: the same with the refused change in it."},
    },
}
"""RFC 9457."""

SITE: Given = {
    "name": "site",
    "in": "query",
    "required": False,
    "description": "Which site is asked, by slug or name, as `GET /sites` lists them; the only one by default. Where "
    "there are several and none is named the call is refused (400), and the refusal names them.",
    "schema": _TEXT,
}
"""Of every call that is about one site."""
ALTERED: Final = "It is done, and altered a locked month: `locked_change` has the months, the reason and sent reports"
_REFUSED: dict[str, Content] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_FILE: Content = {"schema": {"type": "string", "format": "binary"}}


def openapi(app: FastAPI) -> Document:
    """The OpenAPI document of the service."""
    if app.openapi_schema is None:
        document = cast(Document, app.openapi())
        complete(document, WorkbenchContract, RestAlone)
        app.openapi_schema = dict(document)
    return cast(Document, app.openapi_schema)


def complete(document: Document, *contracts: type) -> None:
    """Say of each call what its declaration does.

    Parameters
    ----------
    document : Document
        As FastAPI gives it; it is changed.
    *contracts : type
        Where the calls are declared.
    """
    bindings = [Binding(method, operation) for each in contracts for _, method, operation in operations(each)]
    answers, bodies, shared = schemas(bindings)
    calls = {
        (verb, path.removeprefix(PREFIX)): call
        for path, verbs in document["paths"].items()
        for verb, call in verbs.items()
    }
    for binding in bindings:
        operation = binding.operation
        for path in (operation.path, *(operation.of_one or ())[:1]):
            _describe(calls[operation.verb.lower(), path], path, binding, answers, bodies)
    document["components"] = {
        "schemas": {"Problem": PROBLEM, **shared},
        "parameters": {"site": SITE},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    document["security"] = [{"token": []}]


def _describe(call: Described, path: str, binding: Binding, answers: Schemas, bodies: Schemas) -> None:
    name, status = binding.method.__name__, str(binding.operation.status)
    shown = SHOWN.get(name, Shown("It is done" if status == "204" else binding.operation.summary))
    answer: Answer = {"description": shown.answer}
    if shown.files:
        answer["content"] = dict.fromkeys(shown.files, _FILE)
    elif name in answers:
        answer["content"] = {"application/json": _content(answers[name], shown.example)}
    sends = bool(shown.body) or name in bodies
    if sends:
        call["requestBody"] = _body(shown, bodies.get(name))
    refused = refusals(binding, path, sends=sends)
    if name == "health":
        call["security"], refused = [], ELSEWHERE
    problems: dict[str, Answer] = {
        str(each): {"description": title, "content": _REFUSED} for each, title in refused.items()
    }
    altered: dict[str, Answer] = {}
    if status == "204" and binding.may_alter:
        altered["200"] = {"description": ALTERED, "content": {"application/json": {"schema": {"type": "object"}}}}
    call["responses"] = {status: answer, **altered, **problems}
    for given in call.get("parameters", ()):
        if "schema" in given:
            given["schema"] = _never_null(given["schema"])
    if not binding.operation.everywhere:
        call.setdefault("parameters", []).append({"$ref": "#/components/parameters/site"})


def _body(shown: Shown, schema: Schema | None) -> Body:
    content = {"application/json": _content(schema, shown.sends)} if schema else {BYTES: _FILE}
    return {"required": True, "description": shown.body, "content": content}


def _content(schema: Schema, example: JsonValue) -> Content:
    return {"schema": schema} if example is None else {"schema": schema, "example": example}


def _never_null(schema: Schema) -> Schema:
    """What a parameter may be: one that is not given is not there, as no address has a word for null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    (kind,) = kinds
    return cast(Schema, {**kind, **{key: value for key, value in schema.items() if key != "anyOf"}})
