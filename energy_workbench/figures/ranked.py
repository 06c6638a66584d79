"""Bar charts of reports: ranked amounts, one bar each, and stacked parts."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from energy_workbench.figures.axes import report_layout, report_title
from energy_workbench.figures.schema import Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme
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
        Whether the values tell of what is not known: then the bars are yellow.
    """
    known = [(label, value) for label, value in rows if value is not None]
    trace: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": [value for _, value in known],
        "y": [escape(label) for label, _ in known],
        "marker": {"color": theme.state["yellow"] if doubtful else theme.accent},
        "hovertemplate": Markup("%{y}<br>%{x:,.1f}<extra></extra>"),
    }
    height = 60 + 21 * max(len(known), 2)
    layout = report_layout(
        theme,
        f"{axis} of {len(known)}",
        meta={"height": height},
        bargap=0.3,
        margin={"l": 56, "r": 8, "t": 8, "b": 44},
        xaxis={"title": report_title(theme, axis), "tickformat": ",~r", "showgrid": True, "rangemode": "tozero"},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "ticklabelstandoff": 6},
    )
    return {"data": [trace], "layout": layout}


def stacked(
    rows: Sequence[tuple[str, Sequence[float | None]]], names: Sequence[str], axis: str, *, theme: Theme = LIGHT
) -> Figure:
    """Stacked bars: one a row, its parts by name.

    Parameters
    ----------
    rows : sequence of (str, sequence of float)
        Labels, and a value a name.
    axis : str
        What the values are, with their unit.
    """
    traces: list[Trace] = [
        {
            "type": "bar",
            "name": escape(name),
            "x": [escape(label) for label, _ in rows],
            "y": [values[part] for _, values in rows],
            "marker": {"color": theme.series[part % len(theme.series)]},
            "hovertemplate": Markup("%{{x}}, {}<br>%{{y:,.1f}}<extra></extra>").format(literal(name)),
        }
        for part, name in enumerate(names)
    ]
    layout = report_layout(
        theme,
        f"{axis} of {len(rows)}, by {', '.join(names)}",
        barmode="stack",
        bargap=0.35,
        showlegend=True,
        xaxis={"type": "category"},
        yaxis={"title": report_title(theme, axis), "tickformat": ",~r", "rangemode": "tozero"},
    )
    return {"data": traces, "layout": layout}
