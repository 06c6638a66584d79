"""The periodic jobs: spool to lake, readings to intervals, and the lake's upkeep; scheduled reports beside them."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from energy_workbench.domain.errors import LakeError, WorkbenchError
from energy_workbench.runtime.notify import Alive
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from energy_workbench.runtime.settings import Settings

log = logging.getLogger(__name__)

UPKEEP_SECONDS = 3600.0
"""How often the lake is compacted and cleaned [s]."""

THINNING_SECONDS = 60.0
"""How often old readings are thinned, where the site states that they are [s] …"""

THINNING_TURN_SECONDS = 5.0
"""… and for how long at a time, or one file: readings are committed between [s]."""

PRESENCE_SECONDS = 5.0
"""How often it is looked which meters that nobody polls came or went [s]: a quarter of the shortest period of one."""

HEARTBEAT_SECONDS = 5.0
"""How often the process says that it is alive [s]."""


@dataclass(slots=True)
class Job:
    """Something done again and again.

    Attributes
    ----------
    name : str
    every : float
        [s]
    run : callable
        Does it once, and says in words what it did.
    due : float
        When it is next due, on the monotonic clock [s].
    failures : int
        How often it failed in a row; the first is logged, repeats are counted.
    """

    name: str
    every: float
    run: Callable[[], str]
    due: float = 0.0
    failures: int = 0

    def attempt(self, now: float) -> str:
        """Run it, and plan the next time without drift; a failure is told and does not stop the others."""
        try:
            words = self.run()
        except WorkbenchError as error:
            self.failures += 1
            if self.failures == 1:
                log.error("%s failed: %s", self.name, error)
            words = f"{self.name} failed {self.failures} times: {error}"
        except Exception as error:
            self.failures += 1
            if self.failures == 1:
                log.exception("%s failed", self.name)
            words = f"{self.name} failed {self.failures} times: {type(error).__name__}: {error}"
        else:
            if self.failures:
                log.info("%s works again after %d failures", self.name, self.failures)
            self.failures = 0
        self.due += self.every
        if self.due <= now:
            self.due = now + self.every
        return words


def lake_jobs(settings: Settings) -> list[Job]:
    """The jobs of a home's lake, in the order in which they depend on each other."""
    from energy_workbench.jobs.late_readings import LateReadings
    from energy_workbench.lake import Lake, Spool
    from energy_workbench.lake.maintenance import maintain
    from energy_workbench.registry import Registry
    from energy_workbench.services.home import Home
    from energy_workbench.services.measuring.build import IntervalBuild
    from energy_workbench.services.retention.retention import Retention

    home = Home(settings)
    late: LateReadings | None = None
    building: IntervalBuild | None = None
    lake, registry = Lake(settings.lake_path), Registry(settings.registry_url)
    spool = Spool(settings.spool_path, settings.spool_max_bytes)
    registry.check()
    retention = Retention(settings, lake, registry, home.state)
    checked = -UPKEEP_SECONDS

    def mended(work: Callable[[], int]) -> int:
        """Do it; where the lake cannot be read, once more after all of it was checked and damage set aside."""
        nonlocal checked
        try:
            return work()
        except LakeError:
            if time.monotonic() - checked < UPKEEP_SECONDS:
                raise
            checked = time.monotonic()
            if not maintain(lake, check=True).damaged:
                raise
            return work()

    def commit() -> str:
        nonlocal late
        late = late or LateReadings(lake, registry, home.state)
        try:
            committed = mended(lambda: lake.commit(spool))
            late.look()
            return f"{committed} readings committed"
        except WorkbenchError as error:
            raise LakeError(f"{error}; {spool.state().words()}") from None

    def build_intervals() -> str:
        nonlocal building
        building = building or IntervalBuild(settings, lake, registry, home.state)
        run = building.run
        return f"{mended(lambda: run(at_once=False).rows)} intervals written"

    def upkeep() -> str:
        return f"{maintain(lake).compacted} runs of files compacted"

    def thinning() -> str:
        return f"{len(list(retention.run(THINNING_TURN_SECONDS)))} files of old readings thinned"

    def presence() -> str:
        return f"{mended(home.note_presence)} meters came or went"

    return [
        Job("commit", settings.commit_seconds, commit),
        Job("build", settings.build_seconds, build_intervals),
        Job("presence", PRESENCE_SECONDS, presence),
        Job("upkeep", UPKEEP_SECONDS, upkeep),
        Job("thinning", THINNING_SECONDS, thinning),
    ]


def report_thread(settings: Settings, stop: threading.Event) -> threading.Thread:
    """The scheduler of reports, in a thread of its own, begun: whatever it does, no commit waits for it."""
    from energy_workbench.jobs.reports.scheduler import Scheduler
    from energy_workbench.registry import Registry

    scheduler = Scheduler(settings, Registry(settings.registry_url))
    thread = threading.Thread(target=scheduler.run, args=(stop,), name="reports")
    thread.start()
    return thread


def jobs(settings: Settings, stop: threading.Event | None = None) -> None:
    """Run the periodic jobs until SIGTERM, SIGINT or `stop`; a job that runs is finished first.

    Raises
    ------
    HomeError
        If the home is not initialised.
    """
    from energy_workbench.registry.live_state.heartbeat import Heartbeat
    from energy_workbench.registry.live_state.state import StateStore

    stop = stop or threading.Event()
    _stop_on_signals(stop)
    work = lake_jobs(settings)
    state = StateStore(settings.state_url)
    state.migrate()
    heartbeat = Heartbeat(state, "schedule", RepeatedFailures(log))
    told, detail, alive = -HEARTBEAT_SECONDS, "starting", Alive()
    reports = report_thread(settings, stop)
    while not stop.is_set():
        now = time.monotonic()
        alive.turn(detail)
        for job in work:
            if job.due <= now and not stop.is_set():
                detail = job.attempt(now)
                log.debug("%s", detail)
        if now - told >= HEARTBEAT_SECONDS:
            told = now
            heartbeat.beat(detail)
        nearest = min([told + HEARTBEAT_SECONDS, now + alive.every, *(job.due for job in work)])
        stop.wait(max(0.0, nearest - time.monotonic()))
    alive.stopping()
    # What was polled until now is visible in the lake to whoever opens it next.
    work[0].attempt(time.monotonic())
    reports.join()


def _stop_on_signals(stop: threading.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
