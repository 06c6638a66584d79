"""How a run ends, beside well: its processes, and what is written down of it."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import psutil

from energy_workbench.core.schedules import PAUSES, Run, RunState
from energy_workbench.registry import Registry

if TYPE_CHECKING:
    from energy_workbench.reports.scheduled.scheduler import Process


def badly(registry: Registry, run: Run, reason: str, now: datetime, *, temporary: bool = True) -> RunState:
    """Try a run again later, after a growing pause; after the last one, or where it cannot help, it has failed."""
    if temporary and (pause := pause_after(run.failures)) is not None:
        due = now + pause
        registry.let_go_run(
            run.key, run.holder, state=RunState.RETRYING, failures=run.failures + 1, due_at=due, reason=reason
        )
        return RunState.RETRYING
    registry.let_go_run(
        run.key,
        run.holder,
        state=RunState.FAILED,
        finished_at=now,
        failures=0,
        due_at=now,
        told=False,
        reason=reason,
    )
    return RunState.FAILED


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after that many earlier failures; None where it was tried often enough."""
    return PAUSES[failures] if failures < len(PAUSES) else None


def cancelled(registry: Registry, run: Run, now: datetime) -> None:
    """Write down that a run was cancelled."""
    reason = f"cancelled by {run.cancel_by}"
    registry.let_go_run(run.key, run.holder, state=RunState.CANCELLED, finished_at=now, reason=reason)


def ask(process: Process) -> None:
    """Ask a worker to end: it ends its kernel and its browser first."""
    try:
        os.kill(process.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass


def make_sure(process: Process, seconds: float) -> None:
    """Wait for a worker's end, and then end it with all that it started.

    A kernel and a browser have sessions of their own, which a signal to the worker's group does not reach.
    """
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        family = []
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        leave_nothing(process)
        process.wait()
    for each in family:
        try:
            each.kill()
        except psutil.Error:
            continue  # it ended by itself


def leave_nothing(process: Process) -> None:
    """End what is left of a worker's process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def told(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"code {code}"
