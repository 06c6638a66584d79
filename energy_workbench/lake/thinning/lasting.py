"""What of a day's readings stays whatever it is, and what is named of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.energy.counter_steps import Evidence, Nature
from energy_workbench.energy.counters import EXPORT, IMPORT, NET
from energy_workbench.energy.power_integration import CONTEXT_US, POWER
from energy_workbench.lake.build.extents import DAY_US
from energy_workbench.lake.build.interval_energies import NAMES

if TYPE_CHECKING:
    from energy_workbench.domain.health.findings import Finding
    from energy_workbench.energy.interpolation import Array
    from energy_workbench.energy.multipliers import Multipliers
    from energy_workbench.lake.build.intervals import Rehearsal


def lasting(rehearsal: Rehearsal, meter: Array, ts: Array, quantities: Mapping[str, Array]) -> Array:
    """Readings that stay whatever they are, as a mask.

    All of a meter's where it is a net counter, or its least step was inferred from the day. Of others those whose power
    tells energies, and those that are the energy of an interval.

    Parameters
    ----------
    meter, ts : array of int, shape (n,)
        Keys and instants [µs since 1970] of a UTC day, sorted by both.
    quantities : mapping of str to array of bool, shape (n,)
        Which readings have a value, by quantity.
    """
    stays = np.zeros(len(ts), bool)
    for name in NAMES:
        if name in quantities:
            stays |= quantities[name]
    edges = np.flatnonzero(np.r_[True, meter[1:] != meter[:-1], True])
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        key, mine = int(meter[first]), slice(first, last)
        there = {name for name, known in quantities.items() if known[mine].any()}
        if (
            there & {*NET}
            or _judged(rehearsal, key, int(ts[first]) // DAY_US, int(ts[last - 1]) // DAY_US)
            or _no_counter(rehearsal, key)
        ):
            stays[mine] = True
        elif POWER in there:
            since, until = _counted(rehearsal, key, int(ts[first]))
            stays[mine] |= (ts[mine] < since) | (ts[mine] >= until)
    return stays


def named(
    keys: Iterable[int], multipliers: Multipliers, evidence: Evidence, findings: Iterable[Finding]
) -> dict[int, list[tuple[int, int]]]:
    """First and last instant [µs since 1970] of all that names readings of meters, by their key."""
    spans: dict[int, list[tuple[int, int]]] = {key: [] for key in keys}
    for key, mine in spans.items():
        mine += [(at, at) for at, _ in multipliers.of(key)[1:]]
        if key not in evidence:
            continue
        facts = evidence[key]
        mine += [(at, at) for at in (to_micros(exchange.at) for exchange in facts.exchanges)]
        mine += [(to_micros(each.since), to_micros(each.until or each.at)) for each in facts.decisions]
        mine += [(at, at + QUARTER) for at in (to_micros(edit.start) for edit in facts.edits)]
    for finding in findings:
        if finding.meter in spans:
            spans[finding.meter] += [(at, at) for at in (to_micros(finding.start), to_micros(finding.end))]
    return {key: mine for key, mine in spans.items() if mine}


def _counted(rehearsal: Rehearsal, key: int, day: int) -> tuple[int, int]:
    """Between which instants, that day, a counter of active energy tells of all that samples of power might tell of."""
    extents = rehearsal.extents.get(key, {})
    ranges = (extents[name] for name in (*IMPORT, *EXPORT) if name in extents)
    spans = ((low + CONTEXT_US, high - CONTEXT_US) for low, high in ranges)
    return max(spans, key=lambda span: min(span[1], day + DAY_US) - max(span[0], day), default=(day, day))


def _judged(rehearsal: Rehearsal, key: int, *days: int) -> bool:
    """Whether a least step was inferred from the readings of one of these days."""
    counters = rehearsal.inferred.get(str(key), {}).values()
    return any(str(day) in judged for judged in counters for day in range(days[0], days[-1] + 1))


def _no_counter(rehearsal: Rehearsal, key: int) -> bool:
    """Whether what stands under the import's name falls as well, or is no counter."""
    facts = rehearsal.evidence.get(key)
    return facts is not None and any(
        name in facts.registers and facts.registers[name].nature is not Nature.COUNTER for name in IMPORT
    )
