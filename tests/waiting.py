"""How tests wait: for a condition, and as long as this machine needs, which is measured and not guessed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from functools import cache
from inspect import isawaitable
from typing import TypeVar, cast

Found = TypeVar("Found")

QUIET_SECONDS = 0.1
"""What `_work` takes on a machine on which the times of this suite are enough, with nothing else running [s]."""
ROUNDS = 1_000_000
GENEROUS = 3.0
"""A wait ends when its condition holds: only one that never will costs this much more."""
MOST = 20.0
"""Times that nothing here is slower than [1]."""
POLL_SECONDS = 0.05


def patience(seconds: float) -> float:
    """How long to wait at most for what takes no more than some seconds on a quiet machine [s].

    Scales with how slow the machine is and how many processes share each of its cores at this moment.
    """
    return seconds * GENEROUS * min(MOST, slowness())


def slowness() -> float:
    """How many times longer something may take here and now than on the quiet machine [1]; never below 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1.0, _own_slowness()) * max(1.0, os.getloadavg()[0] / cores, _running() / cores)


def eventually(
    holds: Callable[[], Found],
    what: str | Callable[[], str] = "what should hold",
    seconds: float = 60.0,
    every: float = POLL_SECONDS,
) -> Found:
    """Ask until the answer is true, and give it.

    Parameters
    ----------
    holds : callable
        The condition. What it raises ends the wait.
    what : str or callable
        What is waited for; or tells it, with what is known by then.
    seconds : float
        Longest time that it takes on a quiet machine [s].
    every : float
        Pause between two questions [s].

    Raises
    ------
    AssertionError
        If it does not come to hold.
    """
    wait = _Wait(what, seconds)
    while not (found := holds()):
        wait.go_on()
        time.sleep(every)
    return found


async def until(
    holds: Callable[[], Found | Awaitable[Found]],
    what: str | Callable[[], str] = "what should hold",
    seconds: float = 20.0,
    every: float = 0.01,
) -> Found:
    """The same in a loop of asyncio, which goes on meanwhile; the condition may be a coroutine."""
    wait = _Wait(what, seconds)
    while True:
        found = holds()
        if isawaitable(found):
            found = await found
        if found:
            return cast(Found, found)
        wait.go_on()
        await asyncio.sleep(every)


class _Wait:
    """A wait that has begun."""

    def __init__(self, what: str | Callable[[], str], seconds: float) -> None:
        self._what, self._seconds, self._begin = what, seconds, time.monotonic()

    def go_on(self) -> None:
        """Raise once it has lasted too long."""
        waited = time.monotonic() - self._begin
        # Asked anew each time: the machine may have become busier meanwhile.
        if waited > patience(self._seconds):
            told = self._what if isinstance(self._what, str) else self._what()
            raise AssertionError(f"waited {waited:.0f} s for {told}")


@cache
def _own_slowness() -> float:
    """Of this machine alone: the processor's time of a piece of work, whoever else has the processor meanwhile."""
    return min(_work() for _ in range(3)) / QUIET_SECONDS


def _work() -> float:
    begin, total = time.thread_time(), 0
    for number in range(ROUNDS):
        total += number % 7
    return time.thread_time() - begin


def _running() -> int:
    """Processes that want a processor just now; what is known before the average of a minute has followed."""
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            return int(file.read().split()[3].partition("/")[0])
    except OSError:
        return 0
