"""Losses of the nodes, the worst on top, each with how well it is known."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.words import amount, percent

SHOWN = 15
"""Nodes that are drawn."""

COLOURS = {"hotspot": "red", "surplus": "orange", "ok": "green", "within_error": "green"}
WORDS = {
    "hotspot": "▲ hotspot", "surplus": "⚠ surplus", "ok": "below the threshold", "within_error": "within the error",
}  # fmt: skip
ORDER = {verdict: rank for rank, verdict in enumerate(COLOURS)}


def losses(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a balance.

    Parameters
    ----------
    payload : mapping
        `items` of `number, name, loss_kwh, loss_percent, uncertainty_kwh, supply_kwh, completeness, verdict,
        reason`, `threshold_percent`.
    """
    known = [row for row in payload["items"] if row["loss_percent"] is not None and row["verdict"] in COLOURS]
    if not known:
        return message(theme, "No node has enough data for a balance in this time.")
    worst = sorted(known, key=lambda row: (ORDER[row["verdict"]], -abs(row["loss_kwh"])))[:SHOWN][::-1]
    threshold = payload["threshold_percent"]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [escape(row["number"]) for row in worst],
        "x": [row["loss_percent"] for row in worst],
        "error_x": {
            "type": "data",
            "array": [round(100 * row["uncertainty_kwh"] / row["supply_kwh"], 3) for row in worst],
            "color": theme.quiet,
            "thickness": 1.2,
        },
        "marker": {"color": [theme.state[COLOURS[row["verdict"]]] for row in worst]},
        "text": [WORDS[row["verdict"]] for row in worst],
        "textposition": "none",
        "customdata": [_about(row) for row in worst],
        "hovertemplate": "<b>%{y}</b><br>%{x:.2f} % lost<br>%{customdata}<extra></extra>",
    }
    line = {
        "type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": theme.quiet, "width": 1, "dash": "dot"},
    }  # fmt: skip
    hot = [row["number"] for row in known if row["verdict"] == "hotspot"]
    look = layout(
        theme,
        summary=f"Losses of {len(known)} nodes; hotspots: {', '.join(hot) or 'none'}",
        shapes=[line],
        xaxis={
            "title": {"text": "loss, % of the supply (bars: uncertainty, k = 2)", "font": {"color": theme.quiet}},
            "gridcolor": theme.line,
            "zerolinecolor": theme.quiet,
            "tickfont": {"color": theme.quiet},
            "ticksuffix": " %",
        },
        yaxis={"automargin": True, "tickfont": {"color": theme.ink}},
        bargap=0.35,
    )
    return {"data": [bars], "layout": {**look, "margin": {"l": 8, "r": 16, "t": 12, "b": 44}}}


def _about(row: Mapping[str, Any]) -> str:
    return (
        f"{amount(row['loss_kwh'], 'kWh')} ± {amount(row['uncertainty_kwh'], 'kWh')} "
        f"of {amount(row['supply_kwh'], 'kWh')}<br>{WORDS[row['verdict']]}, "
        f"{percent(row['completeness'])} of the time known"
    )
