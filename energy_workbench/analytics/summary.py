"""Number of meters by status, health, communication and colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from energy_workbench.analytics.live import never_heard
from energy_workbench.contract.results import StatusSummary
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.presence import colour_of
from energy_workbench.domain.status import Colour, Communication, Health, Status


def status_summary(meters: Iterable[Meter], live: Mapping[int, Live]) -> StatusSummary:
    """Counts by status, health, communication and colour: each has every meter once, and every state by name.

    Parameters
    ----------
    live : mapping of int to Live
        As `presence` gives it.
    """
    states = [(meter, live.get(meter.key) or never_heard(meter)) for meter in meters]
    return StatusSummary(
        total=len(states),
        status=_count(Status, [meter.status for meter, _ in states]),
        health=_count(Health, [now.health for _, now in states]),
        communication=_count(Communication, [now.communication for _, now in states]),
        colour=_count(Colour, [colour_of(meter, now) for meter, now in states]),
    )


def _count(states: type[StrEnum], found: list[StrEnum]) -> dict[str, int]:
    return {str(state): found.count(state) for state in states}
