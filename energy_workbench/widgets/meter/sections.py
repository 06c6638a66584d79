"""Contents of the sections of a meter's page, as the model makes them of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from typing_extensions import TypedDict

from energy_workbench.contract.rows.condition import EventRow, FindingRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.contract.words import ColourText


class Relative(TypedDict):
    """A meter above or right below another."""

    number: str
    name: str
    colour: ColourText


class MeterInTree(MeterRow):
    """A meter, with those above it, the root first, and those right below it."""

    path: list[Relative]
    children: list[Relative]


@dataclass(frozen=True)
class NewestValues:
    """The newest primary values of a meter.

    Attributes
    ----------
    ts : str or None
        Instant of the newest reading, ISO; None where there is none.
    values : dict of str to float
        By quantity, in its unit.
    stale : bool
        Whether they are too old to stand for now.
    """

    ts: str | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    stale: bool = True


@dataclass(frozen=True)
class PeriodLog:
    """Findings and events of a meter in a period, the newest first."""

    findings: list[FindingRow]
    events: list[EventRow]


@dataclass(frozen=True)
class QualityCounts:
    """Quality of the buckets of a period.

    Attributes
    ----------
    every : str
        Length of a bucket.
    completeness : float
        Of the period [1].
    buckets : dict of str to int
        Number of buckets by quality.
    periods : sequence of (str, bool)
        How often its register was read, one after the other, and whether people stated that.
    """

    every: str
    completeness: float
    buckets: Mapping[str, int]
    periods: Sequence[tuple[str, bool]] = ()

    @property
    def total(self) -> int:
        """Number of buckets that have begun."""
        return sum(self.buckets.values())
