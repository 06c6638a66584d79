"""A worker's process tree: its interface, and its termination with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Protocol

import psutil

from energy_workbench.domain.schedules import Run


class Process(Protocol):
    """What the scheduler knows of a worker process."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""

    def ready(self) -> bool:
        """Whether it has done its run and waits for another; it says so once."""

    def hand(self, run: Run) -> None:
        """Give it its next run; raises OSError if it is gone."""

    def taken(self) -> bool:
        """Whether it has taken the run that it was handed last, also where it has ended since."""

    def leave(self) -> None:
        """Tell it that there is no more to do."""


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
