"""Number of meters by status, health, communication and colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from energy_workbench.analytics.live import never_heard
from energy_workbench.contract.results import StatusSummary
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.status import Colour, Communication, Health, Status, colour


def status_summary(meters: Iterable[Meter], live: Mapping[int, Live]) -> StatusSummary:
    """Counts by status, health, communication and colour: each has every meter once, and every state by name.

    Parameters
    ----------
    live : mapping of int to Live
        As `presence` gives it.
    """
    states = ((meter, live.get(meter.key) or never_heard(meter)) for meter in meters)
    # There are few combinations, however many meters.
    found = Counter((meter.status, now.health, now.communication) for meter, now in states)
    return StatusSummary(
        total=found.total(),
        status=_count(Status, ((status, times) for (status, _, _), times in found.items())),
        health=_count(Health, ((health, times) for (_, health, _), times in found.items())),
        communication=_count(Communication, ((state, times) for (_, _, state), times in found.items())),
        colour=_count(Colour, ((colour(*states), times) for states, times in found.items())),
    )


def _count(states: type[StrEnum], found: Iterable[tuple[StrEnum, int]]) -> dict[str, int]:
    counts = dict.fromkeys(map(str, states), 0)
    for state, times in found:
        counts[str(state)] += times
    return counts
