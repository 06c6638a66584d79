"""HTML of the CT/PT history."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from energy_workbench.contract.rows.meters import RatioImpact, RatioRow
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


def impact(change: RatioImpact | None) -> Markup:
    """The intervals that a change recomputes."""
    if change is None:
        return Markup(
            '<p class="ew-hint">Give an instant: what it would recompute is shown before anything is stored.</p>'
        )
    start, end = moment(change["from"]) or "the beginning", moment(change["until"]) or "now"
    many = f"{change['intervals']:,} intervals, "
    careful = Markup().join(Markup('<p class="ew-careful">⚠ {}</p>').format(text) for text in change["warnings"])
    return Markup(
        '<p class="ew-impact">Recomputes {}from <b>{}</b> to <b>{}</b>. Readings stay as they are.</p>{}'
    ).format(many, start, end, careful)
