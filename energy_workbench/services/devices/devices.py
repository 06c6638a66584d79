"""Scans, registers as they are, and profiles and meters made of them, on the files of a home."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from energy_workbench.contract.devices.contract import DevicesContract
from energy_workbench.contract.devices.rows import AdoptedMeters, RawRegisters, SavedRegister, ScanRow
from energy_workbench.domain.errors import InputError, Problem, ServiceError
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.registry.checks.conversions import gateway as gateway_of
from energy_workbench.registry.checks.conversions import profile as profile_of
from energy_workbench.registry.profile_ids import profile_files
from energy_workbench.services.commands.probing import ADDRESS, asked_of
from energy_workbench.services.devices.adoption import adopted, proposed
from energy_workbench.services.devices.lines import LONGEST, ask_lines
from energy_workbench.services.doctor.collector_process import run_collector
from energy_workbench.services.home import Home
from energy_workbench.services.rows.locks import told

BY = "python"
"""Who changes something, where nobody says it."""


class Devices(Home, DevicesContract):
    """What is looked at over Modbus; `by` is the name that the audit keeps."""

    def scan(self, gateway: str, units: str = "1-247") -> ScanRow:
        problems: list[Problem] = []
        asked = asked_of({"gateway": gateway}, (("gateway", gateway_of),), problems)
        if problems:
            raise InputError("the gateway cannot be scanned", problems)
        return self._scan({"do": "scan", **asked, "units": str(units)})

    def scan_state(self, scan: str) -> ScanRow:
        return self._scan({"do": "scan_state", "id": scan})

    def stop_scan(self, scan: str) -> ScanRow:
        return self._scan({"do": "stop_scan", "id": scan})

    def adopt_units(self, fields: Mapping[str, Any], *, reason: str | None = None, by: str = BY) -> AdoptedMeters:
        profiles = profile_files(self.settings.profiles_path)
        with because(reason) as stated:
            meters = adopted(self.registry, fields, by=by, profiles=profiles, zone=self.zone)
        return cast(AdoptedMeters, told(meters, stated, self.zone))

    def registers(self, gateway: str, unit_id: int, first: int, count: int = 20, *, function: int = 3) -> RawRegisters:
        problems: list[Problem] = []
        asked = asked_of({"gateway": gateway, "unit_id": unit_id}, ADDRESS, problems)
        if problems:
            raise InputError("the registers cannot be read", problems)
        answer = ask_lines(
            self.settings, {"do": "registers", **asked, "function": function, "from": first, "count": count}
        )
        return {
            "ok": bool(answer.get("ok")), "error": str(answer.get("error") or ""),
            "advice": str(answer.get("advice") or ""), "milliseconds": int(answer.get("milliseconds") or 0),
            "gateway": str(answer.get("gateway") or gateway), "unit_id": unit_id, "function": function,
            "registers": list(answer.get("registers") or ()), "requests": int(answer.get("requests") or 0),
        }  # fmt: skip

    def save_register(self, profile: str, fields: Mapping[str, Any]) -> SavedRegister:
        try:
            name = profile_of(profile)
        except ValueError as reason:
            raise InputError(
                "the register cannot be saved", [Problem("path", "id", profile[:60], str(reason))]
            ) from None
        given = json.dumps({"profile": name, "register": dict(fields)}, default=str)
        answer = run_collector(self.settings, ["profiles", "add"], LONGEST, given)
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise _refused(answer if isinstance(answer, dict) else {})
        return {
            "profile": name, "file": str(answer["file"]), "new": bool(answer["new"]),
            "quantities": list(answer["quantities"]), "polled": list(answer["polled"]),
        }  # fmt: skip

    def _scan(self, request: Row) -> ScanRow:
        answer = ask_lines(self.settings, request)
        if "scan" not in answer:
            raise ServiceError("the collector knows no scans: is it of the same version? Start it again")
        row = answer["scan"]
        return {**row, "found": proposed(row["found"], row["gateway"], self._meters())}


def _refused(answer: Mapping[str, Any]) -> InputError:
    problems = [
        Problem("body", str(each.get("field") or ""), str(each.get("value") or "")[:60], str(each.get("reason") or ""))
        for each in answer.get("problems") or ()
    ]
    return InputError(str(answer.get("error") or "the register cannot be saved; the profile is as it was"), problems)
