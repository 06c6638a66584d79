"""Exchanges of a meter's device: recorded with the last and first readings, corrected, taken away."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.fields.plain import attributes
from energy_workbench.domain.quantities import QUANTITIES, Kind
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import RowChange, changed, typed

TEXTS: Final = {"old_serial": text_of(200), "new_serial": text_of(200), "note": text_of(500)}


def listing(
    connection: Connection, key: int | None = None, start: datetime | None = None, end: datetime | None = None
) -> list[tuple[int, Exchange]]:
    """Exchanges with the keys of their meters, by meter, oldest first; of those in [start, end)."""
    table = schema.exchanges
    query = select(table).order_by(table.c.meter, table.c.at)
    if key is not None:
        query = query.where(table.c.meter == key)
    if start is not None:
        query = query.where(table.c.at >= start)
    if end is not None:
        query = query.where(table.c.at < end)
    return [(row["meter"], typed(Exchange, row)) for row in connection.execute(query).mappings()]


def recorded(
    connection: Connection, meter: Meter, given: Exchange, *, by: str, at: datetime
) -> list[journal.AuditEntry]:
    """What writes an exchange down; one at the same instant is corrected. The newest gives the meter its serial."""
    history = {exchange.at: exchange for _, exchange in listing(connection, meter.key)}
    exchange = _checked(meter, given, at)
    replaced = history.get(exchange.at)
    newest = all(other <= exchange.at for other in history)
    if not exchange.old_serial and newest:
        exchange = replace(exchange, old_serial=replaced.old_serial if replaced else meter.serial)
    serial = exchange.new_serial if newest else meter.serial
    if replaced == exchange:
        return []
    action = "exchange.correct" if replaced else "exchange.add"
    return [_entry(meter, replaced, exchange, serial, action=action, by=by, at=at)]


def is_newest(connection: Connection, meter: Meter, when: datetime) -> bool:
    """Whether no exchange of a meter is later."""
    return all(other.at <= when for _, other in listing(connection, meter.key))


def remove(connection: Connection, meter: Meter, when: datetime, *, by: str, at: datetime) -> None:
    """Take an exchange away; where it was the newest, the meter has its former serial again."""
    history = {exchange.at: exchange for _, exchange in listing(connection, meter.key)}
    if when not in history:
        raise NotFoundError(f"meter {meter.number} has no exchange at {when}: its history shows them")
    gone = history[when]
    serial = gone.old_serial if when == max(history) and meter.serial == gone.new_serial else meter.serial
    journal.commit(connection, [_entry(meter, gone, None, serial, action="exchange.delete", by=by, at=at)])


def _entry(
    meter: Meter,
    old: Exchange | None,
    new: Exchange | None,
    serial: str,
    *,
    action: str,
    by: str,
    at: datetime,
) -> journal.AuditEntry:
    rows = [changed("exchanges", old, new, meter=meter.key)]
    if serial != meter.serial:
        rows.append(RowChange("meters", (meter.key,), {"serial": meter.serial}, {"serial": serial}))
    before, after = (None if each is None else attributes(each) for each in (old, new))
    return journal.AuditEntry(
        at=at, by=by, action=action, subject=meter.id, before=before, after=after, rows=tuple(rows)
    )


def _checked(meter: Meter, exchange: Exchange, now: datetime) -> Exchange:
    problems: list[Problem] = []

    def wrong(field: str, value: object, reason: str) -> None:
        problems.append(Problem(meter.number, field, str(value)[:60], reason))

    texts = {}
    for name, convert in TEXTS.items():
        try:
            texts[name] = convert(getattr(exchange, name))
        except ValueError as error:
            wrong(name, getattr(exchange, name), str(error))
    if not texts.get("new_serial", "-"):
        wrong("new_serial", "", "is required: the serial number of the meter put in")
    if exchange.at.tzinfo is None:
        wrong("at", exchange.at, "needs an offset, such as +05:30 or Z")
    elif exchange.at > now:
        wrong("at", exchange.at, "lies ahead: write an exchange down once it is done")
    readings: dict[str, Any] = {}
    for name in ("closing", "opening"):
        readings[name], reasons = _counters(getattr(exchange, name))
        for quantity, reason in reasons.items():
            wrong(f"{name}.{quantity}", getattr(exchange, name)[quantity], reason)
    if problems:
        raise InputError(f"the exchange of meter {meter.number} cannot be stored", problems)
    return Exchange(at=exchange.at.astimezone(UTC), **texts, **readings)


def _counters(given: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """The readings as numbers, and what is wrong with which."""
    clean: dict[str, float] = {}
    wrong: dict[str, str] = {}
    for name, value in given.items():
        quantity = QUANTITIES.get(name)
        if quantity is None or quantity.kind is not Kind.COUNTER:
            wrong[name] = "is no counter, such as energy_active_import"
            continue
        try:
            clean[name] = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            clean[name] = math.nan
        if not math.isfinite(clean[name]) or clean[name] < 0:
            wrong[name] = f"a reading in {quantity.unit} is needed, zero or above"
    return clean, wrong
