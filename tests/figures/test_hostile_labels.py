"""What people write (numbers, names, reasons, shifts) is text in every figure: Plotly takes labels for HTML."""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench import figures
from energy_workbench.figures import (
    balance,
    bars,
    completeness,
    generation,
    load_shape,
    peak_demand,
    ranked,
    raw_power,
    status,
    theme,
)
from energy_workbench.figures import days as by_day
from energy_workbench.figures import over_time as history
from energy_workbench.figures.flows import balance_flow
from energy_workbench.figures.flows.power_flow import power_flow
from energy_workbench.figures.maps import meter_plan
from energy_workbench.figures.maps.meter_map import meter_map
from energy_workbench.figures.pattern import pattern as consumption
from energy_workbench.reports.content import charts
from tests.figures import analyses, payloads
from tests.figures.test_maps import days
from tests.figures.test_over_time import demand, pattern, readings

EVIL = "<script>alert(1)</script>&\"'%{y}{0}<b>"
WRITTEN = ("number", "name", "shift", "reason", "status_reason", "health_reason", "communication_reason")
"""What of a payload people write."""
SAID = ("meta", "uirevision", "ids", "parents")
"""Of a figure, what is not drawn: the summary is read as text, the others are keys."""
ZONE = ZoneInfo("Asia/Kolkata")
SHAPES: dict[str, list[dict[str, Any]]] = {
    "weekday-hour": [{"weekday": "Monday", "hour": 3, "mean_kw": 1.0}],
    "hour": [{"day": "workday", "time": "03:00", "p10_kw": 1.0, "median_kw": 2.0, "p90_kw": 3.0}],
    "duration": [{"kw": 1.0, "share": 0.5}],
    "shift": [{"shift": "A", "begins": "06:00", "energy_kwh": 1.0, "share": 1.0, "maximum_kw": 2.0}],
}


def hostile(payload: Any) -> Any:
    """The payload with hostile text wherever people write."""
    if isinstance(payload, list | tuple):
        return [hostile(each) for each in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        key: EVIL + value if key in WRITTEN and isinstance(value, str) else hostile(value)
        for key, value in payload.items()
    }


def tree() -> list[dict[str, Any]]:
    found = copy.deepcopy(payloads.overview()["tree"])
    for meter in found:
        meter |= {"x": 0.5, "y": 0.5, "health_reason": "of a reason", "name": meter["name"] or "a name"}
    return list(hostile(found))


def flow(**options: Any) -> dict[str, Any]:
    meters = {meter["id"]: meter for meter in tree()}
    return power_flow(hostile(payloads.overview()["flow"]), meters=meters, **options)


def shape(by: str) -> dict[str, Any]:
    return load_shape.load_shape(
        hostile({"by": by, "items": SHAPES[by], "number": "U", "base_kw": 1.0, "maximum_kw": 2.0})
    )


def summed() -> dict[str, Any]:
    row = {"number": "U", "name": "Unit", "total_kwh": 5.0, "peak_kw": 1.0, "completeness": 1.0}
    return {"items": [hostile(row)]}


def compared() -> dict[str, Any]:
    row = {"start": "2026-10-05T00:00:00+05:30", "energy_kwh": 1.0, "before_kwh": 2.0}
    return hostile({"items": [row], "against": "previous", "change_percent": None, "number": "U"})


def lacking() -> dict[str, Any]:
    columns = ("scope1_kg", "scope2_location_kg", "scope2_market_kg")
    found = analyses.generation()
    found["days"] = [{**day, **dict.fromkeys(columns)} for day in found["days"]]
    return {**found, "missing_factors": [{"reason": EVIL}]}


HOURS = pattern([1.0, None, 2.0])["points"]
DRAWN: dict[str, list[Callable[[], dict[str, Any]]]] = {
    "balance.losses": [lambda: balance.losses(hostile(analyses.balance()))],
    "balance.over_time": [
        lambda: balance.over_time(hostile(analyses.losses())),
        lambda: balance.over_time(hostile({**analyses.losses(), "items": []})),
    ],
    "balance_flow.balance_flow": [
        lambda: balance_flow.balance_flow(hostile(analyses.balance()), ["mtr_main"]),
        lambda: balance_flow.balance_flow(hostile(analyses.balance()), ["mtr_grid"]),
    ],
    "bars.energies": [lambda: bars.energies(summed())],
    "bars.maxima": [lambda: bars.maxima(hostile(demand()))],
    "completeness.calendar": [
        lambda: completeness.calendar(hostile(days(3)), ["2026-10-01", "2026-10-02", "2026-10-03"])
    ],
    "generation.sources": [lambda: generation.sources(hostile(analyses.generation()))],
    "generation.carbon": [
        lambda: generation.carbon(hostile(analyses.generation())),
        lambda: generation.carbon(lacking()),
    ],
    "load_shape.load_shape": [lambda by=by: shape(by) for by in SHAPES],  # type: ignore[misc]
    "load_shape.comparison": [lambda: load_shape.comparison(compared())],
    "meter_map.meter_map": [
        lambda: meter_map(tree(), site=EVIL),
        lambda: meter_map([{**meter, "parent_id": None} for meter in tree()], site=EVIL),
    ],
    "meter_plan.meter_plan": [lambda: meter_plan.meter_plan(tree())],
    "meter_plan.floor_plan": [lambda: meter_plan.floor_plan(tree())],
    "over_time.over_time": [
        lambda: history.over_time(hostile(pattern([1.0, None, 2.0], word=EVIL))),
        lambda: history.over_time(hostile(pattern([1.0], "1d", word=EVIL)), before=[1.0], before_name=EVIL),
    ],
    "pattern.pattern": [lambda: consumption(hostile(payloads.pattern()))],
    "peak_demand.peak_demand": [lambda: peak_demand.peak_demand(hostile(demand()))],
    "power_flow.power_flow": [flow, lambda: flow(colour="loss", levels=2)],
    "raw_power.raw_power": [
        lambda: raw_power.raw_power(readings(5), span=("2026-10-05T00:00", "2026-10-06T00:00"), pause=40.0)
    ],
    "status.distributions": [lambda: status.distributions(payloads.overview()["summary"])],
    "theme.message": [lambda: theme.message(theme.LIGHT, EVIL)],
    "days.daily_energy": [lambda: by_day.daily_energy(HOURS, ZONE)],
    "days.typical_days": [lambda: by_day.typical_days(HOURS, ZONE)],
    "days.day_load": [lambda: by_day.day_load(HOURS, ZONE)],
    "ranked.ranked": [lambda: ranked.ranked([(EVIL, 1.0)], "Energy [kWh]")],
    "ranked.stacked": [lambda: ranked.stacked([(EVIL, [1.0])], [EVIL], "Energy [kWh]")],
    "reports.charts": [
        lambda: charts.losses(hostile(analyses.balance())),
        lambda: charts.sources(hostile(analyses.generation())),
        lambda: charts.sankey(hostile(payloads.overview()["flow"])),
    ],
}
"""Each figure, by module and function, with what people write in it."""


def texts(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """What a figure draws, with the key that it stands under."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name not in SAID:
                yield from texts(inner, name)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from texts(inner, key)
    elif isinstance(part, str):
        yield key, part


@pytest.mark.parametrize("name", DRAWN)
def test_what_people_write_is_text_in_a_figure(name: str) -> None:
    for draw in DRAWN[name]:
        for key, text in texts(draw()):
            if key == "customdata" and text.startswith(EVIL):
                continue  # What a click names.
            assert "<script" not in text, (key, text)
            # Plotly puts values into a template before it reads character references.
            assert key != "hovertemplate" or "%{y}{0}" not in text, (key, text)


def test_what_people_write_is_read_as_it_is_written() -> None:
    for name in ("meter_map.meter_map", "balance.losses", "power_flow.power_flow", "theme.message", "bars.energies"):
        assert any(EVIL in unescape(text) and "&lt;script" in text for _, text in texts(DRAWN[name][0]())), name


def test_every_figure_is_drawn_here() -> None:
    found = set()
    for module in pkgutil.walk_packages(figures.__path__, f"{figures.__name__}."):
        loaded = importlib.import_module(module.name)
        source = ast.parse(inspect.getsource(loaded))
        found |= {
            f"{module.name.rpartition('.')[2]}.{node.name}"
            for node in source.body
            if isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and node.returns is not None
            and ast.unparse(node.returns) == "Figure"
        }
    assert found == DRAWN.keys() - {"reports.charts"}
