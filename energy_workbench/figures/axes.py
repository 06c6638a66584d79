"""Axes of time and of amounts, as all charts over time have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from energy_workbench.figures.theme import Theme, layout
from energy_workbench.figures.wording.words import LARGER

DAY = 86_400_000
"""[ms]"""

TICKS = [
    {"dtickrange": [None, 60_000], "value": "%H:%M:%S\n%a %-d %b"},
    {"dtickrange": [60_000, DAY - 1], "value": "%H:%M\n%a %-d %b"},
    {"dtickrange": [DAY, 7 * DAY], "value": "%a %-d %b"},
    {"dtickrange": [7 * DAY, "M1"], "value": "%-d %b\n%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b\n%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
"""How times are written, by how close the ticks are: readers zoom."""


def time_axis(theme: Theme, first: str, last: str) -> dict[str, Any]:
    """The site's clock from one time to another."""
    return {
        "type": "date",
        "range": [first, last],
        "tickformatstops": TICKS,
        "nticks": 12,
        "gridcolor": theme.line,
        "linecolor": theme.line,
        "tickfont": {"color": theme.quiet},
    }


def value_axis(theme: Theme, text: str, **more: Any) -> dict[str, Any]:
    """Amounts; readers zoom along the time only."""
    return {
        "title": {"text": text, "font": {"color": theme.quiet}},
        "rangemode": "tozero",
        "fixedrange": True,
        "gridcolor": theme.line,
        "zerolinecolor": theme.quiet,
        "tickfont": {"color": theme.quiet},
        "tickformat": ",~g",
        "automargin": True,
        **more,
    }


def frame(
    theme: Theme, summary: str, *, xaxis: Mapping[str, Any], yaxis: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Layout of a chart that is read as it stands: every label fits, and the legend is above."""
    axis = {"gridcolor": theme.line, "zeroline": False, "automargin": True}
    return layout(
        theme,
        summary=summary,
        hovermode="closest",
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={**axis, "showgrid": False, **xaxis},
        yaxis={**axis, **yaxis},
        **{"margin": {"l": 56, "r": 8, "t": 26, "b": 34}, **more},
    )


def caption(theme: Theme, text: str) -> dict[str, Any]:
    """What an axis shows, with its unit."""
    return {"text": text, "standoff": 14, "font": {"size": theme.size, "color": theme.quiet}}


def larger(unit: str, values: Iterable[float | None]) -> tuple[str, float]:
    """The unit in which these values are read easily, and by what they are divided for it: MWh, 1000."""
    biggest = max((abs(value) for value in values if value is not None), default=0.0)
    return (LARGER[unit], 1000.0) if unit in LARGER and biggest >= 10_000 else (unit, 1.0)
