"""Communication of a meter, online, timeout or offline, from the outcomes of its polls."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from energy_workbench.domain.status import Communication

RECENT = 10
"""Polls that are remembered."""
OFFLINE_AFTER = 3
"""So many failed polls in a row are an offline meter; fewer are a time-out, such as a noisy line gives."""
UNSTEADY = 3
"""So many failures among the recent polls are called a time-out, even if the last one succeeded. Polls that fail one
after the other are one failure: how long that took says nothing of the line."""


class Tally:
    """Outcomes of one meter's polls."""

    def __init__(self) -> None:
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self.failures = 0
        """Failed polls in a row."""

    def count(self, answered: bool, complete: bool = True) -> Communication:
        """Count one poll; the communication that follows.

        Parameters
        ----------
        answered : bool
            Whether anything was read.
        complete : bool
            Whether everything was.
        """
        if answered and (self.failures >= OFFLINE_AFTER or self.failures == len(self._recent)):
            # It was away, or never answered so far: what was before is another story.
            self._recent.clear()
        self._recent.append(answered and complete)
        self.failures = 0 if answered else self.failures + 1
        return self.communication

    @property
    def communication(self) -> Communication:
        """Offline before the first poll and after some failed ones, else timeout while unsteady."""
        if not self._recent or self.failures >= OFFLINE_AFTER:
            return Communication.OFFLINE
        if not self._recent[-1] or self._failed_times() >= UNSTEADY:
            return Communication.TIMEOUT
        return Communication.ONLINE

    def _failed_times(self) -> int:
        """Failures among the recent polls, of one poll or some in a row."""
        return sum(before and not after for before, after in pairwise((True, *self._recent)))
