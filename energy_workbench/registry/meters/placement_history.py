"""The dated parents of a meter: add, correct, take away; the tree stays one at every time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import Row, instant
from energy_workbench.registry.meters import queries
from energy_workbench.registry.meters.checked import cycle_text
from energy_workbench.registry.storage import journal
from energy_workbench.registry.storage.rows import RowChange

Parents = dict[datetime | None, int | None]
"""By the instant from which it holds the key of the parent; None is the beginning of time, and no parent."""


def add(
    connection: Connection, meter: Meter, parent: int | None, valid_from: datetime | None, *, by: str, at: datetime
) -> None:
    """Store a parent from an instant on; one that begins then is corrected, what holds then already changes nothing.

    Raises
    ------
    InputError
        If it lies ahead: a place is known once a meter is there.
    ConflictError
        If the meter would be below itself at some time.
    """
    if valid_from is not None and valid_from > at:
        reason = "lies ahead: a meter is moved when it is, or later with the date of the move"
        problem = Problem(meter.number, "valid_from", valid_from.isoformat(), reason)
        raise InputError(f"meter {meter.number} cannot be moved", [problem])
    history = _history(connection, meter)
    if _holding(history, valid_from) == parent:
        return
    old = {"parent": history[valid_from]} if valid_from in history else None
    _refuse_itself(meter, parent)
    action = "place.add" if old is None else "place.correct"
    _store(connection, meter, valid_from, action, old, {"parent": parent}, by=by, at=at)


def remove(connection: Connection, meter: Meter, valid_from: datetime | None, *, by: str, at: datetime) -> None:
    """Take a later parent away: the one before it holds on.

    Raises
    ------
    NotFoundError
        If none begins then.
    ConflictError
        If it is the first, which holds from the beginning of time, or the meter would be below itself.
    """
    history = _history(connection, meter)
    if valid_from not in history:
        raise NotFoundError(f"meter {meter.number} has no parent that begins at {valid_from}: its history shows them")
    if valid_from is None:
        raise ConflictError(
            f"the first parent of meter {meter.number} holds from the beginning and cannot be deleted: correct it"
        )
    old = {"parent": history.pop(valid_from)}
    _store(connection, meter, valid_from, "place.delete", old, None, by=by, at=at)


def _history(connection: Connection, meter: Meter) -> Parents:
    return {since: parent for _, parent, since in queries.placements(connection, meter.key)}


def _holding(history: Parents, at: datetime | None) -> int | None:
    held = [since for since in history if (since or queries.BEGINNING) <= (at or queries.BEGINNING)]
    return history[max(held, key=lambda since: since or queries.BEGINNING)] if held else None


def _refuse_itself(meter: Meter, parent: int | None) -> None:
    # The tables hold that; any longer way round is found once it is written.
    if parent == meter.key:
        raise ConflictError(cycle_text([meter.number, meter.number]))


def _store(
    connection: Connection, meter: Meter, valid_from: datetime | None, action: str, old: Row | None, new: Row | None,
    *, by: str, at: datetime,
) -> None:  # fmt: skip
    row = RowChange("placements", (meter.key, instant(valid_from)), old, new)

    def told(place: Row | None) -> Row | None:
        if place is None:
            return None
        key = place["parent"]
        return {"parent_id": None if key is None else f"mtr_{key}", "valid_from": instant(valid_from)}

    entry = journal.AuditEntry(
        at=at, by=by, action=action, subject=meter.id, before=told(old), after=told(new), rows=(row,)
    )
    journal.commit(connection, [entry])
