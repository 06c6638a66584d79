"""What calls send and answer, as OpenAPI describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy_workbench.core.entities import Flow, MeterType
from energy_workbench.core.ratios import AppliedBy
from energy_workbench.core.results import METER_COLUMNS
from energy_workbench.core.status import Status

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]


def listed(rows: Sequence[Any]) -> dict[str, Any]:
    """A whole list as REST sends it."""
    return {"items": list(rows), "total": len(rows)}


def created(answer: Responses) -> Responses:
    """The same answer, of a call that creates something."""
    return {201: answer[200]}


def like(example: Any) -> Schema:
    """The JSON schema of values such as this example: all of its members, any of which may be null."""
    if isinstance(example, dict):
        members = {name: _FREE if name in _OPEN else like(value) for name, value in example.items()}
        return {"type": ["object", "null"], "properties": members, "required": list(example)}
    if isinstance(example, list):
        return {"type": "array", "items": like(example[0])} if example else {"type": "array"}
    if isinstance(example, bool):
        return {"type": "boolean"}
    if isinstance(example, str):
        return {"type": ["string", "null"]}
    return {} if example is None else {"type": ["number", "null"]}


WORDS = {"type": MeterType, "flow": Flow, "status": Status, "ratio_applied_by": AppliedBy}
"""Fields of a meter that are one of some words."""
_OPEN = ("evidence", "values", "fields", "options", "before", "after", "closing", "opening")
"""Members whose own members are names of quantities or fields."""
_FREE: Schema = {}


def _answer(description: str, example: Any, schema: Schema | None = None) -> Responses:
    content = {"application/json": {"schema": schema or like(example), "example": example}}
    return {200: {"description": description, "content": content}}


def _body(description: str, example: Any, *, required: Sequence[str] = (), schema: Schema | None = None) -> Schema:
    schema = schema or {**like(example), "type": "object", "required": list(required)}
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def _file(description: str) -> Schema:
    kinds = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    return {"description": description, "content": {kind: {"schema": {"type": "string"}} for kind in kinds}}


_METER: Schema = dict.fromkeys(METER_COLUMNS) | {
    "id": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "parent_id": "mtr_5", "location": "Hall 1",
    "flow": "consumer", "ct_primary": 1000, "ct_secondary": 5, "ct_ratio": "1000/5", "ratio_applied_by": "workbench",
    "gateway": "tcp://192.168.1.20:502", "unit_id": 3, "profile": "schneider_pm5xxx", "poll_seconds": 10,
    "status": "active", "health": "good", "communication": "online", "colour": "green",
    "last_seen": "2026-10-05T14:30:02+05:30",
}  # fmt: skip
_READING: Schema = {"ts": "2026-10-05T14:30:00+05:30", "values": {"active_power_total": 412.5, "frequency": 49.98}}
_RATIO: Schema = {
    "valid_from": "2026-10-05T00:00:00+05:30", "ct_primary": 1000, "ct_secondary": 5,
    "pt_primary": 11000, "pt_secondary": 110, "ratio_applied_by": "workbench",
}  # fmt: skip
_EXCHANGE: Schema = {
    "at": "2026-10-05T10:30:00+05:30", "old_serial": "A-1001", "new_serial": "A-2044", "note": "seal 77120",
    "closing": {"energy_active_import": 981_204.5}, "opening": {"energy_active_import": 0.0},
}  # fmt: skip
_CASE: Schema = {
    "id": "mtr_12.energy_active_import.1791190800000000", "meter": "mtr_12", "number": "UNIT-A",
    "quantity": "energy_active_import", "from": "2026-10-05T14:30:00+05:30", "to": "2026-10-05T14:30:10+05:30",
    "name": "counter.ambiguous", "text": "the counter went from 981204.5 to 412 kWh within 0.00278 h, …",
    "evidence": {"before": 981_204.5, "after": 412.0}, "choices": ["rollover", "reset", "exchange", "glitch"],
    "decision": {
        "choice": "exchange", "reason": "device replaced", "modulus": None, "closing": 981_204.6, "opening": 411.9,
        "until": None,
    },
}  # fmt: skip
_EDITED_INTERVAL: Schema = {
    "start": "2026-10-05T14:15:00+05:30", "energy_import_kwh": 96.5, "reason": "read off the incomer",
}  # fmt: skip
_CHANGED: Schema = {
    "at": "2026-10-05T14:30:00+05:30", "by": "editor", "action": "meter.update", "subject": "mtr_12",
    "number": "UNIT-A", "before": {"name": "Unit"}, "after": {"name": "Unit A"}, "change": 311, "undoes": None,
}  # fmt: skip
_CHANGE: Schema = {"change": 311, "text": "UNIT-A changed", "entries": [_CHANGED]}
_TEMPLATE: Schema = {"name": "Feeder 100/5", "fields": {"type": "machine", "ct_primary": 100, "ct_secondary": 5}}
_ENERGY: Schema = {
    "start": "2026-10-05T14:00:00+05:30", "energy_import_kwh": 398.25, "energy_export_kwh": 0.0, "demand_kw": 431.2,
    "power_factor": 0.96, "quality": "actual", "completeness": 1.0,
}  # fmt: skip
_OF_METER: Schema = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "energy_import_kwh": 51230.4,
    "energy_export_kwh": 0.0, "total_kwh": 51230.4, "peak_kw": 489.0, "peak_at": "2026-10-02T11:15:00+05:30",
    "load_factor": 0.62, "completeness": 1.0, "days": 31, "estimated_days": 0, "missing_days": 0,
}  # fmt: skip
_POINT: Schema = {
    "start": "2026-10-05T14:00:00+05:30", "energy_kwh": 398.25, "demand_kw": 431.2, "quality": "actual",
    "completeness": 1.0,
}  # fmt: skip
_FLOW: Schema = {
    "unit": "kWh", "from": "2026-10-05T00:00:00+05:30", "to": "2026-10-06T00:00:00+05:30",
    "nodes": [{"id": "mtr_1", "number": "GRID", "name": "Grid", "type": "grid", "colour": "green", "value": 9120.5}],
    "links": [{"source": "mtr_1", "target": "mtr_2", "value": 9101.2, "kind": "flow"},
              {"source": "mtr_1", "target": "losses", "value": 19.3, "kind": "loss"}],
    "completeness": 1.0,
}  # fmt: skip
_COUNTS: Schema = {
    "total": 92, "status": {"active": 85, "inactive": 2, "maintenance": 5, "faulty": 0},
    "health": {"good": 90, "warning": 2, "critical": 0}, "communication": {"online": 91, "offline": 1, "timeout": 0},
    "colour": {"green": 84, "yellow": 5, "orange": 0, "red": 3},
}  # fmt: skip
_PATTERN: Schema = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "from": "2026-09-28T15:00:00+05:30",
    "to": "2026-10-05T15:00:00+05:30", "every": "1h", "timezone": "Asia/Kolkata", "points": [_POINT],
    "total_kwh": 51230.4, "peak_kw": 489.0, "peak_at": "2026-10-02T11:15:00+05:30", "load_factor": 0.62,
    "completeness": 1.0,
}  # fmt: skip

METER = _answer("The meter", _METER)
METERS = _answer("Meters", listed([_METER]))
TREE = _answer("Roots of the tree", [{**_METER, "children": []}])
SUMMARY = _answer("Counts", _COUNTS)
RATIO = _answer("The ratio", _RATIO)
RATIOS = _answer("Ratios", listed([_RATIO]))
EXCHANGE = _answer("The exchange", _EXCHANGE)
EXCHANGES = _answer("Exchanges", listed([_EXCHANGE]))
CASE = _answer("The case", _CASE)
CASES = _answer("Cases", listed([_CASE]))
EDITED_INTERVAL = _answer("The edit", _EDITED_INTERVAL)
EDITED_INTERVALS = _answer("Edits", listed([_EDITED_INTERVAL]))
IMPACT = _answer(
    "What would be computed again",
    {"from": "2026-10-05T00:00:00+05:30", "until": None, "intervals": 672, "warnings": ["672 intervals are …"]},
)
CHECK = _answer(
    "What is wrong, what looks wrong, and the ratio worked out",
    {
        "problems": [{"field": "unit_id", "value": "300", "reason": "0 to 255"}],
        "warnings": [{"field": "ct_secondary", "reason": "current transformers have 1 A or 5 A, not 7 A"}],
        "example": "meter says 4.2 A → 840 A",
    },
)
TEMPLATE = _answer("The template", _TEMPLATE)
TEMPLATES = _answer("Templates", listed([_TEMPLATE]))
AUDIT = _answer("Changes", listed([_CHANGED]))
UNDOABLE = _answer("The change, or null", {"undoable": _CHANGE})
UNDONE = _answer("The change that was undone", {"undone": _CHANGE})
PROFILES = _answer("Profiles", listed([{"id": "schneider_pm5xxx", "vendor": "Schneider", "model": "PM5000"}]))
GATEWAYS = _answer(
    "Gateways", listed([{"url": "tcp://192.168.1.20:502", "options": {"timeout_ms": 800}, "meters": 12, "online": 11}])
)
PROBE = _answer(
    "What the meter says",
    {
        "ok": True,
        "values": [{"quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0}],
        "error": "",
        "advice": "",
        "milliseconds": 42,
    },
    schema={"type": "object", "required": ["ok", "values", "error", "advice", "milliseconds"]},
)
IMPORT = _answer(
    "What the import does, or would do",
    {
        "new": [{"line": 2, "number": "UNIT-B", "fields": {"type": "unit"}}],
        "changed": [{"line": 3, "number": "UNIT-A", "fields": {"name": ["Unit", "Unit A"]}}],
        "moved": [{"line": 4, "number": "UNIT-C", "fields": {"parent": ["MAIN", "PMD"]}}],
        "unchanged": 89,
        "problems": [{"line": 5, "column": "unit_id", "value": "300", "reason": "0 to 255"}],
        "warnings": [],
    },
)
FILE: Responses = {200: _file("The file")}
READINGS = _answer("Readings", listed([_READING]))
RECORDED: Responses = created(
    _answer("What was recorded", _READING, {"anyOf": [like(_READING), like(listed([_READING]))]})
)
INTERVALS = _answer("Rows of energy", listed([_ENERGY]))
ENERGIES = _answer(
    "Every meter",
    {
        **listed([_OF_METER]),
        "from": "2026-10-01T00:00:00+05:30",
        "to": "2026-11-01T00:00:00+05:30",
        "timezone": "Asia/Kolkata",
    },
)
PATTERN = _answer("The pattern", _PATTERN)
FLOW = _answer("Nodes and links", _FLOW)
SITE = _answer("The plant", {"name": "Plant", "timezone": "Asia/Kolkata", "currency": "INR", "country": "IN"})
OVERVIEW = _answer("The dashboard's answer", {"summary": _COUNTS, "flow": _FLOW, "pattern": _PATTERN})
SQL = _answer(
    "The rows",
    {"columns": ["number", "kwh"], "rows": [["UNIT-A", 51230.4]]},
    {"type": "object", "required": ["columns", "rows"]},
)
HEALTH = _answer("It answers", {"ok": True})

_SETTABLE = {
    name: value
    for name, value in _METER.items()
    if value is not None and name not in ("id", "ct_ratio", "health", "communication", "colour", "last_seen")
}
METER_BODY = _body(
    "Fields of the meter; `number`, `name` and `type` are required for a new one. An empty field takes its default.",
    _SETTABLE,
    schema={
        "type": "object",
        "properties": like(_SETTABLE)["properties"]
        | {name: {"enum": [None, *kind]} for name, kind in WORDS.items()}
        | {"unit_id": {"type": ["integer", "null"], "minimum": 0, "maximum": 255}},
    },
)
RATIO_BODY = _body("Empty CT or PT means no transformer (1:1); `valid_from` is now by default.", _RATIO)
EXCHANGE_BODY = _body("`at` is now by default; readings are counters, as the devices showed them.", _EXCHANGE)
DECISION_BODY = _body(
    "A rollover takes the `modulus` where the register's is not known; an exchange `closing` and `opening`; a glitch "
    "`until`, the end of the wrong readings.",
    {"choice": "exchange", "reason": "device replaced", "closing": 981_204.6, "opening": 411.9},
    required=["choice", "reason"],
)
INTERVAL_BODY = _body(
    "Primary energies [kWh, kvarh, kVAh] that take the place of the interval's, and why.",
    {"energy_import_kwh": 96.5, "reason": "read off the incomer"},
    required=["reason"],
)
STATUS_BODY = _body(
    "`active`, `inactive`, `maintenance` or `faulty`, and why.",
    {"status": "maintenance", "reason": "bearing is replaced"},
    required=["status"],
)
TEMPLATE_BODY = _body(
    "The template's name, and the meter that it is like (id or number).",
    {"name": "Feeder 100/5", "meter": "UNIT-A"},
    required=["name", "meter"],
)
CHECK_BODY = _body(
    "Fields as typed so far; `id` is the meter that they change.",
    {"fields": {"unit_id": 300}, "id": "mtr_12"},
    required=["fields"],
)
PROBE_BODY = _body(
    "Where the meter is, and its CT and PT if the workbench applies them.",
    {
        "gateway": "tcp://192.168.1.20:502",
        "unit_id": 3,
        "profile": "schneider_pm5xxx",
        "ct_primary": 1000,
        "ct_secondary": 5,
        "ratio_applied_by": "workbench",
    },
    required=["gateway", "unit_id", "profile"],
)
READINGS_BODY = _body(
    "One reading or a list of them, values as the meter reports them.",
    [_READING],
    schema={"anyOf": [like(_READING), {"type": "array", "items": like(_READING)}]},
)
IMPORT_BODY: Schema = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file, at most 50 MB.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
