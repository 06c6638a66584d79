"""Sources of the site's energy, and its emissions by scope, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.axes import DAY_MS, axis, axis_title
from energy_workbench.figures.schema import Axis, Figure, Layout, Marker, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import amount, plotted

SOURCES = (
    ("grid", "grid_import_kwh", "grid"),
    ("solar, used on site", "solar_self_used_kwh", "solar"),
    ("solar, exported", "solar_exported_kwh", "solar"),
    ("diesel", "dg_kwh", "generator"),
    ("other producers", "other_kwh", ""),
)
"""Name, column and colour of each source, from the bottom of the stack."""

SCOPES = (
    ("Scope 1", "scope1_kg", "generator"),
    ("Scope 2, location-based", "scope2_location_kg", "grid"),
)

MOST_DAYS = 400
"""Above it the days of a month are drawn as one bar."""


def sources(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a generation: `days` of `day, grid_import_kwh, solar_kwh, solar_self_used_kwh, dg_kwh` [kWh]."""
    # A payload of before `other_kwh` was told has none.
    days = [{"other_kwh": 0.0, **day, "solar_exported_kwh": _exported(day)} for day in payload["days"]]
    if not any(day.get(column) for day in days for _, column, _ in SOURCES):
        return message(theme, "No energy is known for this period.")
    bars, monthly = _bars(days, [column for _, column, _ in SOURCES])
    data = [
        _stacked(bars, name, column, "kWh", theme, colour, monthly=monthly, hatched=column == "solar_exported_kwh")
        for name, column, colour in SOURCES
        if any(bar.sums[column] for bar in bars)
    ]
    totals = [("grid", "grid_import_kwh"), ("solar", "solar_kwh"), ("diesel", "dg_kwh")]
    totals += [("other producers", "other_kwh")] if payload.get("other_kwh", 0) != 0 else []
    summary = ", ".join(f"{name} {amount(payload[column], 'kWh')}" for name, column in totals)
    return {"data": data, "layout": _layout(theme, summary, "kWh", bars, monthly, f"sources {payload.get('from')}")}


def carbon(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw the emissions of each day, gross by scope; what solar avoided is a line beside them and no part of them.

    Parameters
    ----------
    payload : mapping
        `days` of `day, scope1_kg, scope2_location_kg, scope2_market_kg, avoided_kg`, `market_is_location`, `units` of
        these, and `missing_factors` with the reason of each.
    """
    days = payload["days"]
    columns = [column for _, column, _ in SCOPES if any(day.get(column) is not None for day in days)]
    if not columns or (payload["missing_factors"] and not any(day[column] for day in days for column in columns)):
        lacking = [f"No emission factor for the grid: {row['reason']}" for row in payload["missing_factors"] if days]
        return message(theme, f"{next(iter(lacking), 'No energy is known for this period')}.")
    unit = payload["units"]["net_kg"]
    lines = [("avoided by solar (memo)", "avoided_kg", theme.state["green"], "dot")]
    if not payload["market_is_location"]:
        lines.insert(0, ("Scope 2, market-based", "scope2_market_kg", theme.ink, "solid"))
    bars, monthly = _bars(days, [*columns, *(column for _, column, *_ in lines)])
    data = [
        _stacked(bars, name, column, unit, theme, colour, monthly=monthly)
        for name, column, colour in SCOPES
        if column in columns
    ]
    data += [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": escape(name),
            **_along(bars, monthly),
            "y": _heights(bars, column),
            "line": {"color": colour, "width": 1.6, "dash": dash},
            "marker": {"size": 4},
            "hovertemplate": Markup("<b>%{{y:,.4~g}} {}</b> {}<extra></extra>").format(unit, name),
        }
        for name, column, colour, dash in lines
        if any(bar.sums[column] for bar in bars)
    ]
    totals = [("Scope 1", "scope1_kg"), ("Scope 2 location-based", "scope2_location_kg")]
    summary = ", ".join(f"{name} {amount(payload[column], payload['units'][column])}" for name, column in totals)
    return {"data": data, "layout": _layout(theme, summary, unit, bars, monthly, f"carbon {payload.get('from')}")}


def _exported(day: Mapping[str, Any]) -> float | None:
    made, used = day["solar_kwh"], day["solar_self_used_kwh"]
    # What is made and not known to be used is drawn as made.
    return None if made is None else max(0.0, round(float(made - (used or 0.0)), 4))


@dataclass(frozen=True)
class _Bar:
    """A day or a month: its first day, ISO, and its energies or emissions by column."""

    start: str
    sums: dict[str, float | None]


def _bars(days: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> tuple[list[_Bar], bool]:
    """The days, or of a long time its months; and whether they are months."""
    if len(days) <= MOST_DAYS:
        return [_Bar(day["day"], {column: day.get(column) for column in columns}) for day in days], False
    months: dict[str, _Bar] = {}
    for day in days:
        month = day["day"][:7]
        sums = months.setdefault(month, _Bar(f"{month}-01", dict.fromkeys(columns))).sums
        for column in columns:
            if day[column] is not None:
                sums[column] = (sums[column] or 0.0) + day[column]
    return list(months.values()), True


def _stacked(
    bars: Sequence[_Bar],
    name: str,
    column: str,
    unit: str,
    theme: Theme,
    colour: str,
    *,
    monthly: bool,
    hatched: bool = False,
) -> Trace:
    fill = theme.source[colour]
    marker: Marker = {"color": fill, "line": {"color": theme.surface, "width": 0.5}}
    if hatched:
        marker["pattern"] = {"shape": "/", "size": 5, "solidity": 0.3, "bgcolor": fill, "fgcolor": theme.quiet}
    return {
        "type": "bar",
        "name": escape(name),
        **_along(bars, monthly),
        "y": _heights(bars, column),
        "marker": marker,
        "hovertemplate": Markup("<b>%{{y:,.4~g}} {}</b> {}<extra></extra>").format(unit, name),
    }


def _along(bars: Sequence[_Bar], monthly: bool) -> Trace:
    """Where the bars stand along the time: in the middle of their day or month."""
    width = "M1" if monthly else DAY_MS
    return {"x": [bar.start for bar in bars], "xperiod": width, "xperiodalignment": "middle"}


def _heights(bars: Sequence[_Bar], column: str) -> list[float | None]:
    return [None if (value := bar.sums[column]) is None else plotted(value) for bar in bars]


def _one_label(bars: Sequence[_Bar], monthly: bool) -> Axis:
    """The label of a bar that is alone: Plotly gives a single period none."""
    if len(bars) != 1:
        return {}
    start = date.fromisoformat(bars[0].start)
    middle = f"{start:%Y-%m}-16" if monthly else f"{start.isoformat()} 12:00"
    label = escape(f"{start:%b %Y}" if monthly else f"{start:%a %d %b}")
    return {"tickvals": [middle], "ticktext": [label], "ticklabelmode": "instant"}


def _layout(theme: Theme, summary: str, unit: str, bars: Sequence[_Bar], monthly: bool, view: str) -> Layout:
    plain = axis(theme, zerolinecolor=theme.line)
    return themed_layout(
        theme,
        summary=summary,
        uirevision=view,
        barmode="stack",
        bargap=0.25,
        hovermode="x unified",
        margin={"l": 8, "r": 12, "t": 34, "b": 34},
        xaxis={
            **plain, "type": "date", "showgrid": False, "ticklabelmode": "period",
            "hoverformat": "%B %Y" if monthly else "%a %d %b %Y", "tickformat": "%b %Y" if monthly else "%a %d %b",
            **_one_label(bars, monthly),
        },
        yaxis={
            **plain, "title": axis_title(theme, f"{unit} per {'month' if monthly else 'day'}"),
            "tickformat": ",~g", "automargin": True, "rangemode": "tozero",
        },
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )  # fmt: skip
