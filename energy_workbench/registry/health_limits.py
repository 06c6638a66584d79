"""Limits of health as people set them: the site's and a meter's own, checked and written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.health.limits import DEFAULTS, OFF, Limits, bounds, can_be_off, contradictions, resolved
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.conversions import real
from energy_workbench.registry.meters.checked import one
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import RowChange

Fields = dict[str, float | None]


def listing(connection: Connection) -> dict[int | None, Fields]:
    """What was set, by key of the meter; None is the site. Absent fields are the default's."""
    table = schema.limits
    return {row.meter: dict(row.fields) for row in connection.execute(select(table.c.meter, table.c.fields))}


def store(connection: Connection, meter: Meter | None, given: Mapping[str, Any], *, by: str, at: datetime) -> None:
    """Change the given fields of a meter's limits, or of the site's."""
    if entry := planned(listing(connection), meter, given, by=by, at=at):
        journal.commit(connection, [entry])


def planned(
    stored: Mapping[int | None, Fields], meter: Meter | None, given: Mapping[str, Any], *, by: str, at: datetime
) -> journal.AuditEntry | None:
    """What changes the given fields of a meter's limits, or of the site's; None where it changes nothing.

    Parameters
    ----------
    stored : mapping
        As `listing` gives it.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    key = meter.key if meter else None
    before = stored.get(key, {})
    site = stored.get(None, {}) if meter else None
    after = _checked(before, given, site=site, where=meter.number if meter else "site")
    if after == before:
        return None
    rows = (RowChange("limits", (key,), {"fields": before} if before else None, {"fields": after} if after else None),)
    names = sorted(name for name in {*before, *after} if before.get(name, "") != after.get(name, ""))
    return journal.AuditEntry(
        at=at,
        by=by,
        action="limits.update",
        subject=meter.id if meter else "site",
        before={name: _shown(before, name) for name in names},
        after={name: _shown(after, name) for name in names},
        rows=rows,
    )


def _checked(before: Fields, given: Mapping[str, Any], *, site: Fields | None, where: str) -> Fields:
    problems, after = [], dict(before)
    for name, value in given.items():
        try:
            if name not in DEFAULTS:
                raise ValueError(f"there is no such limit; they are {', '.join(DEFAULTS)}")
            if value is None or (isinstance(value, str) and not value.strip()):
                after.pop(name, None)
            elif can_be_off(name) and isinstance(value, str) and value.strip().lower() == OFF:
                after[name] = None
            else:
                after[name] = real(*bounds(name))(value)
        except ValueError as reason:
            problems.append(Problem(where, name, "" if value is None else str(value)[:60], str(reason)))
    if not problems:
        limits = resolved(after) if site is None else resolved(site, after)
        problems = [
            Problem(where, name, f"{limits.fields[name]:g}", reason) for name, reason in contradictions(limits).items()
        ]
    if problems:
        raise InputError(f"the limits of {where} cannot be stored", problems)
    return after


def _shown(fields: Fields, name: str) -> float | str | None:
    return OFF if fields.get(name, "") is None else fields.get(name)


class HealthLimits(Opened):
    """Limits of the site, and those of meters that have their own."""

    def limits(self) -> dict[int | None, dict[str, float | None]]:
        """What was set, by key of the meter (None is the site); absent fields are the default's, None is off."""
        with self.database.read() as connection:
            return listing(connection)

    def limits_of(self, key: int | None) -> Limits:
        """The limits that hold for a meter, by its key, or for the site (None)."""
        stored = self.limits()
        return resolved(stored.get(None, {}), None if key is None else stored.get(key))

    def set_limits(self, fields: Mapping[str, Any], ref: str | int | None = None, *, by: str) -> None:
        """Change the given limits of a meter, or of the site (None).

        A field is one of `domain.health.limits.DEFAULTS`; None or an empty text brings its default back (a meter's is
        the site's), and `off` switches a threshold off.

        Raises
        ------
        InputError
            With everything that is wrong; then nothing is changed.
        NotFoundError
            If there is no such meter.
        """
        with self.database.write() as connection:
            meter = None if ref is None else one(connection, ref)
            store(connection, meter, fields, by=by, at=clock.now())
