"""Gateways and what is special about each: the pause that its line needs, how long it may take to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.core.errors import InputError, NotFoundError, Problem
from energy_workbench.registry import journal, schema
from energy_workbench.registry.rows import RowChange

BOUNDS: Final = {"pause_ms": (0.0, 10_000.0), "timeout_ms": (10.0, 60_000.0)}
"""Options of a gateway [ms]: the rest between two requests, and the longest wait for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A Modbus endpoint that meters name.

    Attributes
    ----------
    url : str
    options : dict of str to float
        Of `BOUNDS`; what is absent is up to the meter's profile.
    """

    url: str
    options: dict[str, float] = field(default_factory=dict)


def listing(connection: Connection) -> list[Gateway]:
    """Every gateway that a meter named, by address."""
    table = schema.gateways
    rows = connection.execute(select(table.c.url, table.c.options).order_by(table.c.url))
    return [Gateway(url=row.url, options=row.options) for row in rows]


def set_options(connection: Connection, url: str, options: Mapping[str, Any], *, by: str, at: datetime) -> None:
    """Replace the options of a gateway."""
    table = schema.gateways
    row = connection.execute(select(table.c.options).where(table.c.url == url)).first()
    if row is None:
        raise NotFoundError(f"no meter names the gateway {url!r}: give it to a meter first")
    clean = _check(url, options)
    if clean == row.options:
        return
    rows = (RowChange("gateways", (url,), {"options": row.options}, {"options": clean}),)
    entry = journal.AuditEntry(
        at=at, by=by, action="gateway.update", subject=url, before=row.options, after=clean, rows=rows
    )
    journal.commit(connection, [entry])


def _check(url: str, options: Mapping[str, Any]) -> dict[str, float]:
    problems = []
    for name, value in options.items():
        if name not in BOUNDS:
            problems.append(Problem(url, name, str(value)[:60], f"the options are {', '.join(BOUNDS)}"))
            continue
        low, high = BOUNDS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            problems.append(Problem(url, name, str(value)[:60], f"{low:g} to {high:g} ms is possible"))
    if problems:
        raise InputError(f"the options of gateway {url} cannot be stored", problems)
    return {name: float(value) for name, value in options.items()}
