"""HTML of the page of patterns; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from energy_workbench.figures.peak_demand import month
from energy_workbench.figures.words import UNKNOWN, amount, moment, percent

LISTED = 5
"""Children that are named of each month; the chart has more, and the table to take along all."""


def months(demand: Mapping[str, Any]) -> str:
    """Maximum demand by billing month, the newest first, with those that made it."""
    if not demand or not demand["items"]:
        return ""
    unit = demand["unit"]
    rows = "".join(
        f"<tr><th>{escape(month(row))}</th><td>{amount(row['maximum'], unit)}</td><td>{escape(moment(row['at']))}</td>"
        f"<td>{percent(row['load_factor'])}</td><td>{_factor(row['diversity_factor'])}{_why(row['diversity_reason'])}</td>"
        f"<td>{percent(row['completeness'])}</td><td>{_makers(row)}</td></tr>"
        for row in reversed(demand["items"])
    )
    heads = ("Billing month", "Maximum", "At", "Load factor", "Diversity", "Complete", "Made by")
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f'<table class="ew-list ew-months"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _makers(row: Mapping[str, Any]) -> str:
    named = [_maker(child) for child in row["children"][:LISTED]]
    more = len(row["children"]) - LISTED
    return " · ".join([*named, *([f"{more} more"] if more > 0 else [])]) or UNKNOWN


def _maker(child: Mapping[str, Any]) -> str:
    share = "" if child["share"] is None else f" ({percent(child['share'])})"
    link = f'<a class="ew-go" href="patterns?meter={quote(child["number"], safe="")}">{escape(child["number"])}</a>'
    if child["kw"] is None:
        return f"{link} {escape(child['reason'].removeprefix(child['number']).strip())}"
    return f"{link} {amount(child['kw'], 'kW')}{share}"


def _why(reason: str) -> str:
    return f"<small>{escape(reason)}</small>" if reason else ""


def _factor(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"
