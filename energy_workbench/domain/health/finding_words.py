"""Findings, events and alarms in the words of people: one table for pages and reports."""

from __future__ import annotations

from typing import Final

AFTER_LOCK: Final = "readings.after_lock"
"""Readings of a locked month that came after it was locked."""

POWER: Final = "counter.disagrees_with_power"
WIRING: Final = "wiring.phases"
NEIGHBOURS: Final = "ratio.disagrees_with_neighbours"
MEASURING: Final = (POWER, WIRING, NEIGHBOURS)
"""Of findings on how a meter measures, the surest first."""

FINDINGS: Final = {
    "counter.ambiguous": "Break of a counter, not decided",
    "counter.exchange": "Meter exchanged",
    "counter.glitch": "Counter misread briefly",
    "counter.jump": "Counter jumped",
    "counter.reset": "Counter set back",
    "counter.rollover": "Counter rolled over",
    POWER: "Counter disagrees with power",
    WIRING: "CTs reversed or swapped",
    NEIGHBOURS: "CT disagrees with the neighbours",
    AFTER_LOCK: "Readings after the month was locked",
    "value.power_factor": "Impossible power factor",
    "value.frequency": "Impossible frequency",
    "value.voltage": "Impossible voltage",
    "value.current": "Impossible current",
    "value.power": "Impossible power",
    "value.counter": "Impossible counter value",
}
"""What a finding is called, by its name."""

STATES: Final = {
    "warning": "Health warning",
    "critical": "Health critical",
    "offline": "Not reachable",
    "timeout": "Does not answer",
}
"""What a state of health or communication is called while it holds, by its word."""


def finding_title(name: str) -> str:
    """What a finding is called; one that this version does not know by the words of its name."""
    return FINDINGS.get(name) or name.rpartition(".")[2].replace("_", " ").capitalize()


def state_title(state: str) -> str:
    """What a state is called."""
    return STATES.get(state) or state.replace("_", " ").capitalize()
