"""A month of a plant of 92 meters, made up by formula: the values that the report's sections take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.reports.monthly import Monthly

ZONE = ZoneInfo("Asia/Kolkata")
START = datetime(2026, 10, 1, tzinfo=ZONE)
DAYS = 31


def monthly(**changes: Any) -> Monthly:
    """October 2026 of a made-up plant."""
    tree = _tree()
    totals = {row["number"]: row["share"] * 1_000_000.0 for row in tree}
    end = START + timedelta(days=DAYS)
    values: dict[str, Any] = {
        "site": {"name": "Demo plant", "timezone": "Asia/Kolkata"},
        "period": {
            "text": "2026-10",
            "start": START.astimezone(UTC).isoformat(),
            "end": end.astimezone(UTC).isoformat(),
            "until": end.astimezone(UTC).isoformat(),
        },
        "written_at": "2026-11-02T04:00:00+00:00",
        "meter": {"id": "mtr_1", "number": "GRID", "name": "Grid incomer", "type": "grid", "depth": 0},
        "whole": True,
        "cards": {
            "energy_kwh": 1_140_250.5,
            "demand_peak_kw": 2_412.9,
            "demand_peak_at": "2026-10-13T11:15:00+05:30",
            "completeness": 0.9987,
        },
        "hourly": pattern("1h"),
        "daily": pattern("1d"),
        "previous": {**pattern("1d"), "total_kwh": 812_345.6, "peak_kw": 2_210.4},
        "meters": [_meter_row(row, tree, totals) for row in tree],
        "sources": [
            _source("GRID", "grid", 900_000.0, 5_210.2),
            _source("DG", "generator", 42_000.5, None),
            _source("SOLAR", "solar", 203_460.2, None),
        ],
        "flow": flow(tree, totals),
    }
    return Monthly(**{**values, **changes})


def _source(number: str, type: str, delivered: float, returned: float | None) -> dict[str, Any]:
    return {
        "number": number,
        "name": number.title(),
        "type": type,
        "delivered_kwh": delivered,
        "returned_kwh": returned,
    }


def load_kw(local: datetime) -> float:
    """Load of an hour [kW]: shifts on weekdays, less at night and on Sunday."""
    base = 420.0 + 11.0 * (local.day % 7)
    if local.weekday() == 6:
        return base
    shift = 1_150.0 if 6 <= local.hour < 22 else 380.0
    return base + shift * (0.7 if local.weekday() == 5 else 1.0) * (0.85 if local.hour == 13 else 1.0)


def pattern(every: str) -> dict[str, Any]:
    """A pattern payload with a gap on the 14th and an estimated 20th."""
    hours = [START + timedelta(hours=h) for h in range(24 * DAYS)]
    buckets = [[h] for h in hours] if every == "1h" else [hours[d * 24 : d * 24 + 24] for d in range(DAYS)]
    points = []
    for bucket in buckets:
        known = [load_kw(h) for h in bucket if not (h.day == 14 and 3 <= h.hour < 9)]
        estimated = bucket[0].day == 20 and (every == "1d" or 10 <= bucket[0].hour < 14)
        points.append(
            {
                "start": bucket[0].isoformat(),
                "energy_kwh": sum(known) if known else None,
                "demand_kw": max(known) * 1.05 if known and not (estimated and every == "1h") else None,
                "quality": "missing" if len(known) < len(bucket) else "estimated" if estimated else "actual",
                "completeness": len(known) / len(bucket),
            }
        )
    peak = max((p for p in points if p["demand_kw"] is not None), key=lambda p: p["demand_kw"])
    return {
        "meter": "mtr_1",
        "number": "GRID",
        "name": "Grid incomer",
        "from": START.isoformat(),
        "to": (START + timedelta(days=DAYS)).isoformat(),
        "every": every,
        "timezone": "Asia/Kolkata",
        "points": points,
        "total_kwh": sum(p["energy_kwh"] for p in points if p["energy_kwh"] is not None),
        "peak_kw": peak["demand_kw"],
        "peak_at": peak["start"],
        "load_factor": 0.6812,
        "completeness": 0.9919,
    }


def flow(tree: list[dict[str, Any]], totals: dict[str, float]) -> dict[str, Any]:
    """A flow payload in which sources feed the busbar and each board loses 2 %."""
    nodes = [{"id": r["id"], "number": r["number"], "name": r["name"], "type": r["type"], "colour": "green",
              "value": totals[r["number"]], "export": 0.0, "loss": None} for r in tree]  # fmt: skip
    links = []
    for row in tree:
        if row["parent_id"] is None:
            continue
        ends = (row["id"], row["parent_id"]) if row["type"] in ("generator", "solar") else (row["parent_id"], row["id"])
        links.append({"source": ends[0], "target": ends[1], "value": totals[row["number"]], "kind": "flow"})
    parents = [row for row in tree if any(other["parent_id"] == row["id"] for other in tree)]
    links += [
        {"source": row["id"], "target": "losses", "value": 0.02 * totals[row["number"]], "kind": "loss"}
        for row in parents
    ]
    nodes.append({"id": "losses", "number": "", "name": "Losses", "type": "loss", "colour": None, "value": 1.0})
    return {"unit": "kWh", "from": START.isoformat(), "to": None, "nodes": nodes, "links": links, "completeness": 0.99}


def _tree() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(number: str, name: str, type: str, parent: str | None, share: float) -> None:
        above = next((r for r in rows if r["number"] == parent), None)
        rows.append({"id": f"mtr_{len(rows) + 1}", "number": number, "name": name, "type": type, "share": share,
                     "parent_id": above and above["id"], "depth": above["depth"] + 1 if above else 0})  # fmt: skip

    add("GRID", "Grid incomer", "grid", None, 0.9)
    add("MAIN", "Main incomer", "main", "GRID", 0.88)
    add("DG", "Generator", "generator", "MAIN", 0.042)
    add("SOLAR", "Solar", "solar", "MAIN", 0.203)
    for number, share in (("SMD", 0.11), ("LIGHTS", 0.05), ("ADMIN", 0.03), ("UTILITIES", 0.12), ("PMD", 0.75)):
        add(number, f"{number.title()} board", "distribution", "MAIN", share)
    for unit in "ABCDEFGHIJ":
        add(f"UNIT-{unit}", f"Production unit {unit}", "unit", "PMD", 0.073)
        for machine in range(1, 9 if unit < "D" else 8):
            add(f"UNIT-{unit}-MACHINE-{machine:02}", f"CNC machine {machine:02}", "machine", f"UNIT-{unit}", 0.0091)
    return rows


def _meter_row(row: dict[str, Any], tree: list[dict[str, Any]], totals: dict[str, float]) -> dict[str, Any]:
    above = next((r for r in tree if r["id"] == row["parent_id"]), None)
    gap = row["number"].endswith("-03")
    return {
        **{key: row[key] for key in ("number", "name", "type", "depth")},
        "total_kwh": totals[row["number"]],
        "parent_kwh": totals[above["number"]] if above else None,
        "peak_kw": totals[row["number"]] / 450,
        "peak_at": "2026-10-09T11:15:00+05:30",
        "load_factor": 0.612,
        "completeness": 0.98712 if gap else 1.0,
        "days": DAYS,
        "estimated_days": 1 if gap else 0,
        "missing_days": 0,
    }
