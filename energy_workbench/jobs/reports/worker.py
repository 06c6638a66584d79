"""One run, from looking at its data to the last delivery; it runs in a process that does one after the other."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import (
    DeliveryError,
    InputError,
    NotFoundError,
    ReportError,
    SettingsError,
    WorkbenchError,
)
from energy_workbench.domain.schedules import LOOKS, Run, RunState, Schedule
from energy_workbench.domain.time import clock
from energy_workbench.jobs.reports import completeness, outcomes
from energy_workbench.jobs.reports.deliver import deliver
from energy_workbench.jobs.reports.failure_notice import tell_owner
from energy_workbench.jobs.reports.lease import Lease, Stopped
from energy_workbench.jobs.reports.secrets import Secrets
from energy_workbench.runtime import logs, secret
from energy_workbench.runtime.paths import file_name, shipped
from energy_workbench.runtime.redaction import hidden
from energy_workbench.runtime.settings import Settings, load
from energy_workbench.services.reports import catalogue

if TYPE_CHECKING:
    from energy_workbench.jobs.reports.worker_process import Line
    from energy_workbench.reports.tools import Tools
    from energy_workbench.services.workbench import Workbench

log = logging.getLogger(__name__)

LOOKED, WRITTEN = 0.05, 0.85
"""How far a run is once its data were looked at, and once its report is written [1]."""


class Bench:
    """A kernel and a browser that are kept from one run to the next.

    Attributes
    ----------
    tools : Tools
    """

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self._own: Path | None = None

    def tools_for(self, report: Path) -> Tools:
        """Those to write a report with, by its notebook.

        What the notebook of a home did to its kernel, beside its variables, is nothing that another report meets.
        """
        if self._own not in (None, report):
            self.tools.fresh()
        self._own = None if report.is_relative_to(shipped("notebooks/reports")) else report
        return self.tools


def stay(key: int, holder: str, line: Line) -> None:
    """Do a claimed run, and those handed over after it, with one kernel and one browser; until one of them fails."""
    from energy_workbench.reports.tools import Tools

    # They are taken out of the environment with each run: those of a file may be others by then.
    stated = {name: os.environ[name] for name in map(secret.variable, secret.NAMES) if name in os.environ}
    with Tools() as tools:
        bench = Bench(tools)
        given: tuple[int, str] | None = (key, holder)
        while given is not None:
            os.environ.update(stated)
            # As they are now: who changes them expects the next report to know.
            well = work(load(), *given, bench)
            given = line.next() if well else None


def work(settings: Settings, key: int, holder: str, bench: Bench | None = None) -> bool:
    """Do a claimed run and write down what became of it; nothing is raised.

    Returns
    -------
    bool
        Whether it went well, so that what it was done with may be kept for another.
    """
    from energy_workbench.services.workbench import Workbench

    # The notebook's kernel inherits the environment: no secret may be in it.
    secrets = Secrets(settings)
    wb = Workbench(settings)
    try:
        run = wb.registry.run(key)
        if run.holder != holder:
            log.warning("run %d is another's: nothing to do", key)
            return False
        lease = Lease(wb.registry, run)
        try:
            with lease:
                return _do(settings, wb, lease, secrets, bench)
        except Stopped:
            _stopped(wb, run)
            return False
    finally:
        wb.close()


def _do(settings: Settings, wb: Workbench, lease: Lease, secrets: Secrets, bench: Bench | None) -> bool:
    """Whether it went well, or has to wait for its data."""
    run = lease.run
    if run.state is RunState.FAILED:
        _tell(settings, wb, run, secrets)
        return False
    try:
        schedule = wb.registry.schedule(run.schedule)
    except NotFoundError:
        wb.registry.let_go_run(
            run.key, run.holder, state=RunState.CANCELLED, finished_at=clock.now(), reason="its schedule was deleted"
        )
        return True
    logs.hide(*(each for each in (schedule.webhook, schedule.owner) if hidden(each) != each))
    try:
        if not _there(settings, run):
            if why := _impossible(wb, schedule, run):
                _failed(wb, run, why, temporary=False)
                return False
            if not _enough(wb, schedule, lease):
                return True
            _write(settings, schedule, lease, bench)
        refused = deliver(settings, wb, schedule, lease, secrets)
    except (InputError, NotFoundError, SettingsError) as error:
        # What was asked for cannot be: no pause mends that.
        _failed(wb, lease.run, str(error), temporary=False)
    except WorkbenchError as error:
        _failed(wb, lease.run, str(error))
    except OSError as error:
        _failed(wb, lease.run, f"{error.strerror or error} ({error.filename or 'no file'})")
    except Exception as error:
        log.exception("run %d failed", run.key)
        _failed(wb, lease.run, f"{type(error).__name__}: {error}")
    else:
        if refused:
            reason = "; ".join(f"{to}: {error}" for to, error in refused.items())
            # Where one of them may still get it, it is tried again; only then those count that never will.
            temporary = any(error.temporary for error in refused.values())
            _failed(wb, lease.run, reason, temporary=temporary)
        else:
            _done(wb, lease.run)
            return True
    return False


def _impossible(wb: Workbench, schedule: Schedule, run: Run) -> str:
    """Why its report cannot be written, whatever data may come yet; empty where it can."""
    try:
        wb.refuse_run(schedule, run.period, clock.now())
    except (InputError, NotFoundError, ReportError) as error:
        return str(error)
    return ""


def _there(settings: Settings, run: Run) -> bool:
    """Whether an earlier attempt wrote the report: then only deliveries are left."""
    folder = settings.reports_path
    return "manifest" in run.files and all((folder / name).is_file() for name in run.files.values())


def _enough(wb: Workbench, schedule: Schedule, lease: Lease) -> bool:
    """Whether the data of the period are there, or will not be waited for any longer; if not, it looks again later."""
    run, now = lease.run, clock.now()
    lease.tell(0.01, "Looking whether the data are there")
    share = completeness.known_share(wb, run.period, str(schedule.parameters.get("meter") or ""), run.planned_at)
    wanted = schedule.completeness_percent / 100
    deadline = run.planned_at + timedelta(hours=schedule.wait_hours)
    incomplete = share < wanted
    if incomplete and not run.manual and now < deadline:
        due = min(deadline, now + LOOKS[min(run.looks, len(LOOKS) - 1)])
        wb.registry.let_go_run(
            run.key,
            run.holder,
            state=RunState.WAITING,
            due_at=due,
            looks=run.looks + 1,
            completeness=share,
            reason=f"{completeness.percent(share)} of the data are there, "
            f"{schedule.completeness_percent:g} % are wanted; "
            f"it is sent as it is at {deadline.astimezone(wb.zone):%d %b %H:%M}",
        )
        return False
    lease.sure(completeness=share, incomplete=incomplete)
    lease.tell(LOOKED, "Writing the report")
    return True


def _write(settings: Settings, schedule: Schedule, lease: Lease, bench: Bench | None) -> None:
    from energy_workbench.reports.progress import CancelledError, Step
    from energy_workbench.reports.publish import publish

    run = lease.run

    def tell(step: Step) -> None:
        lease.tell(LOOKED + (WRITTEN - LOOKED) * step.share, step.doing.capitalize())

    folder = folder_of(settings, schedule, run)
    report = catalogue.find(schedule.report, (settings.notebooks_path,))
    tools = bench.tools_for(report.path) if bench else None
    with lease.gently() as cancelled:
        try:
            done = publish(
                settings,
                schedule.report,
                {**schedule.parameters, "period": run.period},
                formats=schedule.formats,
                out=folder,
                threshold=schedule.completeness_percent / 100,
                tell=tell,
                cancelled=cancelled,
                tools=tools,
            )
        except CancelledError:
            raise Stopped from None
        finally:
            _leave_no_empty(folder)
    if done.pdf_error:
        raise done.pdf_error
    files = {kind: path.relative_to(settings.reports_path).as_posix() for kind, path in done.files.items()}
    lease.tell(WRITTEN, "Delivering")
    lease.sure(files=files)


def _leave_no_empty(folder: Path) -> None:
    """Take away the folder of a report that was not written."""
    for path in (folder, folder.parent):
        with suppress(OSError):  # it holds something, or never was
            path.rmdir()


def folder_of(settings: Settings, schedule: Schedule, run: Run) -> Path:
    """Where the files of a run are: those of one schedule together, no run over those of another."""
    folder = settings.reports_path / file_name(schedule.name)
    return folder / f"{run.planned_at:%Y%m%dT%H%M%SZ}" if run.occasion else folder


def _done(wb: Workbench, run: Run) -> None:
    reason = run.reason if run.reason.startswith("caught up") else ""
    if run.incomplete:
        missing = f"sent incomplete: {completeness.percent(run.completeness or 0.0)} of the data were there"
        reason = f"{missing}; {reason}" if reason else missing
    wb.registry.let_go_run(
        run.key, run.holder, state=RunState.DONE, finished_at=clock.now(), failures=0, told=None, reason=reason
    )
    log.info("run %d of %s is done (%s)", run.key, run.name, run.period)


def _failed(wb: Workbench, run: Run, reason: str, *, temporary: bool = True) -> None:
    reason = hidden(reason)  # many read it, and the log has it
    level = logging.WARNING if temporary else logging.ERROR
    log.log(level, "run %d of %s failed: %s", run.key, run.name, reason)
    # One that has failed for good is due at once: whoever claims it tells the owner, as often as that takes.
    outcomes.failed(wb.registry, run, reason, clock.now(), temporary=temporary)


def _tell(settings: Settings, wb: Workbench, run: Run, secrets: Secrets) -> None:
    """Tell the owner of a run that failed; where that fails too, again after a growing pause."""
    now = clock.now()
    try:
        told = tell_owner(settings, wb, run, secrets)
    except DeliveryError as error:
        _untold(wb, run, error, now, temporary=error.temporary)
    except WorkbenchError as error:
        _untold(wb, run, error, now, temporary=False)
    else:
        wb.registry.let_go_run(run.key, run.holder, state=RunState.FAILED, told=True if told else None)


def _untold(wb: Workbench, run: Run, error: WorkbenchError, now: datetime, *, temporary: bool) -> None:
    log.error("the owner of run %d cannot be told that it failed: %s", run.key, error)
    again = outcomes.pause_after(run.failures) if temporary else None
    reason = run.reason if "the owner was not told" in run.reason else f"{run.reason}; the owner was not told: {error}"
    more = {"told": None} if again is None else {"failures": run.failures + 1, "due_at": now + again}
    wb.registry.let_go_run(run.key, run.holder, state=RunState.FAILED, reason=reason, **more)


def _stopped(wb: Workbench, run: Run) -> None:
    """What a run is that was stopped in the middle: cancelled, another's, or due again."""
    now = clock.now()
    current = wb.registry.run(run.key)
    if current.holder != run.holder:
        return
    if current.cancel_by:
        outcomes.cancelled(wb.registry, current, now)
        log.info("run %d of %s was cancelled by %s", run.key, run.name, current.cancel_by)
        return
    wb.registry.let_go_run(
        run.key,
        run.holder,
        only_running=True,
        state=RunState.DUE,
        due_at=now,
        reason="the scheduler was stopped meanwhile",
    )
