"""Types of objects that are made of the types of their members, and JSON schemas as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

_MAKE: Any = TypedDict
"""No checker follows types that are made while a program runs."""


def made(name: str, members: Mapping[str, Any], text: str | None = None) -> Any:
    """The type of an object with these members."""
    kind = _MAKE(name, dict(members))
    kind.__doc__ = (text or "").partition("\n")[0]
    return kind


JsonSchema = TypedDict(
    "JsonSchema",
    {
        "type": "str | list[str]",
        "items": "JsonSchema",
        "maxItems": int,
        "anyOf": "list[JsonSchema]",
        "enum": "list[str]",
        "const": str,
        "properties": "dict[str, JsonSchema]",
        "required": "list[str]",
        "additionalProperties": "JsonSchema",
        "minimum": float,
        "exclusiveMinimum": float,
        "maximum": float,
        "maxLength": int,
        "format": str,
        "title": str,
        "description": str,
        "x-unit": str,
    },
    total=False,
)
"""What a value of JSON may be, as far as tables of fields say it."""
