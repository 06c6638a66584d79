"""The one site of a registry."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, select

from energy_workbench.core.entities import Site
from energy_workbench.core.errors import HomeError, InputError, PeriodError, Problem
from energy_workbench.core.period import zone_of
from energy_workbench.registry import journal, schema
from energy_workbench.registry.rows import RowChange


def read_site(connection: Connection) -> Site:
    """The plant; a registry without its row is not initialised."""
    row = connection.execute(select(schema.site)).mappings().first()
    if row is None:
        raise HomeError("the registry has no site yet: run `energy-workbench init`")
    return Site(name=row["name"], timezone=row["timezone"], currency=row["currency"], country=row["country"])


def write_site(connection: Connection, site: Site, *, by: str, at: datetime) -> None:
    """Check and change it; the same again changes nothing."""
    _check(site)
    before, after = _plain(read_site(connection)), _plain(site)
    if before == after:
        return
    rows = (RowChange("site", (1,), before, after),)
    entry = journal.AuditEntry(
        at=at, by=by, action="site.update", subject="site", before=before, after=after, rows=rows
    )
    journal.commit(connection, [entry])


def _plain(site: Site) -> dict[str, str]:
    return {"name": site.name, "timezone": site.timezone, "currency": site.currency, "country": site.country}


def _check(site: Site) -> None:
    problems = []
    if not site.name.strip() or len(site.name) > 200 or not site.name.isprintable():
        problems.append(Problem("site", "name", site.name[:60], "1 to 200 printable characters"))
    try:
        zone_of(site.timezone)
    except PeriodError as error:
        problems.append(Problem("site", "timezone", site.timezone[:60], error.message))
    if not re.fullmatch("[A-Z]{3}", site.currency):
        problems.append(Problem("site", "currency", site.currency[:60], "an ISO 4217 code, such as INR"))
    if not re.fullmatch("[A-Z]{2}", site.country):
        problems.append(Problem("site", "country", site.country[:60], "an ISO 3166 code, such as IN"))
    if problems:
        raise InputError("the site cannot be changed", problems)
