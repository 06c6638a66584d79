"""The shape of a load: heat map, typical day, load duration curve, shifts; and the comparison of two periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Unpack

from markupsafe import Markup, escape

from energy_workbench.figures.axes import axis, axis_title, larger
from energy_workbench.figures.schema import Axis, Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import amount, local, percent, plotted, signed

NOTHING = "No demand was fully measured in this period."
WEEKEND_FILL = "rgba(223,111,31,0.16)"
QUARTERS = [f"{quarter // 4:02d}:{quarter % 4 * 15:02d}" for quarter in range(96)]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def load_shape(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw the shape of a load.

    Parameters
    ----------
    payload : mapping
        `by`, `items` as of that shape [kW], `number`, `base_kw`, `maximum_kw`.
    """
    if not payload["items"] or payload["maximum_kw"] is None:
        return message(theme, NOTHING)
    draw: Callable[[Mapping[str, Any], Theme], _Chart] = {
        "weekday-hour": _heat_map,
        "hour": _typical_day,
        "duration": _duration,
        "shift": _shifts,
    }[payload["by"]]
    data, xaxis, yaxis = draw(payload, theme)
    names = sum("name" in trace for trace in data)
    base = "" if payload["base_kw"] is None else f"base load {amount(payload['base_kw'], 'kW')}, "
    layout = themed_layout(
        theme,
        summary=(f"{payload['number']} by {payload['by']}: {base}maximum {amount(payload['maximum_kw'], 'kW')}"),
        xaxis=xaxis,
        yaxis=yaxis,
        showlegend=names > 1,
        legend={"orientation": "h", "y": 1.1},
        margin={"l": 8, "r": 12, "t": 26 if names > 1 else 12, "b": 40},
    )
    return {"data": data, "layout": layout}


def comparison(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a comparison: `items` of `start, energy_kwh, before_start, before_kwh` [kWh]."""
    rows = [row for row in payload["items"] if row["start"]]
    if all(row["energy_kwh"] is None and row["before_kwh"] is None for row in rows):
        return message(theme, "No energy is known for either time.")
    times = [local(row["start"]) for row in rows]
    data: list[Trace] = [
        {
            "type": "bar",
            "name": escape(name),
            "x": times,
            "y": [None if row[column] is None else plotted(row[column]) for row in rows],
            "marker": {"color": colour},
            "hovertemplate": Markup("%{{x|%a %d %b %H:%M}}<br><b>%{{y:,.4~g}} kWh</b> {}<extra></extra>").format(name),
        }
        for name, column, colour in (
            ("before" if payload["against"] == "previous" else "a year earlier", "before_kwh", theme.source[""]),
            ("this time", "energy_kwh", theme.accent),
        )
    ]
    change = payload["change_percent"]
    by_like_days = "not comparable" if change is None else f"{signed(change)} by like days"
    layout = themed_layout(
        theme,
        summary=f"Energy of {payload['number']} against {payload['against']}: {by_like_days}",
        barmode="group",
        xaxis=_axis(theme, type="date"),
        yaxis=_amounts(theme, "kWh"),
        showlegend=True,
        legend={"orientation": "h", "y": 1.12},
        margin={"l": 8, "r": 12, "t": 30, "b": 34},
    )
    return {"data": data, "layout": layout}


_Chart = tuple[list[Trace], Axis, Axis]
"""Traces, and the axes along and up."""


def _heat_map(payload: Mapping[str, Any], theme: Theme) -> _Chart:
    means = {(row["weekday"], row["hour"]): row["mean_kw"] for row in payload["items"]}
    unit, by = larger("kW", means.values())
    trace: Trace = {
        "type": "heatmap",
        "x": list(range(24)),
        "y": list(WEEKDAYS),
        "z": [
            [None if means.get((day, hour)) is None else plotted(means[day, hour] / by) for hour in range(24)]
            for day in WEEKDAYS
        ],
        "colorscale": [[0, theme.accent_fill], [1, theme.accent]],
        "zmin": 0,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "colorbar": {"title": {"text": escape(unit)}, "thickness": 12, "outlinewidth": 0, "tickformat": ",~g"},
        "hovertemplate": Markup("%{{y}} %{{x}}:00<br><b>%{{z:,.4~g}} {}</b> on average<extra></extra>").format(unit),
    }
    hours = _axis(theme, title=axis_title(theme, "hour of the day"), dtick=3, showgrid=False)
    return [trace], hours, _axis(theme, autorange="reversed", automargin=True, showgrid=False)


def _typical_day(payload: Mapping[str, Any], theme: Theme) -> _Chart:
    data: list[Trace] = []
    unit, by = larger("kW", [row["p90_kw"] for row in payload["items"]])
    for day, colour, fill in (
        ("workday", theme.accent, theme.accent_fill), ("weekend", theme.state["orange"], WEEKEND_FILL),
    ):  # fmt: skip
        rows = [row for row in payload["items"] if row["day"] == day and row["median_kw"] is not None]
        if not rows:
            continue
        times = [row["time"] for row in rows]
        low, median, high = (
            [plotted(row[column] / by) for row in rows] for column in ("p10_kw", "median_kw", "p90_kw")
        )
        edge: Trace = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False, "x": times}
        data += [
            {**edge, "y": high, "line": {"width": 0}},
            {**edge, "y": low, "line": {"width": 0}, "fill": "tonexty", "fillcolor": fill},
            {
                "type": "scatter", "mode": "lines", "name": escape(day), "x": times, "y": median,
                "line": {"color": colour, "width": 2},
                "customdata": [list(pair) for pair in zip(low, high, strict=True)],
                "hovertemplate": Markup(
                    "{} %{{x}}<br><b>%{{y:,.4~g}} {}</b>, mostly %{{customdata[0]:,.4~g}} to "
                    "%{{customdata[1]:,.4~g}}<extra></extra>"
                ).format(day, unit),
            },
        ]  # fmt: skip
    times_of_day = _axis(
        theme,
        title=axis_title(theme, "time of day"),
        dtick=16,
        type="category",
        categoryorder="array",
        categoryarray=QUARTERS,
    )
    return data, times_of_day, _amounts(theme, unit)


def _duration(payload: Mapping[str, Any], theme: Theme) -> _Chart:
    rows = payload["items"]
    unit, by = larger("kW", [row["kw"] for row in rows])
    trace: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [round(100 * row["share"], 2) for row in rows],
        "y": [plotted(row["kw"] / by) for row in rows],
        "fill": "tozeroy",
        "fillcolor": theme.accent_fill,
        "line": {"color": theme.accent, "width": 2},
        "hovertemplate": Markup("%{{x:.1f}} % of the time above<br><b>%{{y:,.4~g}} {}</b><extra></extra>").format(unit),
    }
    share = _axis(theme, title=axis_title(theme, "share of the time"), ticksuffix=" %", range=[0, 100])
    return [trace], share, _amounts(theme, unit)


def _shifts(payload: Mapping[str, Any], theme: Theme) -> _Chart:
    rows = [row for row in payload["items"] if row["energy_kwh"] is not None]
    unit, by = larger("kWh", [row["energy_kwh"] for row in rows])
    trace: Trace = {
        "type": "bar",
        "x": [escape(f"{row['shift']} ({row['begins']})") for row in rows],
        "y": [plotted(row["energy_kwh"] / by) for row in rows],
        "text": [escape(percent(row["share"])) for row in rows],
        "textposition": "inside",
        "insidetextanchor": "end",
        "customdata": [escape(f"max {amount(row['maximum_kw'], 'kW')}") for row in rows],
        "marker": {"color": theme.accent},
        "hovertemplate": Markup("%{{x}}<br><b>%{{y:,.4~g}} {}</b>, %{{text}}<br>%{{customdata}}<extra></extra>").format(
            unit
        ),
    }
    return [trace], _axis(theme), _amounts(theme, unit)


def _axis(theme: Theme, **more: Unpack[Axis]) -> Axis:
    return {**axis(theme), "zerolinecolor": theme.line, **more}


def _amounts(theme: Theme, unit: str) -> Axis:
    return _axis(theme, title=axis_title(theme, unit), rangemode="tozero", automargin=True, tickformat=",~g")
