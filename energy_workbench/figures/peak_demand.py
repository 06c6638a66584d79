"""Maximum demand of each billing month, and who made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from energy_workbench.figures.axes import larger, value_axis
from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.words import UNKNOWN, amount, drawn, moment, percent

NAMED = 8
"""Children that are named; what the others drew is one part."""
MONTHS = 24
"""Billing months that are drawn, the newest."""


def peak_demand(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw the maximum demand, a bar a billing month with the newest on top, its parts those of the children.

    Parameters
    ----------
    payload : mapping
        `items` of `start, end, maximum [unit], at, children` of `number, kw, share`; `unit`, `number`, `block_minutes`,
        `kind`. Parts are active power: of kVA there are none.
    """
    rows = [row for row in payload["items"] if row["maximum"] is not None][-MONTHS:]
    if not rows:
        return message(theme, "No demand is known closely for this time.")
    unit, by = larger(payload["unit"], [row["maximum"] for row in rows])
    months = [month(row) for row in rows]
    split = payload["unit"] == "kW" and any(row["children"] for row in rows)
    data = _parts(rows, months, unit, by, theme) if split else [_whole(rows, months, by, theme)]
    data.append(
        {
            "type": "scatter", "mode": "markers+text", "name": "maximum", "y": months,
            "x": [drawn(row["maximum"] / by) for row in rows],
            "text": [f" <b>{amount(row['maximum'], payload['unit'])}</b> {moment(row['at'])}" for row in rows],
            "textposition": "middle right", "cliponaxis": False, "textfont": {"color": theme.ink},
            "marker": {"symbol": "line-ns-open", "size": 22, "color": theme.ink, "line": {"width": 2}},
            "hoverinfo": "skip",
        }
    )  # fmt: skip
    highest = max(rows, key=lambda row: float(row["maximum"]))
    reach = max(row["maximum"] for row in rows) / by
    drawn_low = min((sum(min(child["kw"], 0) for child in row["children"]) for row in rows if split), default=0) / by
    look = layout(
        theme,
        summary=(
            f"Maximum demand of {payload['number']}: {amount(highest['maximum'], payload['unit'])} at "
            f"{moment(highest['at'])}, the highest of {len(rows)} billing months"
        ),
        meta={"height": 96 + 42 * len(rows)},
        uirevision="demand",
        barmode="relative",
        bargap=0.3,
        xaxis=value_axis(theme, unit, range=[1.05 * drawn_low, 1.5 * reach]),
        yaxis={"type": "category", "autorange": True, "automargin": True, "fixedrange": True},
    )
    return {"data": data, "layout": {**look, "margin": {"l": 8, "r": 12, "t": 8, "b": 40}}}


def month(row: Mapping[str, Any]) -> str:
    """A billing month: `November 2026`, or its days where it is none of the calendar."""
    start, end = (datetime.fromisoformat(row[key]) for key in ("start", "end"))
    if start.day == 1 and end.day == 1:
        return f"{start:%B %Y}"
    return f"{start.day} {start:%b} – {end.day} {end:%b %Y}"


def _parts(
    rows: Sequence[Mapping[str, Any]], months: list[str], unit: str, by: float, theme: Theme
) -> list[dict[str, Any]]:
    """The largest part of each month first, then the next: their numbers are written in them."""
    ranked = [[child for child in row["children"] if child["kw"] > 0] for row in rows]
    data = []
    for rank in range(min(NAMED, max(map(len, ranked)))):
        at = [(place, taken[rank]) for place, taken in enumerate(ranked) if rank < len(taken)]
        data.append(
            _part(
                [months[place] for place, _ in at], [child["kw"] / by for _, child in at],
                [child["number"] for _, child in at], [child["share"] for _, child in at], unit, theme.accent,
                0.85 - 0.6 * rank / NAMED, theme,
            )
        )  # fmt: skip
    rest = [sum(child["kw"] for child in taken[NAMED:]) for taken in ranked]
    if any(rest):
        data.append(_part(months, [value / by for value in rest], [""] * len(rows), [None] * len(rows), unit,
                          theme.quiet, 0.35, theme, "others"))  # fmt: skip
    fed = [[child for child in row["children"] if child["kw"] < 0] for row in rows]
    for rank in range(max(map(len, fed))):
        at = [(place, given[rank]) for place, given in enumerate(fed) if rank < len(given)]
        data.append(
            _part(
                [months[place] for place, _ in at], [child["kw"] / by for _, child in at],
                [child["number"] for _, child in at], [child["share"] for _, child in at], unit,
                theme.state["yellow"], 0.8, theme,
            )
        )  # fmt: skip
    return data


def _part(
    months: list[str],
    values: list[float],
    numbers: list[str],
    shares: list[float | None],
    unit: str,
    colour: str,
    opacity: float,
    theme: Theme,
    name: str = "",
) -> dict[str, Any]:
    said = [
        f"<b>{escape(number) or name}</b><br>{value:,.4g} {unit}"
        + ("" if share is None else f", {percent(abs(share))} of it")
        + ("<br>feeds in" if value < 0 else "")
        for number, value, share in zip(numbers, values, shares, strict=True)
    ]
    return {
        "type": "bar", "orientation": "h", "y": months, "x": [drawn(value) for value in values],
        "text": [escape(number) or name for number in numbers], "textposition": "inside", "insidetextanchor": "middle",
        "textangle": 0, "constraintext": "inside",
        "textfont": {"color": theme.surface if opacity > 0.5 else theme.ink, "size": 11},
        "customdata": [[number, words] for number, words in zip(numbers, said, strict=True)],
        "hovertemplate": "%{y}<br>%{customdata[1]}<extra></extra>",
        "marker": {"color": colour, "opacity": opacity, "line": {"color": theme.surface, "width": 1.5}},
    }  # fmt: skip


def _whole(rows: Sequence[Mapping[str, Any]], months: list[str], by: float, theme: Theme) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "y": months, "x": [drawn(row["maximum"] / by) for row in rows],
        "marker": {"color": theme.accent, "opacity": 0.8},
        "hovertext": [f"{name}<br>{moment(row['at']) or UNKNOWN}" for name, row in zip(months, rows, strict=True)],
        "hoverinfo": "text",
    }  # fmt: skip
