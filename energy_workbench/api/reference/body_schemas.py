"""The JSON schema of each body: of the types that a declaration notes, and of the tables of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter as Given
from typing import Annotated, Any, Final, NotRequired, cast

from pydantic import WithJsonSchema

from energy_workbench.api.reference.made import JsonSchema, made
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.bodies import ReadingFields, Table
from energy_workbench.contract.notes import Sent
from energy_workbench.domain.fields import kinds, schedule_fields
from energy_workbench.domain.fields.field import AnyField
from energy_workbench.domain.fields.gateway_options import OPTIONS, GatewayOption
from energy_workbench.domain.fields.meter_fields import BY_NAME, FIELDS, RATIO

BY_HAND: Final[Mapping[str, Any]] = {"record": ReadingFields | list[ReadingFields]}
"""Bodies of routes that are written by hand; those of others are files."""


def sent(binding: Binding) -> Any:
    """The type of the body of an operation; None where it has none, or one that is no JSON."""
    if binding.operation.by_hand:
        return BY_HAND.get(binding.method.__name__)
    members: dict[str, Any] = {}
    for each in binding.parameters:
        note = each.note(Sent)
        if each.place == "body":
            return _kind_of(note.kind) if note else None
        if each.place == "member":
            notes = [found for found in each.notes if hasattr(found, "__get_pydantic_json_schema__")]
            kind = _kind_of(note.kind) if note else Annotated[each.type, *notes] if notes else each.type
            members[each.wire] = kind if each.default is Given.empty else NotRequired[kind]
    name = binding.method.__name__.title().replace("_", "")
    return made(f"{name}Body", members) if members else None


def _kind_of(sent: Any) -> Any:
    """A type; what a table says is a mapping with that schema."""
    if not isinstance(sent, Table):
        return sent
    return Annotated[dict[str, Any], WithJsonSchema(cast("dict[str, Any]", _of_table(sent)))]


def _of_table(table: Table) -> JsonSchema:
    match table:
        case Table.METER:
            return _object({each.name: _field(each) for each in FIELDS})
        case Table.RATIO:
            return _object({each.name: _field(each) for each in RATIO} | {"valid_from": _or_null(_TEXT)})
        case Table.METERED:
            where = ("gateway", "unit_id", "profile")
            return _object({each.name: _field(each) for each in (*(BY_NAME[name] for name in where), *RATIO)}, where)
        case Table.OPTIONS:
            return _object({name: _option(option) for name, option in OPTIONS.items()})
        case Table.LIMITS:
            limit: JsonSchema = {"anyOf": [{"type": "number"}, {"const": "off"}, {"type": "null"}]}
            return {"type": "object", "additionalProperties": limit}
        case Table.SCHEDULE:
            return _object({each.name: _told(_kind(each.kind), each) for each in schedule_fields.FIELDS})


_TEXT: Final[JsonSchema] = {"type": "string"}


def _object(members: Mapping[str, JsonSchema], required: Sequence[str] = ()) -> JsonSchema:
    return {"type": "object", "properties": dict(members), "required": list(required)}


def _or_null(schema: JsonSchema) -> JsonSchema:
    return {"anyOf": [schema, {"type": "null"}]}


def _told(schema: JsonSchema, of: AnyField | GatewayOption) -> JsonSchema:
    """The same with what people read."""
    told: JsonSchema = {**schema, "title": of.label}
    if of.help:
        told["description"] = of.help
    if of.unit:
        told["x-unit"] = of.unit
    return told


def _field(field: AnyField) -> JsonSchema:
    """Of a field that takes its default where it is empty."""
    return _told(_or_null(_kind(field.kind)), field)


def _option(option: GatewayOption) -> JsonSchema:
    """One that is null is not set."""
    kind = "integer" if option.whole else "number"
    return _told(_or_null({"type": kind, "minimum": option.low, "maximum": option.high}), option)


def _kind(kind: kinds.Kind) -> JsonSchema:
    match kind:
        case kinds.Number(above=True):
            return {"type": "number", "exclusiveMinimum": kind.low, "maximum": kind.high}
        case kinds.Number():
            return {"type": "number", "minimum": kind.low, "maximum": kind.high}
        case kinds.Whole():
            return {"type": "integer", "minimum": kind.low, "maximum": kind.high}
        case kinds.Words():
            return {"enum": list(kind.of)}
        case kinds.YesNo():
            return {"type": "boolean"}
        case kinds.Day():
            return {"type": "string", "format": "date"}
        case kinds.Accuracy():
            return {"type": ["number", "string"]}
        case kinds.Text():
            return {"type": "string", "maxLength": kind.longest}
        case kinds.Several():
            return {"type": "array", "items": {"enum": list(kind.of)}}
        case kinds.Recipients():
            members: dict[str, JsonSchema] = {"address": _TEXT, "language": {"enum": list(kind.languages)}}
            return {"type": "array", "items": _object(members, ("address",)), "maxItems": kind.most}
        case kinds.ReportParameters():
            return {"type": "object"}
        case _:
            return _TEXT
