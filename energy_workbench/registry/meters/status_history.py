"""Dated statuses of a meter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.fields.plain import Row, instant
from energy_workbench.domain.status import StatusChange
from energy_workbench.registry.meters import edits, queries
from energy_workbench.registry.storage import journal
from energy_workbench.registry.storage.rows import changed

LONGEST_NAME: Final = 200
"""Characters that are kept of who said it."""


def add(connection: Connection, meter: Meter, said: StatusChange, *, at: datetime) -> None:
    """Store it; one that begins at the same instant is corrected, what holds then already changes nothing.

    Parameters
    ----------
    meter : Meter
        As it is at `at`.
    at : datetime
        Now: a status that begins later becomes the meter's own when it does.
    """
    history = {each.valid_from: each for each in queries.statuses(connection, meter.key)}
    begin = said.valid_from or queries.BEGINNING
    held = [each for start, each in history.items() if (start or queries.BEGINNING) <= begin]
    before = max(held, key=lambda each: each.valid_from or queries.BEGINNING, default=None)
    if before is not None and (before.status, before.reason) == (said.status, said.reason):
        return
    replaced = history.get(said.valid_from)
    history[said.valid_from] = said
    begun = [each for start, each in history.items() if (start or queries.BEGINNING) <= at]
    now = max(begun, key=lambda each: each.valid_from or queries.BEGINNING, default=said)
    after = replace(meter, status=now.status, status_reason=now.reason)
    row = changed("statuses", replaced, replace(said, by=said.by[:LONGEST_NAME]), meter=meter.key)
    entry = journal.AuditEntry(
        at=at, by=said.by, action="meter.status", subject=meter.id, before=_told(before, said, at),
        after=_told(said, said, at), rows=(*edits.own_changes(meter, after), row),
    )  # fmt: skip
    journal.commit(connection, [entry])


def _told(shown: StatusChange | None, said: StatusChange, at: datetime) -> Row | None:
    """As people read it in the audit; from when on is told where that is not the time of the change."""
    if shown is None:
        return None
    told: Row = {"status": shown.status.value, "status_reason": shown.reason}
    return told if said.valid_from == at else {**told, "valid_from": instant(shown.valid_from)}
