"""Bar charts: the energy of many meters, and the maximum demand of many months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.maxima import first
from energy_workbench.figures.axes import axis, axis_title
from energy_workbench.figures.schema import Axis, Figure, Layout, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import amount, moment, plotted

MOST = 25
"""Meters that are drawn: the largest."""


def energies(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw the energy of the largest meters.

    Parameters
    ----------
    payload : mapping
        `items` of `number, name, total_kwh [kWh], peak_kw [kW], completeness [1]`.
    """
    known = [row for row in payload["items"] if row["total_kwh"] is not None]
    largest = sorted(known, key=lambda row: (-row["total_kwh"], natural(row["number"])))[:MOST][::-1]
    if not largest:
        return message(theme, "No energy is known for this period.")
    hover = [
        Markup("{}<br><b>{}</b><br>peak {}<br>known of {:.0f} % of the time").format(
            row["name"], amount(row["total_kwh"], "kWh"), amount(row["peak_kw"], "kW"), 100 * row["completeness"]
        )
        for row in largest
    ]
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": [plotted(row["total_kwh"]) for row in largest],
        "y": [escape(row["number"]) for row in largest],
        "marker": {"color": theme.accent},
        "customdata": hover,
        "hovertemplate": Markup("%{customdata}<extra></extra>"),
    }
    left_out = len(known) - len(largest)
    layout = _layout(
        theme,
        f"Energy of {len(largest)} meters{f', {left_out} smaller ones left out' if left_out else ''}",
        xaxis={"title": axis_title(theme, "kWh"), "tickformat": ",~g"},
        yaxis={"type": "category", "automargin": True},
        height=90 + 20 * len(largest),
    )
    return {"data": [bars], "layout": layout}


def maxima(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw the maximum demand of each billing month.

    Parameters
    ----------
    payload : mapping
        `items` of `start, maximum [unit], at, children`; `unit`, `number`.
    """
    months = [row for row in payload["items"] if row["maximum"] is not None]
    if not months:
        return message(theme, "No demand is known for this period.")
    unit = payload["unit"]
    bars: Trace = {
        "type": "bar",
        "x": [row["start"][:10] for row in months],
        "y": [plotted(row["maximum"]) for row in months],
        "marker": {"color": theme.accent},
        "width": 0.5,
        "customdata": [_maximum_text(row, unit) for row in months],
        "hovertemplate": Markup("%{customdata}<extra></extra>"),
    }
    highest = months[first(row["maximum"] for row in months) or 0]
    layout = _layout(
        theme,
        f"Maximum demand of {payload['number']}: {amount(highest['maximum'], unit)}",
        xaxis={"type": "category", "title": axis_title(theme, "billing month from")},
        yaxis={"title": axis_title(theme, unit), "tickformat": ",~g", "automargin": True},
    )
    return {"data": [bars], "layout": layout}


def _maximum_text(row: Mapping[str, Any], unit: str) -> Markup:
    """A maximum in words: how much, when, and the three children with the largest parts of it."""
    children: Sequence[Mapping[str, Any]] = row["children"][:3]
    parts = Markup().join(Markup("<br>{} {}").format(child["number"], amount(child["kw"], "kW")) for child in children)
    return Markup("<b>{}</b><br>{}{}").format(amount(row["maximum"], unit), moment(row["at"]), parts)


def _layout(theme: Theme, summary: str, *, xaxis: Axis, yaxis: Axis, height: int | None = None) -> Layout:
    plain = axis(theme, zerolinecolor=theme.line)
    layout = themed_layout(
        theme,
        summary=summary,
        xaxis={**plain, **xaxis},
        yaxis={**plain, **yaxis},
        bargap=0.3,
        margin={"l": 8, "r": 12, "t": 26, "b": 48},
    )
    return layout if height is None else {**layout, "height": height}
