"""Types of the OpenAPI document and of JSON schemas."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.rows.payload import JsonValue

Schema = TypedDict(
    "Schema",
    {
        "$ref": str,
        "type": "str | list[str]",
        "anyOf": "list[Schema]",
        "allOf": "list[Schema]",
        "items": "Schema",
        "enum": "list[str]",
        "const": str,
        "properties": "dict[str, Schema]",
        "required": "list[str]",
        "additionalProperties": "Schema | bool",
        "default": JsonValue,
        "minimum": float,
        "exclusiveMinimum": float,
        "maximum": float,
        "maxItems": int,
        "maxLength": int,
        "format": str,
        "title": str,
        "description": str,
        "x-unit": str,
    },
    total=False,
)
"""What a value of JSON may be."""


class Content(TypedDict, total=False):
    """What an answer or a body is, of one type of content."""

    schema: Schema
    example: JsonValue


class Answer(TypedDict):
    """An answer of a call, by its status."""

    description: str
    content: NotRequired[dict[str, Content]]


class Body(TypedDict):
    """What a call sends."""

    required: bool
    description: str
    content: dict[str, Content]


Given = TypedDict(
    "Given",
    {
        "$ref": "NotRequired[str]",
        "name": "NotRequired[str]",
        "in": "NotRequired[str]",
        "required": "NotRequired[bool]",
        "description": "NotRequired[str]",
        "schema": "NotRequired[Schema]",
    },
)
"""A parameter of a call."""


class Described(TypedDict):
    """A call."""

    tags: list[str]
    summary: str
    description: NotRequired[str]
    operationId: str
    parameters: NotRequired[list[Given]]
    requestBody: NotRequired[Body]
    responses: dict[str, Answer]
    security: NotRequired[list[dict[str, list[str]]]]


class Components(TypedDict, total=False):
    """What calls refer to."""

    schemas: dict[str, Schema]
    parameters: dict[str, Given]
    securitySchemes: dict[str, dict[str, str]]


class Document(TypedDict):
    """The whole of it."""

    openapi: str
    info: dict[str, str]
    paths: dict[str, dict[str, Described]]
    components: Components
    security: NotRequired[list[dict[str, list[str]]]]
