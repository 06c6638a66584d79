"""REST calls that are recorded: every question with what it may be asked with, and the changes of a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

BASE = "/api/Energy"
PERIODS = (
    "2026-10-05/2026-10-11",
    "2026-10-10",
    "today",
    "last 7 days",
    "2026-10",
    "2026-10-08T06:00/2026-10-08T18:00",
)
WRONG = {"period": "2026-13", "meter": "NO-SUCH", "every": "7min", "limit": "-1", "threshold_percent": "x", "days": "0"}
GIVEN: dict[str, tuple[str, ...]] = {
    "every": ("1h", "15min", "1d"),
    "against": ("previous", "year"),
    "by": ("hour", "weekday", "shift", "day"),
    "block": ("30", "60"),
    "kind": ("sliding",),
    "unit": ("kVA",),
    "billing_day": ("15",),
    "threshold_percent": ("5",),
    "shifts": ("A=06:00-14:00,B=14:00-22:00,C=22:00-06:00",),
    "days": ("3",),
    "limit": ("3",),
    "offset": ("2",),
    "quantity": ("active_power_total", "energy_active_import"),
    "scaled": ("false",),
    "deleted": ("true",),
    "decided": ("true",),
    "status": ("maintenance",),
    "type": ("machine",),
    "q": ("unit",),
    "format": ("csv",),
    "text": (
        "select count(*) from readings",
        "select meter, sum(import_kwh) from intervals group by 1 order by 1",
        "select",
    ),
    "max_rows": ("2",),
}
"""Values of a parameter, each tried alone beside what a route requires."""


def questions(document: dict[str, Any], meters: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each GET with what it requires, each of its parameters alone, each period, and what is wrong."""
    for path, verbs in document["paths"].items():
        if "get" not in verbs or path.endswith("/health"):
            continue
        names = [each["name"] for each in verbs["get"].get("parameters", ()) if each["in"] == "query"]
        required = [
            each["name"]
            for each in verbs["get"].get("parameters", ())
            if each.get("required") and each["in"] == "query"
        ]
        base = {name: GIVEN[name][0] for name in required}
        if "period" in names:
            base["period"] = PERIODS[0]
        address = path.removeprefix(BASE)
        own = [*meters[:7], "NO-SUCH"] if "{id}" in path else [""]
        for number in own:
            at = address.replace("{id}", quote(number, safe="")).replace("{run}", "1").replace("{kind}", "pdf")
            yield at, base
            if number != own[0]:
                continue
            for name in names:
                values = PERIODS if name == "period" else meters[:6] if name == "meter" else GIVEN.get(name, ())
                for value in values:
                    yield at, base | {name: value}
                if name in WRONG:
                    yield at, base | {name: WRONG[name]}
            yield at, base | {"no_such_parameter": "1"}


def changes(meters: list[str]) -> Iterator[tuple[str, str, Any]]:
    """A day at the meter setup, with what is refused."""
    parent = meters[0]
    new = {"number": "NEW-1", "name": "New", "type": "machine", "parent": parent}
    yield "POST", "/meters", new
    yield "POST", "/meters", new
    yield "POST", "/meters", {"number": "", "name": "x", "type": "nonsense"}
    yield "POST", "/meters", new | {"number": "NEW-2", "parent": "NO-SUCH"}
    yield "POST", "/meters/check", {"fields": new | {"number": "NEW-3", "ct_primary": -5}}
    yield "PUT", "/meters/NEW-1", {"name": "Renamed", "location": "Hall"}
    yield "PUT", "/meters/NEW-1", {"parent": "NEW-1"}
    yield "PUT", "/meters/NEW-1/status", {"status": "maintenance", "reason": "bearings"}
    yield "PUT", "/meters/NEW-1/status", {"status": "nonsense"}
    yield "POST", "/meters/NEW-1/ratios", {"valid_from": "2026-10-08T06:00:00Z", "ct_primary": 200, "ct_secondary": 5}
    yield "POST", "/meters/NEW-1/ratios", {"valid_from": "yesterday", "ct_primary": 200}
    yield "PUT", "/meters/NEW-1/limits", {"voltage_warning": 8}
    yield "PUT", "/limits", {"voltage_warning": -8}
    yield "PUT", "/factors", {"name": "diesel", "valid_from": "2026-01-01", "value": 2.7, "source": "the supplier"}
    yield "PUT", "/factors", {"name": "diesel", "value": 2.7, "unit": "kg/l"}
    yield "PUT", "/site", {"name": "Renamed works"}
    yield "PUT", "/site", {"timezone": "Nowhere/None"}
    yield "POST", "/templates", {"name": "usual", "meter": "NEW-1"}
    yield "POST", "/meters?template=usual", {"number": "NEW-4", "name": "By template", "parent": parent}
    yield "DELETE", "/templates/usual", None
    yield "POST", "/schedules", {"name": "daily", "report": "daily", "cron": "0 6 * * *", "period": "yesterday"}
    yield "PUT", "/schedules/daily", {"cron": "0 7 * * *"}
    yield "POST", "/schedules/check", {"fields": {"name": "x", "report": "nonsense", "cron": "nonsense"}}
    yield "DELETE", "/schedules/daily", None
    yield "PUT", "/gateways", {"url": "tcp://127.0.0.1:502", "timeout_s": 2}
    yield "PUT", "/gateways", {"url": "nonsense", "timeout": -1}
    yield "POST", "/tokens", {"name": "asha", "role": "viewer"}
    yield "POST", "/tokens", {"name": "asha", "role": "viewer"}
    yield "DELETE", "/tokens/asha", None
    yield "DELETE", "/tokens/nobody", None
    yield "POST", "/undo", None
    yield "DELETE", "/meters/NEW-1", None
    yield "DELETE", "/meters/NEW-1", None
    yield "POST", "/meters/NEW-1/restore", None
    yield "DELETE", f"/meters/{parent}", None
