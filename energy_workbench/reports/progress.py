"""Progress of the writing of reports, and its cancellation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from energy_workbench.domain.errors import ReportError


class CancelledError(ReportError):
    """Somebody cancelled the writing of a report; nothing half-written is left."""

    title = "The report was cancelled"
    exit_code = 130


@dataclass(frozen=True, slots=True)
class Step:
    """Where the writing is.

    Attributes
    ----------
    report : int
        Number of the report of those that are written together, from 0.
    of : int
        How many those are.
    name : str
        Name of the report, with its meter.
    doing : str
        What is being done, in words.
    share : float
        How much of this report is done [0 to 1].
    """

    report: int
    of: int
    name: str
    doing: str
    share: float

    @property
    def done(self) -> float:
        """How much of all reports is done [0 to 1]."""
        return (self.report + self.share) / self.of


Tell = Callable[[Step], None]


def nobody(step: Step) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of one report.

    Parameters
    ----------
    report, of, name
        As of `Step`.
    tell : callable
        Takes steps; may be called by several threads, one after the other.
    cancelled : threading.Event
        Once it is set, the next step raises.
    """

    report: int
    of: int
    name: str
    tell: Tell
    cancelled: threading.Event

    def __call__(self, doing: str, share: float) -> None:
        """Tell a step.

        Raises
        ------
        CancelledError
            If it was cancelled meanwhile.
        """
        self.look()
        self.tell(Step(self.report, self.of, self.name, doing, share))

    def look(self) -> None:
        """Raise where it was cancelled.

        Raises
        ------
        CancelledError
        """
        if self.cancelled.is_set():
            raise CancelledError(f"the report {self.name} was cancelled; nothing of it was written")
