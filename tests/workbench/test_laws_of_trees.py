"""Laws of trees through the lake: nodes are sums, formulas linear, a move keeps the whole; all faces tell the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings as own_settings
from energy_workbench.services.workbench import Workbench
from tests.examples import examples
from tests.migrated import migrated

FIRST = datetime(2026, 10, 5, tzinfo=ZoneInfo("Asia/Kolkata"))
DAYS = 3
MOVED = FIRST + timedelta(days=1, hours=6)
"""When a meter moves, and 30 of the 72 hours are over."""
HOURS = {False: 30, True: 42}
"""Hours before and after it."""
PERIOD = "2026-10-05/2026-10-07"


@dataclass(frozen=True)
class Node:
    """Of a plant: what hangs where before and after the move, and what it takes; None is a node without a meter."""

    number: str
    above: str | None
    later: str | None
    kw: int | None


@dataclass(frozen=True)
class Plant:
    """Nodes, each after that it hangs below, and a formula of two of them."""

    nodes: tuple[Node, ...]
    terms: tuple[tuple[float, str], tuple[float, str]]

    def below(self, number: str | None, moved: bool) -> list[Node]:
        return [node for node in self.nodes if (node.later if moved else node.above) == number]

    def kw(self, node: Node, moved: bool) -> float:
        """What it takes, as somebody with a pencil works it out."""
        return node.kw if node.kw is not None else sum(self.kw(each, moved) for each in self.below(node.number, moved))

    def kwh(self, node: Node) -> float:
        return sum(hours * self.kw(node, moved) for moved, hours in HOURS.items())


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    nodes: list[Node] = []
    for key in range(draw(st.integers(3, 6))):
        above = draw(st.sampled_from([None, *(node.number for node in nodes)]))
        kw = draw(st.one_of(st.none(), st.integers(1, 90)))
        nodes.append(Node(f"M{key}", above, above, kw))
    # One moves below another that is before it, or to the top; a node without a meter has something below it.
    moving = draw(st.integers(1, len(nodes) - 1))
    later = draw(st.sampled_from([None, *(node.number for node in nodes[:moving])]))
    nodes[moving] = Node(nodes[moving].number, nodes[moving].above, later, nodes[moving].kw)
    for place, node in enumerate(nodes):
        for moved in (False, True):
            hangs = [each for each in nodes if (each.later if moved else each.above) == node.number]
            if node.kw is None and not any(each.kw for each in hangs):
                nodes[place] = Node(node.number, node.above, node.later, 7)
    factors = st.sampled_from([-2.0, -1.0, 0.4, 1.0, 3.0])
    one, other = draw(st.lists(st.sampled_from([node.number for node in nodes]), min_size=2, max_size=2, unique=True))
    return Plant(tuple(nodes), ((draw(factors), one), (draw(factors), other)))


@contextmanager
def built(plant: Plant) -> Iterator[Workbench]:
    with tempfile.TemporaryDirectory() as folder:
        own = own_settings.load(Path(folder) / "home")
        own.home.mkdir()
        registry = migrated(Registry(own.registry_url), timezone="Asia/Kolkata", site_name="Works")
        StateStore(own.state_url).migrate()
        spool, lake = Spool(own.spool_path), Lake(own.lake_path)
        for node in plant.nodes:
            kind = "virtual" if node.kw is None else "unit"
            fields = {"number": node.number, "name": node.number, "type": kind, "parent": node.above}
            key = registry.create_meter(fields, by="test").key
            if node.kw is not None:
                spool.append(
                    Reading(key, to_micros(FIRST + hour * timedelta(hours=0.25)), 0, {"energy_active_import": level})
                    for hour in range(DAYS * 96 + 1)
                    for level in [1000 + node.kw * hour / 4]
                )
            if node.later != node.above:
                registry.add_parent(key, node.later, MOVED, by="test")
        lake.commit(spool)
        build(lake, registry.all_ratios())
        (a, one), (b, other) = plant.terms
        formula = f"{a} * [{one}] + {b} * [{other}]".replace("+ -", "- ")
        registry.create_meter({"number": "K", "name": "K", "type": "virtual", "formula": formula}, by="test")
        for each in (registry, spool):
            each.close()
        yield Workbench.at(own.home)


@settings(
    max_examples=examples(4), deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(plant=plants())
def test_every_face_of_a_plant_tells_what_a_pencil_does(plant: Plant) -> None:
    with pytest.MonkeyPatch.context() as patch, built(plant) as wb:
        patch.setenv(FIXED_NOW, (FIRST + timedelta(days=DAYS, hours=1)).isoformat())
        near = lambda value: pytest.approx(value, abs=1e-3)  # noqa: E731
        energies = {row["number"]: row["total_kwh"] for row in wb.energies(PERIOD).rows}
        assert {node.number: energies[node.number] for node in plant.nodes} == near(
            {node.number: plant.kwh(node) for node in plant.nodes}
        )
        nodes = {node.number: node for node in plant.nodes}
        assert energies["K"] == near(sum(factor * plant.kwh(nodes[number]) for factor, number in plant.terms))
        # A formula at the top is no part of what the site uses.
        tops = [(hours, plant.kw(each, moved)) for moved, hours in HOURS.items() for each in plant.below(None, moved)]
        assert wb.site_figures(PERIOD)["energy_kwh"] == near(sum(hours * kw for hours, kw in tops))
        balanced: dict[str, Any] = {row["number"]: row for row in wb.balance(PERIOD).rows}
        for node in plant.nodes:
            if not any(plant.below(node.number, moved) for moved in HOURS):
                continue
            row = balanced[node.number]
            if node.kw is None:
                assert (row["verdict"], row["loss_kwh"]) == ("not_metered", None)
                continue
            # Over the time in which anything hangs below it.
            loss = sum(
                hours * (node.kw - sum(plant.kw(each, moved) for each in below))
                for moved, hours in HOURS.items()
                if (below := plant.below(node.number, moved))
            )
            assert row["loss_kwh"] == near(loss), node
        total = wb.sql("SELECT number, sum(energy_import_kwh) AS kwh FROM intervals GROUP BY ALL")
        assert dict(zip(total["number"], total["kwh"], strict=True)) == near(energies)
