"""What counters without a profile are, inferred from their earliest days and kept with the state of the build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.energy.counter_steps import Evidence, Facts, Nature, Register
from energy_workbench.energy.counter_traits import DAYS, Traits, agreed, traits
from energy_workbench.energy.counters import COUNTERS
from energy_workbench.energy.interpolation import Array
from energy_workbench.lake.build.extents import DAY_US, Extents, Range, by_days
from energy_workbench.lake.build.source import chunks

if TYPE_CHECKING:
    from energy_workbench.lake.storage.snapshot import Snapshot

Days = dict[str, tuple[float, str, int]]
"""By number of the UTC day since 1970: least step, nature, and the first reading [µs]."""

Inferred = dict[str, dict[str, Days]]
"""By key of the meter and counter."""

_UNKNOWN = Register()


def infer(
    snapshot: Snapshot, evidence: Evidence, known: Inferred | None, touched: Iterable[Range] | None, extents: Extents
) -> Inferred:
    """What the readings tell of the counters that no profile tells of.

    Each UTC day is judged by its own readings alone, so the order in which they came does not matter.

    Parameters
    ----------
    known : Inferred or None
        As it was before.
    touched : iterable of (int, int, int) or None
        Key of a meter, and the first and last instant [µs] of what came since; None for everything.
    extents : dict
        Which counters each meter has, and since when.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """
    asked = {meter: names for meter, facts in evidence.items() if (names := _unstated(facts))}
    before = (known or {}) if touched is not None else {}
    found: Inferred = {
        str(meter): {name: dict(days) for name, days in before.get(str(meter), {}).items() if name in names}
        for meter, names in asked.items()
    }
    new = {meter for meter in asked if str(meter) not in before}
    if new:
        _look(snapshot, {meter: asked[meter] for meter in new}, None, None, found)
    open_ = [
        (meter, first, last)
        for meter, first, last in touched or ()
        if meter in asked and meter not in new
        and any(_is_early(found[str(meter)].get(n, {}), first) for n in asked[meter] if n in extents.get(meter, ()))
    ]  # fmt: skip
    for (since, until), meters in by_days(open_).items():
        _look(snapshot, {meter: asked[meter] for meter in meters}, since, until, found)
    return found


def _is_early(days: Days, instant: int) -> bool:
    """Whether an instant may be of one of the earliest days of a counter: by these alone it is judged."""
    return len(days) < DAYS or instant // DAY_US <= max(map(int, days))


def with_inferred(evidence: Evidence, inferred: Inferred) -> Evidence:
    """What is known of meters, with what their readings tell where nothing else does."""
    merged = dict(evidence)
    for key, counters in inferred.items():
        facts = merged.get(int(key))
        if facts is None:
            continue
        registers = dict(facts.registers)
        for name, days in counters.items():
            told = agreed(Traits(step, Nature(nature)) for step, nature, _ in days.values())
            if told != Traits():
                since = min(first for *_, first in days.values())
                own = registers.get(name, _UNKNOWN)
                registers[name] = replace(own, step=told.step, nature=told.nature, inferred=since)
        merged[int(key)] = replace(facts, registers=registers)
    return merged


def _unstated(facts: Facts) -> tuple[str, ...]:
    """Counters of which nobody stated the least step."""
    known = (facts.registers.get(name, _UNKNOWN) for name in COUNTERS)
    return tuple(name for name, of in zip(COUNTERS, known, strict=True) if not of.step and not of.single)


def _look(
    snapshot: Snapshot, asked: Mapping[int, tuple[str, ...]], since: int | None, until: int | None, found: Inferred
) -> None:
    """Judge the days of some meters, up to as many as are looked at."""
    done = {(meter, name): len(found[str(meter)].get(name, {})) >= DAYS for meter in asked for name in asked[meter]}
    full = {each for each, whole in done.items() if whole}
    for chunk in chunks(snapshot, since, until, sorted(asked)):
        day = int(chunk.ts[0]) // DAY_US
        starts = np.flatnonzero(np.r_[True, chunk.meter[1:] != chunk.meter[:-1]])
        for first, last in zip(starts.tolist(), [*starts[1:].tolist(), len(chunk.meter)], strict=True):
            meter = int(chunk.meter[first])
            for name in asked[meter]:
                days = found[str(meter)].setdefault(name, {})
                if name in chunk.counters and ((meter, name) not in full or day <= max(map(int, days))):
                    _judge(days, day, chunk.ts[first:last], chunk.counters[name][first:last])
        if since is None and all(len(found[str(m)].get(n, {})) >= DAYS for m in asked for n in _there(found, m)):
            break


def _there(found: Inferred, meter: int) -> list[str]:
    """Counters that a meter has."""
    return [name for name, days in found[str(meter)].items() if days] or ["none"]


def _judge(days: Days, day: int, ts: Array, value: Array) -> None:
    told = ~np.isnan(value)
    seen = traits(value[told])
    if seen is None:
        days.pop(str(day), None)
        return
    days[str(day)] = (seen.step, seen.nature.value, int(ts[told][0]))
    for late in sorted(days, key=int)[DAYS:]:
        del days[late]
