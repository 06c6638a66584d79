"""A load by the day: the energy of every day, the typical days, and one day as it ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.figures.axes import caption, frame
from energy_workbench.figures.theme import LIGHT, Figure, Theme

NAMED = 31
"""Days up to which each is named at the axis; of more, every so many."""

Points = Sequence[Mapping[str, Any]]


def daily_energy(points: Points, zone: ZoneInfo, *, theme: Theme = LIGHT) -> Figure:
    """A bar a day [kWh]; days with gaps or estimated values in another colour, days not known left empty.

    Parameters
    ----------
    points : sequence of mapping
        Points of a daily pattern.
    """
    starts = [datetime.fromisoformat(p["start"]).astimezone(zone) for p in points]
    traces = []
    for name, colour, wanted in (
        ("Measured", theme.accent, False),
        ("Not fully measured", theme.state["yellow"], True),
    ):
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
    few = len(days) <= NAMED
    every = 1 if few else max(1, len(days) // 16)
    look = frame(
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
            "ticktext": [str(s.day) if few else f"{s.day} {s:%b}" for s in starts[::every]],
            "tickangle": 0,
        },
        yaxis={"title": caption(theme, "Energy [kWh a day]"), "tickformat": ",~r", "rangemode": "tozero"},
    )
    return {"data": traces, "layout": look}


def typical_days(points: Points, zone: ZoneInfo, *, theme: Theme = LIGHT) -> Figure:
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
    lines = (
        ("Monday to Friday", theme.accent, "solid"),
        ("Saturday", theme.series[4], "dash"),
        ("Sunday", theme.series[3], "dot"),
    )
    for kind, (name, colour, dash) in enumerate(lines):
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
    look = frame(
        theme,
        f"Mean load by hour: {', '.join(str(trace['name']) for trace in traces) or 'not known'}",
        showlegend=True,
        xaxis={
            "tickvals": list(range(0, 24, 3)),
            "ticktext": [f"{hour:02}:00" for hour in range(0, 24, 3)],
            "range": [-0.3, 23.3],
        },
        yaxis={"title": caption(theme, "Mean load [kW]"), "tickformat": ",~r", "rangemode": "tozero"},
    )
    return {"data": traces, "layout": look}


def day_load(points: Points, zone: ZoneInfo, *, theme: Theme = LIGHT) -> Figure:
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
        "line": {"color": theme.accent, "width": 1.6, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": theme.accent_fill,
        "hovertemplate": Markup("%{x|%H:%M}<br>%{y:,.1f} kW<extra></extra>"),
    }
    look = frame(
        theme,
        f"Mean load of {len(points)} times 15 minutes",
        xaxis={"type": "date", "tickformat": "%H:%M"},
        yaxis={"title": caption(theme, "Mean load [kW]"), "tickformat": ",~r", "rangemode": "tozero"},
    )
    return {"data": [trace], "layout": look}
