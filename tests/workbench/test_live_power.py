"""The power of calculated meters now is the same on every face: meters, flow, overview; as fresh as its oldest part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW
from tests.workbench.test_generation_registers import Make, make

__all__ = ["make"]


def told(wb: Workbench, number: str, kw: float, ago: timedelta = timedelta(minutes=1)) -> None:
    wb.record(number, [{"ts": (NOW - ago).isoformat(), "values": {"active_power_total": kw}}])


def faces(wb: Workbench, number: str) -> list[float | None]:
    flow = {node["number"]: node["value"] for node in wb.flow().nodes}
    # Another one: an overview stands for two seconds, and the clock stands still here.
    tree = {leaf["number"]: leaf["power_kw"] for leaf in Workbench.at(wb.settings.home).overview().tree}
    rows = {row["number"]: row["power_kw"] for row in wb.meters().rows}
    return [flow[number], tree[number], rows[number], wb.meter(number)["power_kw"]]


def test_every_face_tells_the_same_power_of_a_calculated_meter(make: Make) -> None:
    wb = make()
    for number, fields in {
        "M": {"type": "main"}, "P": {"type": "virtual", "parent": "M"}, "A": {"type": "unit", "parent": "P"},
        "B": {"type": "unit", "parent": "P"}, "REST": {"type": "virtual", "formula": "[M] - 0.5 * [P]"},
    }.items():  # fmt: skip
        wb.create_meter({"number": number, "name": number} | fields)
    told(wb, "M", 100)
    told(wb, "A", 60, timedelta(minutes=5))
    # Of B nothing was ever heard: it is not there yet, as balances take it.
    assert (faces(wb, "P"), faces(wb, "REST")) == ([60.0] * 4, [70.0] * 4)
    told(wb, "B", 30, timedelta(minutes=2))
    assert faces(wb, "P") == [90.0] * 4
    assert faces(wb, "REST") == [55.0] * 4
    row = wb.meter("REST")
    assert row["last_seen"] == wb.meter("A")["last_seen"]
    assert (row["communication"], row["colour"]) == ("online", wb.meter("A")["colour"])
    assert Workbench.at(wb.settings.home).overview().cards["power_now_kw"] == pytest.approx(100)
    # What comes back with a change is no change.
    assert wb.update_meter("REST", dict(row))["revision"] == row["revision"]


def test_a_stale_part_takes_the_power_of_what_is_made_of_it_along(make: Make) -> None:
    wb = make()
    for number, fields in {"A": {"type": "unit"}, "B": {"type": "unit"}}.items():
        wb.create_meter({"number": number, "name": number} | fields)
    wb.create_meter({"number": "K", "name": "K", "type": "virtual", "formula": "[A] + [B]"})
    told(wb, "A", 60)
    # What a formula names is expected: without a word of it, nothing is known.
    assert faces(wb, "K") == [None] * 4
    told(wb, "B", 30, timedelta(hours=2))
    assert faces(wb, "K") == [None] * 4
    assert wb.meter("K")["communication"] == "offline"
    assert "B" in wb.meter("K")["error"]
