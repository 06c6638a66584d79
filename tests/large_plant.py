"""A plant of 10,000 meters as its service tells of it: grid, ten mains, a hundred boards, and machines below these."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from energy_workbench.analytics.condensing.cells import cells
from energy_workbench.analytics.condensing.flows import flow_inside, folded_flow, places, sizes, sources
from energy_workbench.analytics.condensing.folding import Folding, fold_each
from energy_workbench.analytics.condensing.nodes import folded_balance
from energy_workbench.analytics.condensing.part import counts, overview_part
from energy_workbench.analytics.condensing.tree import counted
from energy_workbench.contract.results import Balance, Losses, MeterTable, Overview, Pattern, PowerFlow
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.lost import lost_together
from energy_workbench.domain.site.area import Area
from energy_workbench.domain.status import Communication, Health, Status, colour
from energy_workbench.widgets.finding import hits
from tests.figures import analyses, payloads
from tests.widgets.stand_in import StandIn

METERS, MAINS, BOARDS = 10_000, 10, 100
LOST = 0.012
"""Of each node's supply [1]; a board in 23 loses six times as much."""

SILENT = 20
"""The node of its balance of which too little is known for a verdict."""

TROUBLES = (
    (401, Status.ACTIVE, Health.GOOD, Communication.OFFLINE),
    (97, Status.FAULTY, Health.GOOD, Communication.ONLINE),
    (13, Status.ACTIVE, Health.WARNING, Communication.ONLINE),
)
"""Each so many-th meter has that state."""


def _row(nth: int) -> tuple[str, str, str, int | None]:
    """Number, name, type and place of the parent of a meter."""
    if nth == 0:
        return "GRID", "Grid supply", "grid", None
    if nth <= MAINS:
        return f"MAIN-{nth:02d}", f"Transformer {nth}", "main", 0
    if nth <= MAINS + BOARDS:
        board = nth - MAINS - 1
        return f"BOARD-{board:03d}", f"Distribution board {board}", "distribution", 1 + board % MAINS
    if nth <= MAINS + BOARDS + 4:
        main = nth - MAINS - BOARDS
        return f"SOLAR-{main}", f"Solar roof {main}", "solar", main
    board = nth % BOARDS
    return f"M-{nth:05d}", f"Machine {nth}", "machine", 1 + MAINS + board


@cache
def tree() -> tuple[dict[str, Any], ...]:
    """Rows of the meters, each after its parent."""
    rows = []
    for nth in range(METERS):
        number, name, kind, parent = _row(nth)
        states = next((states for each, *states in TROUBLES if nth > MAINS and nth % each == 7), None)
        status, health, communication = states or (Status.ACTIVE, Health.GOOD, Communication.ONLINE)
        rows.append({
            "id": f"mtr_{nth + 1}", "number": number, "name": name, "type": kind,
            "flow": {"grid": "bidirectional", "main": "bidirectional", "solar": "producer"}.get(kind, "consumer"),
            "parent_id": None if parent is None else f"mtr_{parent + 1}",
            "status": str(status), "health": str(health), "health_reason": "", "communication": str(communication),
            "colour": str(colour(status, health, communication)), "last_seen": payloads.NOW.isoformat(),
            "x": None if nth % 3 else round(0.02 + 0.96 * (nth * 0.6180339887 % 1), 4),
            "y": None if nth % 3 else round(0.02 + 0.96 * (nth * 0.7548776662 % 1), 4),
        })  # fmt: skip
    return tuple(rows)


def powers(step: int = 0) -> list[float]:
    """Power of each meter [kW]: what is below it, and what is lost; of a solar roof what it makes."""
    parents = [_row(nth)[3] for nth in range(METERS)]
    found, below = [0.0] * METERS, [0.0] * METERS
    for nth in reversed(range(METERS)):
        kind = tree()[nth]["type"]
        if kind == "solar":
            found[nth] = round(180 + 20 * math.sin(nth + step), 3)
        elif kind == "machine":
            found[nth] = round(0.8 + 9 * (nth * 0.6180339887 % 1) ** 4 + 0.3 * math.sin(step * 0.7 + nth), 3)
        else:
            found[nth] = round(below[nth] * (1 + LOST * (6 if kind == "distribution" and nth % 23 == 5 else 1)), 3)
        if (parent := parents[nth]) is not None:
            below[parent] += -found[nth] if kind == "solar" else found[nth]
    return found


def flow(values: list[float], unit: str) -> dict[str, Any]:
    """Payload of the flow of these powers [kW] or energies [kWh]."""
    rows, links = tree(), []
    supply, demand = [0.0] * METERS, [0.0] * METERS
    nodes = []
    for nth, row in enumerate(rows):
        parent, made = _row(nth)[3], row["type"] == "solar"
        supply[nth] += 0.0 if made else values[nth]
        if parent is not None:
            ends = (row["id"], rows[parent]["id"])
            source, target = ends if made else ends[::-1]
            links.append({"source": source, "target": target, "value": values[nth], "kind": "flow"})
            (supply if made else demand)[parent] += values[nth]
    total = 0.0
    for nth, row in enumerate(rows):
        loss = round(supply[nth] - demand[nth], 3) if demand[nth] else None
        if loss:
            links.append({"source": row["id"], "target": "losses", "value": loss, "kind": "loss"})
            total += loss
        share = None if loss is None else round(100 * loss / supply[nth], 3)
        nodes.append({
            **{key: row[key] for key in ("id", "number", "name", "type", "parent_id", "colour")},
            "seen_by_parent": True, "producer": row["type"] == "solar", "metering": "known", "value": values[nth],
            "export": None, "loss": loss, "loss_percent": share,
            "verdict": None if share is None else "hotspot" if share > 3 else "ok", "through": values[nth],
        })  # fmt: skip
    losses = dict.fromkeys(("parent_id", "colour", "export", "loss", "loss_percent", "verdict", "through"))
    nodes.append({
        **losses, "id": "losses", "number": "", "name": "Losses", "type": "loss", "seen_by_parent": True,
        "producer": False, "metering": "known", "value": round(total, 3),
    })  # fmt: skip
    return {"unit": unit, "from": None, "to": None, "nodes": nodes, "links": links, "completeness": 0.99}


@cache
def overview(step: int = 0) -> Overview:
    """The answer to who asks for all rows; `step` moves power as time does."""
    power = powers(step)
    energy = [round(9.7 * value, 3) for value in powers()]
    small = payloads.overview()
    rows = tuple({**row, "power_kw": power[nth], "energy_kwh": energy[nth]} for nth, row in enumerate(tree()))
    states = counts(rows)  # type: ignore[arg-type]
    midnight = payloads.NOW.replace(hour=0, minute=0, second=0)
    warnings = states["colour"]["yellow"] + states["colour"]["orange"]
    cards = {"total": METERS, "active": states["status"]["active"], "online": states["communication"]["online"]}
    return Overview.from_dict({
        **small,
        "now": (payloads.NOW + timedelta(seconds=5 * step)).isoformat(),
        "site": {"name": "Works of ten thousand", "timezone": "Asia/Kolkata"},
        "summary": {"total": METERS, **states},
        "cards": {**small["cards"], **cards, "warnings": warnings, "power_now_kw": power[0], "energy_kwh": energy[0]},
        "flow_now": flow(power, "kW"),
        "flow": {**flow(energy, "kWh"), "from": midnight.isoformat(), "to": payloads.NOW.isoformat()},
        "tree": rows,
    })  # fmt: skip


@cache
def balance() -> Balance:
    """The balance of all of its nodes, of which one is not known."""
    rows, energy = tree(), [round(9.7 * value, 3) for value in powers()]
    below: dict[int, list[int]] = {}
    for nth in range(METERS):
        if (parent := _row(nth)[3]) is not None:
            below.setdefault(parent, []).append(nth)
    nodes = []
    for nth, inside in sorted(below.items()):
        children = []
        for each in inside:
            made = rows[each]["type"] == "solar"
            sides = {"taken_kwh": 0.0 if made else energy[each], "delivered_kwh": energy[each] if made else 0.0}
            names = {key: rows[each][key] for key in ("number", "name", "type")}
            children.append({"meter": rows[each]["id"], **names, **sides})
        supply = energy[nth] + sum(child["delivered_kwh"] for child in children)
        demand = sum(child["taken_kwh"] for child in children)
        known = {"supply_kwh": supply, "demand_kwh": demand, "loss_kwh": supply - demand, "uncertainty_kwh": 10.0}
        verdict = "hotspot" if supply - demand > 0.03 * supply else "ok"
        parent = _row(nth)[3]
        nodes.append({
            **{key: rows[nth][key] for key in ("number", "name", "type", "parent_id")}, "meter": rows[nth]["id"],
            "depth": 0 if parent is None else 1 if parent == 0 else 2, **known,
            "loss_percent": 100 * (supply - demand) / supply, "site_percent": 1.0, "completeness": 1.0,
            "estimated": 0.0, "verdict": verdict, "reason": "so", "rank": None, "unmetered_kw": None,
            "counted_twice": [], "assumed_classes": False, "nominal_classes": [], "below_range": [],
            "uncertainty_reason": "", "children": children,
        })  # fmt: skip
    unknown = dict.fromkeys(("supply_kwh", "demand_kwh", "loss_kwh", "loss_percent", "uncertainty_kwh"))
    sides = dict.fromkeys(("taken_kwh", "delivered_kwh"))
    silent = nodes[SILENT]
    nodes[SILENT] = {
        **silent, **unknown, "verdict": "insufficient_data", "completeness": 0.0,
        "children": [{**child, **sides} for child in silent["children"]],
    }  # fmt: skip
    return Balance.from_dict({
        "items": nodes, "total": len(nodes), **analyses.SPAN, "threshold_percent": 3.0,
        "lost": lost_together(nodes),  # type: ignore[arg-type]
    })  # fmt: skip


class LargePlant(StandIn):
    """Answers of that plant; `whole` are the questions for all rows of it."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: list[str] = []

    def site(self) -> dict[str, str]:
        return {"name": "Works of ten thousand", "timezone": "Asia/Kolkata"}

    def meters(self, q: str | None = None, limit: int | None = None, offset: int = 0) -> MeterTable:
        rows = tree()
        if q is not None:
            found = set(hits(q, ((row["number"], row["name"]) for row in rows)))
            rows = tuple(row for row in rows if row["number"] in found)
        return MeterTable(rows[offset:][:limit], len(rows), "Asia/Kolkata")  # type: ignore[arg-type]

    def meter(self, meter: str) -> dict[str, Any]:
        """The meter with that id or number."""
        found = next((row for row in tree() if meter.casefold() in (row["id"], row["number"].casefold())), None)
        if found is None:
            raise NotFoundError(f"there is no meter {meter!r}")
        return found

    def overview(
        self, period: str = "today", *, meter: str | None = None, most: int | None = None, skip: int = 0
    ) -> Overview:
        self.asked.append(period)
        if self.broken:
            raise self.broken
        chosen = self.meter(meter)["id"] if meter else ""
        whole = overview(self.step)
        if most is None:
            self.whole.append("overview")
            return whole
        return overview_part(whole, chosen, most, skip)

    def floor_plan(self) -> None:
        """It has no picture."""

    def places(self, area: str | None = None, *, most: int = 150) -> list[dict[str, Any]]:
        """Meters on the plan."""
        seen = Area.of(area)
        placed = [row for row in tree() if seen.has(row["x"], row["y"])]
        rows = []
        for cell in cells([(row["x"], row["y"]) for row in placed], seen, most):
            inside = [placed[place] for place in cell.members]
            folded = {"folded": counted(row["colour"] for row in inside), "number": f"{len(inside)} meters"}
            more = {"x": cell.x, "y": cell.y, **({"id": f"cell:{cell.area}"} if cell.area else {}), **folded}
            row = {key: value for key, value in inside[0].items() if key not in ("parent_id", "last_seen")}
            rows.append({**row, **(more if len(inside) > 1 else {})})
        return rows

    def flow(self, period: str | None = None, *, meter: str | None = None, each: int | None = None) -> PowerFlow:
        """Where power or energy goes."""
        whole = overview(self.step)
        found = PowerFlow.from_dict(whole.flow if period else whole.flow_now)
        if each is None:
            self.whole.append("flow")
            return found
        few = folded_flow(found, self._few(each))
        return few if meter is None else flow_inside(few, self.meter(meter)["id"])

    def _few(self, each: int) -> Folding:
        found = PowerFlow.from_dict(overview().flow)
        above = places(found.nodes)
        return fold_each(above, sizes(found.links, above), each, sources(found.links, above))

    def balance(self, period: str, *, meter: str | None = None, each: int | None = None) -> Balance:
        """Losses of its nodes."""
        self.asked.append(period)
        found = balance()
        if meter is not None:
            known = self.meter(meter)["id"]
            found = replace(found, rows=tuple(row for row in found.rows if known in (row["meter"], row["parent_id"])))
        if each is None:
            self.whole.append("balance")
            return found
        return folded_balance(found, self._few(each))

    def losses(self, meter: str, period: str, *, every: str) -> Losses:
        """Those of one node."""
        return Losses.from_dict({**analyses.losses(every=every), "number": meter})

    def over_time(self, meter: str | None = None, period: str | None = None, *, every: str = "1h") -> Pattern:
        self.periods.append(period)
        number = self.meter(meter)["number"] if meter else "GRID"
        return Pattern.from_dict(payloads.pattern("mtr_1", number, "Meter"))
