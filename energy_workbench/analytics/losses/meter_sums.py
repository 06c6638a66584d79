"""Uncertainty of one meter's energy over a period, whatever node it is part of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.analytics.losses.node_books import Energies
from energy_workbench.analytics.uncertainty.uncertainty import LimitsOfMeters, relative
from energy_workbench.domain.entities import Flow, Meter

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True)
class MeterSums:
    """Energy of a meter, in whichever direction, and what its devices can make of it.

    Attributes
    ----------
    meter : Meter
        As it was last.
    energy : float
        Over the intervals in which it is known [kWh].
    errors : array of float, shape (4,)
        Sums of `Limits.errors` over the same.
    by_load : bool
        Whether its limits of error follow its load: it has a CT.
    """

    meter: Meter
    energy: float = 0.0
    errors: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    by_load: bool = False

    @property
    def relative(self) -> float:
        """Expanded uncertainty of its energy as a share of it [1]: what every face rounds this meter's numbers by."""
        return relative(self.meter, self.energy, self.errors if self.by_load else None)


def add(sums: Sequence[MeterSums], energies: Energies, part: slice, limits: LimitsOfMeters) -> None:
    """Take a part of a stretch of intervals, of all meters at once.

    Parameters
    ----------
    sums : sequence of MeterSums
        As the rows of the limits.
    """
    rows = [energies.row(each.meter.key) for each in sums]
    there = [place for place, row in enumerate(rows) if row is not None and limits.loaded[place]]
    if not there or part.start >= part.stop:
        return
    read = [row for place in there if (row := rows[place]) is not None]
    imported, exported = (side[read, part] for side in (energies.imported, energies.exported))
    # One that never tells its other register counts nothing there; what it takes or produces has to be told.
    silent = np.isnan(imported).all(axis=1), np.isnan(exported).all(axis=1)
    by_export = np.array([consumed_column(sums[place].meter) == "energy_export_kwh" for place in there])
    takes_only = np.array([sums[place].meter.flow is Flow.CONSUMER for place in there])
    told = np.flatnonzero(~np.where(by_export, *silent[::-1]))
    imported, exported = (
        np.where(none[:, None], 0.0, side) for none, side in zip(silent, (imported, exported), strict=True)
    )
    total = np.where(takes_only[:, None], imported, exported + imported)[told]
    known = ~np.isnan(total)
    flowed, of = np.where(known, total, 0.0), np.asarray(there)[told]
    # The phase displacements act on reactive energy: only where the active one counts.
    errors = np.stack(
        [
            (limits.meter[of, part] * flowed).sum(axis=1),
            (limits.ct_ratio[of, part] * flowed).sum(axis=1),
            np.where(known, limits.ct_phase[of, part], 0.0).sum(axis=1),
            np.where(known, limits.reactive[of, part], 0.0).sum(axis=1),
        ],
        axis=1,
    )
    for place, energy, made in zip(of.tolist(), flowed.sum(axis=1).tolist(), errors, strict=True):
        sums[place].energy += energy
        sums[place].errors += made
        sums[place].by_load = True
