"""Payloads of balances and generation as the service sends them, of a small plant whose energies are round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy_workbench.domain.lost import lost_together

SPAN = {"from": "2026-11-02T00:00:00+05:30", "to": "2026-11-05T00:00:00+05:30", "timezone": "Asia/Kolkata"}
TYPES = {"GRID": "grid", "MAIN": "main", "DG": "generator", "SOLAR": "solar", "UNIT-A": "unit", "UNIT-B": "unit"}


def child(number: str, taken: float, delivered: float = 0.0) -> dict[str, Any]:
    """A child of a node."""
    return {
        "meter": f"mtr_{number.lower()}", "number": number, "name": f"{number} <b>name</b>",
        "type": TYPES.get(number, "machine"), "taken_kwh": taken, "delivered_kwh": delivered,
    }  # fmt: skip


def node(
    number: str, parent: str | None, imported: float, children: Sequence[dict[str, Any]], verdict: str, **more: Any
) -> dict[str, Any]:
    """A row of a balance: what it loses is what its children leave over."""
    supply = imported + sum(each["delivered_kwh"] for each in children)
    demand = more.pop("exported", 0.0) + sum(each["taken_kwh"] for each in children)
    return {
        **{key: child(number, 0.0)[key] for key in ("meter", "number", "name", "type")},
        "parent_id": parent and f"mtr_{parent.lower()}", "depth": 0, "supply_kwh": supply, "demand_kwh": demand,
        "loss_kwh": supply - demand, "loss_percent": round(100 * (supply - demand) / supply, 3),
        "site_percent": round(100 * (supply - demand) / 1020, 3), "estimated": 0.0,
        "uncertainty_kwh": 10.0, "completeness": 0.99, "verdict": verdict, "reason": f"because of <i>{number}</i>",
        "unmetered_kw": None, "counted_twice": [], "assumed_classes": False, "nominal_classes": [], "below_range": [],
        "uncertainty_reason": "by the <i>load</i>", "children": list(children),
    } | more  # fmt: skip


def balance() -> dict[str, Any]:
    """Grid, main with a generator and solar, two units, one of which loses a tenth."""
    machines = [child("UNIT-A-MACHINE-01", 300.0), child("UNIT-A-MACHINE-02", 150.0)]
    rows = [
        node("GRID", None, 820.0, [child("MAIN", 810.0)], "ok", exported=0.0),
        node("MAIN", "GRID", 810.0, [child("DG", 1.5, 50.0), child("SOLAR", 0.0, 150.0), child("UNIT-A", 500.0),
                                     child("UNIT-B", 500.0)], "within_error"),
        node("UNIT-A", "MAIN", 500.0, machines, "hotspot", unmetered_kw=12.5),
        node("UNIT-B", "MAIN", 500.0, [child("UNIT-B-MACHINE-01", 520.0)], "surplus",
             counted_twice=["UNIT-B-MACHINE-01"]),
    ]  # fmt: skip
    return {"items": rows, "total": len(rows), **SPAN, "threshold_percent": 3.0, "lost": lost_together(rows)}


def losses(number: str = "MAIN", every: str = "1d") -> dict[str, Any]:
    """Three days of a node, the second of which is not known."""
    row = next(each for each in balance()["items"] if each["number"] == number)
    days = []
    for day in (2, 3, 4):
        known = {name: row[name] for name in ("supply_kwh", "demand_kwh", "loss_kwh", "loss_percent")}
        if day == 3:
            known = dict.fromkeys(known)
        days.append({
            "start": f"2026-11-0{day}T00:00:00+05:30", **known, "uncertainty_kwh": None if day == 3 else 10.0,
            "completeness": 0.0 if day == 3 else 1.0, "estimated": 0.0, "reason": "so",
            "verdict": "insufficient_data" if day == 3 else row["verdict"],
        })  # fmt: skip
    names = {key: row[key] for key in ("meter", "number", "name")}
    return {"items": days, "total": 3, **names, **SPAN, "every": every, "threshold_percent": 3.0}


def generation(scale: float = 1.0, completeness: float = 0.98) -> dict[str, Any]:
    """Three days; `scale` multiplies all energies."""
    days = [
        {
            "day": f"2026-11-0{day}", "grid_import_kwh": 800.0 * scale, "grid_export_kwh": 20.0 * scale,
            "dg_kwh": 50.0 * scale, "solar_kwh": 150.0 * scale, "diesel_litres": 15.0 * scale,
            "solar_self_used_kwh": 130.0 * scale, "scope1_kg": 40.2 * scale, "scope2_location_kg": 569.36 * scale,
            "scope2_market_kg": 80.0 * scale, "avoided_kg": 92.521 * scale,
        }
        for day in (2, 3, 4)
    ]  # fmt: skip
    sums = {key: round(sum(day[key] for day in days), 4) for key in days[0] if key != "day"}  # type: ignore[misc]
    return {
        **SPAN, **sums, "dg_run_hours": 3.5, "dg_hours_counted": True, "diesel_estimated": True, "litres_per_kwh": 0.3,
        "solar_self_used_share": 0.8667, "solar_share": 0.1327, "use_kwh": 2940.0 * scale, "market_is_location": False,
        "market_basis": "as contracted", "other_kwh": 0.0, "left_out": [],
        "net_kg": sums["scope1_kg"] + sums["scope2_location_kg"], "completeness": completeness,
        "factors": [{**row, "holds": place in (1, 3), "old": False} for place, row in enumerate(factors())],
        "estimated": ["diesel_litres", "solar_self_used_kwh"], "unknown": [], "missing_factors": [],
        "known": {"grid": 0.94, "solar": 1.0, "generators": 1.0},
        "units": dict.fromkeys(
            ("scope1_kg", "scope2_location_kg", "scope2_market_kg", "avoided_kg", "net_kg"), "kg CO₂"
        ),
        "days": days,
        "generators": [
            {
                "number": "DG", "energy_kwh": 150.0 * scale, "run_hours": 3.5, "hours_counted": True, "litres": 45.0,
                "litres_estimated": False, "litres_per_kwh": 0.3, "load_litres": 38.0, "fuel_deviation": 0.184,
                "rated_kw": 100.0, "rated_assumed": False, "mean_load": 0.4286,
            }
        ],
    }  # fmt: skip


def factors() -> list[dict[str, Any]]:
    """Two grid factors of the country, the later one replaced by the site, and one of diesel."""
    grid = {"name": "grid_location", "unit": "kg CO₂/kWh", "meaning": "grid electricity", "gases": "CO₂"}
    return [
        {**grid, "value": 0.727, "valid_from": "2023-04-01", "year": 2023, "source": "CEA 20", "own": False},
        {**grid, "value": 0.7117, "valid_from": "2024-04-01", "year": 2024, "source": "<b>ours</b>", "own": True},
        {**grid, "value": 0.7, "valid_from": "2026-11-05", "year": 2026, "source": "CEA 22", "own": False},
        {"name": "diesel", "unit": "kg CO₂/L", "meaning": "diesel", "value": 2.68, "valid_from": None,
         "source": "IPCC", "own": False, "year": None, "gases": "CO₂"},
    ]  # fmt: skip
