"""Losses of all nodes, the worst on top, and of one node over time, each with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.axes import DAY_MS, axis, axis_title, gaps
from energy_workbench.figures.schema import Axis, ErrorBars, Figure, Marker, Shape, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording import losses as loss_words
from energy_workbench.figures.wording.verdicts import VERDICTS, colour_of, verdict_text
from energy_workbench.figures.wording.words import amount, local, percent, plotted

SHOWN = 15
"""Nodes that are drawn."""

JUDGED = [verdict for verdict in VERDICTS if verdict not in ("not_metered", "insufficient_data")]
"""Verdicts of nodes of which enough is known, the worst first."""

WIDTHS: dict[str, int | str] = {"1h": DAY_MS // 24, "1d": DAY_MS, "1w": 7 * DAY_MS, "1mo": "M1", "1y": "M12"}
"""Length of a bucket as Plotly writes it [ms, or months]."""

TIMES = {"1h": "%a %d %b %H:%M", "1d": "%a %d %b", "1w": "week of %d %b %Y", "1mo": "%B %Y", "1y": "%Y"}


def losses(payload: Mapping[str, Any], *, theme: Theme = LIGHT, by: str = "percent") -> Figure:
    """Draw a balance.

    Parameters
    ----------
    payload : mapping
        `items` of `number, name, loss_kwh, loss_percent, uncertainty_kwh, supply_kwh, completeness, verdict,
        reason`, `threshold_percent`.
    by : str
        `percent`: losses as shares of the supply; `kwh`: as energies.
    """
    known = [row for row in payload["items"] if row["loss_percent"] is not None and row["verdict"] in JUDGED]
    if not known:
        return message(theme, "No node has enough data for a balance in this period.")
    worst = sorted(known, key=lambda row: (JUDGED.index(row["verdict"]), -abs(row[f"loss_{by}"])))[:SHOWN][::-1]
    threshold, unit = payload["threshold_percent"], "%" if by == "percent" else "kWh"
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "y": [escape(row["number"]) for row in worst],
        "x": [_loss(row, by) for row in worst],
        "error_x": {**_whiskers(theme), "array": [_uncertainty(row, by) for row in worst]},
        "marker": {"color": [colour_of(theme, row["verdict"]) for row in worst]},
        "text": [escape(verdict_text(row["verdict"])) for row in worst],
        "textposition": "none",
        "customdata": [[row.get("meter"), _hover(row)] for row in worst],
        "hovertemplate": Markup("<b>%{{y}}</b><br>%{{x:,.4~g}} {} lost<br>%{{customdata[1]}}<extra></extra>").format(
            unit
        ),
    }
    marks: Trace = {
        "type": "scatter", "mode": "markers", "y": bars["y"], "hoverinfo": "skip",
        "x": [_threshold(row, by, threshold) for row in worst], "marker": _threshold_mark(theme, "line-ns-open"),
    }  # fmt: skip
    hot = [row["number"] for row in known if row["verdict"] == "hotspot"]
    of = "% of the supply" if by == "percent" else "kWh"
    layout = themed_layout(
        theme,
        summary=f"Losses of {len(known)} nodes; hotspots: {', '.join(hot) or 'none'}",
        shapes=[_threshold_line(theme, threshold, "x")] if by == "percent" else [],
        xaxis=axis(
            theme,
            title=axis_title(
                theme,
                Markup("loss, {}<br>(whiskers: uncertainty, k = 2; {})").format(of, _threshold_text(by, threshold)),
                size=11,
            ),
            zerolinecolor=theme.quiet,
            tickformat=",~g",
            ticksuffix=" %" if by == "percent" else "",
        ),
        yaxis={"automargin": True, "tickfont": {"color": theme.ink}},
        bargap=0.35,
        margin={"l": 8, "r": 16, "t": 12, "b": 58},
    )
    return {"data": [bars] if by == "percent" else [bars, marks], "layout": layout}


def over_time(payload: Mapping[str, Any], *, theme: Theme = LIGHT, by: str = "percent") -> Figure:
    """Draw the losses of one node over time; what is not known is shaded.

    Parameters
    ----------
    payload : mapping
        `number, every, from, to, threshold_percent`, `items` of `start` and what a balance says of a node.
    by : str
        As in `losses`.
    """
    rows = payload["items"]
    known = [row for row in rows if row[f"loss_{by}"] is not None]
    if not known:
        return message(theme, f"No balance of {payload['number']} is known for this period.")
    threshold, unit = payload["threshold_percent"], "%" if by == "percent" else "kWh"
    every, width = payload["every"], WIDTHS.get(payload["every"], DAY_MS)
    along: Trace = {"x": [local(row["start"]) for row in known], "xperiod": width, "xperiodalignment": "middle"}
    bars: Trace = {
        "type": "bar",
        **along,
        "y": [_loss(row, by) for row in known],
        "error_y": {**_whiskers(theme), "array": [_uncertainty(row, by) for row in known]},
        "marker": {"color": [colour_of(theme, row["verdict"]) for row in known]},
        "customdata": [_hover(row) for row in known],
        "hovertemplate": Markup("%{{x|{}}}<br><b>%{{y:,.4~g}} {}</b> lost<br>%{{customdata}}<extra></extra>").format(
            TIMES.get(every, "%a %d %b %H:%M"), unit
        ),
    }
    marks: Trace = {
        "type": "scatter", "mode": "markers", **along, "hoverinfo": "skip",
        "y": [_threshold(row, by, threshold) for row in known], "marker": _threshold_mark(theme, "line-ew-open"),
    }  # fmt: skip
    hot = sum(row["verdict"] == "hotspot" for row in known)
    plain = axis(theme, zerolinecolor=theme.quiet)
    lines = [_threshold_line(theme, threshold, "y")] if by == "percent" else []
    layout = themed_layout(
        theme,
        summary=f"Losses of {payload['number']}: above the threshold in {hot} of {len(known)} known times",
        uirevision=f"{payload['number']} {every} {by}",
        shapes=[*lines, *gaps(rows, "loss_kwh", payload["to"], theme)],
        xaxis={**plain, "type": "date", "ticklabelmode": "period", "showgrid": False, **_ticks(every, len(rows))},
        yaxis={
            **plain,
            "title": axis_title(theme, f"{unit} lost · {_threshold_text(by, threshold)}", size=11),
            "tickformat": ",~g",
            "automargin": True,
        },
        bargap=0.3,
        margin={"l": 8, "r": 12, "t": 12, "b": 34},
    )
    return {"data": [bars] if by == "percent" else [bars, marks], "layout": layout}


def _loss(row: Mapping[str, Any], by: str) -> float:
    return plotted(row[f"loss_{by}"])


def _uncertainty(row: Mapping[str, Any], by: str) -> float | None:
    if by == "kwh":
        return plotted(row["uncertainty_kwh"])
    return round(100 * row["uncertainty_kwh"] / row["supply_kwh"], 3) if row["supply_kwh"] else None


def _threshold(row: Mapping[str, Any], by: str, percent_of_supply: float) -> float:
    return plotted(row["supply_kwh"] * percent_of_supply / 100) if by == "kwh" else percent_of_supply


def _threshold_text(by: str, threshold: float) -> str:
    return f"{'dotted' if by == 'percent' else 'marks'}: {threshold:g} % of the supply"


def _whiskers(theme: Theme) -> ErrorBars:
    return {"type": "data", "color": theme.quiet, "thickness": 1.2, "width": 3}


def _threshold_mark(theme: Theme, symbol: str) -> Marker:
    return {"symbol": symbol, "size": 15, "color": theme.ink, "line": {"width": 1.5, "color": theme.ink}}


def _threshold_line(theme: Theme, at: float, along: str) -> Shape:
    """A dotted line across the chart, at a value of the axis `along`."""
    line: Shape = {"type": "line", "line": {"color": theme.ink, "width": 1.2, "dash": "dot"}}
    if along == "x":
        return {**line, "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}
    return {**line, "y0": at, "y1": at, "x0": 0, "x1": 1, "xref": "paper"}


def _ticks(every: str, count: int) -> Axis:
    if every == "1d" and count <= 10:
        return {"dtick": DAY_MS, "tickformat": "%a %d %b"}
    return {"tickformat": Markup("%H:%M<br>%a %d %b")} if every == "1h" else {}


def _hover(row: Mapping[str, Any]) -> Markup:
    share = "" if row["loss_percent"] is None else f", {loss_words.share(row)}"
    return Markup("{} {} of {}{}<br>{}, {} of the time known").format(
        loss_words.loss(row),
        loss_words.doubt(row),
        amount(row["supply_kwh"], "kWh"),
        share,
        verdict_text(row["verdict"]),
        percent(row["completeness"]),
    )
