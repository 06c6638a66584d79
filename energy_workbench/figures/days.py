"""A load by the day: daily energies, the mean load by hour of the day, and one day in quarters of an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from energy_workbench.domain.intervals.quality import MEASURED
from energy_workbench.figures.axes import report_layout, report_title
from energy_workbench.figures.schema import Axis, Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme

LABELLED = 31
"""Most days of which each has its label on the axis; of more, every so many."""

Points = Sequence[Mapping[str, Any]]


def daily_energy(points: Points, zone: ZoneInfo, *, theme: Theme = LIGHT) -> Figure:
    """A bar a day [kWh]; days with gaps or estimated values in another colour, days not known left empty.

    Parameters
    ----------
    points : sequence of mapping
        Points of a daily pattern.
    """
    starts = [datetime.fromisoformat(point["start"]).astimezone(zone) for point in points]
    traces: list[Trace] = []
    for name, colour, actual in (
        (Markup("Measured"), theme.accent, True),
        (Markup("Not fully measured"), theme.state["yellow"], False),
    ):
        chosen = [
            (start, point["energy_kwh"])
            for start, point in zip(starts, points, strict=True)
            if point["energy_kwh"] is not None and (point["quality"] in MEASURED) == actual
        ]
        if chosen:
            traces.append({
                "type": "bar",
                "name": name,
                "x": [f"{start:%Y-%m-%d}" for start, _ in chosen],
                "y": [energy for _, energy in chosen],
                "marker": {"color": colour},
                "hovertemplate": Markup("%{x|%a %-d %b}<br>%{y:,.1f} kWh<extra></extra>"),
            })  # fmt: skip
    days = [f"{start:%Y-%m-%d}" for start in starts]
    few = len(days) <= LABELLED
    every = 1 if few else max(1, len(days) // 16)
    layout = report_layout(
        theme,
        f"Energy of {len(days)} days",
        bargap=0.25,
        barmode="overlay",
        showlegend=len(traces) > 1,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": days,
            "range": [-0.6, len(days) - 0.4],
            "tickvals": days[::every],
            "ticktext": [escape(f"{start.day}" if few else f"{start.day} {start:%b}") for start in starts[::every]],
            "tickangle": 0,
        },
        yaxis=_amounts(theme, "Energy [kWh a day]"),
    )
    return {"data": traces, "layout": layout}


def typical_days(points: Points, zone: ZoneInfo, *, theme: Theme = LIGHT) -> Figure:
    """Mean load by hour of the day [kW] on weekdays, Saturdays and Sundays.

    Parameters
    ----------
    points : sequence of mapping
        Points of an hourly pattern; only hours that are measured and complete count.
    """
    energies: dict[tuple[int, int], list[float]] = {}
    for point in points:
        if point["energy_kwh"] is None or point["quality"] not in MEASURED or point["completeness"] < 0.999:
            continue
        local = datetime.fromisoformat(point["start"]).astimezone(zone)
        kind = max(local.weekday() - 4, 0)
        energies.setdefault((kind, local.hour), []).append(point["energy_kwh"])
    traces: list[Trace] = []
    kinds = (
        ("Monday to Friday", theme.accent, "solid"),
        ("Saturday", theme.series[4], "dash"),
        ("Sunday", theme.series[3], "dot"),
    )
    for kind, (name, colour, dash) in enumerate(kinds):
        hours = [energies.get((kind, hour)) for hour in range(24)]
        if any(hours):
            traces.append({
                "type": "scatter",
                "mode": "lines",
                "name": escape(name),
                "x": list(range(24)),
                "y": [sum(hour) / len(hour) if hour else None for hour in hours],
                "line": {"color": colour, "dash": dash, "width": 2},
                "hovertemplate": Markup("{}, %{{x:02d}}:00<br>%{{y:,.1f}} kW<extra></extra>").format(name),
            })  # fmt: skip
    layout = report_layout(
        theme,
        f"Mean load by hour: {', '.join(trace['name'] for trace in traces) or 'not known'}",
        showlegend=True,
        xaxis={
            "tickvals": list(range(0, 24, 3)),
            "ticktext": [escape(f"{hour:02}:00") for hour in range(0, 24, 3)],
            "range": [-0.3, 23.3],
        },
        yaxis=_amounts(theme, "Mean load [kW]"),
    )
    return {"data": traces, "layout": layout}


def day_load(points: Points, zone: ZoneInfo, *, minutes: int = 15, theme: Theme = LIGHT) -> Figure:
    """The mean load of every block [kW] of a short period; what is not known is a gap.

    Parameters
    ----------
    points : sequence of mapping
        Points of a pattern every so many minutes.
    minutes : int
        Length of a block.
    """
    starts = [datetime.fromisoformat(point["start"]).astimezone(zone) for point in points]
    trace: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": Markup("Load"),
        "x": [f"{start:%Y-%m-%d %H:%M}" for start in starts],
        "y": [None if point["energy_kwh"] is None else 60 / minutes * point["energy_kwh"] for point in points],
        "line": {"color": theme.accent, "width": 1.6, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": theme.accent_fill,
        "hovertemplate": Markup("%{x|%H:%M}<br>%{y:,.1f} kW<extra></extra>"),
    }
    layout = report_layout(
        theme,
        f"Mean load of {len(points)} times {minutes} minutes",
        xaxis={"type": "date", "tickformat": "%H:%M"},
        yaxis=_amounts(theme, "Mean load [kW]"),
    )
    return {"data": [trace], "layout": layout}


def _amounts(theme: Theme, text: str) -> Axis:
    return {"title": report_title(theme, text), "tickformat": ",~r", "rangemode": "tozero"}
