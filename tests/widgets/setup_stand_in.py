"""A workbench that keeps meters in memory, with the rules that the setup page shows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from energy_workbench.contract.results import MeterTable, Readings
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.services.rows.limits import limit_rows
from tests.figures import payloads

NOW = payloads.NOW.isoformat()
PLAIN: dict[str, Any] = {
    "location": "Hall 1", "ct_primary": 1000.0, "ct_secondary": 5.0, "ct_ratio": "1000/5", "pt_primary": None,
    "pt_secondary": None, "pt_ratio": None,
    "ratio_applied_by": "meter", "gateway": "tcp://127.0.0.1:5020", "unit_id": 7, "profile": "schneider_pm5xxx",
    "poll_seconds": 10.0, "created_at": NOW, "updated_at": NOW, "deleted_at": None, "serial": "",
    "accuracy_class": None, "ct_class": None, "pt_class": None, "rated_kw": None, "seen_by_parent": True,
    "production_register": "import", "x": None, "y": None, "revision": 1, "health_reason": "", "error": "",
    "status_reason": "", "poll_offset_seconds": None, "priority": "normal", "shares_device": False,
    "commissioned": True,
}  # fmt: skip
SENT = "2026-12-01T06:00:00+05:30"
VALUES = {"active_power_total": 41.25, "voltage_l1_l2": 414.2, "current_l1": 61.5, "energy_active_import": 51230.4}


def rows(count: int = 92) -> list[dict[str, Any]]:
    """A plant of so many meters: the demo's tree, and more machines below its units."""
    found = [{**PLAIN, **row} for row in payloads.meters()]
    units = [row["id"] for row in found if row["type"] == "unit"]
    template = found[-1]
    for index in range(len(found), count):
        number = f"EXTRA-{index:05d}"
        found.append(
            {**template, "id": f"mtr_{index + 1}", "number": number, "name": f"Machine {index}", "type": "machine",
             "parent_id": units[index % len(units)]}
        )  # fmt: skip
    return found[:count]


class SetupStandIn:
    """Answers like a façade with an editor's token; `calls` has what was asked to change."""

    def __init__(self, count: int = 92) -> None:
        self.stored = {row["id"]: row for row in rows(count)}
        self.calls: list[tuple[Any, ...]] = []
        self.broken: Exception | None = None
        self.past: list[dict[str, Any]] = []
        self.held: dict[str, dict[str, Any]] = {}
        self.made: dict[str, list[str]] = {}
        self.swaps: dict[str, list[dict[str, Any]]] = {}
        self.conflicts: list[str] = []
        self.locked: list[str] = []
        self.pairs: dict[str, list[dict[str, Any]]] = {}
        self.own_limits: dict[str | None, dict[str, float | None]] = {}
        self.gates = {
            url: {"url": url, "options": {}, "revision": 1, "meters": 9, "online": 8}
            for url in ("tcp://127.0.0.1:5020", "rtu:///dev/ttyUSB0?baudrate=9600")
        }

    # Asking

    def site(self) -> dict[str, str]:
        self._fail()
        return {
            "site": "pune-works", "name": "Pune works", "timezone": "Asia/Kolkata", "currency": "INR", "country": "IN",
            "keep_readings_days": None,
        }  # fmt: skip

    def meters(self, *, deleted: bool = False, **_: Any) -> MeterTable:
        found = [copy.deepcopy(row) for row in self.stored.values() if deleted == bool(row["deleted_at"])]
        order = {row["id"]: index for index, row in enumerate(found)}
        found.sort(key=lambda row: order[row["id"]])
        return MeterTable(tuple(found), len(found), "Asia/Kolkata")

    def meter(self, meter: str) -> dict[str, Any]:
        return copy.deepcopy(self._row(meter))

    def readings(self, meter: str, *, limit: int | None = None, scaled: bool = False) -> Readings:
        row = self._row(meter)
        return Readings(({"ts": NOW, "values": dict(VALUES)},), 1, row["id"], row["number"], "Asia/Kolkata")

    def audit(self, limit: int = 50, meter: str | None = None) -> list[dict[str, Any]]:
        entry = {
            "at": NOW,
            "by": "editor",
            "action": "meter.update",
            "subject": meter,
            "number": "GRID",
            "undoes": None,
        }
        return [{**entry, "before": {"name": "<b>old</b>"}, "after": {"name": "new"}, "undoes": None}]

    def events(self, meter: str, *, limit: int = 100) -> list[dict[str, Any]]:
        row, low = self._row(meter), "L2 at 198.2 V, <b>13.8 %</b> below 230 V (limit 10 %)"
        return [{"at": NOW, "of": "health", "from": "good", "to": row["health"], "reason": low}][:limit]

    def limits(self, meter: str | None = None) -> dict[str, Any]:
        own = self.own_limits.get(meter, {})
        stored = {None: self.own_limits.get(None, {}), 7: own}
        return limit_rows(stored, None if meter is None else 7)

    def set_limits(self, fields: Mapping[str, Any], meter: str | None = None) -> dict[str, Any]:
        self.calls.append(("limits", dict(fields), meter))
        for name, value in fields.items():
            if isinstance(value, str) and value != "off":
                raise InputError("the limits cannot be stored", [Problem("site", name, value, "a number is needed")])
        own = self.own_limits.setdefault(meter, {})
        own |= {name: None if value == "off" else value for name, value in fields.items() if value is not None}
        return self.limits(meter)

    def profiles(self) -> list[dict[str, str]]:
        return [
            {"id": "schneider_pm5xxx", "vendor": "Schneider", "model": "PM5xxx"},
            {"id": "eastron_sdm630", "vendor": "Eastron", "model": "SDM630"},
        ]

    def gateways(self) -> list[dict[str, Any]]:
        return [copy.deepcopy(row) for row in self.gates.values()]

    def set_gateway(self, url: str, options: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        self.calls.append(("gateway", url, dict(options), revision))
        row = self.gates[url]
        if revision != row["revision"]:
            raise ConflictError(f"gateway {url} has been changed meanwhile")
        row |= {"options": {k: v for k, v in options.items() if v is not None}, "revision": row["revision"] + 1}
        return copy.deepcopy(row)

    def templates(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "fields": fields, "meters": self.made.get(name, [])} for name, fields in self.held.items()
        ]

    def put_template(self, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append(("put template", name, dict(fields)))
        if isinstance(fields.get("ct_primary"), str):
            raise InputError("the template cannot be saved", [Problem("template", "ct_primary", "x", "is no number")])
        self.held[name] = dict(fields)
        return {"name": name, "fields": self.held[name], "meters": self.made.get(name, [])}

    def delete_template(self, name: str) -> None:
        self.calls.append(("delete template", name))
        del self.held[name]

    def deleted_meters(self) -> list[dict[str, Any]]:
        gone = [row for row in self.stored.values() if row["deleted_at"]]
        names = ("id", "number", "name", "type", "location", "deleted_at")
        return [{**{name: row[name] for name in names}, "deleted_by": "asha", "below": []} for row in gone]

    def restore_preview(self, id: str) -> dict[str, Any]:
        row = self.stored[id]
        parent = self.stored[row["parent_id"]]["number"] if row["parent_id"] else None
        told = {"id": id, "number": row["number"], "parent": parent, "conflicts": list(self.conflicts)}
        return {**told, "first": NOW, "last": NOW, "intervals": 1}

    def exchanges(self, id: str) -> list[dict[str, Any]]:
        return copy.deepcopy(self.swaps.get(id, []))

    def preview_exchange(self, id: str, fields: Mapping[str, Any], *, remove: bool = False) -> dict[str, Any]:
        self.calls.append(("preview exchange", id, dict(fields), remove))
        if fields.get("at") == "tomorrow":
            raise InputError("the exchange cannot be stored", [Problem("body", "at", "tomorrow", "is no instant")])
        counter = {
            "quantity": "energy_active_import", "label": "Energy active import", "unit": "kWh", "last": 91234.5,
            "last_at": NOW, "closing": None, "opening": None, "first": None, "first_at": None,
        }  # fmt: skip
        energy = {
            "span": "day", "start": NOW, "end": NOW, "before_import_kwh": 100.0, "after_import_kwh": 104.5,
            "before_export_kwh": None, "after_export_kwh": None,
        }  # fmt: skip
        sent = {"run": 1, "name": "<b>Board</b>", "report": "monthly", "period": "2026-10", "sent_at": NOW}
        return {
            "at": NOW, "counters": [counter], "energy": [energy], "warnings": ["<b>look</b>"],
            "locked_months": ["2026-10"], "reports": [sent],
        }  # fmt: skip

    def add_exchange(self, id: str, fields: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        self.calls.append(("exchange", id, dict(fields), revision))
        row = {"old_serial": "S1", **fields}
        self.swaps.setdefault(id, []).append(row)
        self.stored[id] |= {"serial": fields["new_serial"], "revision": self.stored[id]["revision"] + 1}
        return row

    def delete_exchange(self, id: str, at: str, *, revision: int | None = None) -> list[dict[str, Any]]:
        self.calls.append(("delete exchange", id, at))
        self.swaps[id] = [row for row in self.swaps[id] if row["at"] != at]
        return self.swaps[id]

    def check_meter(self, fields: Mapping[str, Any], id: str | None = None) -> dict[str, Any]:
        self.calls.append(("check", dict(fields), id))
        problems = [
            {"field": found.field, "value": found.value, "reason": found.reason} for found in self._problems(fields, id)
        ]
        warnings = []
        if fields.get("ct_secondary") not in (None, 1.0, 5.0):
            warnings.append({"field": "ct_secondary", "reason": "current transformers have 1 A or 5 A"})
        example = ""
        if fields.get("ct_primary") and fields.get("ratio_applied_by") == "workbench":
            example = "meter says 4.2 A → 84 A"
        return {"problems": problems, "warnings": warnings, "example": example}

    # Changing

    def create_meter(self, fields: Mapping[str, Any], template: str | None = None) -> dict[str, Any]:
        self.calls.append(("create", dict(fields), *([template] if template else [])))
        self._refuse(fields, None)
        self._remember()
        key = f"mtr_{len(self.stored) + 1}"
        plain = {**PLAIN, "ct_primary": None, "ct_secondary": None, "gateway": None, "unit_id": None, "profile": None}
        states = {"status": "active", "health": "good", "communication": "online", "colour": "green", "last_seen": None}
        row = {**plain, **states, "flow": "consumer", "parent_id": None, "id": key, "location": ""}
        self.stored[key] = self._changed(row, fields)
        return copy.deepcopy(self.stored[key])

    def update_meter(self, id: str, fields: Mapping[str, Any], revision: int | None = None) -> dict[str, Any]:
        self.calls.append(("update", id, dict(fields), revision))
        row = self._row(id)
        if revision is not None and revision != row["revision"]:
            raise ConflictError("changed meanwhile", stored=copy.deepcopy(row), wanted={**row, **fields})
        self._refuse(fields, id)
        self._remember()
        self.stored[id] = {**self._changed(row, fields), "revision": row["revision"] + 1}
        return copy.deepcopy(self.stored[id])

    def set_status(self, id: str, status: str, reason: str, *, revision: int | None = None) -> dict[str, Any]:
        self.calls.append(("status", id, status, reason, revision))
        if status != "active" and not reason:
            raise InputError("the status cannot be changed", [Problem(id, "status_reason", "", "is required")])
        colour = {"active": "green", "inactive": "red", "maintenance": "yellow", "faulty": "orange"}[status]
        self._remember()
        self.stored[id] |= {"status": status, "status_reason": reason, "colour": colour}
        return copy.deepcopy(self.stored[id])

    def delete_meter(self, id: str, children: str = "refuse", *, revision: int | None = None) -> list[dict[str, Any]]:
        self.calls.append(("delete", id, children))
        self._remember()
        below = [key for key, row in self.stored.items() if row["parent_id"] == id and row["deleted_at"] is None]
        if below and children == "refuse":
            raise ConflictError("it has meters below it")
        for key in below:
            if children == "cascade":
                self.delete_meter(key, children)
            else:
                self.stored[key]["parent_id"] = self.stored[id]["parent_id"]
        self.stored[id]["deleted_at"] = NOW
        return []

    def restore_meter(self, id: str) -> dict[str, Any]:
        self._remember()
        self.stored[id]["deleted_at"] = None
        return copy.deepcopy(self.stored[id])

    def undoable(self) -> dict[str, Any] | None:
        return {"text": "GRID changed"} if self.past else None

    def undo(self) -> dict[str, Any]:
        if not self.past:
            raise ConflictError("there is no change by editor that could be undone")
        self.stored = self.past.pop()
        return {"undone": {"text": "GRID changed"}}

    def create_template(self, name: str, id: str) -> dict[str, Any]:
        if not name:
            raise InputError("the template cannot be saved", [Problem("template", "name", "", "must not be empty")])
        row = self._row(id)
        self.held[name] = {key: row[key] for key in ("type", "location", "ct_primary", "ct_secondary", "profile")}
        return {"name": name, "fields": self.held[name]}

    def meter_ratios(self, id: str) -> list[dict[str, Any]]:
        row = self._row(id)
        first = {name: row[name] for name in ("ct_primary", "ct_secondary", "pt_primary", "pt_secondary")}
        first |= {"valid_from": None, "ratio_applied_by": row["ratio_applied_by"], "ct_ratio": "1000/5"}
        return [{**first, "pt_ratio": None}, *self.pairs.get(id, [])]

    def locked_months(self) -> list[dict[str, Any]]:
        return []

    def preview_ratio(self, id: str, fields: Mapping[str, Any], *, replaces: str | None = None) -> dict[str, Any]:
        self.calls.append(("preview", id, dict(fields), replaces))
        since = fields["valid_from"]
        if since is not None and not since.startswith("20"):
            raise InputError("the ratio cannot be added", [Problem("body", "valid_from", since, "is no instant")])
        energies = {f"{when}_{way}_kwh": 20160.0 for when in ("before", "after") for way in ("import", "export")}
        return {
            "from": since,
            "until": None,
            "intervals": 2880,
            "warnings": [],
            "months": [{"month": "2026-11", **energies, "after_import_kwh": 40320.0, "locked": bool(self.locked)}],
            "locked_months": self.locked,
            "reports": [{"run": 7, "name": "<Board>", "report": "monthly", "period": "2026-11", "sent_at": SENT}],
        }

    def edit_ratio(
        self,
        id: str,
        valid_from: str | None,
        fields: Mapping[str, Any],
        *,
        revision: int | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        self.calls.append(("edit ratio", id, valid_from, dict(fields), revision))
        return dict(fields)

    def add_ratio(
        self, id: str, fields: Mapping[str, Any], *, revision: int | None = None, reason: str | None = None
    ) -> dict[str, Any]:
        self.calls.append(("ratio", id, dict(fields), *([reason] if reason else [])))
        self.pairs.setdefault(id, []).append({**fields, "ct_ratio": "2000/5", "pt_ratio": None})
        return dict(fields)

    def delete_ratio(
        self, id: str, valid_from: str | None, *, revision: int | None = None, reason: str | None = None
    ) -> list[dict[str, Any]]:
        self.calls.append(("delete ratio", id, valid_from))
        self.pairs[id] = [row for row in self.pairs[id] if row["valid_from"] != valid_from]
        return self.meter_ratios(id)

    def import_meters(self, content: bytes, filename: str, dry_run: bool = True) -> dict[str, Any]:
        self.calls.append(("import", filename, len(content), dry_run))
        if b"unit_id" not in content:
            found = {"line": 2, "column": "unit_id", "value": "<300>", "reason": "must be 0 to 255"}
            return {"new": [], "changed": [], "moved": [], "unchanged": 0, "problems": [found]}
        changed = {"number": "GRID", "fields": {"name": ["Grid supply", "Grid"]}}
        new = {"number": "NEW-1", "fields": {"name": "=cmd()<b>"}}
        return {"new": [new], "changed": [changed], "moved": [], "unchanged": 90, "problems": [], "warnings": []}

    def export_meters(self, format: str = "csv") -> bytes:
        return b"number,name,type\n"

    def import_template(self, format: str) -> bytes:
        return b"number,name,type,unit_id\n"

    def probe(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append(("probe", dict(fields)))
        if fields["gateway"] != "tcp://127.0.0.1:5020":
            advice = "check address, port and firewall"
            return {"ok": False, "values": [], "error": "no connection", "advice": advice, "milliseconds": 3000}
        value = {"quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0}
        return {"ok": True, "values": [value], "error": "", "advice": "", "milliseconds": 12}

    def suggest_profiles(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append(("suggest", dict(fields)))
        answer = {"identity": {}, "values": [], "notes": [], "milliseconds": 400}
        if fields["gateway"] != "tcp://127.0.0.1:5020":
            return {**answer, "ok": False, "candidates": [], "error": "no connection", "advice": "check the address"}
        rows = [("eastron_sdm630:little", "certain"), ("eastron_sdm72dm_v2:little", "likely")]
        found = [
            {
                "profile": profile, "vendor": "Eastron", "model": "<SDM>", "word_order": "little", "source": "shipped",
                "confidence": "two-sources", "certainty": certainty, "score": 24.6,
                "reasons": ["frequency 50.02 Hz", "voltages of 230 V agree"], "against": [],
            }
            for profile, certainty in rows
        ]  # fmt: skip
        return {**answer, "ok": True, "candidates": found, "error": "", "advice": ""}

    # Helpers

    def edited_elsewhere(self, number: str, **fields: Any) -> None:
        """Somebody else changes a meter."""
        row = next(row for row in self.stored.values() if row["number"] == number)
        row |= {**fields, "revision": row["revision"] + 1}

    def row_of(self, number: str) -> dict[str, Any]:
        return next(row for row in self.stored.values() if row["number"] == number)

    def _row(self, key: str) -> dict[str, Any]:
        self._fail()
        if key not in self.stored or self.stored[key]["deleted_at"]:
            raise NotFoundError(f"there is no meter {key!r}")
        return self.stored[key]

    def _changed(self, row: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        row = {**row, **fields}
        if "parent" in row:
            parent = row.pop("parent")
            row["parent_id"] = self.row_of(parent)["id"] if parent else None
        for kind in ("ct", "pt"):
            one, other = row[f"{kind}_primary"], row[f"{kind}_secondary"]
            row[f"{kind}_ratio"] = f"{one:g}/{other:g}" if one and other else None
        return row

    def _problems(self, fields: Mapping[str, Any], id: str | None) -> list[Problem]:
        numbers = {row["number"]: key for key, row in self.stored.items() if row["deleted_at"] is None}
        found: list[Problem] = []

        def rule(field: str, broken: Callable[[Any], bool], reason: str) -> None:
            if field in fields and broken(fields[field]):
                found.append(Problem("meter", field, str(fields[field])[:60], reason))

        rule("number", lambda value: not value, "must not be empty")
        rule("name", lambda value: not value, "must not be empty")
        rule("number", lambda value: numbers.get(value, id) != id, "is in use: take another")
        rule("parent", lambda value: bool(value) and value not in numbers, "there is no such meter")
        rule("unit_id", lambda value: value is not None and value not in range(256), "must be 0 to 255")
        rule("ct_primary", lambda value: value is not None and not isinstance(value, float), "is no number")
        return found

    def _refuse(self, fields: Mapping[str, Any], id: str | None) -> None:
        if problems := self._problems(fields, id):
            raise InputError("the meter cannot be stored", problems)

    def _remember(self) -> None:
        self.past.append(copy.deepcopy(self.stored))

    def _fail(self) -> None:
        if self.broken:
            raise self.broken
