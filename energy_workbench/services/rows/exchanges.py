"""Exchanges of a meter's device between values and what people send and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.meters import ExchangeRow
from energy_workbench.domain.errors import InputError, PeriodError, Problem
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.services.rows.ratios import ratio_from

TEXTS = ("new_serial", "old_serial", "note")
COUNTS = ("closing", "opening")
DEVICE = ("profile", "ratio")
"""What the new device brings with it."""


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

    for field in row.keys() - {"at", *TEXTS, *COUNTS, *DEVICE}:
        wrong(field, f"is not known here: an exchange has at, {', '.join((*TEXTS, *COUNTS, *DEVICE))}")
    at = now
    if row.get("at") is not None:
        try:
            at = parse_instant(str(row["at"]), zone)
        except PeriodError as error:
            wrong("at", error.message)
    if row.get("profile") is not None and not isinstance(row["profile"], str):
        wrong("profile", "must be a text")
    if row.get("ratio") is not None and not isinstance(row["ratio"], Mapping):
        wrong("ratio", "must be an object of the CT and PT and who applies them")
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


def device_ratio(row: Mapping[str, Any], before: Ratio, at: datetime, zone: ZoneInfo) -> Ratio | None:
    """The ratio that holds with the new device from an exchange on; None where the row says nothing of one.

    Parameters
    ----------
    before : Ratio
        That of the time of the exchange.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    given = row.get("ratio")
    if given is None:
        return None
    ratio = replace(ratio_from(given, before, zone, at), valid_from=at)
    return None if replace(ratio, valid_from=before.valid_from) == before else ratio
