"""Amounts of several things: one bar each, the first on top, or bars that are put on each other."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from energy_workbench.figures.axes import caption, frame
from energy_workbench.figures.theme import LIGHT, Figure, Theme
from energy_workbench.figures.wording.words import literal


def ranked(
    rows: Sequence[tuple[str, float | None]], axis: str, *, theme: Theme = LIGHT, doubtful: bool = False
) -> Figure:
    """Horizontal bars, the first on top.

    Parameters
    ----------
    rows : sequence of (str, float)
        Labels and values; those without a value are left out.
    axis : str
        What the values are, with their unit.
    doubtful : bool
        Whether the values tell of what is not known: then the bars have the colour of that.
    """
    known = [(label, value) for label, value in rows if value is not None]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [value for _, value in known],
        "y": [escape(label) for label, _ in known],
        "marker": {"color": theme.state["yellow"] if doubtful else theme.accent},
        "hovertemplate": Markup("%{y}<br>%{x:,.1f}<extra></extra>"),
    }
    height = 60 + 21 * max(len(known), 2)
    look = frame(
        theme,
        f"{axis} of {len(known)}",
        meta={"height": height},
        bargap=0.3,
        margin={"l": 56, "r": 8, "t": 8, "b": 44},
        xaxis={"title": caption(theme, axis), "tickformat": ",~r", "showgrid": True, "rangemode": "tozero"},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "ticklabelstandoff": 6},
    )
    return {"data": [trace], "layout": look}


def stacked(
    rows: Sequence[tuple[str, Sequence[float | None]]], names: Sequence[str], axis: str, *, theme: Theme = LIGHT
) -> Figure:
    """Bars put on each other: of every row a part a name.

    Parameters
    ----------
    rows : sequence of (str, sequence of float)
        Labels, and a value a name.
    axis : str
        What the values are, with their unit.
    """
    traces = [
        {
            "type": "bar",
            "name": escape(name),
            "x": [escape(label) for label, _ in rows],
            "y": [values[at] for _, values in rows],
            "marker": {"color": theme.series[at % len(theme.series)]},
            "hovertemplate": Markup("%{{x}}, {}<br>%{{y:,.1f}}<extra></extra>").format(literal(name)),
        }
        for at, name in enumerate(names)
    ]
    look = frame(
        theme,
        f"{axis} of {len(rows)}, by {', '.join(names)}",
        barmode="stack",
        bargap=0.35,
        showlegend=True,
        xaxis={"type": "category"},
        yaxis={"title": caption(theme, axis), "tickformat": ",~r", "rangemode": "tozero"},
    )
    return {"data": traces, "layout": look}
