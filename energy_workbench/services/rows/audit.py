"""The audit trail as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.setup import AuditRow, ChangeRow

if TYPE_CHECKING:
    from energy_workbench.registry.storage.journal import AuditEntry

WORDS = {
    "meter.create": "{} created",
    "meter.update": "{} changed",
    "meter.status": "status of {} changed",
    "meter.delete": "{} deleted",
    "meter.restore": "{} restored",
    "ratio.add": "ratio of {} added",
    "ratio.correct": "ratio of {} corrected",
    "ratio.delete": "ratio of {} deleted",
    "exchange.add": "exchange of {} recorded",
    "exchange.correct": "exchange of {} corrected",
    "exchange.delete": "exchange of {} deleted",
    "decision.add": "step of a counter of {} decided",
    "decision.correct": "decision on a counter of {} corrected",
    "decision.delete": "decision on a counter of {} taken back",
    "interval.edit": "interval of {} edited",
    "interval.restore": "edit of an interval of {} taken back",
    "template.create": "template {} saved",
    "template.delete": "template {} deleted",
    "factor.set": "emission factor {} stated",
    "factor.delete": "emission factor {} taken away",
    "limits.update": "limits of {} changed",
    "gateway.update": "gateway {} changed",
    "schedule.create": "schedule {} created",
    "schedule.update": "schedule {} changed",
    "schedule.pause": "schedule {} paused",
    "schedule.resume": "schedule {} resumed",
    "schedule.delete": "schedule {} deleted",
    "site.update": "site changed",
}
"""Action → what happened, for a button or a line."""


def audit_row(entry: AuditEntry, numbers: Mapping[str, str], zone: ZoneInfo) -> AuditRow:
    """An entry as REST shows it.

    Parameters
    ----------
    numbers : mapping of str to str
        Numbers of meters by id, deleted ones too.
    """
    return {
        "at": iso(entry.at, zone),
        "by": entry.by,
        "action": entry.action,
        "subject": entry.subject,
        "number": numbers.get(entry.subject),
        "before": None if entry.before is None else dict(entry.before),
        "after": None if entry.after is None else dict(entry.after),
        "change": entry.change,
        "undoes": entry.undoes,
    }


def change_row(entries: Sequence[AuditEntry], numbers: Mapping[str, str], zone: ZoneInfo) -> ChangeRow:
    """A change of one entry or more: its number, what it was in words, and its entries."""
    return {
        "change": entries[0].change,
        "text": told(entries, numbers),
        "entries": [audit_row(entry, numbers, zone) for entry in entries],
    }


def told(entries: Sequence[AuditEntry], numbers: Mapping[str, str]) -> str:
    """A change in words: `UNIT-A changed`, `UNIT-A deleted, and 3 more`."""
    first = entries[0]
    name = numbers.get(first.subject, first.subject)
    text = WORDS.get(first.action, f"{first.action} of {{}}").format(name)
    return text if len(entries) == 1 else f"{text}, and {len(entries) - 1} more"
