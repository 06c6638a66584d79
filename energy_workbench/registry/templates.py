"""Templates: what a saved meter has in common with those that are created from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, null, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.fields.meter_fields import INDIVIDUAL
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.fields.plain import Scalar
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.checks.fields import OWN, RATIO, contents, draft, folded
from energy_workbench.registry.meters.checked import one
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import changed, typed

HELD: Final = tuple(name for name in (*OWN, *RATIO) if name not in INDIVIDUAL)
"""Fields that a template holds."""


MADE_FROM: Final = "template"
"""Where the audit of a new meter names the template that it was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A saved meter to create others from.

    Attributes
    ----------
    name : str
        Unique, whatever its letter case.
    fields : mapping
        Values by field, as a form gives them.
    """

    name: str
    fields: Mapping[str, Scalar] = field(default_factory=dict)


def listing(connection: Connection) -> list[Template]:
    """All templates, by name."""
    table = schema.templates
    held = [typed(Template, row) for row in connection.execute(select(table)).mappings()]
    return sorted(held, key=lambda each: natural(each.name))


def find(connection: Connection, name: str) -> Template:
    """The template of that name."""
    table = schema.templates
    wanted = folded(name.strip()) if name.isprintable() else ""
    row = connection.execute(select(table).where(table.c.folded == wanted)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no template {name!r}: save a meter as one first")
    return typed(Template, row)


def of_meter(meter: Meter) -> dict[str, Scalar]:
    """What a template of this meter holds."""
    return {name: value for name, value in contents(meter).items() if name in HELD}


def create(connection: Connection, name: str, given: Mapping[str, Any], *, by: str, at: datetime) -> Template:
    """Save fields as a template; its name must be free."""
    clean, problems = _checked(name, given)
    if problems:
        raise InputError("the template cannot be saved", problems)
    table = schema.templates
    if connection.execute(select(table.c.key).where(table.c.folded == folded(clean.name))).first():
        raise ConflictError(f"there is a template {clean.name!r} already: delete it first, or choose another name")
    _write(connection, clean.name, None, clean, by=by, at=at)
    return clean


def put(connection: Connection, name: str, given: Mapping[str, Any], *, by: str, at: datetime) -> Template:
    """Save fields as a template of that name, in place of one that there is; the same again changes nothing."""
    clean, problems = _checked(name, given)
    if problems:
        raise InputError("the template cannot be saved", problems)
    try:
        before = find(connection, clean.name)
    except NotFoundError:
        before = None
    if before:
        clean = replace(clean, name=before.name)
    if clean != before:
        _write(connection, clean.name, before, clean, by=by, at=at)
    return clean


def named(entries: Iterable[journal.AuditEntry], template: Template) -> list[journal.AuditEntry]:
    """What created meters, saying from which template."""
    return [replace(entry, after={**(entry.after or {}), MADE_FROM: template.name}) for entry in entries]


def users(connection: Connection) -> dict[str, list[str]]:
    """Numbers of the living meters that were made from each template, by its name."""
    audit, meters = schema.audit, schema.meters
    source = audit.c.after[MADE_FROM].as_string()
    made = connection.execute(select(audit.c.subject, source).where(audit.c.action == "meter.create", source != null()))
    living = {
        f"mtr_{row.key}": row.number
        for row in connection.execute(select(meters.c.key, meters.c.number).where(meters.c.deleted_at.is_(None)))
    }
    found: dict[str, list[str]] = {}
    for subject, name in made:
        if subject in living:
            found.setdefault(folded(name), []).append(living[subject])
    return {each.name: sorted(found.get(folded(each.name), ()), key=natural) for each in listing(connection)}


def delete(connection: Connection, name: str, *, by: str, at: datetime) -> None:
    """Delete a template; the meters that were created from it stay as they are."""
    template = find(connection, name)
    _write(connection, template.name, template, None, by=by, at=at)


def _write(
    connection: Connection, name: str, old: Template | None, new: Template | None, *, by: str, at: datetime
) -> None:
    before, after = (None if each is None else dict(each.fields) for each in (old, new))
    if before is not None and after is not None:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        before, after = ({name: each.get(name) for name in names} for each in (before, after))
    rows = (changed("templates", old, new),)
    action = "template.delete" if new is None else "template.update" if old else "template.create"
    entry = journal.AuditEntry(at=at, by=by, action=action, subject=name, before=before, after=after, rows=rows)
    journal.commit(connection, [entry])


def _checked(name: str, given: Mapping[str, Any]) -> tuple[Template, list[Problem]]:
    problems = []
    try:
        clean = text_of(64, joiners=False)(name)
        if not clean:
            raise ValueError("must not be empty")
    except ValueError as error:
        clean = ""
        problems.append(Problem("template", "name", str(name)[:60], str(error)))
    for field_ in sorted(set(given) & INDIVIDUAL):
        reason = "every meter has its own: no template holds it"
        problems.append(Problem("template", field_, str(given[field_])[:60], reason))
    held = {name: value for name, value in given.items() if name not in INDIVIDUAL}
    # What is still missing comes with each meter.
    meter, wrong = draft(None, {"type": "other", "number": "-", "name": "-", "unit_id": 0} | held, "template")
    problems += wrong
    values = contents(meter) if meter else {}
    return Template(name=clean, fields={name: values[name] for name in held if name in values}), problems


class SavedTemplates(Opened):
    """Templates: saved from a meter or from fields, listed, deleted."""

    def templates(self) -> list[Template]:
        """All templates, by name."""
        with self.database.read() as connection:
            return listing(connection)

    def template(self, name: str) -> Template:
        """One template by its name.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.read() as connection:
            return find(connection, name)

    def create_template(self, name: str, like: str | int | Mapping[str, Any], *, by: str) -> Template:
        """Save a meter (by its id, number or key) or fields as a template.

        A template has no number, name, serial, unit id, status or place on the plan: each meter has its own.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the name is in use.
        NotFoundError
            If there is no such meter.
        """
        with self.database.write() as connection:
            fields = like if isinstance(like, Mapping) else of_meter(one(connection, like))
            return create(connection, name, fields, by=by, at=clock.now())

    def put_template(self, name: str, fields: Mapping[str, Any], *, by: str) -> Template:
        """Save fields as a template, in place of the one of that name where there is one.

        Raises
        ------
        InputError
            With everything that is wrong.
        """
        with self.database.write() as connection:
            return put(connection, name, fields, by=by, at=clock.now())

    def template_users(self) -> dict[str, list[str]]:
        """Numbers of the living meters that were made from each template, by its name."""
        with self.database.read() as connection:
            return users(connection)

    def delete_template(self, name: str, *, by: str) -> None:
        """Delete a template; meters that were created from it stay as they are.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.write() as connection:
            delete(connection, name, by=by, at=clock.now())
