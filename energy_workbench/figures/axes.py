"""Axes of times and of amounts, and what is shaded along the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Unpack

from markupsafe import escape

from energy_workbench.figures.schema import Axis, Font, Layout, Shape, TickFormat, Title
from energy_workbench.figures.theme import Theme, themed_layout
from energy_workbench.figures.wording.words import LARGER, local

DAY_MS = 86_400_000
"""A day, as Plotly takes a width along the time [ms]."""

TICKS: list[TickFormat] = [
    {"dtickrange": [None, 60_000], "value": "%H:%M:%S\n%a %-d %b"},
    {"dtickrange": [60_000, DAY_MS - 1], "value": "%H:%M\n%a %-d %b"},
    {"dtickrange": [DAY_MS, 7 * DAY_MS], "value": "%a %-d %b"},
    {"dtickrange": [7 * DAY_MS, "M1"], "value": "%-d %b\n%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b\n%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
"""How times are written, by how close the ticks are: readers zoom."""


def axis(theme: Theme, **more: Unpack[Axis]) -> Axis:
    """Any axis: grid and labels in the colours of the theme."""
    return {"gridcolor": theme.line, "tickfont": {"color": theme.quiet}, **more}


def axis_title(theme: Theme, text: str, **font: Unpack[Font]) -> Title:
    """What an axis shows, with its unit."""
    return {"text": escape(text), "font": {"color": theme.quiet, **font}}


def time_axis(theme: Theme, first: str, last: str, **more: Unpack[Axis]) -> Axis:
    """The site's clock from one time to another."""
    return {
        **axis(theme),
        "type": "date",
        "range": [first, last],
        "tickformatstops": TICKS,
        "nticks": 12,
        "linecolor": theme.line,
        **more,
    }


def value_axis(theme: Theme, text: str, **more: Unpack[Axis]) -> Axis:
    """Amounts from zero, with what they are and their unit; readers zoom along the time only."""
    return {
        **axis(theme),
        "title": axis_title(theme, text),
        "rangemode": "tozero",
        "fixedrange": True,
        "zerolinecolor": theme.quiet,
        "tickformat": ",~g",
        "automargin": True,
        **more,
    }


def report_layout(theme: Theme, summary: str, **more: Unpack[Layout]) -> Layout:
    """Layout of a chart that is read as it stands: every label fits, and the legend is above."""
    plain: Axis = {"gridcolor": theme.line, "zeroline": False, "automargin": True}
    layout: Layout = {
        "hovermode": "closest",
        "legend": {
            "orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom", "traceorder": "normal",
        },
        "margin": {"l": 56, "r": 8, "t": 26, "b": 34},
        **more,
        "xaxis": {**plain, "showgrid": False, **more.get("xaxis", {})},
        "yaxis": {**plain, **more.get("yaxis", {})},
    }  # fmt: skip
    return themed_layout(theme, summary=summary, **layout)


def report_title(theme: Theme, text: str) -> Title:
    """What an axis of such a chart shows, with its unit."""
    return {**axis_title(theme, text, size=theme.size), "standoff": 14}


def gaps(rows: Sequence[Mapping[str, Any]], column: str, end: str, theme: Theme) -> list[Shape]:
    """A shade over each stretch of time in which a column is not known: a gap is not zero.

    Parameters
    ----------
    rows : sequence of mapping
        In time: `start`, ISO, and the column.
    end : str
        Of the last row, ISO.
    """
    shades: list[Shape] = []
    edges = [*(row["start"] for row in rows), end]
    for row, (start, stop) in zip(rows, pairwise(edges), strict=True):
        if row[column] is not None:
            continue
        if shades and shades[-1]["x1"] == local(start):
            shades[-1]["x1"] = local(stop)
            continue
        shades.append({
            "type": "rect", "x0": local(start), "x1": local(stop), "y0": 0, "y1": 1, "yref": "paper",
            "fillcolor": theme.line, "opacity": 0.7, "line": {"width": 0}, "layer": "below",
        })  # fmt: skip
    return shades


def larger(unit: str, values: Iterable[float | None]) -> tuple[str, float]:
    """The unit in which these values are read easily, and what they are divided by for it: MWh, 1000."""
    biggest = max((abs(value) for value in values if value is not None), default=0.0)
    return (LARGER[unit], 1000.0) if unit in LARGER and biggest >= 10_000 else (unit, 1.0)
