"""Failures in the log: the first at once, repeats counted, recovery told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

GRACE_SECONDS = 30.0
"""So long after the start a failure on the wire is no news: gateways that start together with this process get 20 s,
and the longest pause between two attempts to connect comes on top [s]."""
REMIND_SECONDS = 600.0
"""A failure that goes on is told again this often [s]."""


@dataclass(slots=True)
class _Failure:
    since: float
    told: float | None
    count: int


class RepeatedFailures:
    """What fails again and again, by subject.

    Parameters
    ----------
    log : logging.Logger
    steady : callable, optional
        Seconds that only grow.
    """

    def __init__(self, log: logging.Logger, steady: Callable[[], float] = time.monotonic) -> None:
        self._log, self._steady = log, steady
        self._grace_until = steady() + GRACE_SECONDS
        self._failures: dict[str, _Failure] = {}

    def failed(self, subject: str, reason: str, patient: bool = False) -> None:
        """Note a failure: logged the first time, and as a reminder with the count.

        Parameters
        ----------
        patient : bool
            Whether it may be the other side's start: not yet a warning while this process is young.
        """
        now = self._steady()
        early = patient and now < self._grace_until
        failure = self._failures.get(subject)
        if failure is None:
            failure = self._failures[subject] = _Failure(now, None, 0)
            if early:
                self._log.info("%s", f"not there yet: {reason}", extra={"subject": subject})
        failure.count += 1
        if early:
            return
        if failure.told is None:
            failure.told = now
            self._log.warning("%s", reason, extra={"subject": subject})
        elif now - failure.told >= REMIND_SECONDS:
            failure.told = now
            fields = {"subject": subject, "failures": failure.count, "seconds": round(now - failure.since)}
            self._log.warning("%s", f"still: {reason}", extra=fields)

    def recovered(self, subject: str) -> None:
        """Note that it works; logged where it had failed."""
        if failure := self._failures.pop(subject, None):
            fields = {"subject": subject, "failures": failure.count, "seconds": round(self._steady() - failure.since)}
            self._log.info("answers" if failure.told is None else "works again", extra=fields)

    def forget(self, subject: str) -> None:
        """The subject is gone; nothing is told."""
        self._failures.pop(subject, None)
