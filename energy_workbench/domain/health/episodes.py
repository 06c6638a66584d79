"""Rejected values of a meter as findings: those that follow each other are one case, not one a reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.health.plausibility import Rejected

CALM: Final = timedelta(hours=1)


@dataclass(slots=True)
class _Case:
    """One case so far; `told` is how many readings it had when it was last handed on."""

    first: Rejected
    start: datetime
    end: datetime
    least: float
    most: float
    count: int = 1
    told: int = 0


class Episodes:
    """Open cases of one meter.

    A case is handed on when it begins, whenever it has doubled, and when it ends, which is once the value was
    plausible for an hour: a meter that says nonsense for a year is not a finding a reading.

    Parameters
    ----------
    meter : int
        The lake's key.
    """

    def __init__(self, meter: int) -> None:
        self._meter = meter
        self._open: dict[tuple[str, str], _Case] = {}

    def see(self, rejected: Sequence[Rejected], read: Collection[str], at: datetime) -> list[Finding]:
        """Take what was rejected of a reading; the findings that are new or know more.

        Parameters
        ----------
        rejected : sequence of Rejected
        read : collection of str
            Quantities that the reading had values of: one that is plausible again ends its case.
        at : datetime
            Aware.
        """
        if not rejected and not self._open:
            return []
        told = []
        here = {(each.name, each.quantity): each for each in rejected}
        for key, case in [*self._open.items()]:
            if key in here or key[1] not in read or at - case.end < CALM:
                continue
            ended = self._open.pop(key)
            if ended.told != ended.count:
                told.append(self._finding(ended))
        for key, each in here.items():
            known = self._open.get(key)
            if known is None:
                known = self._open[key] = _Case(each, at, at, each.value, each.value)
            else:
                known.count, known.end = known.count + 1, at
                known.least, known.most = min(known.least, each.value), max(known.most, each.value)
            if known.count >= 2 * known.told:
                known.told = known.count
                told.append(self._finding(known))
        return told

    def end(self) -> list[Finding]:
        """What of the open cases was not handed on yet."""
        told = [self._finding(case) for case in self._open.values() if case.told != case.count]
        self._open.clear()
        return told

    def _finding(self, case: _Case) -> Finding:
        first = case.first
        evidence = {"value": first.value, "lowest": case.least, "highest": case.most, "readings": float(case.count)}
        return Finding(
            name=first.name,
            meter=self._meter,
            quantity=first.quantity,
            start=case.start,
            end=case.end,
            text=first.text,
            evidence=evidence,
        )
