"""HTML of the page of patterns."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup, escape

from energy_workbench.contract.results import Demand
from energy_workbench.contract.rows.energy import ChildAtMaximum, DemandRow
from energy_workbench.figures.peak_demand import month
from energy_workbench.figures.wording.words import UNKNOWN, amount, moment, percent

LISTED = 5
"""Children that are named of each month; the chart has more, and a download all."""


def months(demand: Demand) -> Markup:
    """Maximum demand by billing month, the newest first, with the children that made it."""
    if not demand.rows:
        return Markup()
    unit = demand.unit
    rows = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td><td>{}</td></tr>").format(
            month(row),
            amount(row["maximum"], unit),
            moment(row["at"]),
            percent(row["load_factor"]),
            _factor(row["diversity_factor"]),
            _why(row["diversity_reason"]),
            percent(row["completeness"]),
            _makers(row),
        )
        for row in reversed(demand.rows)
    )
    heads = ("Billing month", "Maximum", "At", "Load factor", "Diversity", "Complete", "Contributed by")
    head = Markup().join(Markup("<th>{}</th>").format(name) for name in heads)
    return Markup('<table class="ew-list ew-months"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        head, rows
    )


def _makers(row: DemandRow) -> Markup:
    named = [_maker(child) for child in row["children"][:LISTED]]
    more = len(row["children"]) - LISTED
    return Markup(" · ").join([*named, *([f"{more} more"] if more > 0 else [])]) or escape(UNKNOWN)


def _maker(child: ChildAtMaximum) -> Markup:
    share = "" if child["share"] is None else f" ({percent(child['share'])})"
    link = Markup('<a class="ew-go" href="patterns?meter={}">{}</a>').format(
        quote(child["number"], safe=""), child["number"]
    )
    if child["kw"] is None:
        return Markup("{} {}").format(link, child["reason"].removeprefix(child["number"]).strip())
    return Markup("{} {}{}").format(link, amount(child["kw"], "kW"), share)


def _why(reason: str) -> Markup:
    return Markup("<small>{}</small>").format(reason) if reason else Markup()


def _factor(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"
