"""Active power as a meter reported it, reading by reading, downsampled to what a screen can show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.time.resolution import MOST_POINTS
from energy_workbench.figures.axes import larger, time_axis, value_axis
from energy_workbench.figures.schema import Axis, Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import amount, local, plotted

Point = tuple[datetime, float]
"""When, on the site's clock, and how much [kW]."""


def raw_power(
    points: Sequence[Point],
    *,
    span: tuple[str, str],
    number: str = "",
    theme: Theme = LIGHT,
    pause: float = 60.0,
    revision: str = "",
    most: int = MOST_POINTS,
    slim: bool = False,
) -> Figure:
    """Draw raw readings of active power.

    Parameters
    ----------
    points : sequence of (datetime, float)
        In time, primary [kW], positive is import.
    span : tuple of (str, str)
        What the whole chart shows, ISO in the site's zone.
    pause : float
        A longer one between two readings is a gap [s].
    revision : str
        A zoom is kept while it stays the same.
    most : int
        Points that are drawn at most; where there are more, minima and maxima are kept.
    slim : bool
        Without the name of the axis, for a small chart that goes with the time: nobody can zoom into it.
    """
    if not points:
        return message(theme, "No reading of power in this period.")
    kept = displayed(points, pause, most)
    values = [value for _, value in points]
    unit, by = larger("kW", values)
    trace: Trace = {
        "type": "scatter",
        "mode": "lines+markers" if len(points) < 60 else "lines",
        "name": Markup("power"),
        "x": [at.isoformat(timespec="seconds") for at, _ in kept],
        "y": [None if value is None else plotted(value / by) for _, value in kept],
        "connectgaps": False,
        "line": {"color": theme.accent, "width": 1.5},
        "marker": {"size": 4},
        "hovertemplate": Markup("%{{x|%a %-d %b %H:%M:%S}}<br><b>%{{y:,.4~g}} {}</b><extra></extra>").format(unit),
    }
    small: Axis = {"nticks": 5, "fixedrange": True} if slim else {}
    low, high = amount(min(values), "kW"), amount(max(values), "kW")
    layout = themed_layout(
        theme,
        summary=f"Power of {number}, {len(points)} readings: {low} to {high}",
        uirevision=revision,
        hovermode="x",
        margin={"l": 8, "r": 12, "t": 12, "b": 36},
        xaxis=time_axis(theme, local(span[0]), local(span[1]), **small),
        yaxis=value_axis(theme, unit if slim else f"{unit}, each reading", rangemode="normal" if slim else "tozero"),
    )
    return {"data": [trace], "layout": layout}


def displayed(points: Sequence[Point], pause: float, most: int) -> list[tuple[datetime, float | None]]:
    """At most so many points, with one that is not known in each gap."""
    gaps = sum((after - before).total_seconds() > pause for (before, _), (after, _) in pairwise(points))
    kept = downsampled(points, most - min(gaps, most // 2))
    # What is downsampled is further apart than the readings were.
    apart = (points[-1][0] - points[0][0]).total_seconds() / len(kept)
    return with_gaps(kept, pause if len(kept) == len(points) else max(pause, 4 * apart))[:most]


def downsampled(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many points: of each stretch of time its minimum and its maximum, in time.

    Examples
    --------
    >>> from datetime import datetime
    >>> day = [(datetime(2026, 1, 1, 0, 0, second), float(second % 10)) for second in range(60)]
    >>> [value for _, value in downsampled(day, 4)]
    [0.0, 9.0, 0.0, 9.0]
    """
    if len(points) <= most:
        return list(points)
    stretches = max(1, most // 2)
    size = math.ceil(len(points) / stretches)
    extremes: list[Point] = []
    for low in range(0, len(points), size):
        part = points[low : low + size]
        extremes += sorted({min(part, key=_value), max(part, key=_value)})
    return extremes


def with_gaps(points: Sequence[Point], pause: float) -> list[tuple[datetime, float | None]]:
    """The points, and one that is not known where nothing was read for longer than the pause [s]."""
    parts: list[tuple[datetime, float | None]] = []
    for at, value in points:
        if parts and (at - parts[-1][0]).total_seconds() > pause:
            parts.append((at, None))
        parts.append((at, value))
    return parts


def of_readings(payload: Mapping[str, Any]) -> list[Point]:
    """The power of each reading that has one: the total, or the sum of the phases."""
    points = []
    for row in payload["items"]:
        values = row["values"]
        power = values.get("active_power_total")
        if power is None:
            phases = [values.get(f"active_power_{phase}") for phase in ("l1", "l2", "l3")]
            power = None if None in phases else sum(phases)
        if power is not None:
            points.append((datetime.fromisoformat(row["ts"]).replace(tzinfo=None), power))
    return points


def _value(point: Point) -> float:
    return point[1]
