"""Processes of this machine, looked at while they come and go: one may end between being listed and being read."""

from __future__ import annotations

from contextlib import suppress

import psutil


def children(pid: int, *, recursive: bool = False) -> list[psutil.Process]:
    """Processes that a process started; none where it is over."""
    try:
        return psutil.Process(pid).children(recursive)
    except psutil.NoSuchProcess:
        return []


def words(process: psutil.Process) -> list[str]:
    """Its command; nothing where it is over."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def kernels(pid: int) -> dict[int, dict[str, str]]:
    """The environment of each kernel that a server started, by process id.

    One that has only just been forked still has the command and the environment of its server, and is none yet.
    """
    found = {}
    for child in children(pid):
        if any("ipykernel" in word for word in words(child)):
            with suppress(psutil.NoSuchProcess):
                found[child.pid] = child.environ()
    return found
