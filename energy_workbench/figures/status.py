"""Meters by state: a ring each for status, health and communication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.schema import Annotation, Figure, Meta, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import STATE_COLOURS, percent, spoken

RINGS = ("status", "health", "communication")
LEAST_WIDTH = 175
"""Of a ring with its legend: on a narrower screen they are moved sideways [px]."""


def distributions(summary: Mapping[str, Any], *, theme: Theme = LIGHT, rings: tuple[str, ...] = RINGS) -> Figure:
    """Draw the rings.

    Parameters
    ----------
    summary : mapping
        Payload of the status summary: `total`, and counts by state for each ring.
    rings : tuple of str
        Which of status, health and communication, from left to right.
    """
    if not summary["total"]:
        return message(theme, "There are no meters yet.")
    width = 1 / len(rings)
    data: list[Trace] = []
    notes: list[Annotation] = []
    words = []
    for index, ring in enumerate(rings):
        counts = summary[ring]
        left = index * width
        hover = Markup("%{{label}}: %{{value}} of {} meters, %{{percent}}<extra></extra>")
        data.append({
            "type": "pie",
            "name": escape(ring),
            "labels": [escape(spoken(state).capitalize()) for state in counts],
            "values": list(counts.values()),
            "hole": 0.66,
            "sort": False,
            "direction": "clockwise",
            "domain": {"x": [left, left + 0.33 * width], "y": [0, 0.84]},
            "marker": {
                "colors": [theme.state[STATE_COLOURS.get(state, "yellow")] for state in counts],
                "line": {"color": theme.surface, "width": 1.5},
            },
            "textinfo": "none",
            "hovertemplate": hover.format(summary["total"]),
        })  # fmt: skip
        head = Markup("<b>{}</b>").format(ring.capitalize())
        share = Markup("<b>{}</b>").format(percent(counts[next(iter(counts))] / summary["total"]))
        legend = Markup("<br>").join(_line(state, count, theme) for state, count in counts.items())
        place: Annotation = {"xref": "paper", "yref": "paper", "showarrow": False}
        notes += [
            {**place, "text": head, "x": left, "xanchor": "left", "y": 1, "yanchor": "top"},
            {
                **place, "text": share, "x": left + 0.165 * width, "xanchor": "center", "y": 0.42, "yanchor": "middle",
                "font": {"size": 13},
            },
            {
                **place, "text": legend, "x": left + 0.365 * width, "xanchor": "left", "y": 0.42, "yanchor": "middle",
                "align": "left", "font": {"size": 11},
            },
        ]  # fmt: skip
        words.append(f"{ring}: " + ", ".join(f"{count} {spoken(state)}" for state, count in counts.items()))
    meta: Meta = {"least": LEAST_WIDTH * len(rings)}
    layout = themed_layout(theme, summary="; ".join(words), annotations=notes, uirevision="states", meta=meta)
    return {"data": data, "layout": layout}


def _line(state: str, count: int, theme: Theme) -> Markup:
    """A line of the legend: the word is there beside the colour."""
    dot = Markup('<span style="color:{}">●</span>').format(theme.state[STATE_COLOURS.get(state, "yellow")])
    word = spoken(state).capitalize()
    text = Markup("{} <b>{:,}</b>").format(word, count)
    return (
        Markup("{} {}").format(dot, text)
        if count
        else Markup('{} <span style="color:{}">{} 0</span>').format(dot, theme.quiet, word)
    )
