"""HTML of the CT/PT history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.meters import MonthEnergy, RatioPreview, RatioRow
from energy_workbench.figures.wording.words import amount
from energy_workbench.widgets.locked_markup import differing
from energy_workbench.widgets.setup.details.markup import moment


def history(rows: Iterable[RatioRow]) -> Markup:
    """The dated pairs, the newest first."""
    lines = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            since(row),
            row["ct_ratio"] or "1:1",
            row["pt_ratio"] or "1:1",
            "Workbench" if row["ratio_applied_by"] == "workbench" else "Meter",
        )
        for row in reversed(list(rows))
    )
    head = Markup("<thead><tr><th>Valid from</th><th>CT</th><th>PT</th><th>Applied by</th></tr></thead>")
    return Markup('<h3>CT/PT history</h3><table class="ew-list">{}<tbody>{}</tbody></table>').format(head, lines)


def since(row: RatioRow) -> str:
    """When a pair begins to hold."""
    return moment(row["valid_from"]) or "the beginning"


def impact(change: RatioPreview | None, *, looking: bool = False) -> Markup:
    """What a change makes of each month, and which sent reports differ then; or that it is being worked out."""
    if change is None and looking:
        return Markup('<p class="ew-hint" role="status">Working out what it makes of each month…</p>')
    if change is None:
        return Markup(
            '<p class="ew-hint">Choose from when on it holds: what it makes of each month is shown before anything is '
            "stored.</p>"
        )
    start, end = moment(change["from"]) or "the beginning", moment(change["until"]) or "now"
    many = f"{change['intervals']:,} intervals, "
    careful = Markup().join(Markup('<p class="ew-careful">⚠ {}</p>').format(text) for text in change["warnings"])
    return Markup(
        '<p class="ew-impact">Recomputes {}from <b>{}</b> to <b>{}</b>. Readings stay as they are.</p>{}{}{}'
    ).format(many, start, end, _months(change), differing(change["reports"]), careful)


def _months(change: RatioPreview) -> Markup:
    """Energy of each month before and after; export where there is any."""
    rows = change["months"]
    if not rows:
        return Markup()
    ways = ["import"]
    if any(row["before_export_kwh"] or row["after_export_kwh"] for row in rows):
        ways.append("export")
    heads = ["Month", *(f"{way.capitalize()} {when} [kWh]" for way in ways for when in ("before", "after"))]
    head = Markup().join(Markup("<th>{}</th>").format(text) for text in heads)
    lines = Markup().join(_month(row, ways) for row in rows)
    table = Markup('<table class="ew-list ew-months"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return Markup('<div class="ew-scroll">{}</div>').format(table.format(head, lines))


def _month(row: MonthEnergy, ways: Sequence[str]) -> Markup:
    by_name: Mapping[str, Any] = row
    energies = (by_name[f"{when}_{way}_kwh"] for way in ways for when in ("before", "after"))
    cells = Markup().join(Markup("<td>{}</td>").format(amount(value)) for value in energies)
    lock = Markup(' <span title="This month is locked">locked</span>') if row["locked"] else Markup()
    return Markup("<tr><th>{}{}</th>{}</tr>").format(row["month"], lock, cells)
