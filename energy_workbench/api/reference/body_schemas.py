"""The JSON schema of each body: of the types that a declaration notes, and of the tables of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter as Given
from typing import Annotated, Any, Final, NotRequired

from pydantic import WithJsonSchema

from energy_workbench.api.beside import TokenFields
from energy_workbench.api.reference.document import Schema
from energy_workbench.api.reference.made import made
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.bodies import ReadingFields, Table
from energy_workbench.contract.notes import Sent
from energy_workbench.domain.fields import kinds, schedule_fields
from energy_workbench.domain.fields.field import AnyField
from energy_workbench.domain.fields.gateway_options import OPTIONS, GatewayOption
from energy_workbench.domain.fields.meter_fields import BY_NAME, FIELDS, RATIO
from energy_workbench.domain.health import limits

BY_HAND: Final[Mapping[str, Any]] = {"record": ReadingFields | list[ReadingFields], "create_token": TokenFields}
"""Bodies of routes that are written by hand; those of others are files."""


NAMED: Final = "x-table"
"""Stands in a schema for the table of that name, until all tables are known."""


def sent(binding: Binding) -> Any:
    """The type of the body of an operation; None where it has none, or one that is no JSON."""
    if binding.operation.by_hand:
        return BY_HAND.get(binding.method.__name__)
    members: dict[str, Any] = {}
    for each in binding.parameters:
        note = each.note(Sent)
        if each.place == "body":
            return note.kind if note and not isinstance(note.kind, Table) else None
        if each.place == "member":
            notes = [found for found in each.notes if hasattr(found, "__get_pydantic_json_schema__")]
            kind = _kind_of(note.kind) if note else Annotated[each.type, *notes] if notes else each.type
            members[each.wire] = kind if each.default is Given.empty else NotRequired[kind]
    name = binding.method.__name__.title().replace("_", "")
    return made(f"{name}Body", members) if members else None


def _kind_of(sent: Any) -> Any:
    """A type; what a table says is a mapping with that schema, which has the table's name."""
    if not isinstance(sent, Table):
        return sent
    return Annotated[dict[str, Any], WithJsonSchema({NAMED: str(sent)})]


def tables_in(binding: Binding) -> list[Table]:
    """Tables of fields that say what members of the body of an operation may have."""
    parameters = () if binding.operation.by_hand else binding.parameters
    found: list[Table] = []
    for each in parameters:
        note = each.note(Sent)
        if each.place == "member" and note and isinstance(note.kind, Table):
            found.append(note.kind)
    return found


def table_of(binding: Binding) -> Table | None:
    """The table of fields that says what the body of an operation may have; None where a type does."""
    parameters = () if binding.operation.by_hand else binding.parameters
    for each in parameters:
        note = each.note(Sent)
        if each.place == "body" and note and isinstance(note.kind, Table):
            return note.kind
    return None


def of_table(table: Table) -> Schema:
    """The schema of an object that has fields of a table."""
    match table:
        case Table.NEW_METER:
            # A template may say of which type it is.
            return {"allOf": [{"$ref": f"#/components/schemas/{Table.METER}"}], "required": ["number", "name"]}
        case Table.METER:
            return _object({each.name: _field(each) for each in FIELDS})
        case Table.RATIO:
            return _object({each.name: _field(each) for each in RATIO} | {"valid_from": _or_null(_TEXT)})
        case Table.METERED:
            where = ("gateway", "unit_id", "profile")
            members = {name: _field(BY_NAME[name], needed=True) for name in where}
            return _object(members | {each.name: _field(each) for each in RATIO}, where)
        case Table.OPTIONS:
            return _object({name: _option(option) for name, option in OPTIONS.items()})
        case Table.LIMITS:
            return _object({name: _limit(name) for name in limits.DEFAULTS})
        case Table.SCHEDULE:
            return _object({each.name: _told(_kind(each.kind), each) for each in schedule_fields.FIELDS})


_TEXT: Final[Schema] = {"type": "string"}


def _object(members: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    return {"type": "object", "properties": dict(members), "required": list(required)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _told(schema: Schema, of: AnyField | GatewayOption) -> Schema:
    """The same with what people read."""
    told: Schema = {**schema, "title": of.label}
    if of.help:
        told["description"] = of.help
    if of.unit:
        told["x-unit"] = of.unit
    return told


def _field(field: AnyField, *, needed: bool = False) -> Schema:
    """An empty field takes its default, where it has one."""
    kind = _kind(field.kind)
    return _told(kind if needed or field.required else _or_null(kind), field)


def _option(option: GatewayOption) -> Schema:
    """One that is null is not set."""
    kind = "integer" if option.whole else "number"
    return _told(_or_null({"type": kind, "minimum": option.low, "maximum": option.high}), option)


def _limit(name: str) -> Schema:
    """One that is null takes its default."""
    low, high = limits.bounds(name)
    number: Schema = {"type": "number", "minimum": low, "maximum": high}
    off: list[Schema] = [{"const": limits.OFF}] if limits.can_be_off(name) else []
    return {"anyOf": [number, *off, {"type": "null"}]}


def _kind(kind: kinds.Kind) -> Schema:
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
            members: dict[str, Schema] = {"address": _TEXT, "language": {"enum": list(kind.languages)}}
            return {"type": "array", "items": _object(members, ("address",)), "maxItems": kind.most}
        case kinds.ReportParameters():
            return {"type": "object"}
        case _:
            return _TEXT
