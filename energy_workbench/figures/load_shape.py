"""How a load is spread: heat map, typical day, load duration curve, shifts; and two times side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.axes import larger
from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.wording.words import amount, drawn, local, percent, signed

NOTHING = "No demand is known closely for this time."
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
    draw = {
        "weekday-hour": _heat_map,
        "hour": _typical_day,
        "duration": _duration,
        "shift": _shifts,
    }[payload["by"]]
    data, axes = draw(payload, theme)
    summary = (
        f"{payload['number']} by {payload['by']}: base load {amount(payload['base_kw'], 'kW')}, "
        f"maximum {amount(payload['maximum_kw'], 'kW')}"
    )
    look = layout(theme, summary=summary, **{name: _axis(theme, **axis) for name, axis in axes.items()})
    names = sum("name" in trace for trace in data)
    look |= {"showlegend": names > 1, "legend": {"orientation": "h", "y": 1.1}}
    return {"data": data, "layout": {**look, "margin": {"l": 8, "r": 12, "t": 26 if names > 1 else 12, "b": 40}}}


def comparison(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a comparison: `items` of `start, energy_kwh, before_start, before_kwh` [kWh]."""
    rows = [row for row in payload["items"] if row["start"]]
    if all(row["energy_kwh"] is None and row["before_kwh"] is None for row in rows):
        return message(theme, "No energy is known for either time.")
    times = [local(row["start"]) for row in rows]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": times,
            "y": [None if row[column] is None else drawn(row[column]) for row in rows],
            "marker": {"color": colour},
            "hovertemplate": Markup("%{{x|%a %d %b %H:%M}}<br><b>%{{y:,.4~g}} kWh</b> {}<extra></extra>").format(name),
        }
        for name, column, colour in (
            ("before" if payload["against"] == "previous" else "a year earlier", "before_kwh", theme.source[""]),
            ("this time", "energy_kwh", theme.accent),
        )
    ]
    change = payload["change_percent"]
    said = "not comparable" if change is None else f"{signed(change)} by like days"
    look = layout(
        theme,
        summary=f"Energy of {payload['number']} against {payload['against']}: {said}",
        barmode="group",
        xaxis=_axis(theme, type="date"),
        yaxis=_axis(theme, title="kWh", rangemode="tozero", tickformat=",~g", automargin=True),
    )
    return {
        "data": data,
        "layout": {
            **look,
            "showlegend": True,
            "legend": {"orientation": "h", "y": 1.12},
            "margin": {"l": 8, "r": 12, "t": 30, "b": 34},
        },
    }


_Drawn = tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]


def _heat_map(payload: Mapping[str, Any], theme: Theme) -> _Drawn:
    cells = {(row["weekday"], row["hour"]): row["mean_kw"] for row in payload["items"]}
    unit, by = larger("kW", cells.values())
    trace = {
        "type": "heatmap",
        "x": list(range(24)),
        "y": list(WEEKDAYS),
        "z": [
            [None if cells.get((day, hour)) is None else drawn(cells[day, hour] / by) for hour in range(24)]
            for day in WEEKDAYS
        ],
        "colorscale": [[0, theme.accent_fill], [1, theme.accent]],
        "zmin": 0,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "colorbar": {"title": {"text": unit}, "thickness": 12, "outlinewidth": 0, "tickformat": ",~g"},
        "hovertemplate": Markup("%{{y}} %{{x}}:00<br><b>%{{z:,.4~g}} {}</b> on average<extra></extra>").format(unit),
    }
    axes = {
        "xaxis": {"title": "hour of the day", "dtick": 3, "showgrid": False},
        "yaxis": {"autorange": "reversed", "automargin": True, "showgrid": False},
    }
    return [trace], axes


def _typical_day(payload: Mapping[str, Any], theme: Theme) -> _Drawn:
    data: list[dict[str, Any]] = []
    unit, by = larger("kW", [row["p90_kw"] for row in payload["items"]])
    for day, colour, fill in (
        ("workday", theme.accent, theme.accent_fill), ("weekend", theme.state["orange"], WEEKEND_FILL),
    ):  # fmt: skip
        rows = [row for row in payload["items"] if row["day"] == day and row["median_kw"] is not None]
        if not rows:
            continue
        times = [row["time"] for row in rows]
        low, middle, high = ([drawn(row[column] / by) for row in rows] for column in ("p10_kw", "median_kw", "p90_kw"))
        band = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False, "x": times}
        data += [
            {**band, "y": high, "line": {"width": 0}},
            {**band, "y": low, "line": {"width": 0}, "fill": "tonexty", "fillcolor": fill},
            {
                "type": "scatter", "mode": "lines", "name": day, "x": times, "y": middle,
                "line": {"color": colour, "width": 2},
                "customdata": [list(pair) for pair in zip(low, high, strict=True)],
                "hovertemplate": Markup(
                    "{} %{{x}}<br><b>%{{y:,.4~g}} {}</b>, mostly %{{customdata[0]:,.4~g}} to "
                    "%{{customdata[1]:,.4~g}}<extra></extra>"
                ).format(day, unit),
            },
        ]  # fmt: skip
    axes: dict[str, dict[str, Any]] = {
        "xaxis": {
            "title": "time of day", "dtick": 16, "type": "category",
            "categoryorder": "array", "categoryarray": QUARTERS,
        },
        "yaxis": {"title": unit, "rangemode": "tozero", "automargin": True, "tickformat": ",~g"},
    }  # fmt: skip
    return data, axes


def _duration(payload: Mapping[str, Any], theme: Theme) -> _Drawn:
    rows = payload["items"]
    unit, by = larger("kW", [row["kw"] for row in rows])
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [round(100 * row["share"], 2) for row in rows],
        "y": [drawn(row["kw"] / by) for row in rows],
        "fill": "tozeroy",
        "fillcolor": theme.accent_fill,
        "line": {"color": theme.accent, "width": 2},
        "hovertemplate": Markup("%{{x:.1f}} % of the time above<br><b>%{{y:,.4~g}} {}</b><extra></extra>").format(unit),
    }
    axes: dict[str, dict[str, Any]] = {
        "xaxis": {"title": "share of the time", "ticksuffix": " %", "range": [0, 100]},
        "yaxis": {"title": unit, "rangemode": "tozero", "automargin": True, "tickformat": ",~g"},
    }
    return [trace], axes


def _shifts(payload: Mapping[str, Any], theme: Theme) -> _Drawn:
    rows = [row for row in payload["items"] if row["energy_kwh"] is not None]
    unit, by = larger("kWh", [row["energy_kwh"] for row in rows])
    trace = {
        "type": "bar",
        "x": [escape(f"{row['shift']} ({row['begins']})") for row in rows],
        "y": [drawn(row["energy_kwh"] / by) for row in rows],
        "text": [percent(row["share"]) for row in rows],
        "textposition": "inside",
        "insidetextanchor": "end",
        "customdata": [f"max {amount(row['maximum_kw'], 'kW')}" for row in rows],
        "marker": {"color": theme.accent},
        "hovertemplate": Markup("%{{x}}<br><b>%{{y:,.4~g}} {}</b>, %{{text}}<br>%{{customdata}}<extra></extra>").format(
            unit
        ),
    }
    axes: dict[str, dict[str, Any]] = {
        "xaxis": {},
        "yaxis": {"title": unit, "rangemode": "tozero", "automargin": True, "tickformat": ",~g"},
    }
    return [trace], axes


def _axis(theme: Theme, **more: Any) -> dict[str, Any]:
    title = more.pop("title", None)
    look = {"gridcolor": theme.line, "zerolinecolor": theme.line, "tickfont": {"color": theme.quiet}}
    return look | ({"title": {"text": title, "font": {"color": theme.quiet}}} if title else {}) | more
