"""Heartbeat of a process in the live state: one that cannot be written is told once, not at each beat."""

from __future__ import annotations

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.registry.live_state.state import StateStore
from energy_workbench.runtime.repeated_failures import RepeatedFailures


class Heartbeat:
    """What one process tells of itself.

    Parameters
    ----------
    state : StateStore
    process : str
        Its name.
    failures : RepeatedFailures
        Takes what stands in the way, such as a full disk.
    """

    def __init__(self, state: StateStore, process: str, failures: RepeatedFailures) -> None:
        self._state, self._process, self._failures = state, process, failures

    def beat(self, detail: str = "") -> None:
        """Say that the process is alive now, and what it does; nothing that a disk refuses stops the process."""
        try:
            self._state.heartbeat(self._process, detail)
        except WorkbenchError as error:
            self._failures.failed("heartbeat", f"no heartbeat: {error}")
        else:
            self._failures.recovered("heartbeat")
