"""The audit trail as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.setup import AuditRow, ChangeRow
from energy_workbench.domain.fields.audit_actions import done
from energy_workbench.services.rows.locks import change_row as change_of

if TYPE_CHECKING:
    from energy_workbench.registry.storage.journal import AuditEntry


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
        "locked": None if entry.locked is None else change_of(entry.locked, zone),
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
    text = done(first.action, name)
    return text if len(entries) == 1 else f"{text}, and {len(entries) - 1} more"
