"""Completeness as a calendar: a row a meter, a column a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain.intervals.quality import WORDS
from energy_workbench.figures.schema import Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import escaped_lines, percent

LEAST_WIDTH = 540
"""At which a month of days stands beside names of meters and what its colours mean [px]."""
ROW, ROWS = 15, 240
"""Height of a row [px], and most rows of one figure."""

STEPS = (0.0, 0.5, 0.8, 0.95, 0.995)
"""Lower bounds of the five classes of completeness [1]; the last is as good as whole."""

NEARLY = "#86c9a8"
"""Colour of a day that lacks little."""

CLASSES = (
    Markup("below 50 %"), Markup("50 to 80 %"), Markup("80 to 95 %"), Markup("95 to 99.5 %"), Markup("complete"),
)  # fmt: skip


def calendar(items: Sequence[Mapping[str, Any]], days: Sequence[str], *, theme: Theme = LIGHT) -> Figure:
    """Draw the calendar.

    Parameters
    ----------
    items : sequence of mapping
        `meter, number, name, complete` (share of each day [1]) and `quality` of each day.
    days : sequence of str
        ISO dates.
    """
    if not items or not days:
        return message(theme, "Every meter is complete on every day of this period.")
    shown = items[:ROWS]
    # Whole days are calm, so that the others stand out.
    colours = (theme.state["red"], theme.state["orange"], theme.state["yellow"], NEARLY, theme.tile["green"][0])
    scale: list[list[float | str]] = [[edge / 5, colour] for n, colour in enumerate(colours) for edge in (n, n + 1)]
    names = [Markup("{}\u200b").format(item["number"]) for item in shown]
    dates = [f"{date.fromisoformat(day):%a %d %b %Y}" for day in days]
    meters = [Markup("<b>{}</b> {}").format(item["number"], item["name"]) for item in shown]
    hover = [
        [
            meter + text
            for text in escaped_lines(
                f"\n{day}\n{percent(share, 1)} complete{'' if quality == 'actual' else f', {WORDS[quality]}'}"
                for day, share, quality in zip(dates, item["complete"], item["quality"], strict=True)
            )
        ]
        for item, meter in zip(shown, meters, strict=True)
    ]
    trace: Trace = {
        "type": "heatmap",
        "x": list(days),
        "y": names,
        "z": [[_class(share) for share in item["complete"]] for item in shown],
        "customdata": [[item["meter"]] * len(days) for item in shown],
        "text": hover,
        "hovertemplate": Markup("%{text}<extra></extra>"),
        "zmin": 0,
        "zmax": 4,
        "colorscale": scale,
        "xgap": 2,
        "ygap": 2,
        "colorbar": {
            "tickvals": [0.4, 1.2, 2.0, 2.8, 3.6],
            "ticktext": CLASSES,
            "thickness": 10,
            "len": 150,
            "lenmode": "pixels",
            "yanchor": "top",
            "y": 1,
            "outlinewidth": 0,
            "tickfont": {"color": theme.quiet, "size": 11},
        },
    }
    worst = min((min(item["complete"]), item["number"]) for item in shown)
    layout = themed_layout(
        theme,
        summary=f"Completeness of {len(shown)} meters on {len(days)} days; least {percent(worst[0])} at {worst[1]}",
        uirevision="calendar",
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        meta={"height": max(170, ROW * len(shown) + 70), "least": LEAST_WIDTH},
        xaxis={
            "type": "date",
            "side": "top",
            "tickformat": "%d %b" if len(days) > 14 else "%a %d %b",
            "showgrid": False,
            "tickfont": {"color": theme.quiet},
            "ticklabelstandoff": 4,
        },
        yaxis={
            "autorange": "reversed",
            "tickfont": {"size": 10, "color": theme.ink},
            "tickmode": "array",
            "tickvals": names,
            "ticktext": [escape(item["number"]) for item in shown],
            "automargin": True,
            "showgrid": False,
        },
    )
    return {"data": [trace], "layout": layout}


def _class(share: float) -> int:
    return sum(share >= bound for bound in STEPS) - 1
