"""Charts of reports: the figures of pages in the theme of paper, each as high as its place on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from energy_workbench.figures import PAPER, balance, generation, power_flow
from energy_workbench.figures.flows.power_flow import OVERVIEW
from energy_workbench.figures.schema import Figure, Layout, Margin

DAILY_HEIGHT, LOAD_HEIGHT, FLOW_HEIGHT = 340, 270, 630
"""Heights that leave room on a page for what stands beside them [CSS px]."""
WEEK, WEEK_HEIGHT = 7, 270
"""Days whose table stands below their chart, and the height that leaves room for it on Letter paper as well."""


def placed(figure: Figure, height: int | None = None, margin: Margin | None = None) -> Figure:
    """A figure as high as its place on a page, with room for the labels of its axes: nobody can zoom paper.

    Parameters
    ----------
    height : int, optional
        [CSS px]; as high as it wants to be by default.
    """
    layout: Layout = {**figure["layout"], "height": height or figure["layout"]["meta"]["height"]}
    if margin:
        layout["margin"] = margin
    axis: Literal["xaxis", "yaxis"]
    for axis in ("xaxis", "yaxis"):
        if axis in layout:
            layout[axis] = {"ticklabelstandoff": 4, **layout[axis], "automargin": True}
    return {"data": figure["data"], "layout": layout}


def losses(payload: Mapping[str, Any]) -> Figure:
    """Losses of the nodes, the worst on top."""
    figure = balance.losses(payload, theme=PAPER)
    nodes = len(figure["data"][0]["y"]) if figure["data"] else 1
    return placed(figure, 70 + 20 * max(nodes, 2), {"l": 56, "t": 8, "b": 44, "r": 12})


def sources(payload: Mapping[str, Any]) -> Figure:
    """Sources of energy by day."""
    return placed(generation.sources(payload, theme=PAPER), DAILY_HEIGHT, {"l": 56, "t": 34, "b": 36, "r": 8})


def sankey(
    flow: Mapping[str, Any],
    errors: Mapping[str, float] | None = None,
    loss_errors: Mapping[str, float | None] | None = None,
) -> Figure:
    """The flow of energy without the levels of machines, and without the states of today.

    Parameters
    ----------
    flow : mapping
        Payload of a PowerFlow.
    errors, loss_errors : mapping, optional
        As `power_flow` takes them: labels have the digits of the tables beside.
    """
    plain = {**flow, "nodes": [{**node, "colour": None} for node in flow["nodes"]]}
    figure = power_flow(plain, theme=PAPER, levels=OVERVIEW, height=FLOW_HEIGHT, errors=errors, loss_errors=loss_errors)
    # The first and the last column stand half outside of the plot: with less, the page would cut them.
    return placed(figure, FLOW_HEIGHT, {**figure["layout"]["margin"], "l": 8, "r": 8})
