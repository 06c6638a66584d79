"""The store of findings, beside the live state.

They follow from readings and can be found again, so they are neither configuration nor readings: whoever writes
them, the collector among others, waits for no editor and for no commit of the lake.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    or_,
    select,
)

from energy_workbench.domain.health.findings import Finding
from energy_workbench.registry.storage.schema import Instant

IDENTITY = ("meter", "name", "quantity", "start")


def table_of(metadata: MetaData) -> Table:
    """The table of findings."""
    table = Table(
        "findings",
        metadata,
        Column("key", Integer, primary_key=True),
        Column("meter", Integer, nullable=False),
        Column("name", String(64), nullable=False),
        Column("quantity", String(64), nullable=False),
        Column("start", Instant, nullable=False),
        Column("end", Instant, nullable=False),
        Column("text", Text, nullable=False),
        Column("evidence", Text, nullable=False),
        UniqueConstraint(*IDENTITY),
    )
    Index("ix_findings_start", table.c.start)
    return table


def put(connection: Connection, upsert: Insert, findings: Sequence[Finding]) -> None:
    """Write findings; of the same case the later one holds."""
    last = {finding.identity: finding for finding in findings}
    rows = [
        {
            "meter": finding.meter,
            "name": finding.name,
            "quantity": finding.quantity,
            "start": finding.start,
            "end": finding.end,
            "text": finding.text,
            "evidence": json.dumps(dict(finding.evidence), separators=(",", ":"), allow_nan=False),
        }
        for finding in last.values()
    ]
    if rows:
        connection.execute(upsert, rows)


def remove(connection: Connection, table: Table, name: str, meter: int, start: datetime, end: datetime) -> None:
    """Take away what begins in a span [start, end) of a meter, of that name or below it."""
    inside = and_(table.c.meter == meter, table.c.start >= start, table.c.start < end)
    connection.execute(delete(table).where(inside, _named(table, name)))


def listing(
    connection: Connection,
    table: Table,
    *,
    meter: int | None,
    start: datetime | None,
    end: datetime | None,
    name: str | None,
    limit: int,
) -> list[Finding]:
    """The newest findings that touch a span [start, end), newest first."""
    query = select(table).order_by(table.c.start.desc(), table.c.key.desc()).limit(limit)
    if meter is not None:
        query = query.where(table.c.meter == meter)
    if start is not None:
        query = query.where(table.c.end >= start)
    if end is not None:
        query = query.where(table.c.start < end)
    if name:
        query = query.where(_named(table, name))
    return [
        Finding(
            name=row["name"],
            meter=row["meter"],
            quantity=row["quantity"],
            start=row["start"],
            end=row["end"],
            text=row["text"],
            evidence=json.loads(row["evidence"]),
        )
        for row in connection.execute(query).mappings()
    ]


def _named(table: Table, name: str) -> ColumnElement[bool]:
    """That name, or one below it: `value` has `value.voltage`."""
    return or_(table.c.name == name, table.c.name.startswith(f"{name.rstrip('.')}.", autoescape=True))
