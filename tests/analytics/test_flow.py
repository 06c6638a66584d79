"""The flow follows physics, whatever the tree looks like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.flow import LOSSES, Measured, balance, power_flow
from energy_workbench.analytics.site_use import absent, site_parts, site_use
from energy_workbench.domain.entities import Flow, Meter, MeterType, ProductionRegister, default_flow
from energy_workbench.domain.status import Status


def meter(key: int, type: MeterType, parent: int | None, **more: Any) -> Meter:
    return Meter(
        key=key, number=f"M{key}", name=f"M{key}", type=type, parent=parent, **{"flow": default_flow(type)} | more
    )


GRID = meter(1, MeterType.GRID, None)
MAIN = meter(2, MeterType.MAIN, 1)
DG = meter(3, MeterType.GENERATOR, 2)
SOLAR = meter(4, MeterType.SOLAR, 2, production_register=ProductionRegister.EXPORT)
UNIT = meter(5, MeterType.UNIT, 2)
PLANT = [GRID, MAIN, DG, SOLAR, UNIT]


def links(measured: dict[int, Measured], meters: list[Meter] = PLANT) -> set[tuple[str, str, float, str]]:
    flow = power_flow(meters, measured, unit="kWh", colours={}, completeness=1.0)
    return {(link["source"], link["target"], link["value"], link["kind"]) for link in flow.links}


def test_generator_and_solar_flow_into_the_busbar_and_losses_are_flows() -> None:
    measured = {
        1: Measured(100.0, 0.0),
        2: Measured(98.0, 0.0),
        3: Measured(10.0, 0.5),
        4: Measured(0.0, 20.0),
        5: Measured(120.0, None),
    }
    assert links(measured) == {
        ("mtr_1", "mtr_2", 98.0, "flow"),
        ("mtr_1", LOSSES, 2.0, "loss"),
        ("mtr_3", "mtr_2", 9.5, "flow"),
        ("mtr_4", "mtr_2", 20.0, "flow"),
        ("mtr_2", "mtr_5", 120.0, "flow"),
        ("mtr_2", LOSSES, 7.5, "loss"),
    }


def test_a_solar_surplus_flows_back_through_main_to_the_grid_and_every_node_balances() -> None:
    measured = {
        1: Measured(5.0, 60.0),
        2: Measured(4.0, 62.0),
        3: Measured(0.0, 0.0),
        4: Measured(0.0, 100.0),
        5: Measured(40.0),
    }
    at_grid = balance(GRID, [MAIN], measured)
    at_main = balance(MAIN, [DG, SOLAR, UNIT], measured)
    assert at_grid is not None
    assert (at_grid.supply, at_grid.demand) == (5.0 + 62.0, 60.0 + 4.0)
    assert at_main is not None
    assert (at_main.supply, at_main.demand) == (104.0, 102.0)
    assert ("mtr_2", "mtr_1", 58.0, "flow") in links(measured)


def test_a_meter_that_is_not_known_makes_no_loss_of_its_parent() -> None:
    measured = {1: Measured(100.0, 0.0), 2: Measured(98.0, 0.0), 3: Measured(0.0), 4: Measured(), 5: Measured(50.0)}
    assert not [link for link in links(measured) if link[0] == "mtr_2" and link[3] == "loss"]
    flow = power_flow(PLANT, measured, unit="kW", colours={1: "green"}, completeness=0.8)
    nodes = {node["id"]: node for node in flow.nodes}
    assert nodes["mtr_4"]["value"] is None
    assert nodes["mtr_2"]["loss"] is None
    assert nodes["mtr_1"]["colour"] == "green"


def test_children_connected_elsewhere_are_left_out_and_with_one_out_of_service_there_is_no_balance() -> None:
    elsewhere = meter(6, MeterType.MACHINE, 2, seen_by_parent=False)
    switched_off = meter(7, MeterType.MACHINE, 2, status=Status.INACTIVE)
    measured = {2: Measured(50.0, 0.0), 5: Measured(48.0), 6: Measured(30.0)}
    found = balance(MAIN, [UNIT, elsewhere], measured)
    assert found is not None
    assert found.loss == 2.0
    assert balance(MAIN, [UNIT, elsewhere, switched_off], {**measured, 7: Measured(2.0)}) is None
    assert balance(meter(2, MeterType.MAIN, 1, status=Status.INACTIVE), [UNIT], measured) is None
    assert not [link for link in links(measured, [MAIN, UNIT, elsewhere]) if link[1] == "mtr_6"]


def test_the_site_uses_what_comes_from_outside_and_its_own_production() -> None:
    measured = {1: Measured(5.0, 60.0), 3: Measured(7.0, 1.0), 4: Measured(0.5, 100.0), 5: Measured(40.0)}
    assert site_use(PLANT, measured) == 5.0 - 60.0 + 6.0 + 99.5
    assert site_use(PLANT, {5: Measured(40.0)}) is None


def test_a_part_that_is_not_known_or_out_of_service_leaves_no_use_of_the_site() -> None:
    second = meter(9, MeterType.GRID, None)
    measured = {1: Measured(5.0, 0.0), 3: Measured(1.0), 4: Measured(0.0, 100.0)}
    plant, told = [*PLANT, second], {**measured, 9: Measured(7.0, 0.0)}
    assert site_use(plant, told) == 113.0
    assert site_use(plant, measured) is None
    assert site_use([*PLANT, replace(second, status=Status.INACTIVE)], told) is None
    for key in told:
        assert site_use(plant, {**told, key: Measured()}) is None


def test_a_root_that_was_never_connected_is_a_spare_while_another_takes_energy_in() -> None:
    second, below = meter(9, MeterType.GRID, None), meter(10, MeterType.UNIT, 9)
    plant = [*PLANT, second, below]
    spare = absent(plant, {9, 10})
    assert (spare.keys, spare.numbers) == ({9, 10}, ["M9"])
    assert spare.without(plant) == PLANT
    # What is connected below it is supplied through it, and a site has at least one incomer.
    assert not absent(plant, {9}).keys
    assert not absent([second, SOLAR], {9}).keys


def test_a_producer_that_was_never_connected_is_left_out_once_it_is_out_of_service() -> None:
    assert not absent(PLANT, {4}).keys
    retired = replace(SOLAR, status=Status.INACTIVE)
    assert absent([GRID, MAIN, DG, retired], {4}).numbers == ["M4"]
    assert not absent([GRID, MAIN, DG, retired], ()).keys


def test_a_virtual_root_is_no_meter_of_its_own() -> None:
    site = meter(20, MeterType.VIRTUAL, None)
    plant = [site, replace(GRID, parent=20), *PLANT[1:]]
    left = absent(plant, {20})
    assert not left.spares
    assert [part.number for part in site_parts(left.without(plant))] == ["M1", "M4", "M3"]


def test_an_inverter_below_a_solar_meter_is_not_counted_twice() -> None:
    inverter = meter(8, MeterType.SOLAR, 4)
    measured = {1: Measured(10.0, 0.0), 3: Measured(0.0), 4: Measured(0.0, 100.0), 8: Measured(99.0)}
    assert site_use([*PLANT, inverter], measured) == 110.0


amounts = st.floats(0, 1e6)


@given(st.lists(st.tuples(st.sampled_from(list(Flow)), amounts, amounts), min_size=1, max_size=8), amounts, amounts)
def test_links_around_a_node_carry_exactly_its_loss(
    below: list[tuple[Flow, float, float]], imported: float, exported: float
) -> None:
    children = [meter(10 + i, MeterType.OTHER, 2, flow=flow) for i, (flow, _, _) in enumerate(below)]
    measured = {10 + i: Measured(a, b) for i, (_, a, b) in enumerate(below)} | {2: Measured(imported, exported)}
    found = balance(MAIN, children, measured)
    assert found is not None
    flow = power_flow([GRID, MAIN, *children], measured, unit="kWh", colours={}, completeness=1.0)
    into = sum(link["value"] for link in flow.links if link["target"] == "mtr_2")
    out = sum(link["value"] for link in flow.links if link["source"] == "mtr_2")
    if found.loss > 0.001:
        assert abs(into - out) < 0.01 * (len(children) + 2)


def test_the_node_of_all_losses_has_the_fields_of_every_node() -> None:
    flow = power_flow(
        PLANT[:2], {1: Measured(100.0, 0.0), 2: Measured(98.0, 0.0)}, unit="kWh", colours={}, completeness=1.0
    )
    assert flow.nodes[-1]["id"] == LOSSES
    assert set(flow.nodes[-1]) == set(flow.nodes[0])
