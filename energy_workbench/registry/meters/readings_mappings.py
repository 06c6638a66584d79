"""Mappings: what somebody stated of readings files of one source, saved under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, select

from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.fields.plain import Json
from energy_workbench.domain.fields.readings_mapping import MappingFields, mapping_of
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import changed, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """A mapping under its name.

    Attributes
    ----------
    name : str
        Unique, whatever its letter case.
    fields : mapping
        What it states, as `mapping_of` takes it.
    """

    name: str
    fields: MappingFields = field(default_factory=lambda: MappingFields())


class SavedMappings(Opened):
    """Mappings of readings files: listed, saved, deleted."""

    def mappings(self) -> list[SavedMapping]:
        """All of them, by name."""
        with self.database.read() as connection:
            held = [typed(SavedMapping, row) for row in connection.execute(select(schema.mappings)).mappings()]
        return sorted(held, key=lambda each: natural(each.name))

    def mapping(self, name: str) -> SavedMapping:
        """One of them.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.read() as connection:
            return _find(connection, name)

    def put_mapping(self, name: str, fields: Mapping[str, Any], *, by: str) -> SavedMapping:
        """Save what is stated under a name, in place of what it held; the same again changes nothing.

        Raises
        ------
        InputError
            With everything that is wrong.
        """
        try:
            clean = text_of(64, joiners=False)(name)
            if not clean:
                raise ValueError("must not be empty")
        except ValueError as error:
            problem = Problem("mapping", "name", str(name)[:60], str(error))
            raise InputError("the mapping cannot be saved", [problem]) from None
        new = SavedMapping(name=clean, fields=mapping_of(fields).said)
        with self.database.write() as connection:
            try:
                old: SavedMapping | None = _find(connection, clean)
            except NotFoundError:
                old = None
            if old is not None:
                new = SavedMapping(name=old.name, fields=new.fields)
            if new != old:
                _write(connection, old, new, by=by, at=clock.now())
        return new

    def delete_mapping(self, name: str, *, by: str) -> None:
        """Delete one; what was imported with it stays.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.write() as connection:
            _write(connection, _find(connection, name), None, by=by, at=clock.now())


def _find(connection: Connection, name: str) -> SavedMapping:
    table = schema.mappings
    wanted = folded(name.strip()) if name.isprintable() else ""
    row = connection.execute(select(table).where(table.c.folded == wanted)).mappings().first()
    if row is None:
        raise NotFoundError(
            f"there is no mapping {name!r}: `energy-workbench readings mappings list` names those there are"
        )
    return typed(SavedMapping, row)


def _write(
    connection: Connection, old: SavedMapping | None, new: SavedMapping | None, *, by: str, at: datetime
) -> None:
    before, after = (None if each is None else cast("Mapping[str, Json]", each.fields) for each in (old, new))
    name = (new or old or SavedMapping(name="")).name
    action = "mapping.delete" if new is None else "mapping.update" if old else "mapping.create"
    rows = (changed("mappings", old, new),)
    entry = journal.AuditEntry(at=at, by=by, action=action, subject=name, before=before, after=after, rows=rows)
    journal.commit(connection, [entry])
