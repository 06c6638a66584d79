"""HTML of what a change alters of locked months, and of the sent reports that differ after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from energy_workbench.contract.rows.locked import LockedChangeRow, SentReportRow
from energy_workbench.widgets.markup import one_line


def would_alter(months: Sequence[str], reports: Sequence[SentReportRow]) -> Markup:
    """What a change would alter that is not made yet; empty where it alters nothing that is locked or was sent."""
    locked = Markup('<p class="ew-careful">⚠ {} locked: a reason is asked for before it is stored.</p>').format(
        _are(months)
    )
    return (locked if months else Markup()) + (differing(reports) if reports else Markup())


def differing(reports: Sequence[SentReportRow]) -> Markup:
    """Sent reports that would differ, or that there are none."""
    if not reports:
        return Markup('<p class="ew-hint">No report of that time was sent.</p>')
    items = Markup().join(
        Markup("<li>{}, {} (sent {})</li>").format(one_line(each["name"]), each["period"], _day(each["sent_at"]))
        for each in reports
    )
    return Markup('<div class="ew-careful">⚠ Sent reports that differ then:<ul>{}</ul></div>').format(items)


def altered(change: LockedChangeRow | None) -> Markup:
    """What a change did to locked months, with its reason; empty where it altered none."""
    if change is None:
        return Markup()
    sent = ", ".join(f"{one_line(each['name'])} {each['period']}" for each in change["reports"])
    reports = Markup("; sent reports that differ: {}").format(sent) if sent else Markup()
    why = Markup(": {}").format(one_line(change["reason"], 500)) if change["reason"] else Markup()
    return Markup('<small class="ew-altered">{} locked{}{}</small>').format(_are(change["months"], "was"), why, reports)


def _are(months: Sequence[str], verb: str = "is") -> str:
    """The months with their verb: `2026-09 is`, `2026-08 and 2026-09 are`."""
    many = {"is": "are", "was": "were"}[verb]
    return f"{' and '.join(filter(None, [', '.join(months[:-1]), *months[-1:]]))} {verb if len(months) == 1 else many}"


def _day(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%d %b %Y %H:%M}"
