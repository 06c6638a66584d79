"""Payloads as the service sends them, of a plant of 92 meters."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 3, 14, 32, 10, tzinfo=ZONE)
STATES: dict[str, tuple[str, str, str, str]] = {
    "UNIT-C": ("inactive", "good", "online", "red"),
    "UNIT-D-MACHINE-02": ("maintenance", "good", "online", "yellow"),
    "UNIT-B-MACHINE-03": ("active", "warning", "online", "yellow"),
    "UNIT-G-MACHINE-01": ("faulty", "good", "online", "orange"),
    "UNIT-H-MACHINE-04": ("active", "good", "offline", "red"),
}
"""Number → status, health, communication, colour of the meters that are not well."""


def meters() -> list[dict[str, Any]]:
    """The tree: grid, main, seven feeders, ten units, machines."""
    rows: list[tuple[str, str, str, str | None]] = [("GRID", "Grid supply", "grid", None)]
    rows.append(("MAIN", "Main incomer", "main", "GRID"))
    feeders = [("DG", "generator"), ("SOLAR", "solar"), ("PMD", "distribution"), ("SMD", "distribution")]
    feeders += [("LIGHTS", "lighting"), ("ADMIN", "admin"), ("UTILITIES", "utility")]
    rows += [(number, number.title(), kind, "MAIN") for number, kind in feeders]
    rows += [(f"UNIT-{letter}", f"Unit {letter}", "unit", "PMD") for letter in "ABCDEFGHIJ"]
    for letter in "ABCDEFGHIJ":
        rows += [
            (f"UNIT-{letter}-MACHINE-{n:02d}", f"Machine {letter}{n}", "machine", f"UNIT-{letter}") for n in range(1, 7)
        ]
    rows += [(f"SMD-PANEL-{n:02d}", f"Panel {n}", "machine", "SMD") for n in range(1, 8)]
    rows += [(f"UTILITY-{n:02d}", f"Utility {n}", "utility", "UTILITIES") for n in range(1, 7)]
    ids = {number: f"mtr_{index}" for index, (number, *_) in enumerate(rows, start=1)}
    found = []
    for number, name, kind, parent in rows:
        status, health, communication, colour = STATES.get(number, ("active", "good", "online", "green"))
        flow = {"generator": "producer", "solar": "producer", "grid": "bidirectional", "main": "bidirectional"}
        found.append(
            {
                "id": ids[number], "number": number, "name": name, "type": kind,
                "flow": flow.get(kind, "consumer"), "parent_id": ids[parent] if parent else None,
                "status": status, "health": health, "communication": communication, "colour": colour,
                "power_kw": None, "energy_kwh": None, "last_seen": NOW.isoformat(),
            }
        )  # fmt: skip
    return found


def powers(tree: list[dict[str, Any]], step: int = 0) -> dict[str, float]:
    """Power of each meter [kW] that adds up with losses; `step` moves it as time does."""
    found: dict[str, float] = {}
    for index, meter in enumerate(reversed(tree)):
        below = [found[child["id"]] for child in tree if child["parent_id"] == meter["id"] and child["id"] in found]
        made = sum(
            found[child["id"]]
            for child in tree
            if child["parent_id"] == meter["id"] and child["type"] in ("generator", "solar")
        )
        if meter["type"] == "solar":
            found[meter["id"]] = 310.0 + step
        elif meter["type"] == "generator":
            found[meter["id"]] = 85.5
        elif below:
            loss = 0.1 if meter["number"] == "UNIT-E" else 0.015
            found[meter["id"]] = round((sum(below) - made) * (1 + loss) - made, 3)
        else:
            found[meter["id"]] = round(8 + 6 * math.sin(index * 1.7 + step) + (index % 5) * 3.1, 3)
    return found


def flow(tree: list[dict[str, Any]], values: dict[str, float], unit: str = "kW") -> dict[str, Any]:
    """Payload of a flow."""
    nodes = [
        {k: m[k] for k in ("id", "number", "name", "type", "colour")}
        | {"value": values[m["id"]], "loss": None}
        | {"verdict": "hotspot" if m["number"] == "UNIT-E" else "ok"}
        for m in tree
    ]
    links, lost = [], 0.0
    for meter in tree:
        supply, demand = values[meter["id"]], 0.0
        children = [child for child in tree if child["parent_id"] == meter["id"]]
        for child in children:
            if child["type"] in ("generator", "solar"):
                links.append(
                    {"source": child["id"], "target": meter["id"], "value": values[child["id"]], "kind": "flow"}
                )
                supply += values[child["id"]]
            else:
                links.append(
                    {"source": meter["id"], "target": child["id"], "value": values[child["id"]], "kind": "flow"}
                )
                demand += values[child["id"]]
        if children and supply > demand:
            links.append(
                {"source": meter["id"], "target": "losses", "value": round(supply - demand, 3), "kind": "loss"}
            )
            lost += supply - demand
    nodes.append(
        {"id": "losses", "number": "", "name": "Losses", "type": "loss", "colour": None, "value": round(lost, 3)}
    )
    return {"unit": unit, "from": None, "to": None, "nodes": nodes, "links": links, "completeness": 0.99}


def pattern(meter: str = "mtr_1", number: str = "GRID", name: str = "Grid supply") -> dict[str, Any]:
    """Payload of the last seven days by the hour, with a gap and an estimated stretch."""
    end = NOW.replace(minute=0, second=0) + timedelta(hours=1)
    start = end - timedelta(days=7)
    points = []
    for hour in range(168):
        at = start + timedelta(hours=hour)
        base = 900 * (0.35 + 0.65 * (6 <= at.hour < 22)) * (0.55 if at.weekday() == 6 else 1)
        energy = round(base * (1 + 0.12 * math.sin(hour / 3)), 3)
        quality = "estimated" if 60 <= hour < 64 else "missing" if 100 <= hour < 104 else "actual"
        if quality == "missing":
            points.append(
                {
                    "start": at.isoformat(),
                    "energy_kwh": None,
                    "demand_kw": None,
                    "quality": quality,
                    "completeness": 0.0,
                }
            )
        else:
            demand = round(energy * 1.08, 3) if quality == "actual" else None
            points.append(
                {
                    "start": at.isoformat(),
                    "energy_kwh": energy,
                    "demand_kw": demand,
                    "quality": quality,
                    "completeness": 1.0,
                }
            )
    known = [p for p in points if p["demand_kw"] is not None]
    peak = max(known, key=lambda p: p["demand_kw"])
    total = sum(p["energy_kwh"] or 0 for p in points)
    return {
        "meter": meter, "number": number, "name": name, "from": start.isoformat(), "to": end.isoformat(),
        "every": "1h", "timezone": "Asia/Kolkata", "points": points, "total_kwh": round(total, 3),
        "peak_kw": peak["demand_kw"], "peak_at": peak["start"], "load_factor": 0.68, "completeness": 0.976,
    }  # fmt: skip


def overview(period: str = "today", step: int = 0) -> dict[str, Any]:
    """Payload of everything that the dashboard shows; `step` moves it as time does."""
    tree = meters()
    power = powers(tree, step)
    energy = {key: round(value * 9.7, 3) for key, value in power.items()}
    for meter in tree:
        meter["power_kw"], meter["energy_kwh"] = power[meter["id"]], energy[meter["id"]]
        meter["last_seen"] = (NOW + timedelta(seconds=5 * step)).isoformat()
    counts = {
        group: {state: sum(meter[group] == state for meter in tree) for state in states}
        for group, states in {
            "status": ("active", "inactive", "maintenance", "faulty"),
            "health": ("good", "warning", "critical"),
            "communication": ("online", "offline", "timeout"),
            "colour": ("green", "yellow", "orange", "red"),
        }.items()
    }
    midnight = NOW.replace(hour=0, minute=0, second=0)
    return {
        "now": (NOW + timedelta(seconds=5 * step)).isoformat(),
        "site": {"name": "Pune plant", "timezone": "Asia/Kolkata"},
        "period": period,
        "summary": {"total": len(tree), **counts},
        "cards": {
            "total": len(tree), "active": counts["status"]["active"], "online": counts["communication"]["online"],
            "warnings": len(STATES) - 2, "power_now_kw": power["mtr_1"] + 395.5,
            "power_now_reason": "", "energy_reason": "", "left_out": [], "energy_kwh": energy["mtr_1"] + 3800,
            "demand_peak_kw": 1472.4, "completeness": 0.991,
        },
        "flow_now": flow(tree, power),
        "flow": {**flow(tree, energy, "kWh"), "from": midnight.isoformat(), "to": NOW.isoformat()},
        "pattern": pattern(),
        "tree": tree,
    }  # fmt: skip
