"""One set of figures: what is drawn for a screen is drawn for paper too, and looks as its theme says."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import energy_workbench
from energy_workbench.figures import DARK, LIGHT, PAPER, Theme, balance, days, generation, power_flow, ranked
from energy_workbench.reports.content import charts
from tests.figures import analyses, payloads
from tests.figures.test_over_time import pattern

Draw = Callable[..., dict[str, Any]]

ZONE = ZoneInfo("Asia/Kolkata")
POINTS = pattern([1.0, 2.0, None, 4.0])["points"]
BARS = ([("A", 2.0), ("B", 1.0)], "Energy [kWh]")
PARTS = ([("A", [1.0, 2.0])], ["day", "night"], "Energy [kWh]")


def on_paper(draw: Draw) -> Draw:
    return lambda *given: charts.placed(draw(*given, theme=PAPER), charts.LOAD_HEIGHT)


BOTH: dict[str, tuple[Draw, Draw, tuple[Any, ...]]] = {
    "daily energy": (on_paper(days.daily_energy), days.daily_energy, (POINTS, ZONE)),
    "typical days": (on_paper(days.typical_days), days.typical_days, (POINTS, ZONE)),
    "load of a day": (on_paper(days.day_load), days.day_load, (POINTS, ZONE)),
    "ranked": (on_paper(ranked.ranked), ranked.ranked, BARS),
    "stacked": (on_paper(ranked.stacked), ranked.stacked, PARTS),
    "losses": (charts.losses, balance.losses, (analyses.balance(),)),
    "sources": (charts.sources, generation.sources, (analyses.generation(),)),
    "flow": (charts.sankey, power_flow, (payloads.overview()["flow"],)),
}
"""Each chart of a report, and the figure that it is, with what both are made of."""


@pytest.mark.parametrize("name", BOTH)
def test_a_chart_of_a_report_is_a_figure_in_the_theme_of_paper(name: str) -> None:
    chart, figure, given = BOTH[name]
    printed = chart(*given)
    look = printed["layout"]
    assert (look["paper_bgcolor"], look["font"]["family"], look["font"]["size"]) == ("#ffffff", PAPER.font, PAPER.size)
    assert look["height"] > 0
    if name != "flow":  # It is printed without machines and without the states of today.
        assert printed["data"] == figure(*given)["data"]


@pytest.mark.parametrize("theme", [LIGHT, DARK, PAPER])
@pytest.mark.parametrize("name", BOTH)
def test_plotly_takes_every_figure_in_every_theme(name: str, theme: Theme) -> None:
    plotly = pytest.importorskip("plotly.graph_objects")
    _, figure, given = BOTH[name]
    drawn = figure(*given, theme=theme)
    plotly.Figure(drawn)
    assert drawn["layout"]["font"]["color"] == theme.ink
    assert drawn["layout"]["meta"]["summary"]


def test_a_chart_is_drawn_in_figures_only() -> None:
    root = Path(energy_workbench.__file__).parent
    elsewhere = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "figures" not in path.relative_to(root).parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in ("hovertemplate", "paper_bgcolor", "gridcolor")
    ]
    assert not elsewhere
