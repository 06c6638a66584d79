"""Formulas of calculated meters beside the other meters: what they name is there, and none is made of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import ID_PATTERN, Meter, MeterType, contradictions
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import Row, instant
from energy_workbench.domain.formulas.expression import named, renamed
from energy_workbench.domain.time import clock
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.meters import edits, queries
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.loops import LoopError
from energy_workbench.registry.storage.rows import RowChange


def by_id(text: str, keys: Mapping[str, int]) -> str:
    """A formula with ids in the place of numbers.

    Parameters
    ----------
    keys : mapping of str to int
        Those of the living meters by their folded numbers.

    Raises
    ------
    ValueError
        If it names a meter that is not there.
    """
    ids = {f"mtr_{key}" for key in keys.values()}

    def known(ref: str) -> str:
        if ID_PATTERN.match(ref) and ref in ids:
            return ref
        if (key := keys.get(folded(ref))) is None:
            raise ValueError(f"there is no meter {ref!r}: the number of one stands in each pair of brackets")
        return f"mtr_{key}"

    return renamed(text, known)


def loop(key: int, meters: Mapping[int, Meter], below: Mapping[int, Sequence[int]] | None = None) -> list[int]:
    """A way on which a meter is made of itself, from it to it; empty where there is none.

    A virtual meter without a formula is made of what is below it.

    Parameters
    ----------
    meters : mapping of int to Meter
        Those of one time, by key.
    below : mapping of int to sequence of int, optional
        As `children` says of them, where many are looked at.
    """
    below = children(meters) if below is None else below

    def parts(of: int) -> Collection[int]:
        meter = meters.get(of)
        if meter is None:
            return ()
        if meter.formula_by_id:
            return refs(meter.formula_by_id)
        return below.get(of, ()) if meter.type is MeterType.VIRTUAL else ()

    came: dict[int, int] = {}
    waiting = [key]
    while waiting:
        here = waiting.pop()
        for part in parts(here):
            if part == key:
                way = [key, here]
                while way[-1] != key:
                    way.append(came[way[-1]])
                return way[::-1] if len(way) > 2 else [key, key]
            if part not in came:
                came[part] = here
                waiting.append(part)
    return []


def children(meters: Mapping[int, Meter]) -> dict[int, list[int]]:
    """Keys of what is directly below each meter, and a part of it."""
    below: dict[int, list[int]] = {}
    for meter in meters.values():
        if meter.parent is not None and meter.seen_by_parent:
            below.setdefault(meter.parent, []).append(meter.key)
    return below


def refs(text: str | None) -> list[int]:
    """Keys of the meters that a stored formula names."""
    return [int(ref[4:]) for ref in named(text or "")]


def checked(connection: Connection, meter: Meter) -> Meter:
    """A meter with its formula as it is stored.

    Raises
    ------
    ValueError
        If it names a meter that is not there, or is made of itself.
    """
    return stored(meter, _living(connection))


def stored(meter: Meter, living: Mapping[int, Meter]) -> Meter:
    """As `checked`, beside these living meters, of which it may be one."""
    found = spelled(meter, living)
    if not found.formula:
        return found
    if way := loop(found.key, {**living, found.key: found}):
        names = [meter.number if key == meter.key else living[key].number for key in way]
        raise ValueError(f"a meter cannot be made of itself: {' → '.join(names)}")
    return found


def spelled(meter: Meter, living: Mapping[int, Meter]) -> Meter:
    """A meter with its formula by ids, and by the numbers as these are written.

    Raises
    ------
    ValueError
        If it names a meter that is not there.
    """
    if not meter.formula:
        return replace(meter, formula=None, formula_by_id=None)
    keys = {folded(each.number): each.key for each in living.values()} | {folded(meter.number): meter.key}
    text = by_id(meter.formula, keys)
    return replace(meter, formula_by_id=text, formula=renamed(text, lambda ref: _number(ref, meter, living)))


def refuse_used(connection: Connection, gone: Collection[int]) -> None:
    """Raise ConflictError where a formula that holds names one of these meters, which are to be deleted."""
    for other in queries.load(connection, None, living=schema.meters.c.deleted_at.is_(None)):
        used = [key for key in refs(other.formula_by_id) if key in gone]
        if used and other.key not in gone:
            names = queries.numbers(connection, used)
            raise ConflictError(
                f"meter {names[used[0]]} is in the formula of {other.number} ({other.formula}): change that first"
            )


def refuse_broken(connection: Connection, touched: Iterable[int]) -> None:
    """Raise ConflictError where a formula names a meter that is deleted, after a change of these."""
    now, changed = clock.now(), set(touched)
    told = {m: text for m, text, start in queries.all_formulas(connection) if (start or queries.BEGINNING) <= now}
    if not any(told.values()):
        return
    table = schema.meters
    there = set(connection.scalars(select(table.c.key).where(table.c.deleted_at.is_(None))))
    for meter in sorted(told.keys() & there):
        for key in refs(told[meter]):
            if key not in there and changed & {key, meter}:
                numbers = queries.numbers(connection, [key, meter])
                raise ConflictError(f"the formula of {numbers[meter]} names {numbers[key]}, which would be deleted")


def add(
    connection: Connection, meter: Meter, formula: str | None, valid_from: datetime | None, *, by: str, at: datetime
) -> None:
    """Store a formula from an instant on; one that begins then is corrected, what holds then already changes nothing.

    Raises
    ------
    InputError
        If it lies ahead, is no formula of this meter, or some meter would be made of itself at some time.
    """
    problems = []
    if valid_from is not None and valid_from > at:
        problems.append(Problem(meter.number, "valid_from", valid_from.isoformat(), "lies ahead"))
    after = replace(meter, formula=formula)
    if formula:
        try:
            after = spelled(after, _living(connection))
        except ValueError as reason:
            problems.append(Problem(meter.number, "formula", formula[:60], str(reason)))
        problems += [Problem(meter.number, field, formula[:60], why) for field, why in contradictions(after)]
    else:
        after = replace(meter, formula=None, formula_by_id=None)
    if problems:
        raise InputError(f"the formula of meter {meter.number} cannot be stored", problems)
    history = _history(connection, meter)
    held = [since for since in history if (since or queries.BEGINNING) <= (valid_from or queries.BEGINNING)]
    if held and history[max(held, key=_since)] == after.formula_by_id:
        return
    action = "formula.correct" if valid_from in history else "formula.add"
    try:
        stated = history | {valid_from: after.formula_by_id}
        _store(connection, meter, valid_from, action, history, stated, after.formula, by=by, at=at)
    except LoopError as reason:
        problem = Problem(meter.number, "formula", str(formula or "")[:60], str(reason))
        raise InputError(f"the formula of meter {meter.number} cannot be stored", [problem]) from None


def remove(connection: Connection, meter: Meter, valid_from: datetime | None, *, by: str, at: datetime) -> None:
    """Take a formula away: the one before it holds on, and before the first there is none.

    Raises
    ------
    NotFoundError
        If none begins then.
    ConflictError
        If some meter would be made of itself at some time.
    """
    history = _history(connection, meter)
    if valid_from not in history:
        at_all = "from the beginning" if valid_from is None else f"at {valid_from.isoformat()}"
        raise NotFoundError(f"meter {meter.number} has no formula that begins {at_all}: its history shows them")
    left = {since: text for since, text in history.items() if since != valid_from}
    _store(connection, meter, valid_from, "formula.delete", history, left, by=by, at=at)


History = dict[datetime | None, str | None]
"""Formulas by ids, by the instant from which they hold; None is the beginning of time, and no formula."""


def _history(connection: Connection, meter: Meter) -> History:
    return {since: text for _, text, since in queries.all_formulas(connection, meter.key)}


def _since(since: datetime | None) -> datetime:
    return since or queries.BEGINNING


def _store(
    connection: Connection, meter: Meter, valid_from: datetime | None, action: str, before: History, after: History,
    written: str | None = None, *, by: str, at: datetime,
) -> None:  # fmt: skip
    def at_it(history: History) -> Row | None:
        return {"formula": history[valid_from]} if valid_from in history else None

    def told(history: History, text: str | None) -> Row | None:
        return {"formula": text, "valid_from": instant(valid_from)} if valid_from in history else None

    row = RowChange("formulas", (meter.key, instant(valid_from)), at_it(before), at_it(after))
    now = replace(meter, formula_by_id=after[max(after, key=_since)] if after else None)
    entry = journal.AuditEntry(
        at=at, by=by, action=action, subject=meter.id, before=told(before, before.get(valid_from)),
        after=told(after, written), rows=(*edits.own_changes(meter, now), row),
    )  # fmt: skip
    journal.commit(connection, [entry])


def _living(connection: Connection) -> dict[int, Meter]:
    return {each.key: each for each in queries.load(connection, None, living=schema.meters.c.deleted_at.is_(None))}


def _number(ref: str, meter: Meter, living: Mapping[int, Meter]) -> str:
    key = int(ref[4:])
    if key == meter.key:
        return meter.number
    if key not in living:
        raise NotFoundError(f"there is no meter {ref}")
    return living[key].number
