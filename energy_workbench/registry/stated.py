"""What was stated of meters from an instant of a period on, with who stated it and when: from the dated rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.core.statements import (
    Statement,
    decision_text,
    edit_statement,
    exchange_text,
    joined,
    place_text,
    ratio_text,
    status_text,
)
from energy_workbench.registry import decisions, exchanges, interval_edits, queries, schema
from energy_workbench.registry.rows import instant

TABLES: Final = frozenset({"statuses", "ratios", "placements", "exchanges", "decisions", "interval_edits"})

Authors = dict[tuple[Any, ...], tuple[str, datetime]]
"""Who wrote a row last, and when, by table and identity."""


def listing(
    connection: Connection, start: datetime | None, end: datetime | None, key: int | None = None
) -> list[Statement]:
    """What holds from an instant in [start, end) on; of one meter where given. Taken back is never stated."""
    authors = _authors(connection, key)

    def within(at: datetime | None) -> bool:
        return at is not None and (start is None or at >= start) and (end is None or at < end)

    def said(meter: int, of: str, at: datetime, text: str, table: str, *more: Any, reason: str = "") -> Statement:
        by, entered = authors.get((table, meter, *more, instant(at)), ("", None))
        return Statement(meter=meter, of=of, at=at, text=text, reason=reason, by=by, entered=entered)

    numbers = {row.key: row.number for row in connection.execute(select(schema.meters.c.key, schema.meters.c.number))}
    found: list[Statement] = []
    for meter, was, now in _changes(queries.all_statuses(connection, key)):
        if within(now.valid_from):
            told = said(meter, "status", now.valid_from, status_text(was, now), "statuses", reason=now.reason)
            found.append(told)
    for meter, old, new in _changes(queries.all_ratios(connection, key)):
        if within(new.valid_from):
            found.append(said(meter, "ratio", new.valid_from, ratio_text(old, new), "ratios"))
    places = [(meter, (parent, since)) for meter, parent, since in queries.placements(connection, key)]
    for meter, before, (parent, since) in _changes(places):
        if within(since):
            text = place_text(numbers.get(before[0]) if before else None, numbers.get(parent))
            found.append(said(meter, "place", since, text, "placements"))
    for meter, each in exchanges.listing(connection, key):
        if within(each.at):
            found.append(said(meter, "exchange", each.at, exchange_text(each), "exchanges", reason=each.note))
    for meter, one in decisions.listing(connection, key):
        if within(one.at):
            text = decision_text(one)
            found.append(said(meter, "decision", one.at, text, "decisions", one.quantity, reason=one.reason))
    edits = [
        edit_statement(meter, edit, *authors.get(("interval_edits", meter, instant(edit.start)), ("", None)))
        for meter, edit in interval_edits.listing(connection, key)
        if within(edit.start)
    ]
    return [*found, *joined(edits)]


def _changes(rows: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, Any, Any]]:
    """Each dated row of a meter with the one before it, if any."""
    for before, after in pairwise([(None, None), *rows]):
        yield after[0], before[1] if before[0] == after[0] else None, after[1]  # type: ignore[misc]


def _authors(connection: Connection, key: int | None) -> Authors:
    table = schema.audit
    query = select(table.c.at, table.c.by, table.c.rows).where(table.c.rows.is_not(None)).order_by(table.c.key)
    found: Authors = {}
    for row in connection.execute(query):
        for name, identity, _, new in row.rows:
            if name in TABLES and new is not None and (key is None or identity[0] == key):
                found[(name, *identity)] = (row.by, row.at)
    return found
