"""Maximum demand of each billing month, with the parts of the children in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain import maxima
from energy_workbench.figures.axes import larger, value_axis
from energy_workbench.figures.schema import Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import BREAK, amount, moment, percent, plotted, title

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
        return message(theme, "No demand was fully measured in this period.")
    unit, by = larger(payload["unit"], [row["maximum"] for row in rows])
    months = [month(row) for row in rows]
    split = payload["unit"] == "kW" and any(row["children"] for row in rows)
    parts = _Parts(months, payload["number"], unit, by, theme)
    data = parts.traces(rows) if split else [_whole(rows, months, by, theme)]
    ends = [_end(row) if split else row["maximum"] for row in rows]
    data += [
        {
            "type": "scatter", "mode": "markers", "y": months, "x": [plotted(row["maximum"] / by) for row in rows],
            "marker": {"symbol": "line-ns-open", "size": 24, "color": theme.ink, "line": {"width": 2}},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter", "mode": "text", "y": months, "x": [plotted(end / by) for end in ends],
            "text": [
                Markup("  <b>{}</b> {}").format(amount(row["maximum"], payload["unit"]), moment(row["at"]))
                for row in rows
            ],
            "textposition": "middle right", "cliponaxis": False, "textfont": {"color": theme.ink}, "hoverinfo": "skip",
        },
    ]  # fmt: skip
    highest = rows[maxima.first(float(row["maximum"]) for row in rows) or 0]
    fed_in = [sum(min(child["kw"] or 0, 0) for child in row["children"]) for row in rows if split]
    layout = themed_layout(
        theme,
        summary=(
            f"Maximum demand of {payload['number']}: {amount(highest['maximum'], payload['unit'])} at "
            f"{moment(highest['at'])}, the highest of {len(rows)} billing months"
        ),
        meta={"height": 96 + 42 * len(rows)},
        uirevision="demand",
        barmode="relative",
        bargap=0.3,
        margin={"l": 8, "r": 12, "t": 8, "b": 40},
        uniformtext={"mode": "hide", "minsize": 10},
        xaxis=value_axis(theme, unit, range=[1.05 * min(fed_in, default=0) / by, 1.5 * max(ends) / by]),
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": months,
            "automargin": True,
            "fixedrange": True,
        },
    )
    return {"data": data, "layout": layout}


def _end(row: Mapping[str, Any]) -> float:
    """Where the bar of a month ends: what is taken may be more than the maximum, where others feed in."""
    return max(row["maximum"], sum(max(child["kw"] or 0, 0) for child in row["children"]))


def month(row: Mapping[str, Any]) -> str:
    """A billing month: `November 2026`, or its days where it is none of the calendar."""
    start, end = (datetime.fromisoformat(row[key]) for key in ("start", "end"))
    if start.day == 1 and end.day == 1:
        return f"{start:%B %Y}"
    return f"{start.day} {start:%b} – {end.day} {end:%b %Y}"


@dataclass(frozen=True)
class _Parts:
    """Draws the parts of the months: a trace for the largest of each, then for the next."""

    months: list[str]
    above: str
    unit: str
    by: float
    theme: Theme

    def traces(self, rows: Sequence[Mapping[str, Any]]) -> list[Trace]:
        """What each child took, what the others took, what was fed in."""
        taken = [[child for child in row["children"] if (child["kw"] or 0) > 0] for row in rows]
        fed_in = [[child for child in row["children"] if (child["kw"] or 0) < 0] for row in rows]
        others = [
            [{"number": "", "kw": sum(child["kw"] for child in part[NAMED:]), "share": None}] if part[NAMED:] else []
            for part in taken
        ]
        return [
            *(
                self._rank(taken, rank, self.theme.accent, 0.85 - 0.6 * rank / NAMED)
                for rank in range(min(NAMED, max(map(len, taken))))
            ),
            *([self._rank(others, 0, self.theme.quiet, 0.35)] if any(others) else []),
            *(self._rank(fed_in, rank, self.theme.state["yellow"], 0.9) for rank in range(max(map(len, fed_in)))),
        ]

    def _rank(self, parts: list[list[dict[str, Any]]], rank: int, colour: str, opacity: float) -> Trace:
        """The children of one rank, each in its month."""
        months = [month for month, part in zip(self.months, parts, strict=True) if rank < len(part)]
        children = [part[rank] for part in parts if rank < len(part)]
        return {
            "type": "bar", "orientation": "h", "y": months,
            "x": [plotted(child["kw"] / self.by) for child in children],
            "text": [self._name(child) for child in children], "textposition": "inside", "insidetextanchor": "middle",
            "textangle": 0, "textfont": {"color": self.theme.surface if opacity > 0.5 else self.theme.ink, "size": 11},
            "customdata": [[child["number"], self._hover(child)] for child in children],
            "hovertemplate": Markup("%{y}<br>%{customdata[1]}<extra></extra>"),
            "marker": {"color": colour, "opacity": opacity, "line": {"color": self.theme.surface, "width": 1.5}},
        }  # fmt: skip

    def _name(self, child: Mapping[str, Any]) -> Markup:
        return title({"number": child["number"], "name": "others"}, self.above)

    def _hover(self, child: Mapping[str, Any]) -> Markup:
        share = "" if child["share"] is None else f", {percent(abs(child['share']))} of the maximum"
        way = ", fed in" if child["kw"] < 0 else ""
        return Markup("<b>{}</b><br>{}{}{}").format(
            child["number"] or "others", amount(abs(child["kw"]), "kW"), way, share
        )


def _whole(rows: Sequence[Mapping[str, Any]], months: list[str], by: float, theme: Theme) -> Trace:
    return {
        "type": "bar", "orientation": "h", "y": months, "x": [plotted(row["maximum"] / by) for row in rows],
        "marker": {"color": theme.accent, "opacity": 0.8},
        "hovertext": [escape(name) + BREAK + moment(row["at"]) for name, row in zip(months, rows, strict=True)],
        "hoverinfo": "text",
    }  # fmt: skip
