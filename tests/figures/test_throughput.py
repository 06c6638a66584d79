"""The number beside a bar of a Sankey is the bar: what flows in, and out with the losses."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import pytest

from energy_workbench.analytics.flow import Measured, power_flow
from energy_workbench.contract.results import PowerFlow
from energy_workbench.domain.entities import Flow, Meter, MeterType, ProductionRegister, default_flow
from energy_workbench.domain.status import Status
from energy_workbench.figures.flows.balance_flow import balance_flow
from energy_workbench.figures.flows.power_flow import power_flow as drawn
from energy_workbench.figures.wording.words import amount
from energy_workbench.reports.content.charts import sankey as on_paper


def meter(number: str, kind: str, key: int, parent: int | None, **more: Any) -> Meter:
    what = MeterType(kind)
    fields = {"key": key, "number": number, "name": number, "type": what, "parent": parent, "flow": default_flow(what)}
    return Meter(**{**fields, **more})


GRID, MAIN = meter("GRID", "grid", 1, None), meter("MAIN", "main", 2, 1)
SOLAR, DG = meter("SOLAR", "solar", 3, 2), meter("DG", "generator", 4, 2)
UNIT, HALL = meter("UNIT", "unit", 5, 2), meter("HALL", "distribution", 6, 2)
PLANT = [GRID, MAIN, SOLAR, DG, UNIT, HALL]
PV = meter("PV", "solar", 7, 6, production_register=ProductionRegister.EXPORT)
BOTH_WAYS = {"flow": Flow.BIDIRECTIONAL}

ODD: dict[str, tuple[list[Meter], dict[int, Measured]]] = {
    "a generator and solar feed the busbar": (
        PLANT,
        {1: Measured(75), 2: Measured(74, 0), 3: Measured(84), 4: Measured(210), 5: Measured(258), 6: Measured(105)},
    ),
    "midday: solar goes through the busbar to the grid": (
        PLANT,
        {1: Measured(0, 60), 2: Measured(0, 62), 3: Measured(100), 4: Measured(0), 5: Measured(30), 6: Measured(5)},
    ),
    "a month in which energy went both ways": (
        PLANT,
        {1: Measured(9000, 2000), 2: Measured(8900, 2050), 3: Measured(7000), 4: Measured(500, 20),
         5: Measured(9000), 6: Measured(4900)},
    ),
    "a generator below a sub-busbar": (
        [GRID, MAIN, HALL, meter("HALL-DG", "generator", 7, 6), meter("PRESS", "machine", 8, 6), UNIT],
        {1: Measured(100), 2: Measured(100, 0), 6: Measured(60), 7: Measured(40), 8: Measured(97), 5: Measured(38)},
    ),
    "a sub-busbar that sends back": (
        [GRID, MAIN, meter("HALL", "distribution", 6, 2, **BOTH_WAYS), PV, UNIT],
        {1: Measured(10), 2: Measured(10, 0), 6: Measured(0, 90), 7: Measured(0, 95), 5: Measured(98)},
    ),
    "two roots": (
        [GRID, UNIT_A := meter("UNIT-A", "unit", 11, 1), meter("GRID-2", "grid", 12, None),
         meter("MAIN-2", "main", 13, 12), meter("DG-2", "generator", 14, 13), meter("UNIT-B", "unit", 15, 13)],
        {1: Measured(20), 11: Measured(19), 12: Measured(31), 13: Measured(30, 0), 14: Measured(12), 15: Measured(41)},
    ),
    "a main without a meter of the grid": (
        [meter("MAIN", "main", 2, None), SOLAR, UNIT],
        {2: Measured(74, 0), 3: Measured(126), 5: Measured(200)},
    ),
    "megawatts": (
        PLANT,
        {1: Measured(12_000), 2: Measured(11_950, 0), 3: Measured(8_500), 4: Measured(0), 5: Measured(20_000),
         6: Measured(400)},
    ),
    "a child that measures too much": (
        PLANT,
        {1: Measured(75), 2: Measured(74, 0), 3: Measured(84), 4: Measured(0), 5: Measured(160), 6: Measured(3)},
    ),
}  # fmt: skip


def bars(figure: Mapping[str, Any]) -> dict[str, tuple[str, float]]:
    """By number the label of a meter after it, and what its bar is as wide as."""
    trace = figure["data"][0]
    links = trace["link"]
    found = {}
    for index, label in enumerate(trace["node"]["label"]):
        into = sum(v for v, target in zip(links["value"], links["target"], strict=True) if target == index)
        out = sum(v for v, source in zip(links["value"], links["source"], strict=True) if source == index)
        name, _, told = html.unescape(label).partition("  ")
        found[re.sub(r"^\W+ ", "", name)] = (told, max(into, out))
    return found


def number(told: str) -> float:
    """The first amount of a label [kW or kWh]."""
    value, unit = re.match(r"([\d,.]+) ([kM])W", told).groups()  # type: ignore[union-attr]
    return float(value.replace(",", "")) * (1000 if unit == "M" else 1)


def flow(name: str, unit: str = "kW") -> PowerFlow:
    meters, measured = ODD[name]
    return power_flow(meters, measured, unit=unit, colours={}, completeness=1.0)


@pytest.mark.parametrize("levels", [None, 1, 2])
@pytest.mark.parametrize("name", ODD)
def test_the_label_is_as_large_as_the_bar(name: str, levels: int | None) -> None:
    for unit in ("kW", "kWh"):
        payload = flow(name, unit).to_dict()
        for figure in (drawn(payload, levels=levels), on_paper(payload)):
            for label, (told, size) in bars(figure).items():
                if told and "oss" not in label:
                    assert number(told) == pytest.approx(size, rel=6e-3), (label, told, size)
                    assert (" MW" if size >= 10_000 else " kW") + unit[2:] in told


@pytest.mark.parametrize("name", ODD)
def test_what_goes_in_comes_out_and_rest_says_as_much(name: str) -> None:
    found = flow(name)
    meters, _ = ODD[name]
    for node in found.nodes:
        into = sum(link["value"] for link in found.links if link["target"] == node["id"])
        out = sum(link["value"] for link in found.links if link["source"] == node["id"])
        if node["id"] != "losses":
            assert node["through"] == pytest.approx(max(into, out), abs=1e-3)
        inner = any(f"mtr_{each.parent}" == node["id"] for each in meters) and into and out
        if inner and node["loss"] is not None and node["loss"] >= 0 and node["type"] != "grid":
            # A root takes the rest from outside, which is no link.
            rest = 0.0 if any(each.id == node["id"] and each.parent for each in meters) else node["value"]
            assert into + rest == pytest.approx(out, abs=2e-3)


def test_a_busbar_that_is_fed_from_below_names_what_the_grid_gives() -> None:
    found = bars(drawn(flow("a generator and solar feed the busbar").to_dict()))
    assert found["MAIN"][0] == "368 kW, of which grid 74.0 kW"
    assert found["GRID"][0] == "75.0 kW"
    assert bars(drawn(flow("a generator below a sub-busbar").to_dict()))["HALL"][0] == ("100 kW, of which MAIN 60.0 kW")
    assert bars(drawn(flow("a main without a meter of the grid").to_dict()))["MAIN"][0] == (
        "200 kW, of which grid 74.0 kW"
    )
    assert bars(drawn(flow("megawatts").to_dict()))["MAIN"][0] == "20.4 MW, of which grid 11.9 MW"


def test_what_goes_out_to_the_grid_is_not_taken_for_what_comes_in() -> None:
    assert bars(drawn(flow("midday: solar goes through the busbar to the grid").to_dict()))["GRID"][0] == (
        "62.0 kW, exported 60.0 kW"
    )
    assert bars(drawn(flow("midday: solar goes through the busbar to the grid").to_dict()))["MAIN"][0] == (
        "100 kW, exported 62.0 kW"
    )


def test_where_energy_went_both_ways_the_bar_says_that_it_is_net() -> None:
    payload = flow("a month in which energy went both ways", "kWh").to_dict()
    for figure in (drawn(payload), on_paper(payload)):
        found = {label: told for label, (told, _) in bars(figure).items()}
        assert found["GRID"] == "7,000 kWh net"
        assert found["MAIN"] == "14.3 MWh net, of which grid 6,850 kWh"
        assert found["DG"] == "480 kWh net"
        assert (found["SOLAR"], found["UNIT"], found["HALL"]) == ("7,000 kWh", "9,000 kWh", "4,900 kWh")
    one_way = flow("megawatts", "kWh").to_dict()
    assert not [told for told, _ in bars(drawn(one_way)).values() if "net" in told]


def test_a_part_of_the_tree_names_the_meter_above_it() -> None:
    payload = flow("a generator below a sub-busbar").to_dict()
    meters, _ = ODD["a generator below a sub-busbar"]
    rows = {
        each.id: {"number": each.number, "type": str(each.type), "parent_id": each.parent and f"mtr_{each.parent}"}
        for each in meters
    }
    found = bars(drawn(payload, meters=rows, root="mtr_6"))
    assert found["HALL"][0] == "100 kW, of which MAIN 60.0 kW"


def node(number: str, kind: str, parent: str | None, sums: tuple[float, float], children: list[Any]) -> dict[str, Any]:
    supply, demand = sums
    return {
        "meter": number, "number": number, "name": number, "type": kind, "parent_id": parent, "supply_kwh": supply,
        "demand_kwh": demand, "loss_kwh": supply - demand, "loss_percent": 100 * (supply - demand) / supply,
        "uncertainty_kwh": 1.0, "completeness": 1.0, "verdict": "ok", "children": [
            {"meter": child, "number": child, "name": child, "type": kind, "taken_kwh": taken, "delivered_kwh": given}
            for child, kind, taken, given in children
        ],
    }  # fmt: skip


def test_the_balance_labels_the_bars_too() -> None:
    hall = [("HALL-DG", "generator", 0.0, 40.0), ("PRESS", "machine", 97.0, 0.0)]
    main = [("SOLAR", "solar", 0.0, 126.0), ("HALL", "distribution", 60.0, 0.0), ("UNIT", "unit", 138.0, 0.0)]
    payload = {
        "items": [
            node("GRID", "grid", None, (75.0, 74.0), [("MAIN", "main", 74.0, 0.0)]),
            node("MAIN", "main", "GRID", (200.0, 198.0), main),
            node("HALL", "distribution", "MAIN", (100.0, 97.0), hall),
        ]
    }
    for root in ("GRID", "MAIN", "HALL"):
        for label, (told, size) in bars(balance_flow(payload, [root])).items():
            if "lost" not in label and "from" not in label:
                assert told.startswith(amount(size, "kWh")), (root, label, told)
    assert bars(balance_flow(payload, ["GRID"]))["MAIN"][0] == "200 kWh, of which grid 74.0 kWh"
    assert bars(balance_flow(payload, ["MAIN"]))["MAIN"][0] == "200 kWh, of which grid 74.0 kWh"
    assert bars(balance_flow(payload, ["GRID"]))["HALL"][0] == "100 kWh, of which MAIN 60.0 kWh"


UNIT_C = meter("UNIT-C", "unit", 7, 2, status=Status.INACTIVE)
PRESS = meter("PRESS", "machine", 8, 7)
LIGHTS = meter("LIGHTS", "lighting", 9, 2)


@pytest.mark.parametrize("unit", ["kW", "kWh"])
def test_what_is_not_metered_or_not_known_is_drawn_as_that_and_counted_nowhere(unit: str) -> None:
    meters = [GRID, MAIN, SOLAR, UNIT, UNIT_C, PRESS, LIGHTS, meter("PV-2", "solar", 10, 2)]
    measured = {1: Measured(200), 2: Measured(198, 0), 3: Measured(50), 5: Measured(150), 8: Measured(20)}
    payload = power_flow(meters, measured, unit=unit, colours={}, completeness=1.0).to_dict()
    nodes = {each["number"]: each for each in payload["nodes"]}
    assert (nodes["UNIT-C"]["metering"], nodes["LIGHTS"]["metering"]) == ("not_metered", "unknown")
    assert nodes["MAIN"]["loss"] is None
    assert all(link["value"] > 0 for link in payload["links"])
    for figure in (drawn(payload), on_paper(payload)):
        labels = {html.unescape(each) for each in figure["data"][0]["node"]["label"]}
        assert f"MAIN  248 {unit}, of which grid 198 {unit}" in labels
        assert {"LIGHTS  unknown", "PV-2  unknown"} <= labels
        assert (f"UNIT-C  20.0 {unit}, itself not metered" in labels) or "UNIT-C  not metered" in labels
        trace = figure["data"][0]
        told = [each[2] for each in trace["link"]["customdata"]]
        assert told.count("unknown") == 2
        assert told.count("not metered") == 1
    assert drawn({**payload, "links": []})["data"] == []


def test_a_root_that_is_out_of_service_says_so() -> None:
    grid = meter("GRID", "grid", 1, None, status=Status.INACTIVE)
    measured = {2: Measured(198, 0), 5: Measured(190)}
    payload = power_flow([grid, MAIN, UNIT], measured, unit="kW", colours={}, completeness=1.0).to_dict()
    assert bars(drawn(payload))["GRID"][0] == "198 kW, itself not metered"
