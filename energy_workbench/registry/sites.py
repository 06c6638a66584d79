"""The one site of a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Site
from energy_workbench.domain.errors import HomeError, InputError, Problem
from energy_workbench.domain.fields.plain import Json
from energy_workbench.domain.site.places import countries, currencies, not_a_country, not_a_currency, not_a_zone, zones
from energy_workbench.domain.site.retention import days_of
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import RowChange

UPDATE: Final = "site.update"
"""What the audit calls a change of it."""


def read_site(connection: Connection) -> Site:
    """The plant; a registry without its row is not initialised."""
    row = connection.execute(select(schema.site)).mappings().first()
    if row is None:
        raise HomeError("the registry has no site yet: run `energy-workbench init`")
    return Site(
        name=row["name"],
        timezone=row["timezone"],
        currency=row["currency"],
        country=row["country"],
        keep_readings_days=row["keep_readings_days"],
    )


def was_changed(connection: Connection) -> bool:
    """Whether the audit knows of a change of it."""
    table = schema.audit
    return connection.execute(select(table.c.key).where(table.c.action == UPDATE).limit(1)).first() is not None


def read_fields(site: Site, given: Mapping[str, Any]) -> Site:
    """The site with what somebody gave in its place; spelled as the lists have it, unknown fields left to the caller.

    Raises
    ------
    InputError
        With everything that cannot be.
    """
    fields: dict[str, str | int | None] = {}
    problems = []
    for name, read in _READ.items():
        if name not in given:
            continue
        try:
            fields[name] = read(given[name])
        except ValueError as reason:
            value = given[name]
            problems.append(Problem("site", name, "" if value is None else str(value)[:60], str(reason)))
    if problems:
        raise InputError("the site cannot be changed", problems)
    return replace(site, **fields)  # type: ignore[arg-type]


def write_site(connection: Connection, site: Site, *, by: str, at: datetime) -> None:
    """Check and change it; the same again changes nothing."""
    stored = read_site(connection)
    was, will = plain(stored), plain(read_fields(stored, plain(site)))
    changed = [name for name in was if was[name] != will[name]]
    if not changed:
        return
    before, after = ({name: fields[name] for name in changed} for fields in (was, will))
    # The whole row: a registry is made with one that no trail tells of.
    rows = (RowChange("site", (1,), was, will),)
    entry = journal.AuditEntry(at=at, by=by, action=UPDATE, subject="site", before=before, after=after, rows=rows)
    journal.commit(connection, [entry])


def plain(site: Site) -> dict[str, Json]:
    """Its fields by name, as the audit keeps them."""
    return {
        "name": site.name,
        "timezone": site.timezone,
        "currency": site.currency,
        "country": site.country,
        "keep_readings_days": site.keep_readings_days,
    }


def _name(value: Any) -> str:
    text: str = text_of(200)(value)
    if not text:
        raise ValueError("a name is needed: 1 to 200 printable characters")
    return text


def _timezone(value: Any) -> str:
    text = str(value or "").strip()
    by_fold = {name.casefold(): name for name in zones()}
    if text.casefold() not in by_fold:
        raise ValueError(not_a_zone(text))
    return by_fold[text.casefold()]


def _code(value: Any, known: Mapping[str, str], why: Callable[[str], str]) -> str | None:
    """A code of a list; nothing is: not stated."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if text.upper() not in known:
        raise ValueError(why(text))
    return text.upper()


_READ: Final[Mapping[str, Callable[[Any], str | int | None]]] = {
    "name": _name,
    "timezone": _timezone,
    "country": lambda value: _code(value, countries(), not_a_country),
    "currency": lambda value: _code(value, currencies(), not_a_currency),
    "keep_readings_days": days_of,
}
