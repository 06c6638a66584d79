"""The scheduler: plans what is due, hands each run to a worker process, and watches over those.

It runs in a thread of `energy-workbench schedule` and does nothing but a few small reads of the registry; a report is
written in a process of its own, so neither can delay a commit of the lake. Several schedulers may run on one registry
by mistake: a run is a row that one of them inserts, and one of them claims.
"""

from __future__ import annotations

import itertools
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.schedules import Run, RunState, Schedule, resolved
from energy_workbench.domain.time import clock, crontab
from energy_workbench.domain.time.period import zone_of
from energy_workbench.jobs.reports import outcomes, processes
from energy_workbench.jobs.reports.processes import Process
from energy_workbench.jobs.reports.worker_process import WorkerProcess
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.commands.scheduling import planned

log = logging.getLogger(__name__)

TURN_SECONDS: Final = 1.0
"""How often the scheduler looks [s]."""
GRACE_SECONDS: Final = 8.0
"""How long a worker that is told to end may take, before it is ended [s]."""


IDLE_SECONDS: Final = 60.0
"""How long a worker that has done its run is kept, with its kernel and its browser, for another [s]."""


Spawn = Callable[[Run], Process]


@dataclass(slots=True)
class Child:
    """A worker, at its run or after it; instants are those of the monotonic clock [s].

    Attributes
    ----------
    run : Run
        Its last.
    process : Process
    over : float or None
        Since when it holds its run no more, but has neither ended nor said that it is ready.
    idle : float or None
        Since when it waits for another.
    asked : float or None
        When it was told to end.
    handed : bool
        Whether it was handed its run while it waited, and did not begin with it.
    """

    run: Run
    process: Process
    over: float | None = None
    idle: float | None = None
    asked: float | None = None
    handed: bool = False

    def end(self) -> None:
        """Tell it to end."""
        self.asked = time.monotonic()
        self.process.leave()
        processes.ask(self.process)


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
        self._spawn = spawn or (lambda run: WorkerProcess(settings, run))
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._revision = -1
        self._upcoming: dict[str, tuple[Schedule, datetime]] = {}
        self.children: dict[int, Child] = {}
        self._numbers = itertools.count()

    def turn(self, only: int | None = None) -> None:
        """Do what is to be done now; with `only`, claim no other run than that, and plan nothing."""
        now = self._now()
        self._watch()
        if only is None:
            self._plan(now)
        # Who has let go of its run is free in a moment: the next is for its warm kernel.
        busy = sum(child.idle is None and child.asked is None for child in self.children.values())
        most = self._settings.reports_at_once
        for run in self._registry.claim_runs(self._name, now, most, only=only, busy=busy):
            log.info("run %d of %s begins (%s, %s)", run.key, run.name, run.report, run.period)
            try:
                self._begin(run)
            except OSError as error:
                outcomes.failed(self._registry, run, f"its process could not be started: {error.strerror}", self._now())

    def _begin(self, run: Run) -> None:
        """Hand a run to a worker that waits, with a warm kernel and browser, else to a new one."""
        for child in self.children.values():
            if child.idle is None or child.asked is not None or child.process.poll() is not None:
                continue
            try:
                child.process.hand(run)
            except OSError:  # it has just ended
                continue
            child.run, child.idle, child.over, child.handed = run, None, None, True
            return
        self.children[next(self._numbers)] = Child(run, self._spawn(run))

    def stop(self) -> None:
        """End every worker; what they did not finish is due again at once."""
        for child in self.children.values():
            child.end()
        for child in self.children.values():
            processes.make_sure(child.process, GRACE_SECONDS)
            if child.idle is not None:
                continue
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
        for number, child in list(self.children.items()):
            if (code := child.process.poll()) is None:
                self._look_at(child)
                continue
            del self.children[number]
            processes.leave_nothing(child.process)
            if child.idle is not None:
                continue
            run = self._registry.run(child.run.key)
            if run.holder == child.run.holder and run.lease_until is not None:
                # It ended without a word of what became of the run.
                if run.cancel_by:
                    outcomes.cancelled(self._registry, run, self._now())
                elif child.handed and not child.process.taken():
                    outcomes.untouched(self._registry, run, self._now())
                else:
                    outcomes.failed(
                        self._registry, run, f"its process ended by itself ({processes.told(code)})", self._now()
                    )

    def _look_at(self, child: Child) -> None:
        now = time.monotonic()
        if child.asked is not None:
            if now - child.asked > GRACE_SECONDS:
                processes.make_sure(child.process, 0.0)
        elif child.idle is not None:
            if now - child.idle >= IDLE_SECONDS:
                child.end()
        elif child.process.ready():
            child.idle = now
        elif self._to_end(child, now):
            child.end()

    def _to_end(self, child: Child, now: float) -> bool:
        """Whether a worker is to end: its run was cancelled or is another's, or it does not come to an end itself."""
        run = self._registry.run(child.run.key)
        if run.cancel_by:
            return True
        if run.holder:
            return run.holder != child.run.holder
        child.over = now if child.over is None else child.over
        return now - child.over > GRACE_SECONDS
