"""A site's own emission factors, dated and sourced: written down, corrected, taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from energy_workbench.domain.emission_factors import KINDS, Factor, gases_of
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import RowChange

HIGHEST: Final = 1000.0
"""No fuel and no grid emits more [kg CO₂ a unit]."""


def listing(connection: Connection) -> list[Factor]:
    """The site's own factors, by kind and date."""
    table = schema.factors
    rows = connection.execute(select(table).order_by(table.c.name, table.c.valid_from)).mappings()
    return [
        Factor(
            name=row["name"],
            value=row["value"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            source=row["source"],
            gases=row["gases"],
        )
        for row in rows
    ]


def store(connection: Connection, factor: Factor, *, by: str, at: datetime) -> None:
    """Write a factor down; one of the same kind and date is corrected."""
    factor = _checked(factor)
    before = _find(connection, factor.name, factor.valid_from)
    if before != factor:
        _write(connection, before, factor, by=by, at=at)


def remove(connection: Connection, name: str, valid_from: date | None, *, by: str, at: datetime) -> None:
    """Take a factor away; where one is shipped for that date, it holds again."""
    before = _find(connection, name, valid_from)
    if before is None:
        since = valid_from.isoformat() if valid_from else "the beginning"
        raise NotFoundError(f"the site has no factor {name!r} of its own from {since}")
    _write(connection, before, None, by=by, at=at)


def _find(connection: Connection, name: str, valid_from: date | None) -> Factor | None:
    return next((each for each in listing(connection) if (each.name, each.valid_from) == (name, valid_from)), None)


def _checked(factor: Factor) -> Factor:
    problems = []
    source = ""
    try:
        source = text_of(500)(factor.source)
    except ValueError as reason:
        problems.append(Problem("factor", "source", factor.source[:60], str(reason)))
    gases = factor.gases
    try:
        gases = gases_of(factor.gases)
    except ValueError as reason:
        problems.append(Problem("factor", "gases", factor.gases[:60], str(reason)))
    if not source and not any(each.field == "source" for each in problems):
        problems.append(Problem("factor", "source", "", "say where the value was published: reports name it"))
    if factor.name not in KINDS:
        problems.append(Problem("factor", "name", factor.name[:60], f"one of {', '.join(KINDS)}"))
    if not 0 <= factor.value <= HIGHEST:
        problems.append(Problem("factor", "value", str(factor.value), f"0 to {HIGHEST:g} is possible"))
    if problems:
        raise InputError("the factor cannot be stored", problems)
    return replace(factor, value=float(factor.value), source=source, gases=gases)


def _stated(factor: Factor) -> Row:
    return {"value": factor.value, "source": factor.source, "gases": factor.gases}


def _write(connection: Connection, before: Factor | None, after: Factor | None, *, by: str, at: datetime) -> None:
    shown = after or before
    assert shown is not None
    since = shown.valid_from.isoformat() if shown.valid_from else ""
    old, new = (None if each is None else _stated(each) for each in (before, after))
    rows = (RowChange("factors", (shown.name, since), old, new),)
    action = "factor.delete" if after is None else "factor.set"
    subject = f"{shown.name} from {since or 'the beginning'}"
    entry = journal.AuditEntry(at=at, by=by, action=action, subject=subject, before=old, after=new, rows=rows)
    journal.commit(connection, [entry])


class EmissionFactors(Opened):
    """Factors that a site states itself; those shipped hold where it states none."""

    def factors(self) -> list[Factor]:
        """The site's own factors."""
        with self.database.read() as connection:
            return listing(connection)

    def set_factor(self, factor: Factor, *, by: str) -> None:
        """Write a factor down; one of the same kind and date is corrected.

        Raises
        ------
        InputError
            If its kind does not exist, its value is impossible or it has no source.
        """
        with self.database.write() as connection:
            store(connection, factor, by=by, at=clock.now())

    def delete_factor(self, name: str, valid_from: date | None, *, by: str) -> None:
        """Take a factor of the site's own away.

        Raises
        ------
        NotFoundError
            If there is none of that kind and date.
        """
        with self.database.write() as connection:
            remove(connection, name, valid_from, by=by, at=clock.now())
