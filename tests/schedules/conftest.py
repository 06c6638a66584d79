"""A registry with schedules, a clock that tests turn, and workers that tests end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.schedules import Run, Schedule
from energy_workbench.jobs.reports.scheduler import Scheduler
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from tests.migrated import migrated

NOON = datetime(2026, 10, 12, 6, 30, tzinfo=UTC)
"""12:00 in the site's zone, a Monday."""


class Clock:
    """Stands where a test puts it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


class Worker:
    """A worker process that runs until a test ends it."""

    pid = 2**22 + 1
    """Of no process: above the largest that Linux gives."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.free = self.takes = False

    def poll(self) -> int | None:
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        return self.code or 0

    def ready(self) -> bool:
        return self.free

    def hand(self, run: Run) -> None:
        if not self.free:
            raise BrokenPipeError

    def taken(self) -> bool:
        return self.takes

    def leave(self) -> None:
        pass


class Plant:
    """A registry, a clock and a scheduler, more of which can be started."""

    def __init__(self, found: Settings) -> None:
        self.settings = found
        self.registry = migrated(Registry(found.registry_url), timezone="Asia/Kolkata", site_name="Works")
        self.clock = Clock()
        self.begun: list[Run] = []
        self.workers: list[Worker] = []
        self.scheduler = self.another()

    def another(self) -> Scheduler:
        """A scheduler, as a second process would run it."""
        return Scheduler(self.settings, Registry(self.settings.registry_url), now=self.clock, spawn=self._spawn)

    def _spawn(self, run: Run) -> Worker:
        self.begun.append(run)
        self.workers.append(Worker())
        return self.workers[-1]

    def add(self, name: str = "Daily", cron: str = "0 6 * * *", period: str = "yesterday", **more: object) -> Schedule:
        schedule = Schedule(
            id=f"sch_{len(self.registry.schedules()):010x}",
            name=name,
            report="monthly",
            cron=cron,
            period=period,
            since=self.clock.now,
            **more,  # type: ignore[arg-type]
        )
        self.registry.create_schedule(schedule, by="test")
        return schedule

    def finish(self, run: Run, **values: object) -> None:
        """What a worker writes when it has done its run."""
        done = {"state": "done", "finished_at": self.clock.now, **values}
        assert self.registry.let_go_run(run.key, run.holder, **done)
        self.workers[self.begun.index(run)].code = 0


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    found = Plant(settings.load(tmp_path / "home"))
    yield found
    found.registry.close()
