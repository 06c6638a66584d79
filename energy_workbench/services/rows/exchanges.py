"""Exchanges of a meter's device between values and what people send and read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.meters import ExchangeRow
from energy_workbench.domain.errors import InputError, PeriodError, Problem
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.time.period import parse_instant

TEXTS = ("new_serial", "old_serial", "note")
COUNTS = ("closing", "opening")


def exchange_row(exchange: Exchange, zone: ZoneInfo) -> ExchangeRow:
    """An exchange as REST shows it."""
    return {
        "at": iso(exchange.at, zone),
        "old_serial": exchange.old_serial,
        "new_serial": exchange.new_serial,
        "closing": dict(exchange.closing),
        "opening": dict(exchange.opening),
        "note": exchange.note,
    }


def exchange_from(row: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> Exchange:
    """The exchange that a row means; `at` is now where it is not given.

    Raises
    ------
    InputError
        With everything that is of a wrong kind; what the values may be, the registry says.
    """
    problems = []

    def wrong(field: str, reason: str) -> None:
        problems.append(Problem("body", field, str(row[field])[:60], reason))

    for field in row.keys() - {"at", *TEXTS, *COUNTS}:
        wrong(field, f"is not known here: an exchange has at, {', '.join((*TEXTS, *COUNTS))}")
    at = now
    if row.get("at") is not None:
        try:
            at = parse_instant(str(row["at"]), zone)
        except PeriodError as error:
            wrong("at", error.message)
    texts = {name: row[name] for name in TEXTS if row.get(name) is not None}
    counts = {name: row[name] for name in COUNTS if row.get(name) is not None}
    for name, value in texts.items():
        if not isinstance(value, str):
            wrong(name, "must be a text")
    for name, value in counts.items():
        if not isinstance(value, Mapping):
            wrong(name, "must be an object of quantity: reading, such as energy_active_import: 1234.5")
    if problems:
        raise InputError("the exchange cannot be stored", problems)
    return Exchange(at=at, **{"new_serial": ""} | texts, **counts)
