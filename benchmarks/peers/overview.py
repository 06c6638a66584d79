"""What every peer shows: the same questions of the same service, drawn by the same functions."""

from __future__ import annotations

import os
from typing import Any

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.figures import distributions, meter_map, pattern, power_flow
from energy_workbench.figures.flows.power_flow import OVERVIEW

METERS = ["GRID", "UNIT-A", "UNIT-B", "UNIT-C"]
PORT = int(os.environ["PEER_PORT"])


def workbench() -> RemoteWorkbench:
    """The service that is asked."""
    return RemoteWorkbench(os.environ["PEER_SERVICE"], "bench")


def figures(asked: RemoteWorkbench) -> dict[str, Any]:
    """The charts that do not depend on a meter."""
    overview = asked.overview("today").to_dict()
    meters = {row["id"]: row for row in overview["tree"]}
    return {
        "flow": sized(power_flow(overview["flow_now"], levels=OVERVIEW, meters=meters), 428),
        "states": sized(distributions(overview["summary"]), 140),
        "map": sized(meter_map(overview["tree"]), 460),
    }


def week(asked: RemoteWorkbench, meter: str) -> dict[str, Any]:
    """The pattern of a meter."""
    return sized(pattern(asked.pattern(meter).to_dict()), 310)


def sized(figure: dict[str, Any], height: int) -> dict[str, Any]:
    """The figure with a height of its own [px]."""
    return {"data": figure["data"], "layout": {**figure["layout"], "height": height}}
