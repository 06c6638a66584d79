"""The JSON schemas of answers and bodies, made of types: what is never null is not nullable, words are enumerated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import NoneType
from typing import Any, NotRequired, cast, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from energy_workbench.api.reference.body_schemas import NAMED, of_table, sent, table_of, tables_in
from energy_workbench.api.reference.document import Schema
from energy_workbench.api.reference.made import made
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.notes import Kind, Of, optional, plain
from energy_workbench.contract.result import OfPeriod, Result
from energy_workbench.contract.results.kinds import results
from energy_workbench.contract.rows.meters import MeterNode, RecordedReading

REFERENCE = "#/components/schemas/{model}"


class RecordedReadings(TypedDict):
    """Readings that were taken."""

    items: list[RecordedReading]
    total: int


class FloorPlanTaken(TypedDict):
    """The picture that was taken."""

    media: str
    width: float
    height: float


class Selected(TypedDict):
    """Columns of a query, their types (Arrow's), and its rows."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]


PAYLOADS: Mapping[str, Any] = {
    "hierarchy": list[MeterNode],
    "record": RecordedReading | RecordedReadings,
    "set_floor_plan": FloorPlanTaken,
    "sql": Selected,
    **dict.fromkeys(("floor_plan", "export_meters", "import_template")),
}
"""What routes that are written by hand answer, where it is not what the method returns; None is a file."""


class _Plain(GenerateJsonSchema):
    """Without titles that only repeat the names of members."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 -- the base's own parameter
        return False


Schemas = dict[str, Schema]
"""By name of the operation."""


def schemas(bindings: Sequence[Binding]) -> tuple[Schemas, Schemas, Schemas]:
    """The schemas of answers and of bodies, and those that several share, by their name.

    Operations without the one or the other, and what is no JSON, are left out.
    """
    kinds = {("serialization", each.method.__name__): told_as(each) for each in bindings}
    kinds |= {("validation", each.method.__name__): sent(each) for each in bindings}
    inputs = [(name, mode, TypeAdapter(kind)) for (mode, name), kind in kinds.items() if kind is not None]
    found, shared = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE, schema_generator=_Plain)  # type: ignore[arg-type]
    answers, bodies = (
        {name: cast(Schema, schema) for (name, told), schema in found.items() if told == mode}
        for mode in ("serialization", "validation")
    )
    tables = {each.method.__name__: table for each in bindings if (table := table_of(each))}
    bodies |= {name: {"$ref": REFERENCE.format(model=table)} for name, table in tables.items()}
    defined = {name: _named(schema) for name, schema in cast(Schemas, shared.get("$defs", {})).items()}
    bodies = {name: _named(schema) for name, schema in bodies.items()}
    known = dict.fromkeys([*tables.values(), *(table for each in bindings for table in tables_in(each))])
    return answers, bodies, defined | {str(table): of_table(table) for table in known}


def _named(schema: Any) -> Any:
    """A schema with the references to tables of fields that stand in it."""
    if isinstance(schema, list):
        return [_named(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if NAMED in schema:
        return {"$ref": REFERENCE.format(model=schema[NAMED])}
    return {name: _named(each) for name, each in schema.items()}


def told_as(binding: Binding) -> Any:
    """The type of the payload of an operation; None where it has none."""
    name = binding.method.__name__
    if name in PAYLOADS:
        return PAYLOADS[name]
    answer = binding.answer
    if answer is NoneType or binding.is_file:
        return None
    if kinds := results(answer):
        found = payload_of(kinds[0])
        for kind in kinds[1:]:
            found |= payload_of(kind)
        return found
    if get_origin(answer) is list:
        (row,) = get_args(answer)
        dated = any(each.note(Kind) is Kind.PERIOD for each in binding.parameters)
        note = {"note": NotRequired[str]} if dated else {}
        return made(f"{row.__name__}List", {"items": answer, "total": int, **note})
    if optional(answer):
        return made(name.title().replace("_", ""), {name: answer})
    return answer


def payload_of(kind: type[Result[Any]]) -> Any:
    """What a kind of answer is as JSON: members under the names that REST has, lists for tuples."""
    hints = get_type_hints(kind, include_extras=True)
    members = {kind.keys.get(each.name, each.name): _json(hints[each.name]) for each in fields(kind)}  # type: ignore[arg-type]
    for name in kind.sometimes:
        (there,) = (each for each in get_args(members[name]) if each is not NoneType)
        members[name] = NotRequired[there]
    if issubclass(kind, OfPeriod):
        members["note"] = NotRequired[str]
    return made(kind.__name__, members, kind.__doc__)


def _json(hint: Any) -> Any:
    within, notes = plain(hint)
    of = next((note for note in notes if isinstance(note, Of)), None)
    if of is not None:
        return payload_of(of.result)
    if get_origin(within) is tuple:
        return list[get_args(within)[0]]  # type: ignore[misc]
    return hint
