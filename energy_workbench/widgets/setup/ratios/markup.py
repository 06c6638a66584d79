"""HTML of the CT/PT history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.setup.details.markup import moment


def history(rows: Iterable[Mapping[str, Any]]) -> Markup:
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


def since(row: Mapping[str, Any]) -> str:
    """When a pair begins to hold."""
    return moment(row["valid_from"]) or "the beginning"


def impact(found: Mapping[str, Any]) -> Markup:
    """Which intervals a change recomputes."""
    if not found:
        return Markup(
            '<p class="ew-hint">Give an instant: what it would recompute is shown before anything is stored.</p>'
        )
    start, end = moment(found.get("from")) or "the beginning", moment(found.get("until")) or "now"
    count = found.get("intervals")
    many = "" if count is None else f"{count:,} intervals, "
    careful = Markup().join(
        Markup('<p class="ew-careful">⚠ {}</p>').format(_reason(text)) for text in found.get("warnings", ())
    )
    return Markup(
        '<p class="ew-impact">Recomputes {}from <b>{}</b> to <b>{}</b>. Readings stay as they are.</p>{}'
    ).format(many, start, end, careful)


def _reason(warning: Any) -> str:
    return str(warning["reason"] if isinstance(warning, Mapping) else warning)
