"""Reports that are sent by themselves: one set of methods, on the files or over the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any


class Schedules(ABC):
    """What plans reports, sees what became of them, and ends them; every change of a plan is audited.

    A schedule is named by its name or id. `fields` are `name, report, parameters, cron, period, formats,
    recipients` (each `{address, language}`), `webhook, owner, completeness_percent, wait_hours, paused`.
    """

    @abstractmethod
    def reports(self) -> list[dict[str, Any]]:
        """The reports there are: `name` and `parameters`, each with `name, type, default, help`."""

    @abstractmethod
    def schedules(self) -> list[dict[str, Any]]:
        """All schedules, by name, each with `next_run` and the run that is not over, else the last one, as `run`."""

    @abstractmethod
    def schedule(self, schedule: str) -> dict[str, Any]:
        """One schedule, as in the list.

        Raises
        ------
        NotFoundError
            If there is none.
        """

    @abstractmethod
    def check_schedule(self, fields: Mapping[str, Any], id: str | None = None) -> dict[str, Any]:
        """What is wrong with a form (`problems`) or looks wrong (`warnings`), and when it would run.

        `described` says that in words, `next_runs` has the next instants with their periods.

        Nothing is stored. `id` is the schedule that the form changes; None is a new one.
        """

    @abstractmethod
    def create_schedule(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Plan a report.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the name is in use.
        """

    @abstractmethod
    def update_schedule(
        self, schedule: str, fields: Mapping[str, Any], *, revision: int | None = None
    ) -> dict[str, Any]:
        """Change the given fields; a schedule that is resumed, or planned anew, begins now and catches nothing up.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If it has been changed meanwhile, or the name is in use.
        """

    @abstractmethod
    def delete_schedule(self, schedule: str) -> None:
        """Take it away; its history stays, what it planned and was not begun is cancelled."""

    @abstractmethod
    def run_schedule(self, schedule: str, period: str | None = None) -> dict[str, Any]:
        """Send its report now, of the period that its rule means now, or of another one; the run.

        One of that period that waits for another attempt has it now.

        Raises
        ------
        ConflictError
            If one that somebody asked for is on its way already.
        """

    @abstractmethod
    def runs(self, schedule: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """The newest runs of a schedule, or of all, newest first: status, duration, reason, progress, files."""

    @abstractmethod
    def run(self, run: int) -> dict[str, Any]:
        """One run."""

    @abstractmethod
    def cancel_run(self, run: int) -> dict[str, Any]:
        """Cancel a run; one that is being worked on ends within seconds."""

    @abstractmethod
    def run_file(self, run: int, kind: str) -> tuple[str, bytes]:
        """Name and content of a file that a run wrote (`html`, `pdf`, `xlsx`).

        Raises
        ------
        NotFoundError
            If it wrote none, or it was taken away.
        """
