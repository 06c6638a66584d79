"""One change of one meter, checked against what is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import Scalar
from energy_workbench.registry.checks.fields import PARENT, contents, draft, folded
from energy_workbench.registry.meters import connections, formulas, queries
from energy_workbench.registry.storage import journal, schema


def one(connection: Connection, ref: str | int, *, deleted: bool = False) -> Meter:
    """A meter as it is now; see `queries.find`."""
    return queries.load(connection, None, key=queries.find(connection, ref, deleted=deleted))[0]


def checked(
    connection: Connection, before: Meter | None, given: Mapping[str, Any], profiles: Collection[str] | None = None
) -> Meter:
    """The meter with the given fields and parent; a new one has key 0.

    Raises
    ------
    InputError
        With everything that is wrong with the fields, and with how it is to be read: its profile is none of
        `profiles`, where they are given, or its device is read for another meter.
    ConflictError
        If the number is in use, or the parent is the meter itself or below it.
    """
    where = before.number if before else str(given.get("number") or "new meter")[:64]
    meter, problems = draft(before, given, where)
    parent = before.parent if before else None
    try:
        parent = _parent(connection, given, parent)
    except ValueError as reason:
        name = next(name for name in PARENT if name in given)
        problems.append(Problem(where, name, str(given[name])[:60], str(reason)))
    if meter is not None:
        there = connections.read_there(connection, meter)
        problems += [
            Problem(where, concern.field, concern.value, concern.reason)
            for concern in connections.findings(before, meter, there, profiles)
            if concern.refused
        ]
    if meter is not None and (before is None or meter.formula != before.formula):
        try:
            meter = formulas.checked(connection, replace(meter, parent=parent))
        except ValueError as reason:
            problems.append(Problem(where, "formula", str(meter.formula)[:60], str(reason)))
    if problems or meter is None:
        raise InputError(f"meter {where} cannot be stored", problems)
    meter = replace(meter, parent=parent)
    refuse_used_number(connection, meter)
    if before and parent != before.parent:
        _refuse_cycle(connection, meter)
    return meter


def refuse_used_number(connection: Connection, meter: Meter) -> None:
    """Raise ConflictError where another living meter has that number."""
    table = schema.meters
    query = select(table.c.key, table.c.number).where(
        table.c.folded == folded(meter.number), table.c.deleted_at.is_(None), table.c.key != meter.key
    )
    if other := connection.execute(query).first():
        raise ConflictError(f"the number {meter.number!r} is in use by mtr_{other.key} ({other.number}): take another")


def refuse_stale(connection: Connection, meter: Meter, revision: int | None, given: Mapping[str, Any]) -> None:
    """Raise ConflictError where a meter is not what a change was made from; the error has both versions.

    Parameters
    ----------
    connection : Connection
    meter : Meter
        As it is stored.
    revision : int or None
        The one that the change was made from; None where any will do.
    given : mapping
        What was to be changed.
    """
    if revision is None or revision == meter.revision:
        return
    last = next(iter(journal.recent(connection, 1, journal.Wanted(subject=meter.id))), None)
    who = f" by {last.by} at {last.at:%Y-%m-%d %H:%M:%S} UTC" if last else ""
    stored = version(connection, meter)
    drafted, _ = draft(meter, given, meter.number)
    wanted = (
        dict(given) if drafted is None else contents(drafted) | {name: given[name] for name in PARENT if name in given}
    )
    yours = f"yours is {revision}" if revision > 0 else "yours never was one of it"
    raise ConflictError(
        f"meter {meter.number} has been changed meanwhile{who} (revision {meter.revision}, {yours}): "
        "read it again and repeat the change",
        stored=stored,
        wanted=stored | {"revision": revision} | wanted,
    )


def version(connection: Connection, meter: Meter) -> dict[str, Scalar]:
    """A meter as plain fields, with its id, revision and parent."""
    parent = queries.numbers(connection, [meter.parent]).get(meter.parent) if meter.parent else None
    parent_id = f"mtr_{meter.parent}" if meter.parent else None
    return {
        "id": meter.id, "revision": meter.revision, **contents(meter), "parent": parent, "parent_id": parent_id,
    }  # fmt: skip


def cycle_text(numbers: list[str]) -> str:
    """A cycle, in words."""
    return f"a meter cannot be below itself: {' → '.join(numbers)}"


def _parent(connection: Connection, given: Mapping[str, Any], unchanged: int | None) -> int | None:
    named = [given[name] for name in PARENT if name in given]
    if not named:
        return unchanged
    keys: set[int | None] = set()
    for ref in named:
        if ref is None or (isinstance(ref, str) and not ref.strip()):
            keys.add(None)
            continue
        if isinstance(ref, bool) or not isinstance(ref, str | int):
            raise ValueError("the number or the id of a meter is needed")
        try:
            keys.add(queries.find(connection, ref))
        except NotFoundError:
            raise ValueError("there is no such meter") from None
    if len(keys) > 1:
        raise ValueError("parent and parent_id are different meters: give one of them")
    return keys.pop()


def _refuse_cycle(connection: Connection, meter: Meter) -> None:
    parents = {key: parent for key, parent, _ in queries.placements(connection)}
    path = queries.ancestors(parents, meter.parent)
    if meter.key in path:
        names = queries.numbers(connection, path)
        loop = path[: path.index(meter.key) + 1]
        raise ConflictError(cycle_text([meter.number, *(names[key] for key in loop)]))
