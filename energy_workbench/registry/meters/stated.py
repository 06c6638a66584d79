"""What was stated of meters from an instant of a period on, with who stated it and when: from the dated rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.fields.plain import instant
from energy_workbench.registry.meters import decisions, exchanges, interval_edits, queries
from energy_workbench.registry.meters.statements import (
    Statement,
    decision_text,
    edit_statement,
    exchange_text,
    formula_text,
    joined,
    place_text,
    ratio_text,
    status_text,
)
from energy_workbench.registry.storage import schema

TABLES: Final = frozenset({"statuses", "ratios", "placements", "formulas", "exchanges", "decisions", "interval_edits"})
AT_ONCE: Final = 500
"""Meters whose changes one statement asks for."""

Row = tuple[Any, ...]
"""A table and the identity of a row in it, as the audit has them."""


def listing(
    connection: Connection, start: datetime | None, end: datetime | None, key: int | None = None
) -> list[Statement]:
    """What holds from an instant in [start, end) on; of one meter where given. Taken back is never stated.

    Of the audit only the changes of meters are read of which something is told.
    """
    statements = [*_dated(connection, start, end, key), *_written(connection, start, end, key)]
    authors = _authors(connection, {each.meter for each, _ in statements})
    told = [
        replace(each, by=by, entered=entered)
        for each, row in statements
        for by, entered in [authors.get(row, ("", None))]
    ]
    return [*(each for each in told if each.of != "edit"), *joined([each for each in told if each.of == "edit"])]


def _dated(
    connection: Connection, start: datetime | None, end: datetime | None, key: int | None
) -> Iterator[tuple[Statement, Row]]:
    """Statuses, ratios, places and formulas: each is told beside the one before it."""

    def within(at: datetime | None) -> bool:
        return at is not None and (start is None or at >= start) and (end is None or at < end)

    def said(meter: int, of: str, at: datetime, text: str, table: str, reason: str = "") -> tuple[Statement, Row]:
        return Statement(meter=meter, of=of, at=at, text=text, reason=reason), (table, meter, instant(at))

    for meter, was, now in _changes(queries.all_statuses(connection, key)):
        if within(now.valid_from):
            yield said(meter, "status", now.valid_from, status_text(was, now), "statuses", now.reason)
    for meter, old, new in _changes(queries.all_ratios(connection, key)):
        if within(new.valid_from):
            yield said(meter, "ratio", new.valid_from, ratio_text(old, new), "ratios")
    numbers = {row.key: row.number for row in connection.execute(select(schema.meters.c.key, schema.meters.c.number))}
    places = [(meter, (parent, since)) for meter, parent, since in queries.placements(connection, key)]
    for meter, before, (parent, since) in _changes(places):
        if within(since):
            text = place_text(numbers.get(before[0]) if before else None, numbers.get(parent))
            yield said(meter, "place", since, text, "placements")
    dated = queries.all_formulas(connection, key)
    texts = queries.written(connection, {place: text for place, (_, text, _) in enumerate(dated)})
    written = [(meter, (texts[place], since)) for place, (meter, _, since) in enumerate(dated)]
    for meter, before, (formula, since) in _changes(written):
        if within(since):
            yield said(meter, "formula", since, formula_text(before[0] if before else None, formula), "formulas")


def _written(
    connection: Connection, start: datetime | None, end: datetime | None, key: int | None
) -> Iterator[tuple[Statement, Row]]:
    """Exchanges, decisions and edits, each of which is told by itself."""
    for meter, exchange in exchanges.listing(connection, key, start, end):
        text, reason, at = exchange_text(exchange), exchange.note, exchange.at
        statement = Statement(meter=meter, of="exchange", at=at, text=text, reason=reason)
        yield statement, ("exchanges", meter, instant(at))
    for meter, one in decisions.listing(connection, key, start, end):
        statement = Statement(meter=meter, of="decision", at=one.at, text=decision_text(one), reason=one.reason)
        yield statement, ("decisions", meter, one.quantity, instant(one.at))
    for meter, edit in interval_edits.listing(connection, key, start, end):
        yield edit_statement(meter, edit, "", None), ("interval_edits", meter, instant(edit.start))


def _changes(rows: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, Any, Any]]:
    """Each dated row of a meter with the one before it, if any."""
    for before, after in pairwise([(None, None), *rows]):
        yield after[0], before[1] if before[0] == after[0] else None, after[1]  # type: ignore[misc]


def _authors(connection: Connection, meters: Collection[int]) -> dict[Row, tuple[str, datetime]]:
    """Who wrote each row of these meters last, and when."""
    table = schema.audit
    authors: dict[Row, tuple[str, datetime]] = {}
    for some in _batched(sorted(meters)):
        ids = [f"mtr_{meter}" for meter in some]
        query = select(table.c.at, table.c.by, table.c.rows).where(table.c.subject.in_(ids), table.c.rows.is_not(None))
        for row in connection.execute(query.order_by(table.c.key)):
            for name, identity, _, new in row.rows:
                if name in TABLES and new is not None:
                    authors[(name, *identity)] = (row.by, row.at)
    return authors


def _batched(meters: Sequence[int]) -> Iterator[Sequence[int]]:
    """Some at a time: a database takes so many values in a statement only."""
    for at in range(0, len(meters), AT_ONCE):
        yield meters[at : at + AT_ONCE]
