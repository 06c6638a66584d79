"""Consumption over time: what is estimated looks so, and a gap stays a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.wording.words import BREAK, NOTHING, amount, drawn, local, moment

SPANS = {"15min": "15 minutes", "30min": "half hour", "1h": "hour", "1d": "day", "1w": "week", "1mo": "month"}

MAXIMUM = BREAK + "max "


def pattern(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a pattern.

    Parameters
    ----------
    payload : mapping
        `points` of `start, energy_kwh [kWh], demand_kw [kW], quality, completeness`, `every`, `peak_kw`,
        `peak_at`, `from`, `to`, `running`; times with the site's offset. The bucket that runs is left out:
        its energy so far would look like a fall.
    """
    points = payload["points"][:-1] if payload.get("running") else payload["points"]
    known = [point["energy_kwh"] for point in points if point["energy_kwh"] is not None]
    if not known:
        return message(theme, "No energy is known for this time.")
    times = [local(point["start"]) for point in points]
    energy = [None if point["energy_kwh"] is None else drawn(point["energy_kwh"]) for point in points]
    about: list[str] = [about_point(point) for point in points]
    ends = local(payload["points"][-1]["start"] if payload.get("running") else payload["to"])
    times, energy, about = steps([*times, ends], energy, about)
    line: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "x": times,
        "y": energy,
        "customdata": about,
        "connectgaps": False,
        "line": {"color": theme.accent, "width": 1.8, "shape": "hv"},
        "hovertemplate": Markup("%{x|%a %d %b %H:%M}<br><b>%{y:,.4~g} kWh</b>%{customdata}<extra></extra>"),
    }
    data = [line]
    area = {"fill": "tozeroy", "fillcolor": theme.accent_fill}
    if None in energy:
        # Plotly would fill straight across a gap: the area is a trace of its own, which falls to nothing there.
        shape = {"x": times, "y": [value or 0 for value in energy], "line": {"width": 0, "shape": "hv"}}
        data.insert(0, {"type": "scatter", "mode": "lines", "hoverinfo": "skip", **shape, **area})
    else:
        line |= area
    doubtful = [point for point in points if estimated(point) and point["energy_kwh"] is not None]
    if doubtful:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [local(point["start"]) for point in doubtful],
                "y": [drawn(point["energy_kwh"]) for point in doubtful],
                "marker": {"symbol": "circle-open", "size": 5, "color": theme.state["orange"]},
                "hoverinfo": "skip",
            }
        )
    every = SPANS.get(payload["every"], payload["every"])
    look = layout(
        theme,
        summary=(
            f"Energy of {payload['number']} every {every}: {amount(payload['total_kwh'], 'kWh')} in all, "
            f"peak {amount(payload['peak_kw'], 'kW')}"
        ),
        uirevision=f"{payload['meter']} {payload['every']}",
        hovermode="x",
        xaxis={
            "type": "date",
            "range": [local(payload["from"]), local(payload["to"])],
            "tickformat": "%a %d %b",
            "dtick": 86_400_000 if len(points) <= 24 * 10 else None,
            "gridcolor": theme.line,
            "linecolor": theme.line,
            "tickfont": {"color": theme.quiet},
            "ticklabelmode": "period",
        },
        yaxis={
            "title": {"text": f"kWh per {every}", "font": {"color": theme.quiet}},
            "rangemode": "tozero",
            "gridcolor": theme.line,
            "zerolinecolor": theme.line,
            "tickfont": {"color": theme.quiet},
            "tickformat": ",~g",
            "automargin": True,
        },
        annotations=peak_note(payload, theme),
        shapes=gaps(payload, theme),
    )
    return {"data": data, "layout": {**look, "margin": {"l": 8, "r": 12, "t": 26, "b": 30}}}


def steps(
    edges: Sequence[str], values: Sequence[float | None], about: Sequence[str]
) -> tuple[list[str], list[float | None], list[str]]:
    """Times, values and words of a line of steps: each lasts until the next begins, and one before a gap until its end.

    Parameters
    ----------
    edges : sequence of str
        Beginnings of the steps, and the end of the last.
    """
    found: list[tuple[str, float | None, str]] = []
    for place, (value, words) in enumerate(zip(values, about, strict=True)):
        found.append((edges[place], value, words))
        if value is not None and (place + 1 == len(values) or values[place + 1] is None):
            found.append((edges[place + 1], value, words))
    return [row[0] for row in found], [row[1] for row in found], [row[2] for row in found]


def gaps(payload: Mapping[str, Any], theme: Theme) -> list[dict[str, Any]]:
    """A shade over each stretch of which nothing is known: a gap is not zero."""
    starts = [local(point["start"]) for point in payload["points"]] + [local(payload["to"])]
    found: list[dict[str, Any]] = []
    for point, start, end in zip(payload["points"], starts, starts[1:], strict=False):
        if point["energy_kwh"] is not None:
            continue
        if found and found[-1]["x1"] == start:
            found[-1]["x1"] = end
        else:
            look = {"fillcolor": theme.line, "opacity": 0.7, "line": {"width": 0}, "layer": "below"}
            found.append({"type": "rect", "x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "paper"} | look)
    return found


def estimated(point: Mapping[str, Any]) -> bool:
    """Whether what a point says was not measured."""
    return point["quality"] in ("estimated", "edited")


def about_point(point: Mapping[str, Any]) -> Markup:
    """What the hover adds to the energy: the demand, and what is not as it should be."""
    # Thousands of them a chart: adding takes a third of the time of `format`.
    said = NOTHING if point["demand_kw"] is None else MAXIMUM + amount(point["demand_kw"], "kW")
    return said if point["quality"] == "actual" else said + BREAK + point["quality"]


def peak_note(payload: Mapping[str, Any], theme: Theme) -> list[dict[str, Any]]:
    """A note at the bucket that holds the maximum demand."""
    peak_at = payload["peak_at"]
    if not peak_at or payload["peak_kw"] is None:
        return []
    at = local(peak_at)
    holder = None
    for point in payload["points"]:
        if local(point["start"]) <= at and point["energy_kwh"] is not None:
            holder = point
    if holder is None:
        return []
    return [
        {
            "x": at,
            "y": drawn(holder["energy_kwh"]),
            "text": f"peak {amount(payload['peak_kw'], 'kW')} · {moment(peak_at)}",
            "yanchor": "bottom",
            "yshift": 4,
            "showarrow": False,
            "font": {"size": 11, "color": theme.quiet},
        }
    ]
