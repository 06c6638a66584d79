"""Readings that reach the lake after their month was locked: they count, and a finding tells of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.domain.health.finding_words import AFTER_LOCK
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.locks.locked_months import MonthLock
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.domain.time.period import zone_of

if TYPE_CHECKING:
    from energy_workbench.lake import Lake
    from energy_workbench.registry import Registry, StateStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Readings of a meter, from one instant to another [UTC], both among them."""

    meter: int
    first: datetime
    last: datetime


class LateReadings:
    """Looks at what came since it looked last.

    Parameters
    ----------
    lake : Lake
    registry : Registry
    state : StateStore
        Where findings are kept.
    """

    def __init__(self, lake: Lake, registry: Registry, state: StateStore) -> None:
        self._lake, self._registry, self._state = lake, registry, state
        self._seen = lake.readings.snapshot().version

    def look(self) -> int:
        """Tell of late readings; of how many meters and months there were some."""
        version = self._lake.readings.snapshot().version
        if version == self._seen:
            return 0
        locks = self._registry.locked_months()
        late = list(_late(self._arrived(), locks)) if locks else []
        self._seen = version
        if late:
            zone = zone_of(self._registry.site().timezone)
            self._state.add_findings([self._finding(each, lock, zone) for each, lock in late])
        return len({(each.meter, lock.month) for each, lock in late})

    def _arrived(self) -> Iterator[Arrived]:
        commits = self._lake.readings.history_since(self._seen)
        if commits is None:
            log.warning("the lake's log has gaps: whether readings of locked months came late is not known")
            return
        for commit in commits:
            if commit.upkeep:
                continue
            if commit.touched is None:
                log.warning(
                    "a commit of an earlier version does not tell whose its readings are: late ones are not told"
                )
                continue
            for meter, spans in commit.touched.items():
                for low, high in spans:
                    yield Arrived(meter, from_micros(low), from_micros(high))

    def _finding(self, arrived: Arrived, lock: MonthLock, zone: ZoneInfo) -> Finding:
        """One of a meter and month, which grows: a trickle of late readings is one finding."""
        first, last = max(arrived.first, lock.start), min(arrived.last, lock.end)
        for known in self._state.findings(arrived.meter, lock.start, lock.end, AFTER_LOCK):
            if known.start == lock.start:
                told = [datetime.fromisoformat(str(known.evidence[name])) for name in ("first", "last")]
                first, last = min(first, told[0]), max(last, told[1])
        span = " to ".join(f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in dict.fromkeys((first, last)))
        return Finding(
            name=AFTER_LOCK,
            meter=arrived.meter,
            start=lock.start,
            end=last,
            text=f"readings of {span} came after {lock.month} was locked: they are stored, and its numbers have them",
            evidence={"first": first.isoformat(), "last": last.isoformat()},
        )


def _late(arrived: Iterable[Arrived], locks: Iterable[MonthLock]) -> Iterator[tuple[Arrived, MonthLock]]:
    known = list(locks)
    for each in arrived:
        for lock in known:
            if each.first < lock.end and each.last >= lock.start:
                yield each, lock
