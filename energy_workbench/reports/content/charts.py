"""Figures made for paper: light, without menus, legible at the width of an A4 page. Values in, plotly dicts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from energy_workbench.figures import LIGHT, power_flow
from energy_workbench.figures import balance as balance_figure
from energy_workbench.figures import generation as generation_figure
from energy_workbench.figures.flows.power_flow import OVERVIEW
from energy_workbench.figures.wording.words import literal

FONT = "'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
ESTIMATED = LIGHT.state["yellow"]
LINES = (("Monday to Friday", LIGHT.accent, "solid"), ("Saturday", "#b8560f", "dash"), ("Sunday", "#56742c", "dot"))
SHADES = ("#0b6083", "#e3ac0c", "#8a9aa6", "#56742c", "#b8560f")
"""Parts of a stacked bar: far apart in lightness, so that they also read in grey."""
DAILY_HEIGHT, LOAD_HEIGHT, FLOW_HEIGHT = 340, 270, 630
WEEK, WEEK_HEIGHT = 7, 270
"""Days whose table stands below their chart, and the height that leaves room for it on Letter paper as well."""
"""Heights that leave room on a page for what stands beside them [CSS px]."""
FLOW_LABEL = 9
"""Size of the labels of the flow [CSS px]."""


def layout(height: int, **more: Any) -> dict[str, Any]:
    """The frame that charts on paper share; `height` in CSS px."""
    axis = {"gridcolor": LIGHT.line, "zeroline": False, "automargin": True, "ticklabelstandoff": 4}
    base = {
        "height": height,
        "margin": {"l": 56, "r": 8, "t": 26, "b": 34},
        "font": {"family": FONT, "size": 11, "color": LIGHT.ink},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        "xaxis": {**axis, "showgrid": False},
        "yaxis": axis,
    }
    for key, value in more.items():
        known = base.get(key)
        base[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, Mapping) else value
    return base


def daily_energy(points: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> dict[str, Any]:
    """A bar a day [kWh]; days with gaps or estimated values in another colour, days not known left empty.

    Parameters
    ----------
    points : sequence of mapping
        Points of a daily pattern.
    """
    starts = [datetime.fromisoformat(p["start"]).astimezone(zone) for p in points]
    traces = []
    for name, colour, wanted in (("Measured", LIGHT.accent, False), ("Not fully measured", ESTIMATED, True)):
        chosen = [
            (s, p)
            for s, p in zip(starts, points, strict=True)
            if p["energy_kwh"] is not None and (p["quality"] != "actual") == wanted
        ]
        if chosen:
            traces.append(
                {
                    "type": "bar",
                    "name": name,
                    "x": [f"{s:%Y-%m-%d}" for s, _ in chosen],
                    "y": [p["energy_kwh"] for _, p in chosen],
                    "marker": {"color": colour},
                    "hovertemplate": Markup("%{x|%a %-d %b}<br>%{y:,.1f} kWh<extra></extra>"),
                }
            )
    days = [f"{s:%Y-%m-%d}" for s in starts]
    few = len(days) <= 31
    return {
        "data": traces,
        "layout": layout(
            WEEK_HEIGHT if len(days) <= WEEK else DAILY_HEIGHT,
            bargap=0.25,
            barmode="overlay",
            showlegend=len(traces) > 1,
            xaxis={
                "type": "category",
                "categoryorder": "array",
                "categoryarray": days,
                "range": [-0.6, len(days) - 0.4],
                "tickvals": days if few else days[:: max(1, len(days) // 16)],
                "ticktext": [str(s.day) for s in starts]
                if few
                else [f"{s.day} {s:%b}" for s in starts[:: max(1, len(days) // 16)]],
                "tickangle": 0,
            },
            yaxis={"title": _title("Energy [kWh a day]"), "tickformat": ",~r", "rangemode": "tozero"},
        ),
    }


def typical_days(points: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> dict[str, Any]:
    """Mean load by hour of the day [kW] on weekdays, Saturdays and Sundays.

    Parameters
    ----------
    points : sequence of mapping
        Points of an hourly pattern; only hours that are measured and complete count.
    """
    sums: dict[tuple[int, int], list[float]] = {}
    for point in points:
        if point["energy_kwh"] is None or point["quality"] != "actual" or point["completeness"] < 0.999:
            continue
        local = datetime.fromisoformat(point["start"]).astimezone(zone)
        kind = max(local.weekday() - 4, 0)
        sums.setdefault((kind, local.hour), []).append(point["energy_kwh"])
    traces = []
    for kind, (name, colour, dash) in enumerate(LINES):
        means = [sums.get((kind, hour)) for hour in range(24)]
        if any(means):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": name,
                    "x": list(range(24)),
                    "y": [sum(m) / len(m) if m else None for m in means],
                    "line": {"color": colour, "dash": dash, "width": 2},
                    "hovertemplate": Markup("{}, %{{x:02d}}:00<br>%{{y:,.1f}} kW<extra></extra>").format(name),
                }
            )
    return {
        "data": traces,
        "layout": layout(
            LOAD_HEIGHT,
            showlegend=True,
            xaxis={
                "tickvals": list(range(0, 24, 3)),
                "ticktext": [f"{hour:02}:00" for hour in range(0, 24, 3)],
                "range": [-0.3, 23.3],
            },
            yaxis={"title": _title("Mean load [kW]"), "tickformat": ",~r", "rangemode": "tozero"},
        ),
    }


def day_load(points: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> dict[str, Any]:
    """The mean load of every 15 minutes [kW] of a short period; what is not known is a gap.

    Parameters
    ----------
    points : sequence of mapping
        Points of a pattern every 15 minutes.
    """
    starts = [datetime.fromisoformat(p["start"]).astimezone(zone) for p in points]
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": "Load",
        "x": [f"{s:%Y-%m-%d %H:%M}" for s in starts],
        "y": [None if p["energy_kwh"] is None else 4 * p["energy_kwh"] for p in points],
        "line": {"color": LIGHT.accent, "width": 1.6, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": LIGHT.accent_fill,
        "hovertemplate": Markup("%{x|%H:%M}<br>%{y:,.1f} kW<extra></extra>"),
    }
    return {
        "data": [trace],
        "layout": layout(
            LOAD_HEIGHT,
            showlegend=False,
            xaxis={"type": "date", "tickformat": "%H:%M"},
            yaxis={"title": _title("Mean load [kW]"), "tickformat": ",~r", "rangemode": "tozero"},
        ),
    }


def ranked(rows: Sequence[tuple[str, float | None]], axis: str, *, colour: str = LIGHT.accent) -> dict[str, Any]:
    """Horizontal bars, the first on top.

    Parameters
    ----------
    rows : sequence of (str, float)
        Labels and values; those without a value are left out.
    axis : str
        What the values are, with their unit.
    """
    known = [(label, value) for label, value in rows if value is not None]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [value for _, value in known],
        "y": [escape(label) for label, _ in known],
        "marker": {"color": colour},
        "hovertemplate": Markup("%{y}<br>%{x:,.1f}<extra></extra>"),
    }
    return {
        "data": [trace],
        "layout": layout(
            60 + 21 * max(len(known), 2),
            bargap=0.3,
            showlegend=False,
            margin={"t": 8, "b": 44},
            xaxis={"title": _title(axis), "tickformat": ",~r", "showgrid": True, "rangemode": "tozero"},
            yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "ticklabelstandoff": 6},
        ),
    }


def stacked(rows: Sequence[tuple[str, Sequence[float | None]]], names: Sequence[str], axis: str) -> dict[str, Any]:
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
            "marker": {"color": SHADES[at % len(SHADES)]},
            "hovertemplate": Markup("%{{x}}, {}<br>%{{y:,.1f}}<extra></extra>").format(literal(name)),
        }
        for at, name in enumerate(names)
    ]
    return {
        "data": traces,
        "layout": layout(
            LOAD_HEIGHT,
            barmode="stack",
            bargap=0.35,
            showlegend=True,
            legend={"traceorder": "normal"},
            xaxis={"type": "category"},
            yaxis={"title": _title(axis), "tickformat": ",~r", "rangemode": "tozero"},
        ),
    }


def losses(balance: Mapping[str, Any]) -> dict[str, Any]:
    """The dashboard's losses for paper."""
    figure = balance_figure.losses(balance)
    nodes = len(figure["data"][0]["y"]) if figure["data"] else 1
    return _on_paper(figure, 70 + 20 * max(nodes, 2), {"t": 8, "b": 44, "r": 12})


def sources(generation: Mapping[str, Any]) -> dict[str, Any]:
    """The dashboard's sources of energy by day, for paper."""
    return _on_paper(generation_figure.sources(generation), DAILY_HEIGHT, {"t": 34, "b": 36, "r": 8})


def _on_paper(figure: Mapping[str, Any], height: int, margin: Mapping[str, int]) -> dict[str, Any]:
    """A figure of the dashboard in the fonts and on the ground of paper."""
    look = {**figure["layout"], "height": height, "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff"}
    look["font"] = {**look["font"], "family": FONT, "size": 11}
    look["margin"] = {**look["margin"], "l": 56, **margin}
    for axis in ("xaxis", "yaxis"):
        look[axis] = {**look.get(axis, {}), "automargin": True, "ticklabelstandoff": 4}
    return {"data": list(figure["data"]), "layout": look}


def sankey(
    flow: Mapping[str, Any],
    errors: Mapping[str, float] | None = None,
    loss_errors: Mapping[str, float | None] | None = None,
) -> dict[str, Any]:
    """The dashboard's flow of energy for paper: without the levels of machines, and without the states of today.

    Parameters
    ----------
    flow : mapping
        Payload of a PowerFlow.
    errors, loss_errors : mapping, optional
        As `power_flow` takes them: labels have the digits of the tables beside.
    """
    plain = {**flow, "nodes": [{**node, "colour": None} for node in flow["nodes"]]}
    figure = power_flow(plain, levels=OVERVIEW, height=FLOW_HEIGHT, errors=errors, loss_errors=loss_errors)
    look = {**figure["layout"], "height": FLOW_HEIGHT, "paper_bgcolor": "#ffffff"}
    look["font"] = {**look["font"], "family": FONT}
    # The first and the last column stand half outside of the plot: with less, the page would cut them.
    look["margin"] = {**look["margin"], "l": 8, "r": 8}
    # Labels of two columns stand between them; smaller ones do not meet on the width of the page.
    traces = [
        {**trace, "textfont": {**trace["textfont"], "size": FLOW_LABEL}} if "textfont" in trace else trace
        for trace in figure["data"]
    ]
    return {"data": traces, "layout": look}


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "standoff": 14, "font": {"size": 11, "color": LIGHT.quiet}}
