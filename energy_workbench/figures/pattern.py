"""Energy over time as steps: estimated buckets are marked, and a gap stays a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.intervals.quality import UNSURE, WORDS
from energy_workbench.figures.axes import DAY_MS, axis, axis_title, gaps
from energy_workbench.figures.schema import Annotation, Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import amount, escaped_lines, local, moment, plotted

PLURALS = {
    "15min": "quarter hours", "30min": "half hours", "1h": "hours", "1d": "days", "1w": "weeks", "1mo": "months",
}  # fmt: skip
"""Steps, as they are counted: `160 hours`."""
SPANS = {"15min": "15 minutes", "30min": "half hour", "1h": "hour", "1d": "day", "1w": "week", "1mo": "month"}

EDGE = 0.2
"""Share of a chart's width at which a note at its middle would run over the edge [1]."""


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
    if all(point["energy_kwh"] is None for point in points):
        return message(theme, "No energy is known for this period.")
    ends = payload["points"][-1]["start"] if payload.get("running") else payload["to"]
    edges = [local(start) for start in (*(point["start"] for point in points), ends)]
    energies = [None if point["energy_kwh"] is None else plotted(point["energy_kwh"]) for point in points]
    times, values, hover = steps(edges, energies, hover_texts(points))
    line: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": times,
        "y": values,
        "customdata": hover,
        "connectgaps": False,
        "line": {"color": theme.accent, "width": 1.8, "shape": "hv"},
        "hovertemplate": Markup("%{x|%a %d %b %H:%M}<br><b>%{y:,.4~g} kWh</b>%{customdata}<extra></extra>"),
    }
    data = filled(line, theme)
    doubtful = [index for index, point in enumerate(points) if estimated(point) and energies[index] is not None]
    if doubtful:
        rings: Trace = {
            "type": "scatter",
            "mode": "markers",
            "x": [edges[index] for index in doubtful],
            "y": [energies[index] for index in doubtful],
            "marker": {"symbol": "circle-open", "size": 5, "color": theme.state["orange"]},
            "hoverinfo": "skip",
        }
        data.append(rings)
    every = SPANS.get(payload["every"], payload["every"])
    layout = themed_layout(
        theme,
        summary=(
            f"Energy of {payload['number']} every {every}: {amount(payload['total_kwh'], 'kWh')} in all, "
            f"peak {amount(payload['peak_kw'], 'kW')}"
        ),
        uirevision=f"{payload['meter']} {payload['every']}",
        hovermode="x",
        margin={"l": 8, "r": 12, "t": 26, "b": 30},
        xaxis=axis(
            theme,
            type="date",
            range=[local(payload["from"]), local(payload["to"])],
            tickformat="%a %d %b",
            dtick=DAY_MS if len(points) <= 24 * 10 else None,
            linecolor=theme.line,
            ticklabelmode="period",
        ),
        yaxis=axis(
            theme,
            title=axis_title(theme, f"kWh per {every}"),
            rangemode="tozero",
            zerolinecolor=theme.line,
            tickformat=",~g",
            automargin=True,
        ),
        annotations=_peak_note(payload, theme),
        shapes=gaps(payload["points"], "energy_kwh", payload["to"], theme),
    )
    return {"data": data, "layout": layout}


def steps(
    edges: Sequence[str], values: Sequence[float | None], texts: Sequence[Markup]
) -> tuple[list[str], list[float | None], list[Markup]]:
    """Times, values and hover texts of a line of steps: each lasts until the next, and one before a gap until its end.

    Parameters
    ----------
    edges : sequence of str
        Beginnings of the steps, and the end of the last.
    """
    corners: list[tuple[str, float | None, Markup]] = []
    for index, (value, text) in enumerate(zip(values, texts, strict=True)):
        corners.append((edges[index], value, text))
        if value is not None and (index + 1 == len(values) or values[index + 1] is None):
            corners.append((edges[index + 1], value, text))
    return [at for at, _, _ in corners], [value for _, value, _ in corners], [text for _, _, text in corners]


def filled(line: Trace, theme: Theme) -> list[Trace]:
    """A line of steps and the area below it, in the order in which they are drawn."""
    area: Trace = {"fill": "tozeroy", "fillcolor": theme.accent_fill}
    if None not in line["y"]:
        return [{**line, **area}]
    # Plotly would fill straight across a gap: the area is a trace of its own, which falls to nothing there.
    below: Trace = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "x": line["x"],
        "y": [value or 0 for value in line["y"]],
        "line": {"width": 0, "shape": "hv"},
    }
    return [{**below, **area}, line]


def estimated(point: Mapping[str, Any]) -> bool:
    """Whether the energy of a bucket was not measured."""
    return point["quality"] in UNSURE


def hover_texts(points: Sequence[Mapping[str, Any]]) -> list[Markup]:
    """What the hover adds to the energy of each bucket: its maximum demand, and its quality unless actual."""
    return escaped_lines(
        ("" if point["demand_kw"] is None else f"\nmax {amount(point['demand_kw'], 'kW')}")
        + ("" if point["quality"] == "actual" else f"\n{WORDS[point['quality']]}")
        for point in points
    )


def _side(at: str, first: str, last: str) -> str:
    """Which side of a note at an instant stands there, so that all of it is within the chart."""
    instant, begin, end = map(datetime.fromisoformat, (at, first, last))
    share = (instant - begin) / (end - begin) if end > begin else 0.5
    return "left" if share < EDGE else "right" if share > 1 - EDGE else "center"


def _peak_note(payload: Mapping[str, Any], theme: Theme) -> list[Annotation]:
    """A note at the bucket that holds the maximum demand."""
    if not payload["peak_at"] or payload["peak_kw"] is None:
        return []
    at = local(payload["peak_at"])
    begun = (row for row in reversed(payload["points"]) if row["energy_kwh"] is not None and local(row["start"]) <= at)
    holder = next(begun, None)
    if holder is None:
        return []
    return [
        {
            "x": at,
            "y": plotted(holder["energy_kwh"]),
            "text": Markup("peak {} · {}").format(amount(payload["peak_kw"], "kW"), moment(payload["peak_at"])),
            "xanchor": _side(at, local(payload["from"]), local(payload["to"])),
            "yanchor": "bottom",
            "yshift": 4,
            "showarrow": False,
            "font": {"size": 11, "color": theme.quiet},
        }
    ]
