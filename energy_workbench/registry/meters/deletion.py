"""Deleting a meter, with what becomes of those below it, and bringing it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.registry.meters import connections, edits, formulas, queries
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
    formulas.refuse_used(connection, {each.key for each in gone})
    pairs = [(each, replace(each, deleted_at=at)) for each in gone]
    entries = edits.changed(connection, moved, by=by, at=at)
    journal.commit(connection, entries + edits.changed(connection, pairs, by=by, at=at, action="meter.delete"))
    return gone


@dataclass(frozen=True, slots=True)
class Deleted:
    """A meter that was deleted and can be restored.

    Attributes
    ----------
    by : str
        Who deleted it; empty where the trail does not say.
    below : tuple of str
        Numbers of the meters that hung below it, at any depth, and were deleted with it.
    """

    meter: Meter
    by: str
    below: tuple[str, ...]


def deleted(connection: Connection) -> list[Deleted]:
    """Meters that were deleted, the newest first."""
    table = schema.audit
    query = select(table.c.subject, table.c.by, table.c.change).where(table.c.action.in_(("meter.delete", "undo")))
    ended = {row.subject: row for row in connection.execute(query.order_by(table.c.key))}
    gone = [meter for meter in queries.load(connection, None) if meter.deleted_at is not None]
    places = {meter.key: place for place, meter in enumerate(sorted(gone, key=lambda each: natural(each.number)))}
    tree: dict[int | None, list[Meter]] = {}
    for meter in gone:
        tree.setdefault(meter.parent, []).append(meter)

    def change(meter: Meter) -> int:
        return ended[meter.id].change if meter.id in ended else 0

    def below(meter: Meter) -> tuple[str, ...]:
        found, waiting = [], [meter]
        while waiting:
            mine = [each for each in tree.get(waiting.pop().key, ()) if change(each) == change(meter)]
            found += mine
            waiting += mine
        return tuple(each.number for each in sorted(found, key=lambda each: places[each.key]))

    rows = [Deleted(meter, ended[meter.id].by if meter.id in ended else "", below(meter)) for meter in gone]
    return sorted(rows, key=lambda each: (each.meter.deleted_at, -each.meter.key), reverse=True)


def gone(connection: Connection, ref: str | int) -> Meter:
    """A meter that is deleted."""
    meter = one(connection, ref, deleted=True)
    if meter.deleted_at is None:
        raise ConflictError(f"meter {meter.number} is not deleted: there is nothing to restore")
    return meter


def restored(connection: Connection, before: Meter) -> Meter:
    """A deleted meter as it would be: under its former parent, or the nearest one above that lives."""
    known = {meter.key: meter for meter in queries.load(connection, None)}
    above = queries.ancestors({key: meter.parent for key, meter in known.items()}, before.parent)
    parent = next((key for key in above if known[key].deleted_at is None), None)
    return replace(before, deleted_at=None, parent=parent)


def obstacles(connection: Connection, before: Meter) -> list[str]:
    """Why a deleted meter cannot come back as it was, in words; none where it can."""
    checks = (
        lambda: refuse_used_number(connection, before),
        lambda: connections.refuse_shared(connection, [(before, replace(before, deleted_at=None))]),
    )
    told = []
    for check in checks:
        try:
            check()
        except ConflictError as error:
            told.append(str(error))
    return told


def restore(connection: Connection, ref: str | int, *, by: str, at: datetime) -> Meter:
    """Bring a deleted meter back under its former parent, or the nearest one above that lives."""
    before = gone(connection, ref)
    refuse_used_number(connection, before)
    connections.refuse_shared(connection, [(before, replace(before, deleted_at=None))])
    after = restored(connection, before)
    journal.commit(connection, edits.changed(connection, [(before, after)], by=by, at=at, action="meter.restore"))
    formulas.refuse_broken(connection, [before.key])
    return one(connection, before.key)
