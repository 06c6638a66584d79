"""Rows of the meters on the floor plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from energy_workbench.analytics.condensing.cells import CELL, Cell
from energy_workbench.analytics.condensing.tree import counted
from energy_workbench.analytics.live import never_heard
from energy_workbench.contract.rows.flow import PlaceRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.presence import colour_of

NAMED = 5
"""Meters at one place that are named."""


def one_place(row: MeterRow) -> PlaceRow:
    """That of a meter alone."""
    place: PlaceRow = {
        "id": row["id"], "number": row["number"], "name": row["name"], "x": row["x"] or 0.0, "y": row["y"] or 0.0,
        "status": row["status"], "health": row["health"], "health_reason": row.get("health_reason") or "",
        "communication": row["communication"], "colour": row["colour"],
    }  # fmt: skip
    power = row.get("power_kw")
    return place if power is None else {**place, "power_kw": power}


def several(cell: Cell, meters: Sequence[Meter], live: Mapping[int, Live]) -> PlaceRow:
    """That of meters near each other."""
    states = [(meter, live.get(meter.key) or never_heard(meter)) for meter in meters]
    colours = [str(colour_of(meter, state)) for meter, state in states]
    folded = counted(colours)
    worst = next(iter(folded))
    meter, state = states[colours.index(worst)]
    more = f" and {len(meters) - NAMED:,} more" if len(meters) > NAMED else ""
    return {
        "id": f"{CELL}:{cell.area}" if cell.area else meters[0].id,
        "number": f"{len(meters):,} meters",
        "name": ", ".join(each.number for each in meters[:NAMED]) + more,
        "x": cell.x,
        "y": cell.y,
        "status": str(meter.status),
        "health": str(state.health),
        "health_reason": "",
        "communication": str(state.communication),
        "colour": worst,
        "folded": folded,
    }
