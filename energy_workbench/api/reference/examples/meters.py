"""Examples of meters, their tree and their state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import describe
from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import Communication, Health

_SINCE = datetime(2026, 4, 1, 3, 30, tzinfo=UTC)
_METER = cast(
    JsonObject,
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
        412.5,
    ),
)  # fmt: skip
TRANSFORMER: JsonObject = {"ct_primary": 1000, "ct_secondary": 5, "ratio_applied_by": "workbench"}
COUNTS: JsonObject = {
    "total": 92, "status": {"active": 85, "inactive": 2, "maintenance": 5, "faulty": 0},
    "health": {"good": 88, "warning": 2, "critical": 0, "unknown": 2},
    "communication": {"online": 89, "offline": 1, "timeout": 0, "not_connected": 2},
    "colour": {"green": 82, "yellow": 5, "orange": 0, "red": 3, "grey": 2},
}  # fmt: skip
_READ_ONLY = (
    "id", "ct_ratio", "health", "communication", "colour", "last_seen", "created_at", "updated_at", "revision",
    "status_reason", "status_since", "health_reason", "health_since", "error",
    "power_kw",
)  # fmt: skip
_SETTABLE: JsonObject = {name: value for name, value in _METER.items() if value is not None and name not in _READ_ONLY}
_DELETED: JsonObject = {
    "id": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "location": "Hall 1",
    "deleted_at": "2026-10-05T14:30:00+05:30", "deleted_by": "asha", "below": ["UNIT-A-MACHINE-01"],
}  # fmt: skip
_SHEET: JsonObject = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "version": 1, "signed_at": "2026-10-05T14:30:00+05:30",
    "signed_by": "A. Rao", "by": "editor", "remarks": "CT of L2 is turned at the next stop", "verdict": "wrong",
    "checked_at": "2026-10-05T14:29:58+05:30", "serial": "A-1001", "gateway": "tcp://192.168.1.20:502", "unit_id": "3",
    "profile": "schneider_pm5xxx", "ct_ratio": "1000/5", "pt_ratio": "",
    "commissioned_at": "2026-10-05",
    "checks": [
        {"check": "connection", "of": "", "verdict": "ok", "text": "it answers, 38 values in 140 ms"},
        {"check": "phases", "of": "L2", "verdict": "wrong", "text": "the CT of L2 is reversed"},
    ],
    "values": {"active_power_l1": 41.2, "active_power_l2": -40.8, "active_power_l3": 41.9},
    "display": {"energy_active_import": 48211.5},
}  # fmt: skip
METERS: JsonObject = {**listed([_METER]), "timezone": "Asia/Kolkata"}

SHOWN: Final[Mapping[str, Shown]] = {
    "meters": Shown("Meters", METERS),
    "hierarchy": Shown("Roots of the tree", [{**_METER, "children": []}]),
    "status_summary": Shown("Counts", COUNTS),
    "meter": Shown("The meter", _METER),
    "create_meter": Shown(
        "The meter",
        _METER,
        body="Fields of the meter; `number`, `name` and `type` are required. An empty field takes its default.",
        sends=_SETTABLE,
    ),
    "check_meter": Shown(
        "What is wrong, what looks wrong, and the ratio worked out",
        {
            "problems": [{"field": "unit_id", "value": "300", "reason": "0 to 255"}],
            "warnings": [{"field": "ct_secondary", "reason": "current transformers have 1 A or 5 A, not 7 A"}],
            "example": "meter says 4.2 A → 840 A",
        },
        body="Fields as typed so far; `id` is the meter that they change.",
        sends={"fields": {"unit_id": 300}, "id": "mtr_12"},
    ),
    "update_meter": Shown(
        "The meter",
        _METER,
        body="The fields that change, or all that a `GET` gave. An empty field takes its default.",
        sends={"name": "Unit A", "location": "Hall 1", **TRANSFORMER},
    ),
    "set_status": Shown(
        "The meter",
        _METER,
        body="`active`, `inactive`, `maintenance` or `faulty`, why, and from when on: now by default, `beginning` for "
        "ever.",
        sends={"status": "maintenance", "reason": "bearing is replaced", "valid_from": "2026-10-05T06:00:00+05:30"},
    ),
    "edit_meters": Shown(
        "What became, or would become, of each",
        {
            "dry_run": True,
            "total": 2,
            "changed": 1,
            "unchanged": 0,
            "refused": 1,
            "revision": 41,
            "meters": [
                {
                    "id": "mtr_12",
                    "number": "UNIT-A",
                    "name": "Unit A",
                    "fields": {"poll_seconds": [10.0, 30.0]},
                    "limits": {},
                    "refused": [],
                    "warnings": [],
                    "locked_months": [],
                },
                {
                    "id": "mtr_5",
                    "number": "MAIN",
                    "name": "Main",
                    "fields": {},
                    "limits": {},
                    "refused": [{"field": "parent", "value": "UNIT-A", "reason": "a meter cannot be below itself"}],
                    "warnings": [],
                    "locked_months": [],
                },
            ],
        },
        body="Which meters (by name, by a filter, or both), and what of them is to be another.",
        sends={"meters": ["UNIT-A", "MAIN"], "fields": {"poll_seconds": 30, "accuracy_class": "0.5S"}},
    ),
    "check_commissioning": Shown(
        "What was found",
        {
            **{key: _SHEET[key] for key in ("meter", "number", "checked_at", "verdict", "checks", "values")},
            "offers": [
                {"says": "signing", "commissioned_at": "2026-10-05"},
                {"says": "first_reading", "commissioned_at": "2026-09-28"},
            ],
        },
        body="What the display showed, if somebody read it, and when.",
        sends={"display": {"energy_active_import": 48211.5}, "display_at": "2026-10-05T14:28:00+05:30"},
    ),
    "sign_commissioning": Shown(
        "The sheet",
        _SHEET,
        body="Who signs it, remarks, what the display showed, and from when on the meter is there (`signing`, "
        "`first_reading`, or a day).",
        sends={
            "signed_by": "A. Rao",
            "remarks": "CT of L2 is turned at the next stop",
            "commissioned_at": "signing",
        },
    ),
    "commissioning_sheets": Shown("Its sheets", listed([_SHEET])),
    "commissioning_pdf": Shown("The sheet", files=("application/pdf",)),
    "check_pdf": Shown(
        "What was found",
        body="What the display showed, if somebody read it, and when.",
        sends={"display": {"energy_active_import": 48211.5}},
        files=("application/pdf",),
    ),
    "delete_meter": Shown("Meters that were deleted", listed([_METER])),
    "restore_meter": Shown("The meter", _METER),
    "deleted_meters": Shown("Deleted meters", listed([_DELETED])),
    "restore_preview": Shown(
        "What restoring it would do",
        {
            "id": "mtr_12",
            "number": "UNIT-A",
            "parent": "PMD",
            "conflicts": [],
            "first": "2026-09-01T00:00:00+05:30",
            "last": "2026-10-05T14:15:00+05:30",
            "intervals": 3322,
        },
    ),
}
"""By name of the operation."""
