"""Bars of many meters, and of many months: what each used, and what the most was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain.maxima import first
from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.wording.words import amount, drawn, moment

MOST = 25
"""Meters that are drawn: the largest."""


def energies(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw what the largest meters used: `items` of `number, name, total_kwh [kWh], peak_kw [kW], completeness`."""
    known = [row for row in payload["items"] if row["total_kwh"] is not None]
    largest = sorted(known, key=lambda row: (-row["total_kwh"], row["number"]))[:MOST][::-1]
    if not largest:
        return message(theme, "No energy is known for this time.")
    about = [
        Markup("{}<br><b>{}</b><br>peak {}<br>known of {:.0f} % of the time").format(
            row["name"], amount(row["total_kwh"], "kWh"), amount(row["peak_kw"], "kW"), 100 * row["completeness"]
        )
        for row in largest
    ]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [drawn(row["total_kwh"]) for row in largest],
        "y": [escape(row["number"]) for row in largest],
        "marker": {"color": theme.accent},
        "customdata": about,
        "hovertemplate": Markup("%{customdata}<extra></extra>"),
    }
    left_out = len(known) - len(largest)
    look = _look(theme, f"Energy of {len(largest)} meters{f', {left_out} smaller ones left out' if left_out else ''}")
    look["xaxis"] |= {"title": {"text": "kWh", "font": {"color": theme.quiet}}, "tickformat": ",~g"}
    look["yaxis"] |= {"type": "category", "automargin": True}
    return {"data": [bars], "layout": look | {"height": 90 + 20 * len(largest)}}


def maxima(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw the maximum demand of each billing month: `items` of `start, maximum, at, children`, `unit`, `number`."""
    months = [row for row in payload["items"] if row["maximum"] is not None]
    if not months:
        return message(theme, "No demand is known for this time.")
    unit = payload["unit"]
    bars = {
        "type": "bar",
        "x": [row["start"][:10] for row in months],
        "y": [drawn(row["maximum"]) for row in months],
        "marker": {"color": theme.accent},
        "width": 0.5,
        "customdata": [_who(row, unit) for row in months],
        "hovertemplate": Markup("%{customdata}<extra></extra>"),
    }
    best = months[first(row["maximum"] for row in months) or 0]
    look = _look(theme, f"Maximum demand of {payload['number']}: {amount(best['maximum'], unit)}")
    look["xaxis"] |= {"type": "category", "title": {"text": "billing month from", "font": {"color": theme.quiet}}}
    look["yaxis"] |= {"title": {"text": unit, "font": {"color": theme.quiet}}, "tickformat": ",~g", "automargin": True}
    return {"data": [bars], "layout": look}


def _who(row: Mapping[str, Any], unit: str) -> Markup:
    """A maximum in words: how much, when, and the three children that made most of it."""
    children: Sequence[Mapping[str, Any]] = row["children"][:3]
    parts = Markup().join(Markup("<br>{} {}").format(child["number"], amount(child["kw"], "kW")) for child in children)
    return Markup("<b>{}</b><br>{}{}").format(amount(row["maximum"], unit), moment(row["at"]), parts)


def _look(theme: Theme, summary: str) -> dict[str, Any]:
    axis = {"gridcolor": theme.line, "zerolinecolor": theme.line, "tickfont": {"color": theme.quiet}}
    look = layout(theme, summary=summary, xaxis=dict(axis), yaxis=dict(axis), bargap=0.3)
    return {**look, "margin": {"l": 8, "r": 12, "t": 26, "b": 48}}
