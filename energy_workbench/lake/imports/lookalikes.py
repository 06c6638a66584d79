"""Energies of intervals under a counter's name: told by how often they fall, and refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, QUANTITIES
from energy_workbench.lake.columns import KEYS

if TYPE_CHECKING:
    import pyarrow as pa

FALLS: Final = 0.3
"""A counter falls in less than this share of the steps in which it moves; energies of intervals fall in half."""
ENOUGH: Final = 4
"""Fewer steps tell nothing."""
MOVES: Final = 0.005
"""A mean step below this share of the mean value is no energy of intervals: a counter jitters, or counts net."""


@dataclass
class _Seen:
    """What a meter's values of one counter did."""

    falls: int = 0
    moved: int = 0
    rows: int = 0
    size: float = 0.0
    level: float = 0.0
    negative: bool = False
    steps: set[float] = field(default_factory=set)


class Lookalikes:
    """Looks at the rows of an import as they go by.

    Parameters
    ----------
    kind : str or None
        What somebody stated that the values are; then nothing is looked at.
    """

    def __init__(self, kind: str | None) -> None:
        self._asked = kind is None
        self._seen: dict[tuple[int, str], _Seen] = {}

    def look(self, rows: pa.Table) -> None:
        """Take readings sorted by meter and time."""
        import numpy as np

        names = [name for name in rows.column_names if name not in KEYS and name in INTERVAL_ENERGIES]
        if not self._asked or not len(rows):
            return
        meter = rows["meter"].to_numpy()
        for name in names:
            value = rows[name].to_numpy()
            known = ~np.isnan(value)
            of, value = (meter, value) if known.all() else (meter[known], value[known])
            if not len(value):
                continue
            step = value[1:] - value[:-1]
            down = (step < 0) & (of[1:] == of[:-1])
            if not down.any():
                # Nothing falls: the rows count all the same, so that a few falls elsewhere stay few.
                self._count(name, of, value, step, down, None)
                continue
            self._count(name, of, value, step, down, set(of[1:][down].tolist()))

    def _count(self, name: str, of: Any, value: Any, step: Any, down: Any, falling: set[int] | None) -> None:
        import numpy as np

        same = of[1:] == of[:-1]
        moved = same & (step != 0)
        edges = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
        ends = np.r_[edges[1:], len(of)]
        for first, end in zip(edges.tolist(), ends.tolist(), strict=True):
            seen = self._seen.setdefault((int(of[first]), name), _Seen())
            inner = slice(first, end - 1)
            seen.moved += int(moved[inner].sum())
            seen.rows += end - first
            if falling is not None and int(of[first]) in falling:
                seen.falls += int(down[inner].sum())
            seen.size += float(np.abs(step[inner]).sum())
            seen.level += float(np.abs(value[first:end]).sum())
            seen.negative |= bool(value[first:end].min() < 0)
            if len(seen.steps) < 3:
                seen.steps |= set(np.round(np.abs(step[inner][moved[inner]][:50]), 9).tolist())

    def problems(self, numbers: Mapping[int, str]) -> list[Problem]:
        """Counters that are none, with what to state."""
        return [
            Problem(
                numbers.get(meter, str(meter)), name, "",
                f"falls in {seen.falls} of the {seen.moved} steps in which it moves: these are no readings of a "
                f"counter, but look like the energy of each interval [{QUANTITIES[name].unit}]; state --kind interval, "
                "or --kind counter where they are a counter's all the same",
            )
            for (meter, name), seen in self._seen.items()
            if self._alike(seen)
        ]  # fmt: skip

    @staticmethod
    def _alike(seen: _Seen) -> bool:
        often = seen.moved >= ENOUGH and seen.falls >= FALLS * seen.moved
        # Toggling by the least step is noise of a counter that stands still.
        wide = len(seen.steps) > 1 and seen.size / max(seen.moved, 1) >= MOVES * seen.level / max(seen.rows, 1)
        return often and wide and not seen.negative
