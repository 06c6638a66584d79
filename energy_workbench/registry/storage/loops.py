"""What is below itself, or made of itself, at some time: refused of every change, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import MeterType
from energy_workbench.domain.errors import ConflictError
from energy_workbench.domain.formulas.expression import named
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.rows import RowChange

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_OF_METERS: Final = frozenset({"type", "seen_by_parent", "deleted_at"})
"""Attributes of a meter by which it is made of others, or others of it."""

Edge = tuple[int, datetime, datetime]
"""Key of the meter that another is below, or made of, from an instant until another."""
Edges = Callable[[int], Iterable[Edge]]


class LoopError(ConflictError):
    """A meter would be below itself, or made of itself."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A way round: keys from a meter to itself, and the time in which each step of it holds."""

    keys: Sequence[int]
    since: datetime
    until: datetime

    @property
    def when(self) -> str:
        since, until = (f"{at:%Y-%m-%d %H:%M}" for at in (self.since, self.until))
        if self.since == _FIRST:
            return "" if self.until == _LAST else f" until {until} UTC"
        return f" from {since} UTC on" if self.until == _LAST else f" from {since} to {until} UTC"


@dataclass(slots=True)
class _Known:
    """What is stored of meters over time, by key."""

    rows: Mapping[int, Any]
    above: dict[int, list[Edge]] = field(default_factory=dict)
    below: dict[int, list[Edge]] = field(default_factory=dict)
    formulas: dict[int, list[tuple[str | None, datetime, datetime]]] = field(default_factory=dict)

    def parents(self, key: int) -> Iterable[Edge]:
        """What a meter is below."""
        return self.above.get(key, ())

    def parts(self, key: int) -> Iterable[Edge]:
        """What a meter is made of: its formulas' meters, and while a virtual one has none, those below it."""
        for text, since, until in self.formulas.get(key, [(None, _FIRST, _LAST)]):
            if text:
                yield from ((int(ref[4:]), since, until) for ref in named(text))
            elif self.rows[key].type == MeterType.VIRTUAL:
                yield from ((child, max(since, low), min(until, high)) for child, low, high in self.below.get(key, ()))


def refuse(connection: Connection, changes: Sequence[RowChange]) -> None:
    """Look at what was just written of the tree and of formulas, at every time; the transaction is to be taken back.

    Raises
    ------
    LoopError
        If a meter of these changes is below itself, or made of itself: on which way, and when.
    """
    touched = {change.meter for change in changes if _matters(change)}
    if not touched:
        return
    known = _known(connection)
    for words, edges in (("below itself", known.parents), ("made of itself", known.parts)):
        for key in sorted(touched & _circling(edges, known.rows)):
            if (way := _way(key, edges, known.rows)) is not None:
                numbers = " → ".join(known.rows[each].number for each in way.keys)
                raise LoopError(f"a meter cannot be {words}: {numbers}{way.when}")


def _matters(change: RowChange) -> bool:
    if change.table == "meters":
        return change.old is not None and bool(_OF_METERS & (change.new or {}).keys())
    if change.table == "placements":
        # A new one that hangs at the top closes no way round.
        return change.old is not None or change.new != {"parent": None}
    return change.table == "formulas"


def _known(connection: Connection) -> _Known:
    meters, placements, formulas = schema.meters, schema.placements, schema.formulas
    columns = meters.c.key, meters.c.number, meters.c.type, meters.c.seen_by_parent, meters.c.deleted_at
    known = _Known({row.key: row for row in connection.execute(select(*columns))})
    placed = connection.execute(select(placements.c.meter, placements.c.parent, placements.c.valid_from))
    for key, parent, since, until in _dated(placed):
        if parent is not None:
            known.above.setdefault(key, []).append((parent, since, until))
            if known.rows[key].seen_by_parent:
                known.below.setdefault(parent, []).append((key, since, until))
    for key, text, since, until in _dated(
        connection.execute(select(formulas.c.meter, formulas.c.formula, formulas.c.valid_from))
    ):
        if key not in known.formulas:
            known.formulas[key] = [(None, _FIRST, since)]
        known.formulas[key].append((text, since, until))
    return known


def _dated(rows: Iterable[Any]) -> Iterable[tuple[int, Any, datetime, datetime]]:
    """Key, value, from when and until when it holds, of rows of key, value and valid from."""
    ordered = sorted(((key, since or _FIRST, value) for key, value, since in rows), key=lambda row: row[:2])
    for here, after in pairwise([*ordered, (None, _LAST, None)]):
        key, since, value = here
        if key is not None:
            yield key, value, since, after[1] if after[0] == key else _LAST


def _circling(edges: Edges, rows: Iterable[int]) -> set[int]:
    """Keys of meters from which some way leads round, were all its steps to hold at one time."""
    left: dict[int, int] = {}
    into: dict[int, list[int]] = {}
    for key in rows:
        there = {each for each, _, _ in edges(key)}
        left[key] = len(there)
        for each in there:
            into.setdefault(each, []).append(key)
    ending = [key for key, count in left.items() if not count]
    for key in ending:  # grows: all whose steps all end
        for before in into.get(key, ()):
            left[before] -= 1
            if not left[before]:
                ending.append(before)
    return left.keys() - set(ending)


def _way(start: int, edges: Edges, rows: Mapping[int, Any]) -> _Way | None:
    """A way from a meter to itself on which every step holds at one time; None where there is none."""
    begin: tuple[Any, ...] = (start, None)
    waiting = [(begin, _FIRST, _LAST)]
    seen: dict[int, list[tuple[datetime, datetime]]] = {}
    while waiting:
        trail, since, until = waiting.pop()
        here = trail[0]
        # What is deleted is of no tree any more.
        end = min(until, rows[here].deleted_at or _LAST)
        for there, low, high in edges(here):
            low, high = max(low, since), min(high, end)
            if low >= high:
                continue
            if there == start:
                return _Way([*_keys(trail), start], low, high)
            before = seen.setdefault(there, [])
            if not any(a <= low and high <= b for a, b in before):
                before.append((low, high))
                waiting.append(((there, trail), low, high))
    return None


def _keys(trail: tuple[Any, ...]) -> list[int]:
    found = []
    step: tuple[Any, ...] | None = trail
    while step is not None:
        found.append(int(step[0]))
        step = step[1]
    return found[::-1]
