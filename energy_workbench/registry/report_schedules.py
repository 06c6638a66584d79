"""The part of the registry that holds schedules of reports."""

from __future__ import annotations

from collections.abc import Callable

from energy_workbench.domain.schedules import Schedule
from energy_workbench.domain.time import clock
from energy_workbench.registry import schedules
from energy_workbench.registry.base import Opened


class ReportSchedules(Opened):
    """Reports that are sent by themselves."""

    def schedules(self) -> list[Schedule]:
        """All of them, by name."""
        with self.database.read() as connection:
            return schedules.listing(connection)

    def schedule(self, ref: str) -> Schedule:
        """One by its id or name.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.read() as connection:
            return schedules.find(connection, ref)

    def create_schedule(self, schedule: Schedule, *, by: str) -> None:
        """Store a new one.

        Raises
        ------
        ConflictError
            If its name is in use.
        """
        with self.database.write() as connection:
            schedules.create(connection, schedule, by=by, at=clock.now())

    def update_schedule(
        self, ref: str, change: Callable[[Schedule], Schedule], *, by: str, revision: int | None = None
    ) -> Schedule:
        """Store what `change` makes of it; with `revision`, it must be the one that the change was made from.

        Raises
        ------
        NotFoundError
            If there is none.
        ConflictError
            If it has been changed meanwhile, or its new name is in use.
        """
        with self.database.write() as connection:
            before = schedules.find(connection, ref)
            after = change(before)
            schedules.refuse_stale(before, after, revision)
            schedules.update(connection, before, after, by=by, at=clock.now())
            return after

    def delete_schedule(self, ref: str, *, by: str) -> Schedule:
        """Take one away; its runs stay, those that were not begun are cancelled by the scheduler.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.write() as connection:
            return schedules.remove(connection, ref, by=by, at=clock.now())
