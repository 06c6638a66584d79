"""Running books of the interval build: readings come in day by day, energies of intervals go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.core.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.core.clock import to_micros
from energy_workbench.core.quantities import Scaling
from energy_workbench.core.ratios import Ratio
from energy_workbench.lake.columns import APPARENT, EXPORT, IMPORT, QUALITIES, REACTIVE
from energy_workbench.lake.frame import NEVER, Frame, Held
from energy_workbench.lake.spread import Array, Pairs, Pieces, cut, pair_up, spread, take

if TYPE_CHECKING:
    import pyarrow as pa

COMPLETE = 0.99
"""An interval covered so far counts as complete: clocks and polls jitter by seconds."""

_NONE = np.empty(0, "int64")


class Steps:
    """Multipliers of power and energy by meter and time, from dated ratios."""

    def __init__(self, ratios: Sequence[tuple[int, Ratio]]) -> None:
        self._steps: dict[int, list[tuple[int, float]]] = {}
        for meter, ratio in ratios:
            begins = NEVER if ratio.valid_from is None else to_micros(ratio.valid_from)
            self._steps.setdefault(meter, []).append((begins, ratio.factor(Scaling.POWER)))
        for steps in self._steps.values():
            steps.sort(key=lambda step: step[0])

    def of(self, meter: int) -> list[tuple[int, float]]:
        """`(valid from [µs], factor)` in order; before the first, the first holds."""
        steps = self._steps.get(meter) or [(NEVER, 1.0)]
        return [(NEVER, steps[0][1]), *steps[1:]]


class Ledger:
    """Energies of some meters in a span of intervals.

    Parameters
    ----------
    meters : sequence of int
        Keys, ascending.
    start, end : int
        Numbers of the first interval and of the one after the last, since 1970.
    steps : Steps
    """

    def __init__(self, meters: Sequence[int], start: int, end: int, steps: Steps) -> None:
        self.meters = np.asarray(meters, "int32")
        self.start, self.end = start, end
        self._steps = [steps.of(int(meter)) for meter in meters]
        self._factor = np.array([changes[0][1] for changes in self._steps])
        self._stepped = [index for index, changes in enumerate(self._steps) if len(changes) > 1]
        self._held: dict[str, Held] = {}
        self._frame: Frame | None = None
        self._booked: dict[str, Array] = {}
        self._grid: dict[str, dict[str, Array]] = {}

    def book(self, meter: Array, ts: Array, counters: Mapping[str, Array], *, final: bool = False) -> None:
        """Take readings that are later than those taken before.

        Parameters
        ----------
        meter, ts : array of int, shape (n,)
            Keys of meters, and instants [µs since 1970], sorted by both.
        counters : mapping of str to array of float, shape (n,)
            NaN where a reading has no value.
        final : bool
            No more follow: what was held back, as it might be a glitch, is booked too.
        """
        places = np.searchsorted(self.meters, np.arange(int(meter[0]), int(meter[-1]) + 1)) if len(meter) else _NONE
        index = places[meter - meter[0]] if len(meter) else _NONE
        for name, value in counters.items():
            known = ~np.isnan(value)
            if known.all():
                self._book(name, index, ts, value, final)
            elif known.any() or name in self._held:
                self._book(name, index[known], ts[known], value[known], final)

    def close(self) -> None:
        """Book what was held back."""
        for name in list(self._held):
            self._book(name, _NONE, _NONE, np.empty(0), True)

    def _book(self, name: str, meter: Array, ts: Array, value: Array, final: bool) -> None:
        booked = self._booked.setdefault(name, np.full(len(self.meters), NEVER))
        held = self._held.get(name)
        frame = self._frame
        if frame is None or final or not frame.suits(meter, ts, held, booked):
            # The frame remembers what was booked when it was made.
            frame = self._frame = Frame(meter, ts, held, booked.copy(), final)
        if not len(frame.meter):
            return
        value = frame.values(value, held)
        pieces = None if self._cut_within(frame) else frame.spread(value)
        if pieces is not None:
            factors = self._factors(pieces.meter, pieces.interval * QUARTER)
            self._add(name, replace(pieces, energy=pieces.energy * factors))
        else:
            pairs = pair_up(frame.meter, frame.ts, value)
            mask = (pairs.end > booked[pairs.meter]) & (pairs.end <= frame.settled[pairs.meter])
            self._add(name, spread(self._scaled(take(pairs, mask))))
        np.maximum(booked, frame.settled, out=booked)
        self._held[name] = Held(frame.meter[frame.kept], frame.ts[frame.kept], value[frame.kept])

    def _cut_within(self, frame: Frame) -> bool:
        """Whether a ratio begins among these readings, so that pairs must be looked at one by one."""
        if not self._stepped:
            return False
        first, last = int(frame.ts.min()) // QUARTER * QUARTER, int(frame.ts.max())
        return any(first <= at <= last for index in self._stepped for at, _ in self._steps[index][1:])

    def _factors(self, meter: Array, instant: Array) -> Array:
        """Multipliers of meters at instants [1]."""
        factor = self._factor[meter]
        for index in self._stepped:
            instants, factors = zip(*self._steps[index], strict=True)
            mine = np.flatnonzero(meter == index)
            factor[mine] = np.asarray(factors)[np.searchsorted(instants, instant[mine], "right") - 1]
        return factor

    def _scaled(self, pairs: Pairs) -> Pairs:
        for index in self._stepped:
            for instant, _ in self._steps[index][1:]:
                pairs = cut(pairs, index, instant)
        pairs.amount = pairs.amount * self._factors(pairs.meter, pairs.start)
        return pairs

    def _add(self, name: str, pieces: Pieces) -> None:
        inside = (pieces.interval >= self.start) & (pieces.interval < self.end)
        width = self.end - self.start
        at = (pieces.meter.astype("int64") * width + pieces.interval - self.start)[inside]
        grid = self._grid.get(name)
        if grid is None:
            size = len(self.meters) * width
            grid = {key: np.zeros(size) for key in ("energy", "covered", "close")} | {"broken": np.zeros(size, bool)}
            self._grid[name] = grid
        for key in ("energy", "covered", "close"):
            grid[key][at] += getattr(pieces, key)[inside]
        grid["broken"][at] |= pieces.broken[inside]

    def table(self) -> pa.Table:
        """The intervals that anything is known of, by meter and start; the running one with what it has."""
        import pyarrow as pa

        from energy_workbench.lake.lake import interval_schema

        size = len(self.meters) * (self.end - self.start)
        main, import_kwh = self._first(IMPORT, size)
        (export_, export_kwh), (reactive_, reactive), (apparent_, apparent) = (
            self._first(names, size) for names in (EXPORT, REACTIVE, APPARENT)
        )
        covered, close, broken = main["covered"], main["close"], main["broken"].copy()
        for other in (export_, reactive_, apparent_):
            # Where a meter has no import counter, the next one tells how much of the interval is known.
            lacking = (covered == 0) & ~broken
            covered = np.where(lacking, other["covered"], covered)
            close = np.where(lacking, other["close"], close)
            broken = np.where(lacking, other["broken"], broken)
        rows = np.flatnonzero((covered > 0) | broken)
        covered, close, broken = covered[rows] / QUARTER, np.minimum(close[rows] / QUARTER, 1.0), broken[rows]
        import_kwh, export_kwh, reactive, apparent = (
            column[rows] for column in (import_kwh, export_kwh, reactive, apparent)
        )
        uncertain = broken | (covered - close > 1 - COMPLETE)
        quality = np.where(covered == 0, 3, np.where(uncertain, 2, 0))
        demand = np.where((quality == 0) & (close >= COMPLETE), import_kwh * 4, np.nan)
        width = self.end - self.start
        start = (rows % width + self.start) * QUARTER
        words = pa.DictionaryArray.from_arrays(pa.array(quality.astype("int8")), pa.array(QUALITIES)).cast(pa.string())
        months = np.datetime_as_string(start.astype("datetime64[us]").astype("datetime64[M]"))
        columns = [
            pa.array(self.meters[rows // width]),
            pa.array(start).cast(pa.timestamp("us", "UTC")),
            *(pa.array(c, from_pandas=True) for c in (import_kwh, export_kwh, reactive, apparent, demand)),
            pa.array(power_factor(import_kwh, reactive, apparent), from_pandas=True),
            words,
            pa.array(close.astype("float32")),
            pa.array(months, pa.string()),
        ]
        return pa.table(columns, schema=interval_schema())

    def _first(self, names: Sequence[str], size: int) -> tuple[dict[str, Array], Array]:
        """Books and energy of the first of these counters that knows each interval; NaN where none does."""
        nothing = {key: np.zeros(size) for key in ("energy", "covered", "close")} | {"broken": np.zeros(size, bool)}
        best: dict[str, Any] = nothing
        energy = np.full(size, np.nan)
        for name in names:
            if name in self._grid:
                grid = self._grid[name]
                lacking = (best["covered"] == 0) & ~best["broken"]
                best = {key: np.where(lacking, grid[key], best[key]) for key in best}
                energy = np.where(lacking & (grid["covered"] > 0), grid["energy"], energy)
        return best, energy


def power_factor(active: Array, reactive: Array, apparent: Array) -> Array:
    """Mean power factor from energies [1]: active by apparent, or by the sum of squares; NaN where unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.where(np.isnan(apparent), np.sqrt(active**2 + reactive**2), apparent)
        return np.where(total > 0, np.minimum(active / total, 1.0), np.nan)
