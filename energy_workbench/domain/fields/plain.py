"""Plain values: what JSON holds, where a document is of free form; and objects as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

Scalar = str | int | float | bool | None
Json = Scalar | Sequence["Json"] | Mapping[str, "Json"]
"""Any document of JSON."""
Row = Mapping[str, Json]
"""An object of JSON: columns of a row, or fields of a change, by name."""


def instant(value: datetime | None) -> str | None:
    """An instant as plain text: ISO, in UTC."""
    return None if value is None else value.astimezone(UTC).isoformat()


def plain(value: Any) -> Json:
    """A value of an object as JSON; what is plain already stays.

    Instants, days and enumerations become text, objects mappings of their attributes.
    """
    match value:
        case Enum():
            word: Json = value.value
            return word
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    known: Json = value
    return known


def attributes(held: Any) -> dict[str, Json]:
    """The attributes of a dataclass by name, plain."""
    return {each.name: plain(getattr(held, each.name)) for each in fields(held)}
