"""Tables of primary values without those that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from energy_workbench.domain.health.measures import Rating
from energy_workbench.domain.health.plausibility import SKEW, TOTALS, Bound, bounds, carried
from energy_workbench.domain.quantities import PHASES
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.clock import to_micros

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_ANY = Bound(float("-inf"), float("inf"), "", "")


def without_impossible(table: pa.Table, ratios: Sequence[Ratio], ratings: Sequence[Rating]) -> pa.Table:
    """The same table, null where a value cannot be; the rules are those of `domain.health.plausibility`.

    Parameters
    ----------
    table : pyarrow.Table
        `ts` and a column a quantity, primary.
    ratios, ratings : sequence
        The meter's history, oldest first, and what it was made for with each.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if not ratings or not len(table):
        return table
    starts = [to_micros(ratio.valid_from) if ratio.valid_from else 0 for ratio in ratios]
    which = np.maximum(np.searchsorted(starts, table["ts"].cast(pa.int64()).to_numpy(), side="right") - 1, 0)
    each = [bounds(rating.rated_line, rating.rated_current) for rating in ratings]
    most = _carried(table, ratings, which)
    for index, name in enumerate(table.column_names):
        rules = [known.get(name, _ANY) for known in each]
        if all(rule is _ANY for rule in rules) and name not in TOTALS:
            continue
        values = _numbers(table, name)
        low, high = (np.array([getattr(rule, side) for rule in rules])[which] for side in ("low", "high"))
        wrong = (values < low) | (values > high)
        if any(rule.zero for rule in rules):
            wrong &= values != 0
        if name in TOTALS and most is not None:
            wrong |= abs(values) > most
        if wrong.any():
            table = table.set_column(index, name, pc.if_else(pa.array(wrong), None, table[name]))
    return table


def _carried(table: pa.Table, ratings: Sequence[Rating], which: np.ndarray) -> np.ndarray | None:
    """More than what voltages and currents can carry, at each instant [kVA]; None where they were not read."""
    import numpy as np

    names = [(f"voltage_{phase}_n", f"current_{phase}") for phase in PHASES]
    if not {name for pair in names for name in pair} <= set(table.column_names):
        return None
    through = sum(abs(_numbers(table, volts) * _numbers(table, amps)) for volts, amps in names) / 1000
    return np.array([carried(0.0, rating) for rating in ratings])[which] + SKEW * through


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    """A column as float64, NaN for null: whatever is compared with it is not beyond."""
    import pyarrow as pa

    return table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
