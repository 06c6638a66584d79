"""Deleting a meter, with what becomes of those below it, and bringing it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.registry.meters import connections, edits, queries
from energy_workbench.registry.meters.checked import one, refuse_stale, refuse_used_number
from energy_workbench.registry.storage import journal, schema


def delete(
    connection: Connection, ref: str | int, children: str, *, by: str, at: datetime, revision: int | None = None
) -> list[Meter]:
    """Mark a meter, or with `cascade` its whole branch, as deleted; return them as they were."""
    if children not in ("refuse", "reparent", "cascade"):
        raise InputError(f"children={children!r}: one of refuse, reparent, cascade")
    key = queries.find(connection, ref)
    living = queries.load(connection, None, living=schema.meters.c.deleted_at.is_(None))
    tree: dict[int | None, list[Meter]] = {}
    for each in living:
        tree.setdefault(each.parent, []).append(each)
    meter = next(each for each in living if each.key == key)
    refuse_stale(connection, meter, revision, {})
    below = tree.get(key, [])
    if below and children == "refuse":
        raise ConflictError(
            f"meter {meter.number} has {len(below)} below it, the first is {below[0].number}: move them first, or "
            "delete it with children=reparent (they go to its parent) or children=cascade (they are deleted too)"
        )
    gone, moved = [meter], []
    if children == "cascade":
        for each in gone:
            gone += tree.get(each.key, [])
    else:
        moved = [(child, replace(child, parent=meter.parent)) for child in below]
    pairs = [(each, replace(each, deleted_at=at)) for each in gone]
    entries = edits.changed(connection, moved, by=by, at=at)
    journal.commit(connection, entries + edits.changed(connection, pairs, by=by, at=at, action="meter.delete"))
    return gone


def restore(connection: Connection, ref: str | int, *, by: str, at: datetime) -> Meter:
    """Bring a deleted meter back under its former parent, or the nearest one above that lives."""
    before = one(connection, ref, deleted=True)
    if before.deleted_at is None:
        raise ConflictError(f"meter {before.number} is not deleted: there is nothing to restore")
    refuse_used_number(connection, before)
    connections.refuse_shared(connection, [(before, replace(before, deleted_at=None))])
    known = {meter.key: meter for meter in queries.load(connection, None)}
    above = queries.ancestors({key: meter.parent for key, meter in known.items()}, before.parent)
    parent = next((key for key in above if known[key].deleted_at is None), None)
    after = replace(before, deleted_at=None, parent=parent)
    journal.commit(connection, edits.changed(connection, [(before, after)], by=by, at=at, action="meter.restore"))
    return one(connection, before.key)
