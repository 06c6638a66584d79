"""The scheduler: plans what is due, hands each run to a worker process, and watches over those.

It runs in a thread of `energy-workbench schedule` and does nothing but a few small reads of the registry; a report is
written in a process of its own, so neither can delay a commit of the lake. Several schedulers may run on one registry
by mistake: a run is a row that one of them inserts, and one of them claims.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from energy_workbench.answers.scheduling import planned
from energy_workbench.core import clock, crontab
from energy_workbench.core.errors import WorkbenchError
from energy_workbench.core.period import zone_of
from energy_workbench.core.schedules import Run, RunState, Schedule, resolved
from energy_workbench.core.settings import Settings
from energy_workbench.registry import Registry
from energy_workbench.reports.scheduled import ended

log = logging.getLogger(__name__)

TURN_SECONDS: Final = 1.0
"""How often the scheduler looks [s]."""
GRACE_SECONDS: Final = 8.0
"""How long a worker that is told to end may take, before it is ended [s]."""


class Process(Protocol):
    """What the scheduler knows of a worker process."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


Spawn = Callable[[Run], Process]


@dataclass(slots=True)
class Child:
    """A worker at its run."""

    run: Run
    process: Process
    asked: float | None = None
    """When it was told to end, on the monotonic clock [s]."""


class Scheduler:
    """Plans, claims, spawns and watches; `turn` does all of it once.

    Parameters
    ----------
    settings : Settings
    registry : Registry
    now : callable
        The clock.
    spawn : callable, optional
        Starts the worker of a claimed run.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        *,
        now: Callable[[], datetime] = clock.now,
        spawn: Spawn | None = None,
    ) -> None:
        self._settings, self._registry, self._now = settings, registry, now
        self._spawn = spawn or (lambda run: start_worker(settings, run))
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._revision = -1
        self._upcoming: dict[str, tuple[Schedule, datetime]] = {}
        self.children: dict[int, Child] = {}

    def turn(self, only: int | None = None) -> None:
        """Do what is to be done now; with `only`, claim no other run than that, and plan nothing."""
        now = self._now()
        self._watch()
        if only is None:
            self._plan(now)
        for run in self._registry.claim_runs(self._name, now, self._settings.reports_at_once, only=only):
            log.info("run %d of %s begins (%s, %s)", run.key, run.name, run.report, run.period)
            try:
                self.children[run.key] = Child(run, self._spawn(run))
            except OSError as error:
                ended.badly(self._registry, run, f"its process could not be started: {error.strerror}", self._now())

    def stop(self) -> None:
        """End every worker; what they did not finish is due again at once."""
        for child in self.children.values():
            ended.ask(child.process)
        for child in self.children.values():
            ended.make_sure(child.process, GRACE_SECONDS)
            # It was not its fault: the attempt does not count.
            self._registry.let_go_run(
                child.run.key,
                child.run.holder,
                only_running=True,
                state=RunState.DUE,
                due_at=self._now(),
                reason="the scheduler was stopped meanwhile",
            )
        self.children.clear()

    def run(self, stop: threading.Event) -> None:
        """Turn until told to stop; what goes wrong is logged once, and tried again."""
        failures = 0
        while not stop.is_set():
            try:
                self.turn()
            except Exception as error:
                failures += 1
                if failures == 1:
                    log.error(
                        "the scheduler of reports fails: %s", error, exc_info=not isinstance(error, WorkbenchError)
                    )
            else:
                if failures:
                    log.info("the scheduler of reports works again after %d failures", failures)
                failures = 0
            stop.wait(TURN_SECONDS * min(1 + failures, 30))
        try:
            self.stop()
        except WorkbenchError as error:
            log.warning("workers could not be let go: %s", error)

    # Planning

    def _plan(self, now: datetime) -> None:
        revision = self._registry.revision()
        if revision != self._revision:
            self._learn(now)
            self._revision = revision
        due = [schedule for schedule, at in self._upcoming.values() if at <= now]
        if not due:
            return
        zone, last = zone_of(self._registry.site().timezone), self._registry.last_planned()
        for schedule in due:
            at = crontab.last_time(schedule.cron, zone, now)
            begun = max(schedule.since, last.get(schedule.id, schedule.since))
            if at is not None and at > begun:
                self._plan_one(schedule, at, begun)
            upcoming = crontab.next_time(schedule.cron, zone, now) or now + timedelta(days=365)
            self._upcoming[schedule.id] = (schedule, upcoming)

    def _learn(self, now: datetime) -> None:
        """Read the schedules anew: each is looked at once, for what was missed."""
        self._upcoming = {each.id: (each, now) for each in self._registry.schedules() if not each.paused}

    def _plan_one(self, schedule: Schedule, at: datetime, begun: datetime) -> None:
        zone = zone_of(self._registry.site().timezone)
        period, occasion = resolved(schedule.period, zone, at)
        missed = crontab.count_between(schedule.cron, zone, begun, at)
        reason = f"caught up once: {missed} earlier times passed while nobody planned" if missed else ""
        run = self._registry.plan_run(planned(schedule, period, occasion, at, zone, reason=reason))
        if run is not None:
            log.info("run %d of %s is planned (%s, %s)", run.key, run.name, run.report, run.period)

    # Watching

    def _watch(self) -> None:
        for key, child in list(self.children.items()):
            if (code := child.process.poll()) is None:
                self._end_if_wanted(child)
                continue
            del self.children[key]
            ended.leave_nothing(child.process)
            run = self._registry.run(key)
            if run.holder == child.run.holder and run.lease_until is not None:
                # It ended without a word of what became of the run.
                if run.cancel_by:
                    ended.cancelled(self._registry, run, self._now())
                else:
                    ended.badly(self._registry, run, f"its process ended by itself ({ended.told(code)})", self._now())

    def _end_if_wanted(self, child: Child) -> None:
        import time

        run = self._registry.run(child.run.key)
        lost = run.holder != child.run.holder
        if not (run.cancel_by or lost):
            return
        if child.asked is None:
            child.asked = time.monotonic()
            ended.ask(child.process)
        elif time.monotonic() - child.asked > GRACE_SECONDS:
            ended.make_sure(child.process, 0.0)


def start_worker(settings: Settings, run: Run, *, quiet: bool = False) -> subprocess.Popen[bytes]:
    """Start the worker of a run, in a session and process group of its own; its log goes where ours does or nowhere."""
    call = "from energy_workbench.cli import main; main()"
    command = [sys.executable, "-c", call, "schedules", "work", str(run.key), "--holder", run.holder]
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(settings.home)}
    error = subprocess.DEVNULL if quiet else None
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=error, stderr=error, start_new_session=True
    )
