"""CT and PT ratios: what makes a primary value of what a meter reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from energy_workbench.domain.quantities import Scaling


class AppliedBy(StrEnum):
    """Who multiplies with the transformer ratio."""

    METER = "meter"
    """The registers are primary values already."""
    WORKBENCH = "workbench"
    """The registers are secondary values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A CT/PT pair, valid from an instant.

    Attributes
    ----------
    ct_primary, ct_secondary : float or None
        Currents of the current transformer [A]; both None where there is none (1:1).
    pt_primary, pt_secondary : float or None
        Voltages of the potential transformer [V]; both None where there is none (1:1).
    applied_by : AppliedBy
    valid_from : datetime or None
        UTC; None is the beginning of time, as for the first ratio of a meter.
    """

    ct_primary: float | None = None
    ct_secondary: float | None = None
    pt_primary: float | None = None
    pt_secondary: float | None = None
    applied_by: AppliedBy = AppliedBy.METER
    valid_from: datetime | None = None

    @property
    def ct(self) -> float:
        """Current transformer ratio [1]."""
        return self.ct_primary / self.ct_secondary if self.ct_primary and self.ct_secondary else 1.0

    @property
    def pt(self) -> float:
        """Potential transformer ratio [1]."""
        return self.pt_primary / self.pt_secondary if self.pt_primary and self.pt_secondary else 1.0

    @property
    def has_ct(self) -> bool:
        """Whether currents go through a transformer."""
        return bool(self.ct_primary)

    @property
    def has_pt(self) -> bool:
        """Whether voltages go through a transformer."""
        return bool(self.pt_primary)

    @property
    def half_pairs(self) -> list[str]:
        """Transformers (`ct`, `pt`) of which one side is missing."""
        pairs = {"ct": (self.ct_primary, self.ct_secondary), "pt": (self.pt_primary, self.pt_secondary)}
        return [kind for kind, (one, other) in pairs.items() if (one is None) != (other is None)]

    @property
    def ct_text(self) -> str | None:
        """As on the nameplate: `"1000/5"`."""
        return _plate(self.ct_primary, self.ct_secondary)

    @property
    def pt_text(self) -> str | None:
        """As on the nameplate: `"11000/110"`."""
        return _plate(self.pt_primary, self.pt_secondary)

    def factor(self, scaling: Scaling) -> float:
        """What a value as reported is multiplied with to be primary [1]."""
        if self.applied_by is AppliedBy.METER:
            return 1.0
        return {
            Scaling.NONE: 1.0,
            Scaling.VOLTAGE: self.pt,
            Scaling.CURRENT: self.ct,
            Scaling.POWER: self.ct * self.pt,
        }[scaling]


def ratio_at(history: Iterable[Ratio], at: datetime) -> Ratio:
    """The pair that holds at an instant, of a history that is ordered by time."""
    return [each for each in history if each.valid_from is None or each.valid_from <= at][-1]


def _plate(primary: float | None, secondary: float | None) -> str | None:
    return f"{primary:g}/{secondary:g}" if primary and secondary else None
