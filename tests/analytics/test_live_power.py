"""Power now of meters that are made of others: linear in their parts, unknown with any of them, and never compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.live_power import powers, shown_power
from energy_workbench.analytics.overview import flow_now
from energy_workbench.domain.entities import Flow, Live, Meter, MeterType
from energy_workbench.domain.status import Communication, Status
from energy_workbench.services.queries.unread_meters import as_measured
from tests.examples import examples

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")
KW = st.integers(-1000, 1000).map(float)
USED = st.integers(0, 1000).map(float)
"""A meter in a formula means its register of import."""
FACTOR = st.sampled_from([-3.0, -1.0, -0.25, 0.5, 1.0, 7.0])


def meter(key: int, parent: int | None = None, formula: str | None = None, **more: Any) -> Meter:
    kind = MeterType.VIRTUAL if formula else MeterType.UNIT
    given = {"key": key, "number": f"M{key}", "name": "", "type": kind, "parent": parent, "flow": Flow.BIDIRECTIONAL}
    return Meter(**{**given, "formula": formula, "formula_by_id": formula, **more})


def shown(meters: list[Meter], told: dict[int, float], ago: timedelta = timedelta()) -> dict[int, float | None]:
    tree, live = plant(meters, told, ago)
    known = powers(tree, live, NOW)
    return {each.key: shown_power(each, known[each.key]) for each in tree}


def plant(
    meters: list[Meter], told: dict[int, float], ago: timedelta = timedelta()
) -> tuple[list[Meter], dict[int, Live]]:
    live = {
        key: Live(communication=Communication.ONLINE, last_seen=NOW - ago, values={"active_power_total": kw})
        for key, kw in told.items()
    }
    return as_measured(meters, NOW, dict.fromkeys(told, NOW - timedelta(days=9)), ZONE), live


@settings(max_examples=examples(20))
@given(FACTOR, FACTOR, USED, USED)
def test_it_is_linear_in_what_it_is_made_of(one: float, other: float, x: float, y: float) -> None:
    text = f"({one}) * [mtr_1] + ({other}) * [mtr_2]".replace("(-", "(0 - ")
    meters = [meter(1), meter(2), meter(3, formula=text), meter(4, formula="2 * [mtr_3] - [mtr_1]")]
    found = shown(meters, {1: x, 2: y})
    assert found[3] == pytest.approx(one * x + other * y, abs=2e-3)
    assert found[4] == pytest.approx(2 * (one * x + other * y) - x, abs=2e-3)


@settings(max_examples=examples(20))
@given(st.lists(KW, min_size=1, max_size=5), st.integers(1, 4))
def test_a_node_without_a_meter_has_the_sum_of_what_is_below_it_at_any_depth(told: list[float], depth: int) -> None:
    panels = [meter(key, key - 1 or None, type=MeterType.VIRTUAL) for key in range(1, depth + 1)]
    found = shown(
        [*panels, *(meter(depth + 1 + place, depth) for place in range(len(told)))],
        {depth + 1 + place: kw for place, kw in enumerate(told)},
    )
    for panel in panels:
        assert found[panel.key] == pytest.approx(sum(told), abs=2e-3)


def test_it_is_unknown_where_a_part_is_unknown_stale_or_out_of_service() -> None:
    meters = [meter(1), meter(2), meter(3, formula="[mtr_1] - [mtr_2]"), meter(4, formula="[mtr_1]")]
    assert shown(meters, {1: 5.0, 2: 3.0})[3] == 2.0
    assert (shown(meters, {1: 5.0})[3], shown(meters, {1: 5.0})[4]) == (None, 5.0)
    assert shown(meters, {1: 5.0, 2: 3.0}, timedelta(minutes=17))[3] is None
    assert shown([meters[0], meter(2, status=Status.INACTIVE), meters[2]], {1: 5.0, 2: 3.0})[3] is None


def test_a_part_by_its_register_counts_what_goes_its_way() -> None:
    meters = [meter(1), meter(2, formula="[mtr_1].export"), meter(3, formula="[mtr_1].import")]
    found = shown(meters, {1: -7.0})
    assert (found[2], found[3]) == (7.0, 0.0)


def test_the_flow_of_now_passes_through_a_node_without_a_meter_and_compares_nothing_with_it() -> None:
    consumer = {"flow": Flow.CONSUMER}
    meters = [
        meter(1, **consumer), meter(2, 1, type=MeterType.VIRTUAL, **consumer), meter(3, 2, **consumer),
        meter(4, 2, flow=Flow.PRODUCER, type=MeterType.SOLAR),
    ]  # fmt: skip
    tree, live = plant(meters, {1: 75.0, 3: 100.0, 4: 30.0})
    flow = flow_now(tree, live, NOW, 0.03)
    nodes = {node["number"]: node for node in flow.nodes}
    assert (nodes["M2"]["value"], nodes["M2"]["verdict"], nodes["M2"]["loss"]) == (70.0, "not_metered", None)
    assert (nodes["M1"]["loss"], nodes["M1"]["verdict"]) == (5.0, "hotspot")
    links = {(link["source"], link["target"]): link["value"] for link in flow.links}
    assert links["mtr_1", "mtr_2"] == 70.0
    assert flow.completeness == 1.0
    # More is made below it than used: it feeds the node above.
    tree, live = plant(meters, {1: -50.0, 3: 100.0, 4: 150.0})
    links = {(link["source"], link["target"]): link["value"] for link in flow_now(tree, live, NOW, 0.03).links}
    assert links["mtr_2", "mtr_1"] == 50.0


def test_what_stands_on_both_sides_of_the_balance_of_now_cancels_with_its_error() -> None:
    consumer = {"flow": Flow.CONSUMER}
    rest = meter(3, 1, "[mtr_1] - [mtr_2]", **consumer)
    tree, live = plant([meter(1, **consumer), meter(2, 1, **consumer), rest], {1: 100.3, 2: 60.1})
    node = flow_now(tree, live, NOW, 0.0).nodes[0]
    assert (node["loss"], node["verdict"]) == (0.0, "within_error")
