"""HTML of the CT/PT history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from energy_workbench.widgets.setup.details.markup import moment


def history(rows: Iterable[Mapping[str, Any]]) -> str:
    """The dated pairs, the newest first."""
    lines = "".join(
        f"<tr><td>{escape(since(row))}</td><td>{escape(row['ct_ratio'] or '1:1')}</td>"
        f"<td>{escape(row['pt_ratio'] or '1:1')}</td>"
        f"<td>{'Workbench' if row['ratio_applied_by'] == 'workbench' else 'Meter'}</td></tr>"
        for row in reversed(list(rows))
    )
    head = "<thead><tr><th>Valid from</th><th>CT</th><th>PT</th><th>Applied by</th></tr></thead>"
    return f'<h3>CT/PT history</h3><table class="ew-list">{head}<tbody>{lines}</tbody></table>'


def since(row: Mapping[str, Any]) -> str:
    """When a pair begins to hold."""
    return moment(row["valid_from"]) or "the beginning"


def impact(found: Mapping[str, Any]) -> str:
    """Which intervals a change recomputes."""
    if not found:
        return '<p class="ew-hint">Give an instant: what it would recompute is shown before anything is stored.</p>'
    start, end = moment(found.get("from")) or "the beginning", moment(found.get("until")) or "now"
    count = found.get("intervals")
    many = "" if count is None else f"{count:,} intervals, "
    careful = "".join(f'<p class="ew-careful">⚠ {escape(_reason(text))}</p>' for text in found.get("warnings", ()))
    return (
        f'<p class="ew-impact">Recomputes {many}from <b>{escape(start)}</b> to <b>{escape(end)}</b>. '
        f"Readings stay as they are.</p>{careful}"
    )


def _reason(warning: Any) -> str:
    return str(warning["reason"] if isinstance(warning, Mapping) else warning)
