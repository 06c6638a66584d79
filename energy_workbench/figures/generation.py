"""Where the site's energy came from and what it emitted, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.wording.words import amount, drawn

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

DAY_MS = 86_400_000


def sources(payload: Mapping[str, Any], *, theme: Theme = LIGHT) -> Figure:
    """Draw a generation: `days` of `day, grid_import_kwh, solar_kwh, solar_self_used_kwh, dg_kwh` [kWh]."""
    # A payload of before `other_kwh` was told has none.
    days = [{"other_kwh": 0.0, **day, "solar_exported_kwh": _exported(day)} for day in payload["days"]]
    if not any(day.get(column) for day in days for _, column, _ in SOURCES):
        return message(theme, "No energy is known for this time.")
    rows, monthly = _bars(days, [column for _, column, _ in SOURCES])
    data = [
        _stacked(rows, name, column, "kWh", theme, colour, monthly=monthly, hatched=column == "solar_exported_kwh")
        for name, column, colour in SOURCES
        if any(row.get(column) for row in rows)
    ]
    said = [("grid", "grid_import_kwh"), ("solar", "solar_kwh"), ("diesel", "dg_kwh")]
    said += [("other producers", "other_kwh")] if payload.get("other_kwh", 0) != 0 else []
    summary = ", ".join(f"{name} {amount(payload[column], 'kWh')}" for name, column in said)
    return {"data": data, "layout": _layout(theme, summary, "kWh", monthly, f"sources {payload.get('from')}")}


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
    if not columns:
        lacking = [f"No emission factor of the grid: {row['reason']}" for row in payload["missing_factors"] if days]
        return message(theme, f"{next(iter(lacking), 'No energy is known for this time')}.")
    unit = payload["units"]["net_kg"]
    lines = [("avoided by solar (memo)", "avoided_kg", theme.state["green"], "dot")]
    if not payload["market_is_location"]:
        lines.insert(0, ("Scope 2, market-based", "scope2_market_kg", theme.ink, "solid"))
    rows, monthly = _bars(days, [*columns, *(column for _, column, *_ in lines)])
    data = [
        _stacked(rows, name, column, unit, theme, colour, monthly=monthly)
        for name, column, colour in SCOPES
        if column in columns
    ]
    data += [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            **_places(rows, monthly),
            "y": [None if row[column] is None else drawn(row[column]) for row in rows],
            "line": {"color": colour, "width": 1.6, "dash": dash},
            "marker": {"size": 4},
            "hovertemplate": Markup("<b>%{{y:,.4~g}} {}</b> {}<extra></extra>").format(unit, name),
        }
        for name, column, colour, dash in lines
        if any(row[column] for row in rows)
    ]
    said = [("Scope 1", "scope1_kg"), ("Scope 2 location-based", "scope2_location_kg")]
    summary = ", ".join(f"{name} {amount(payload[column], payload['units'][column])}" for name, column in said)
    return {"data": data, "layout": _layout(theme, summary, unit, monthly, f"carbon {payload.get('from')}")}


def _exported(day: Mapping[str, Any]) -> float | None:
    made, used = day["solar_kwh"], day["solar_self_used_kwh"]
    # What is made and not known to be used is drawn as made.
    return None if made is None else max(0.0, round(float(made - (used or 0.0)), 4))


def _bars(days: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> tuple[list[dict[str, Any]], bool]:
    """A row a bar: the days, or of a long time its months; and whether they are months."""
    if len(days) <= MOST_DAYS:
        return [dict(day) for day in days], False
    months: dict[str, dict[str, Any]] = {}
    for day in days:
        row = months.setdefault(day["day"][:7], {"day": day["day"][:7] + "-01", **dict.fromkeys(columns)})
        for column in columns:
            if day[column] is not None:
                row[column] = (row[column] or 0.0) + day[column]
    return list(months.values()), True


def _stacked(
    rows: Sequence[Mapping[str, Any]],
    name: str,
    column: str,
    unit: str,
    theme: Theme,
    colour: str,
    *,
    monthly: bool,
    hatched: bool = False,
) -> dict[str, Any]:
    marker: dict[str, Any] = {"color": theme.source[colour], "line": {"color": theme.surface, "width": 0.5}}
    if hatched:
        look = {"bgcolor": theme.source[colour], "fgcolor": theme.quiet}
        marker["pattern"] = {"shape": "/", "size": 5, "solidity": 0.3, **look}
    return {
        "type": "bar",
        "name": name,
        **_places(rows, monthly),
        "y": [None if row[column] is None else drawn(row[column]) for row in rows],
        "marker": marker,
        "hovertemplate": Markup("<b>%{{y:,.4~g}} {}</b> {}<extra></extra>").format(unit, name),
    }


def _places(rows: Sequence[Mapping[str, Any]], monthly: bool) -> dict[str, Any]:
    width = "M1" if monthly else DAY_MS
    return {"x": [row["day"] for row in rows], "xperiod": width, "xperiodalignment": "middle"}


def _layout(theme: Theme, summary: str, unit: str, monthly: bool, view: str) -> dict[str, Any]:
    axis = {"gridcolor": theme.line, "zerolinecolor": theme.line, "tickfont": {"color": theme.quiet}}
    look = layout(
        theme,
        summary=summary,
        uirevision=view,
        barmode="stack",
        bargap=0.25,
        hovermode="x unified",
        xaxis={
            **axis, "type": "date", "showgrid": False, "ticklabelmode": "period",
            "hoverformat": "%B %Y" if monthly else "%a %d %b %Y", "tickformat": "%b %Y" if monthly else "%a %d %b",
        },
        yaxis={
            **axis,
            "title": {"text": f"{unit} per {'month' if monthly else 'day'}", "font": {"color": theme.quiet}},
            "tickformat": ",~g", "automargin": True, "rangemode": "tozero",
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )  # fmt: skip
    return {**look, "showlegend": True, "margin": {"l": 8, "r": 12, "t": 34, "b": 34}}
