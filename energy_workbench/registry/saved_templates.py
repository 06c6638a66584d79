"""The part of the registry that holds templates of meters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy_workbench.domain.time import clock
from energy_workbench.registry import templates
from energy_workbench.registry.base import Opened
from energy_workbench.registry.meters.checked import one
from energy_workbench.registry.templates import Template


class SavedTemplates(Opened):
    """Templates: saved from a meter or from fields, listed, deleted."""

    def templates(self) -> list[Template]:
        """All templates, by name."""
        with self.database.read() as connection:
            return templates.listing(connection)

    def template(self, name: str) -> Template:
        """One template by its name.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.read() as connection:
            return templates.find(connection, name)

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
            fields = like if isinstance(like, Mapping) else templates.of_meter(one(connection, like))
            return templates.create(connection, name, fields, by=by, at=clock.now())

    def delete_template(self, name: str, *, by: str) -> None:
        """Delete a template; meters that were created from it stay as they are.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.write() as connection:
            templates.delete(connection, name, by=by, at=clock.now())
