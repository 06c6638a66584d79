"""HTML of the locked months, with what was changed in them and what came late."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from energy_workbench.contract.rows.locked import LateReadings, LockedEntry, MonthLockRow
from energy_workbench.domain.fields.audit_actions import done
from energy_workbench.figures.wording.words import moment


def listing(rows: Sequence[MonthLockRow]) -> Markup:
    """The table of locked months, the newest first."""
    if not rows:
        return Markup('<p class="ew-hint">No month is locked.</p>')
    head = Markup("<thead><tr><th>Month</th><th>Locked</th><th>Changed since</th></tr></thead>")
    lines = Markup().join(map(_line, reversed(rows)))
    table = Markup('<table class="ew-list ew-locked">{}<tbody>{}</tbody></table>').format(head, lines)
    return Markup('<div class="ew-scroll">{}</div>').format(table)


def _line(row: MonthLockRow) -> Markup:
    why = Markup("<br><small>{}</small>").format(row["reason"]) if row["reason"] else Markup()
    changes = Markup().join([*map(_change, row["changes"]), *map(_late, row["late"])])
    return Markup("<tr><th>{}</th><td>{} by {}{}</td><td>{}</td></tr>").format(
        row["month"], moment(row["at"]), row["by"], why, changes or "Nothing"
    )


def _change(change: LockedEntry) -> Markup:
    what = done(change["action"], change["number"] or change["subject"])
    reports = ", ".join(f"{each['name']} {each['period']}" for each in change["reports"])
    differ = Markup("<br><small>Sent reports that differ: {}</small>").format(reports) if reports else Markup()
    return Markup("<div>{} {}, by {}: {}{}</div>").format(
        moment(change["at"]), what, change["by"], change["reason"], differ
    )


def _late(late: LateReadings) -> Markup:
    return Markup("<div>⚠ {}: {}</div>").format(late["number"], late["text"])
