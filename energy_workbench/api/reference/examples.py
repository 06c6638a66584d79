"""What calls send and answer, as OpenAPI describes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import describe
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.roles import Role
from energy_workbench.domain.site.floor_plan import MEDIA
from energy_workbench.domain.status import Communication, Health

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]


def listed(rows: Sequence[Any]) -> dict[str, Any]:
    """A whole list as REST sends it."""
    return {"items": list(rows), "total": len(rows)}


def created(answer: Responses) -> Responses:
    """The same answer, of a call that creates something."""
    return {201: answer[200]}


def _answer(description: str, example: Any, schema: Schema | None = None) -> Responses:
    """What the reference shows of an answer; its schema is that of the operation's type where it has one."""
    told = {"example": example} if schema is None else {"schema": schema, "example": example}
    return {200: {"description": description, "content": {"application/json": told}}}


def _object(members: Schema) -> Schema:
    """The schema of an object that has all of these members."""
    return {"type": "object", "required": list(members), "properties": members}


def listing(row: Schema) -> Schema:
    """The schema of a whole list."""
    return _object({"items": {"type": "array", "items": row}, "total": {"type": "integer"}})


def _body(description: str, example: Any, schema: Schema | None = None) -> Schema:
    """What the reference shows of a body; its schema is made of the declaration where it has one."""
    told = {"example": example} if schema is None else {"schema": schema, "example": example}
    return {"requestBody": {"required": True, "description": description, "content": {"application/json": told}}}


_BINARY: Schema = {"schema": {"type": "string", "format": "binary"}}


def _file(description: str) -> Schema:
    kinds = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    return {"description": description, "content": {kind: {"schema": {"type": "string"}} for kind in kinds}}


_SINCE = datetime(2026, 4, 1, 3, 30, tzinfo=UTC)
_METER: Schema = dict(
    describe(
        Meter(
            key=12, number="UNIT-A", name="Unit A", type=MeterType.UNIT, parent=5, location="Hall 1", serial="A-1001",
            ratio=Ratio(ct_primary=1000, ct_secondary=5, applied_by=AppliedBy.WORKBENCH), unit_id=3,
            gateway="tcp://192.168.1.20:502",
            profile="schneider_pm5xxx", accuracy_class="0.5S", ct_class=0.5, pt_class=0.5, rated_kw=400.0,
            x=0.25, y=0.4,
            created_at=_SINCE, updated_at=_SINCE,
        ),
        Live(
            communication=Communication.ONLINE, health=Health.GOOD, health_since=_SINCE,
            last_seen=datetime(2026, 10, 5, 9, 0, 2, tzinfo=UTC),
        ),
        ZoneInfo("Asia/Kolkata"),
    )
)  # fmt: skip
_READING: Schema = {"ts": "2026-10-05T14:30:00+05:30", "values": {"active_power_total": 412.5, "frequency": 49.98}}
_RATIO: Schema = {
    "valid_from": "2026-10-05T00:00:00+05:30", "ct_primary": 1000, "ct_secondary": 5,
    "pt_primary": 11000, "pt_secondary": 110, "ratio_applied_by": "workbench",
}  # fmt: skip
_RATIO_ROW: Schema = {
    **_RATIO, "ct_ratio": "1000/5", "pt_ratio": "11000/110",
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
    "energy_reactive_kvarh": 116.2, "energy_apparent_kvah": 414.9, "power_factor": 0.96, "quality": "actual",
    "completeness": 1.0,
}  # fmt: skip
_NODE: Schema = {
    "meter": "mtr_5", "number": "PMD", "name": "Process main distribution", "type": "distribution",
    "parent_id": "mtr_2", "depth": 2, "supply_kwh": 412_300.5, "demand_kwh": 395_800.25, "loss_kwh": 16_500.25,
    "loss_percent": 4.002, "site_percent": 2.35, "uncertainty_kwh": 5_140.5, "completeness": 0.998, "estimated": 0.0,
    "verdict": "hotspot",
    "reason": "16,500 kWh ± 5,100 kWh, 4.0 % of the supply, growing with the load", "rank": 1, "unmetered_kw": None,
    "counted_twice": [], "assumed_classes": True, "nominal_classes": ["UNIT-A"], "below_range": [],
    "uncertainty_reason": "limits of error by the load of each meter, k = 2; PMD: usual classes assumed, …",
    "children": [
        {
            "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "taken_kwh": 41_250.5,
            "delivered_kwh": 0.0,
        }
    ],
}  # fmt: skip
_SPAN: Schema = {"from": "2026-10-01T00:00:00+05:30", "to": "2026-11-01T00:00:00+05:30", "timezone": "Asia/Kolkata"}
_COMPARISON: Schema = {
    "items": [
        {
            "start": "2026-10-05T00:00:00+05:30", "energy_kwh": 4200.5, "quality": "actual", "completeness": 1.0,
            "before_start": "2026-09-07T00:00:00+05:30", "before_kwh": 4000.0, "before_quality": "actual",
            "before_completeness": 1.0, "change_percent": 5.01,
        }
    ],
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "against": "previous", "every": "1d",
    "total_kwh": 130_215.5, "before_kwh": 120_000.0, "change_percent": 5.01, "totals_percent": 8.51, "days": 31.0,
    "before_days": 30.0, "shift_days": 28, "completeness": 0.998,
    "before_completeness": 1.0, **_SPAN, "before_start": "2026-09-01T00:00:00+05:30",
    "before_end": "2026-10-01T00:00:00+05:30",
}  # fmt: skip
_GENERATION_COMPARISON: Schema = {
    **listed(
        [
            {
                "name": "grid_import_kwh", "value": 610_000.0, "before": 560_000.0, "change_percent": 5.3,
                "totals_percent": 8.93,
            }
        ]
    ),
    "against": "previous", **_SPAN, "before_start": "2026-09-01T00:00:00+05:30",
    "before_end": "2026-10-01T00:00:00+05:30", "days": 31.0, "before_days": 30.0,
}  # fmt: skip
_DEMAND: Schema = {
    **listed(
        [
            {
                "start": "2026-10-01T00:00:00+05:30", "end": "2026-11-01T00:00:00+05:30", "maximum": 431.2,
                "at": "2026-10-14T10:30:00+05:30", "energy": 130_215.5, "load_factor": 0.406,
                "load_factor_share": 0.998,
                "diversity_factor": 1.12, "diversity_reason": "", "completeness": 0.998,
                "children": [{"number": "UNIT-A-MACHINE-01", "kw": 88.5, "share": 0.205, "reason": ""}],
            }
        ]
    ),
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "unit": "kW", "block_minutes": 30, "kind": "block",
    **_SPAN,
}  # fmt: skip
_FACTOR: Schema = {
    "name": "grid_location", "value": 0.7117, "unit": "kg CO₂/kWh", "valid_from": "2024-04-01", "year": 2024,
    "source": "CEA V21", "gases": "CO₂", "meaning": "grid electricity, average of the grid", "own": False,
}  # fmt: skip
_GENERATION: Schema = {
    **_SPAN, "dg_kwh": 5120.5, "dg_run_hours": 18.25, "dg_hours_counted": False, "diesel_litres": 1480.2,
    "diesel_estimated": True, "litres_per_kwh": 0.289, "solar_kwh": 90_400.0, "solar_self_used_kwh": 88_000.0,
    "solar_self_used_share": 0.973, "solar_share": 0.12, "grid_import_kwh": 610_000.0, "grid_export_kwh": 2400.0,
    "use_kwh": 703_120.5, "scope1_kg": 3966.9, "scope2_location_kg": 434_137.0, "scope2_market_kg": 434_137.0,
    "market_is_location": True, "market_basis": "no contract's factor is stated: the grid's average stands in",
    "other_kwh": 0.0, "left_out": [], "avoided_kg": 62_629.6, "net_kg": 438_103.9, "completeness": 0.998,
    "generators": [{
        "number": "DG", "energy_kwh": 5120.5, "run_hours": 18.25, "hours_counted": True, "litres": 1480.2,
        "litres_estimated": True, "litres_per_kwh": 0.289, "hours_estimated": False, "load_litres": 1480.2,
        "fuel_deviation": None, "rated_kw": 400.0, "rated_assumed": False, "mean_load": 0.701,
    }],
    "factors": [{
        "name": "diesel", "value": 2.68, "unit": "kg CO₂/L", "valid_from": None, "year": None, "source": "IPCC 2006",
        "gases": "CO₂", "holds": True, "old": False,
    }],
    "days": [{
        "day": "2026-10-01", "grid_import_kwh": 19_600.0, "grid_export_kwh": 80.0, "dg_kwh": 0.0, "solar_kwh": 3100.0,
        "other_kwh": 0.0,
        "diesel_litres": 0.0, "solar_self_used_kwh": 3020.0, "scope1_kg": 0.0, "scope2_location_kg": 13_949.3,
        "scope2_market_kg": 13_949.3, "avoided_kg": 2149.3,
    }],
    "estimated": ["diesel_litres", "scope1_kg"], "known": {"grid": 0.998, "solar": 1.0, "generators": 1.0},
    "unknown": [{"source": "solar", "meter": "SOLAR", "reason": "SOLAR told nothing in this time"}],
    "missing_factors": [{"name": "grid_location", "reason": "the site states no country, …", "advice": "state …"}],
    "units": dict.fromkeys(
        ("scope1_kg", "scope2_location_kg", "scope2_market_kg", "avoided_kg", "net_kg"), "kg CO₂"
    ),
}  # fmt: skip
_OF_METER: Schema = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "energy_import_kwh": 51230.4,
    "energy_export_kwh": 0.0, "energy_reactive_kvarh": 14942.2, "total_kwh": 51230.4, "peak_kw": 489.0,
    "peak_at": "2026-10-02T11:15:00+05:30", "load_factor": 0.62, "load_factor_share": 1.0, "mean_load_kw": 305.0,
    "mean_load_share": 1.0, "power_factor": 0.96, "completeness": 1.0,
    "days": 31, "estimated_days": 0, "missing_days": 0,
}  # fmt: skip
_POINT: Schema = {
    "start": "2026-10-05T14:00:00+05:30", "energy_kwh": 398.25, "demand_kw": 431.2, "quality": "actual",
    "completeness": 1.0,
}  # fmt: skip
_FLOW: Schema = {
    "unit": "kWh", "from": "2026-10-05T00:00:00+05:30", "to": "2026-10-06T00:00:00+05:30",
    "nodes": [{"id": "mtr_1", "number": "GRID", "name": "Grid", "type": "grid", "parent_id": None,
               "seen_by_parent": True, "producer": False, "metering": "known", "colour": "green", "value": 9120.5,
               "export": 0.0, "loss": 19.3, "loss_percent": 0.212, "verdict": "within_error", "through": 9120.5}],
    "links": [{"source": "mtr_1", "target": "mtr_2", "value": 9101.2, "kind": "flow"},
              {"source": "mtr_1", "target": "losses", "value": 19.3, "kind": "loss"}],
    "completeness": 1.0,
}  # fmt: skip
_COUNTS: Schema = {
    "total": 92, "status": {"active": 85, "inactive": 2, "maintenance": 5, "faulty": 0},
    "health": {"good": 88, "warning": 2, "critical": 0, "unknown": 2},
    "communication": {"online": 89, "offline": 1, "timeout": 0, "not_connected": 2},
    "colour": {"green": 82, "yellow": 5, "orange": 0, "red": 3, "grey": 2},
}  # fmt: skip
_PATTERN: Schema = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "from": "2026-09-28T15:00:00+05:30",
    "to": "2026-10-05T15:00:00+05:30", "every": "1h", "timezone": "Asia/Kolkata", "points": [_POINT],
    "total_kwh": 51230.4, "peak_kw": 489.0, "peak_at": "2026-10-02T11:15:00+05:30", "load_factor": 0.62,
    "completeness": 1.0, "running": True, "reactive_kvarh": 14942.2, "power_factor": 0.96,
    "load_factor_share": 1.0, "mean_load_kw": 305.0, "mean_load_share": 1.0,
}  # fmt: skip

METER = _answer("The meter", _METER)
METERS = _answer("Meters", {**listed([_METER]), "timezone": "Asia/Kolkata"})
CHILDREN: Responses = {
    200: {
        "description": "Meters",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/MeterTable"}}},
    }
}
DELETED = _answer("Meters that were deleted", listed([_METER]))
TREE = _answer("Roots of the tree", [{**_METER, "children": []}])
SUMMARY = _answer("Counts", _COUNTS)
STATUSES = _answer(
    "Statuses",
    listed([{"valid_from": None, "status": "active", "reason": "", "by": "editor"}]),
)
RATIO = _answer("The ratio", _RATIO_ROW)
RATIOS = _answer("Ratios", listed([_RATIO_ROW]))
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
EVENTS = _answer(
    "Changes",
    listed([
        {"at": "2026-10-05T14:30:00+05:30", "of": "health", "from": "good", "to": "warning",
         "reason": "L2 at 198.2 V, 13.8 % below 230 V (limit 10 %)"}
    ]),
)  # fmt: skip
HISTORY = _answer(
    "Statements",
    listed([
        {"at": "2026-10-05T10:00:00+05:30", "until": "2026-10-05T12:00:00+05:30", "meter": "mtr_12", "number": "UNIT-A",
         "of": "edit", "text": "8 intervals of 15 minutes: import 124 kWh", "reason": "bypass open, by the log book",
         "by": "asha", "entered": "2026-10-07T09:12:00+05:30"},
        {"at": "2026-10-03T08:00:00+05:30", "until": None, "meter": "mtr_12", "number": "UNIT-A", "of": "status",
         "text": "active → maintenance", "reason": "", "by": "asha", "entered": None},
    ]),
)  # fmt: skip
FINDINGS = _answer(
    "Findings",
    listed([
        {"name": "value.power_factor", "meter": "mtr_12", "number": "UNIT-A", "quantity": "power_factor_total",
         "from": "2026-10-05T14:30:00+05:30", "to": "2026-10-05T14:31:00+05:30",
         "text": "Power factor total of 1.38 cannot be: a power factor lies between −1 and 1", "value": 1.38,
         "evidence": {"value": 1.38, "readings": 7}}
    ]),
)  # fmt: skip
LIMITS = _answer(
    "The limits",
    {
        "limits": {"voltage_warning": 8.0, "voltage_critical": 15.0},
        "own": {"voltage_warning": 8.0},
        "defaults": {"voltage_warning": 10.0, "voltage_critical": 15.0},
        "rules": [
            {"name": "voltage", "label": "Voltage deviation", "unit": "%", "low": False, "meaning": "…", "source": "…"}
        ],
    },
)
LIMITS_BODY = _body(
    "Fields of `limits`; null brings the default back, `off` switches a threshold off.",
    {"voltage_warning": 8.0, "current_unbalance_critical": "off", "power_factor_warning": None},
)
TEMPLATE = _answer("The template", _TEMPLATE)
TEMPLATES = _answer("Templates", listed([_TEMPLATE]))
_TOKEN: Schema = {"name": "asha", "role": "operator", "created_at": "2026-10-05T14:30:00+05:30"}
_TOKEN_TYPES: Schema = {
    "name": {"type": "string"}, "role": {"type": "string", "enum": list(Role)}, "created_at": {"type": "string"},
}  # fmt: skip
TOKENS = _answer("Tokens", listed([_TOKEN]), listing(_object(_TOKEN_TYPES)))
TOKEN_MADE = _answer(
    "The token, this once", _TOKEN | {"token": "ew_…"}, _object(_TOKEN_TYPES | {"token": {"type": "string"}})
)
AUDIT = _answer("Changes", listed([_CHANGED]))
UNDOABLE = _answer("The change, or null", {"undoable": _CHANGE})
UNDONE = _answer("The change that was undone", {"undone": _CHANGE})
PROFILES = _answer("Profiles", listed([{"id": "schneider_pm5xxx", "vendor": "Schneider", "model": "PM5000"}]))
_GATEWAY = {
    "url": "tcp://192.168.1.20:502", "options": {"timeout_ms": 800}, "revision": 2_105_340_187, "meters": 12,
    "online": 11,
}  # fmt: skip
GATEWAYS = _answer("Gateways", listed([_GATEWAY]))
GATEWAY = _answer("The gateway", _GATEWAY)
_COUNTED: Schema = {
    "polls": 90, "success_percent": 97.78, "missed": 0, "late": 0, "latency_p50_ms": 41.0, "latency_p95_ms": 62.5,
    "lateness_p95_ms": 12.0, "errors": {"no_answer": 2}, "exceptions": {"2": 1},
    "last_error": "unit 3 of tcp://192.168.1.20:502 did not answer in 1 s",
    "last_error_at": "2026-10-05T09:00:02+00:00",
}  # fmt: skip
_TOLD: Schema = {"verdict": "warning", "text": "2 of 90 polls did not give everything", "advice": "look at the plugs"}
DOCTOR = _answer(
    "How everything is, and what to do",
    {
        "at": "2026-10-05T09:00:05+00:00", "verdict": "warning", "live": True, "seconds": 900.0,
        "checks": [{"name": "spool", "verdict": "good", "text": "276 readings wait for the lake", "advice": ""}],
        "gateways": [
            {
                "url": "tcp://192.168.1.20:502", **_TOLD, "meters": 12, "online": 11, "connected": True,
                "utilisation": 0.31, **_COUNTED,
            }
        ],
        "meters": [
            {
                "meter": "mtr_12", "number": "UNIT-A", "gateway": "tcp://192.168.1.20:502", "unit_id": 3,
                "profile": "schneider_pm5xxx", **_TOLD, "breaker": "closed",
                "last_seen": "2026-10-05T09:00:02+00:00", **_COUNTED,
            }
        ],
    },
)  # fmt: skip
PROBE = _answer(
    "What the meter says",
    {
        "ok": True,
        "values": [{"quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0}],
        "error": "",
        "advice": "",
        "milliseconds": 42,
    },
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
PICTURE: Responses = {200: {"description": "The picture", "content": dict.fromkeys(MEDIA.values(), _BINARY)}}
FLOOR_PLAN = _answer("The picture that was taken", {"media": "image/png", "width": 1600.0, "height": 900.0})
READINGS = _answer(
    "Readings",
    {
        **listed([_READING]), "meter": "mtr_12", "number": "UNIT-A", "timezone": "Asia/Kolkata",
        "quantities": ["active_power_total", "frequency"], "scaled": False,
    },
)  # fmt: skip
RECORDED: Responses = created(_answer("What was recorded", _READING))
INTERVALS = _answer(
    "Rows of energy",
    {**listed([_ENERGY]), "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "every": "1h", **_SPAN},
)
ENERGIES = _answer(
    "Every meter",
    {
        **listed([_OF_METER]),
        "from": "2026-10-01T00:00:00+05:30",
        "to": "2026-11-01T00:00:00+05:30",
        "timezone": "Asia/Kolkata",
    },
)
COMPLETENESS = _answer(
    "Every meter",
    {
        **listed(
            [
                {
                    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "status": "active", "polled": True,
                    "complete": [1.0, 0.9688], "quality": ["actual", "missing"],
                }
            ]
        ),
        "days": ["2026-10-01", "2026-10-02"],
        "from": "2026-10-01T00:00:00+05:30",
        "to": "2026-10-03T00:00:00+05:30",
        "timezone": "Asia/Kolkata",
    },
)  # fmt: skip
BALANCE = _answer(
    "Every node",
    {
        **listed([_NODE]),
        "from": "2026-10-01T00:00:00+05:30",
        "to": "2026-11-01T00:00:00+05:30",
        "threshold_percent": 3.0,
        "timezone": "Asia/Kolkata",
        "lost": {
            "nodes": 14, "loss_kwh": 65_100.5, "certain_kwh": 54_600.25, "site_percent": 9.29, "completeness": 0.992,
        },
        "meters": [
            {
                "meter": "mtr_5", "number": "PMD", "uncertainty_percent": 1.5917, "by_load": True, "below_range": False,
            }
        ],
    },
)  # fmt: skip
LOSSES = _answer(
    "A row a bucket",
    {
        **listed(
            [
                {
                    "start": "2026-10-01T00:00:00+05:30", "supply_kwh": 13_300.0, "demand_kwh": 12_767.5,
                    "loss_kwh": 532.5, "loss_percent": 4.004, "uncertainty_kwh": 165.8, "completeness": 1.0,
                    "estimated": 0.0, "verdict": "hotspot", "reason": "530 kWh ± 170 kWh, 4.0 % of the supply, …",
                }
            ]
        ),
        "meter": "mtr_5", "number": "PMD", "name": "Process main distribution", **_SPAN, "every": "1d",
        "threshold_percent": 3.0,
    },
)  # fmt: skip
COMPARISON = _answer("Both times", _COMPARISON)
FACTORS = _answer("Factors by kind and date", listed([_FACTOR]))
FACTOR = _answer("The factor", _FACTOR)
FACTOR_BODY = _body(
    "A factor; without `valid_from` it holds from the beginning of time",
    {
        "name": "diesel",
        "value": 2.66155,
        "valid_from": "2025-01-01",
        "source": "DEFRA 2025, 100 % mineral diesel",
        "gases": "CO2, CH4, N2O",
    },
)
GENERATION = _answer("The period", _GENERATION)
GENERATION_COMPARISON = _answer("Both times", _GENERATION_COMPARISON)
DEMAND = _answer("A row a billing month", _DEMAND)
PATTERN = _answer("The pattern; with `by`, rows that say how the load is spread", _PATTERN)
FLOW = _answer("Nodes and links", _FLOW)
_SITE: Schema = {
    "name": "Plant", "timezone": "Europe/Berlin", "currency": None, "country": "DE", "not_stated": ["currency"],
    "advice": "The site states no currency: say it on the meter setup page, or …",
}  # fmt: skip
_STATED = {"name": "Works Nord", "timezone": "Europe/Berlin", "country": "DE", "currency": "EUR"}
SITE = _answer("The plant", _SITE)
SITE_CHANGED = _answer("The plant", {**_SITE, "effects": ["days, weeks and months are cut at midnight of …"]})
SITE_BODY = _body("What changes of it; `country` and `currency` null: not stated.", _STATED)
_CARDS: Schema = {
    "total": 92, "active": 92, "online": 90, "warnings": 2, "power_now_kw": None,
    "power_now_reason": "GRID-2 is out of service since 11 Oct 2026 10:00: what goes through it is not metered",
    "energy_kwh": 9120.5, "energy_reason": "", "demand_peak_kw": 512.4,
    "demand_peak_at": "2026-10-05T11:15:00+05:30", "left_out": ["GRID-3"], "completeness": 0.998,
}  # fmt: skip
_LEAF: Schema = {
    "id": "mtr_1", "number": "GRID", "name": "Grid", "type": "grid", "flow": "bidirectional", "parent_id": None,
    "status": "active", "health": "good", "health_reason": "", "communication": "online", "colour": "green",
    "power_kw": 412.5, "energy_kwh": 9120.5, "last_seen": "2026-10-05T14:30:02+05:30", "x": None, "y": None,
}  # fmt: skip
OVERVIEW = _answer(
    "The dashboard's answer",
    {
        "now": "2026-10-05T14:30:05+05:30", "site": _SITE, "period": "today", "cards": _CARDS, "summary": _COUNTS,
        "flow": _FLOW, "flow_now": {**_FLOW, "unit": "kW", "from": None, "to": None}, "pattern": _PATTERN,
        "tree": [_LEAF],
    },
)  # fmt: skip
SQL = _answer(
    "The rows",
    {"columns": ["number", "kwh"], "types": ["string", "double"], "rows": [["UNIT-A", 51230.4]]},
)
HEALTH = _answer("It answers", {"ok": True}, _object({"ok": {"type": "boolean"}}))

READ_ONLY = (
    "id", "ct_ratio", "health", "communication", "colour", "last_seen", "created_at", "updated_at", "revision",
    "status_reason", "status_since", "health_reason", "health_since", "error",
)  # fmt: skip
"""Members of a meter that are only shown."""
_SETTABLE = {name: value for name, value in _METER.items() if value is not None and name not in READ_ONLY}
METER_BODY = _body(
    "Fields of the meter; `number`, `name` and `type` are required. An empty field takes its default.",
    _SETTABLE,
)
METER_CHANGE_BODY = _body(
    "The fields that change, or all that a `GET` gave. An empty field takes its default.",
    {name: _SETTABLE[name] for name in ("name", "location", "ct_primary", "ct_secondary", "ratio_applied_by")},
)
RATIO_BODY = _body("Empty CT or PT means no transformer (1:1); `valid_from` is now by default.", _RATIO)
EXCHANGE_BODY = _body("`at` is now by default; readings are counters, as the devices showed them.", _EXCHANGE)
DECISION_BODY = _body(
    "A rollover takes the `modulus` where the register's is not known; an exchange `closing` and `opening`; a glitch "
    "`until`, the end of the wrong readings.",
    {"choice": "exchange", "reason": "device replaced", "closing": 981_204.6, "opening": 411.9},
)
INTERVAL_BODY = _body(
    "Primary energies [kWh, kvarh, kVAh] that take the place of the interval's, and why.",
    {"energy_import_kwh": 96.5, "reason": "read off the incomer"},
)
STATUS_BODY = _body(
    "`active`, `inactive`, `maintenance` or `faulty`, why, and from when on: now by default, `beginning` for ever.",
    {"status": "maintenance", "reason": "bearing is replaced", "valid_from": "2026-10-05T06:00:00+05:30"},
)
GATEWAY_BODY = _body(
    "The gateway's address and its options: `timeout_ms`, `pause_ms` [ms], `retries`, `connections`.",
    {"url": "tcp://192.168.1.20:502", "options": {"timeout_ms": 800, "pause_ms": None}},
)
TEMPLATE_BODY = _body(
    "The template's name, and the meter that it is like (id or number).",
    {"name": "Feeder 100/5", "meter": "UNIT-A"},
)
TOKEN_BODY = _body(
    "Whose it is, or what for; the role is `viewer`, `operator`, `editor` or `admin`.",
    {"name": "asha", "role": "operator"},
    _object({name: kind for name, kind in _TOKEN_TYPES.items() if name in ("name", "role")}),
)
CHECK_BODY = _body(
    "Fields as typed so far; `id` is the meter that they change.",
    {"fields": {"unit_id": 300}, "id": "mtr_12"},
)
SUGGEST_BODY = _body(
    "Where the meter is.",
    {"gateway": "tcp://192.168.1.20:502", "unit_id": 3},
)
SUGGESTED_PROFILES = _answer(
    "Profiles that fit the meter",
    {
        "ok": True,
        "candidates": [
            {
                "profile": "selec_mfm384:little", "vendor": "Selec", "model": "MFM384-C", "word_order": "little",
                "source": "shipped", "confidence": "two-sources", "certainty": "certain", "score": 24.6,
                "reasons": ["frequency 50.02 Hz"], "against": ["1 of its registers is not there"],
            }
        ],
        "identity": {"vendor": "Selec"},
        "values": [{"quantity": "frequency", "label": "Frequency", "unit": "Hz", "raw": 50.02, "scaled": 50.02}],
        "notes": ["the nameplate decides"],
        "error": "",
        "advice": "",
        "milliseconds": 420,
    },
)  # fmt: skip
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
)
READINGS_BODY = _body(
    "One reading or a list of them, values as the meter reports them.",
    [_READING],
)
_FOUND: Schema = {"where": "line 7", "field": "frequency", "value": "49,9", "reason": "is no number"}
READINGS_IMPORT = _answer(
    "What the import did, or would do",
    {
        "rows": 8640, "new": 8640, "known": 0, "meters": 1, "first": "2026-10-01T00:00:00+05:30",
        "last": "2026-10-02T00:00:00+05:30", "problems": [_FOUND], "problem_count": 1, "conflicts": [_FOUND],
        "conflict_count": 0, "intervals": 96, "dry_run": False,
    },
)  # fmt: skip
READINGS_FILE_BODY: Schema = {
    "requestBody": {
        "required": True,
        "description": "The bytes of a CSV (UTF-8; packed with gzip or not) or Parquet file, at most 200 MB.",
        "content": {"application/octet-stream": _BINARY},
    }
}
IMPORT_BODY: Schema = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file, at most 20 MB.",
        "content": {"application/octet-stream": _BINARY},
    }
}
PICTURE_BODY: Schema = {
    "requestBody": {
        "required": True,
        "description": "The bytes of a PNG, JPEG or SVG, at most 4 MB.",
        "content": {"application/octet-stream": _BINARY},
    }
}

_REPORT_RUN: Schema = {
    "id": 41, "schedule": "sch_9f2c41d07b", "name": "Monthly to the board", "report": "monthly", "period": "2026-10",
    "manual": False, "planned_at": "2026-11-01T06:00:00+05:30", "due_at": "2026-11-01T06:00:00+05:30",
    "state": "done", "started_at": "2026-11-01T06:00:01+05:30", "finished_at": "2026-11-01T06:00:12+05:30",
    "seconds": 11.4, "attempts": 1, "failures": 0, "reason": "", "progress": 0.0, "step": "", "completeness": 0.998,
    "incomplete": False, "delivered": ["folder", "anna@example.com"], "files": ["html", "pdf"], "cancelling": False,
}  # fmt: skip
_SCHEDULE_FIELDS: Schema = {
    "name": "Monthly to the board", "report": "monthly", "parameters": {"meter": "UNIT-A"}, "cron": "0 6 1 * *",
    "period": "last month", "formats": ["html", "pdf"],
    "recipients": [{"address": "anna@example.com", "language": "de"}], "webhook": "https://hooks.example.com/energy",
    "owner": "energy@example.com", "completeness_percent": 95.0, "wait_hours": 12.0, "paused": False,
}  # fmt: skip
_SCHEDULE: Schema = {
    "id": "sch_9f2c41d07b", **_SCHEDULE_FIELDS, "since": "2026-10-05T10:00:00+05:30",
    "described": "At 06:00 on day 1 of every month", "next_run": "2026-12-01T06:00:00+05:30", "run": _REPORT_RUN,
    "revision": 2_918_223_001,
}  # fmt: skip
_REPORT: Schema = {
    "name": "monthly",
    "parameters": [{"name": "meter", "type": "str", "default": "", "help": "Number of the meter reported"}],
}

REPORTS: Responses = _answer("The reports there are", listed([_REPORT]))
SCHEDULES: Responses = _answer("The schedules", listed([_SCHEDULE]))
SCHEDULE: Responses = _answer("The schedule", _SCHEDULE)
SCHEDULE_BODY: Schema = _body("Its fields", _SCHEDULE_FIELDS)
SCHEDULE_CHECK_BODY: Schema = _body(
    "Fields of a form, and the schedule that it changes", {"fields": _SCHEDULE_FIELDS, "id": None}
)
_CHECKED: Schema = {
    "problems": {"recipients": "'anna' is no mail address, such as anna@example.com"},
    "warnings": {"recipients": "no server takes mail yet: set smtp_host in workbench.toml"},
    "described": "At 06:00 on day 1 of every month",
    "next_runs": [{"at": "2026-12-01T06:00:00+05:30", "period": "2026-11"}],
}
SCHEDULE_CHECKED: Responses = _answer("What is wrong, by field, and what it would do", _CHECKED)
RUN_BODY: Schema = _body("The period, where it is another than the schedule's", {"period": "2026-09"})
RUN: Responses = _answer("The run", _REPORT_RUN)
RUNS: Responses = _answer("Runs, newest first", listed([_REPORT_RUN]))
RUN_FILE: Responses = {
    200: {
        "description": "The file",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "text/html",
                "application/pdf",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        },
    }
}
