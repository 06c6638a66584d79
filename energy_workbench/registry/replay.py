"""Replay of the audit trail, and its differences from the stored configuration."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from energy_workbench.registry.storage import journal, tables
from energy_workbench.registry.storage.journal import AuditEntry
from energy_workbench.registry.storage.rows import IDENTITY, State


def replay(entries: Iterable[AuditEntry], start: State | None = None) -> State:
    """What is configured after these entries.

    Parameters
    ----------
    entries : iterable of AuditEntry
        Oldest first, with their rows.
    start : dict, optional
        What was configured before them; nothing by default.
    """
    state: State = {name: dict((start or {}).get(name, {})) for name in IDENTITY}
    for entry in entries:
        if entry.action == journal.BASELINE:
            state = {name: {} for name in IDENTITY}
        for change in entry.rows:
            table = state[change.table]
            if change.new is None:
                table.pop(change.id, None)
            else:
                table[change.id] = {**table.get(change.id, {}), **change.new}
    return state


def differences(connection: Connection) -> list[str]:
    """Where what is stored is not what the audit trail leads to, in words; empty where the two agree."""
    said = replay(journal.entries_from(connection, journal.last_baseline(connection)))
    texts = []
    for table, stored in tables.stored(connection).items():
        if table == "site" and not said[table]:
            # The site was written when the registry was made; the trail begins with its first change.
            continue
        for identity in sorted({*stored, *said[table]}, key=repr):
            here, there = stored.get(identity), said[table].get(identity)
            if here != there:
                texts.append(f"{table} {identity}: stored {here}, by the audit trail {there}")
    return texts
