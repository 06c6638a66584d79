"""The part of the registry that knows every run of a report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from energy_workbench.domain.schedules import Run
from energy_workbench.domain.time import clock
from energy_workbench.registry import runs
from energy_workbench.registry.base import Opened


class ReportRuns(Opened):
    """Runs: planned, claimed, worked on, over."""

    def plan_run(self, run: Run) -> Run | None:
        """Write a run down; None where that period of that schedule was planned already."""
        with self.database.write() as connection:
            return runs.plan(connection, run)

    def last_planned(self) -> dict[str, datetime]:
        """The latest instant that each schedule was planned for by itself, by id."""
        with self.database.read() as connection:
            return runs.last_planned(connection)

    def claim_runs(self, holder: str, now: datetime, most: int, *, only: int | None = None, busy: int = 0) -> list[Run]:
        """Take the runs that are due (`only` that one), as long as fewer than `most` are being worked on.

        See `runs.claim`.
        """
        with self.database.read() as connection:
            if not runs.anything_due(connection, now):
                return []
        with self.database.write() as connection:
            runs.orphans(connection, now)
            return runs.claim(connection, holder, now, most, only, busy)

    def hold_run(self, key: int, holder: str, now: datetime | None = None, **values: Any) -> Run | None:
        """Stay its holder for another lease, and write down how far it is; None where it is another's by now."""
        with self.database.write() as connection:
            return runs.held(connection, key, holder, now or clock.now(), **values)

    def let_go_run(self, key: int, holder: str, *, only_running: bool = False, **values: Any) -> bool:
        """Stop working on it, with what became of it; False where it is another's by now, or (`only_running`) over."""
        with self.database.write() as connection:
            return runs.let_go(connection, key, holder, only_running=only_running, **values)

    def cancel_run(self, key: int, *, by: str) -> Run:
        """Cancel it: at once where nobody works on it, else by telling who does.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.write() as connection:
            return runs.cancel(connection, key, by=by, now=clock.now())

    def hurry_run(self, key: int, now: datetime) -> Run:
        """Let one that waits for another attempt have it now."""
        with self.database.write() as connection:
            return runs.hurry(connection, key, now)

    def run(self, key: int) -> Run:
        """One by its key.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.read() as connection:
            return runs.find(connection, key)

    def runs(self, schedule: str | None = None, limit: int = 100) -> list[Run]:
        """The newest of a schedule (its id), or of all, newest first."""
        with self.database.read() as connection:
            return runs.history(connection, schedule, limit)

    def newest_runs(self) -> dict[str, Run]:
        """By schedule, the run that is not over, else the newest."""
        with self.database.read() as connection:
            return runs.newest(connection)
