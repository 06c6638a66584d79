"""Where the site's energy came from, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.words import amount, drawn

SOURCES = (("grid", "grid_import_kwh", "grid"), ("solar", "solar_kwh", "solar"), ("diesel", "dg_kwh", "generator"))
"""Name, column and colour of each source."""


def sources(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a generation: `days` of `day, grid_import_kwh, solar_kwh, dg_kwh` [kWh]."""
    days = payload["days"]
    if not days or not any(day[column] for day in days for _, column, _ in SOURCES):
        return message(theme, "No energy is known for this time.")
    data = [
        {
            "type": "bar",
            "name": name,
            "x": [day["day"] for day in days],
            "y": [drawn(day[column]) for day in days],
            "marker": {"color": theme.source[colour], "line": {"color": theme.surface, "width": 0.5}},
            "hovertemplate": f"%{{x|%a %d %b}}<br><b>%{{y:,.4~g}} kWh</b> {name}<extra></extra>",
        }
        for name, column, colour in SOURCES
    ]
    axis = {"gridcolor": theme.line, "zerolinecolor": theme.line, "tickfont": {"color": theme.quiet}}
    look = layout(
        theme,
        summary=", ".join(f"{name} {amount(payload[column], 'kWh')}" for name, column, _ in SOURCES),
        barmode="stack",
        bargap=0.25,
        xaxis={**axis, "type": "date", "tickformat": "%a %d %b"},
        yaxis={**axis, "title": {"text": "kWh per day", "font": {"color": theme.quiet}}, "tickformat": ",~g",
               "automargin": True},
    )  # fmt: skip
    legend = {"showlegend": True, "legend": {"orientation": "h", "y": 1.12}}
    return {"data": data, "layout": {**look, **legend, "margin": {"l": 8, "r": 12, "t": 30, "b": 34}}}
