"""Builder of intervals: readings of counters in by day, energies, demand, quality and completeness out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.intervals.quality import QUALITIES
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.energy import counter_steps
from energy_workbench.energy.counter_steps import Evidence, Nature
from energy_workbench.energy.counter_validation import CounterValidation, Event
from energy_workbench.energy.counters import APPARENT, COUNTERS, EXPORT, FROM_NET, IMPORT, NET, REACTIVE
from energy_workbench.energy.interpolation import CLOSE_SLOW_US, Array, Pairs, Pieces, cut, spread
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.energy.multipliers import NEVER, MultiplierLookup, Multipliers
from energy_workbench.energy.net_counters import both_ways
from energy_workbench.energy.power_integration import FROM_POWER, Power
from energy_workbench.energy.reading_window import Held, ReadingWindow

if TYPE_CHECKING:
    import pyarrow as pa

COMPLETE = 0.99
"""An interval covered so far counts as complete: clocks and polls jitter by seconds."""

ENERGIES = ("energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah")
"""Columns of energy [kWh, kvarh, kVAh]."""

_COUNTERS = (IMPORT, (*EXPORT, FROM_NET[1]), REACTIVE, APPARENT)
"""What each of them is counted by."""

ACTUAL, EDITED, FROM_POWER_RANK, ESTIMATED, MISSING = range(len(QUALITIES))
MINUTE_US = 60_000_000
BOTH_WAYS = "/both ways"
"""Marks the books of readings that rise by what is imported and fall by what is exported."""

_NONE = np.empty(0, "int64")


class Idle(NamedTuple):
    """A counter that rises within its noise from where a span begins: whether it was as high before decides.

    Attributes
    ----------
    meter : int
        Key.
    counter : str
    at : int
        First of its readings that were taken [µs].
    value, noise : float
        Where it stood then, and what counts as noise, in its unit.
    """

    meter: int
    counter: str
    at: int
    value: float
    noise: float


class IntervalBuilder:
    """Energies of some meters in a span of intervals.

    Parameters
    ----------
    meters : sequence of int
        Keys, ascending.
    start, end : int
        Numbers of the first interval and of the one after the last, since 1970.
    multipliers : Multipliers
    evidence : mapping of int to Facts, optional
        What is known of the meters beside their readings and ratios.
    crests : mapping of (int, str) to float, optional
        By key of meter and counter, how high it stood before the readings that will be taken.

    Attributes
    ----------
    findings : list of Finding
        What the counters did, where they did not just count.
    """

    def __init__(
        self,
        meters: Sequence[int],
        start: int,
        end: int,
        multipliers: Multipliers,
        evidence: Evidence | None = None,
        crests: Mapping[tuple[int, str], float] | None = None,
    ) -> None:
        self.meters = np.asarray(meters, "int32")
        self.start, self.end = start, end
        self.findings: list[Finding] = []
        self._validation = CounterValidation(meters, multipliers, evidence or {})
        self._factors = MultiplierLookup(meters, multipliers)
        self._power = Power(self._validation.limit)
        self._held: dict[str, Held] = {}
        self._window: ReadingWindow | None = None
        self._booked: dict[str, Array] = {}
        self._crests: dict[str, Array] = {}
        for (key, name), crest in (crests or {}).items():
            self._crests.setdefault(name, np.full(len(self.meters), np.nan))[np.searchsorted(self.meters, key)] = crest
        self._begun: dict[str, dict[int, Idle]] = {}
        self._idle: dict[tuple[int, str], Idle] = {}
        self._grid: dict[str, dict[str, Array]] = {}
        self._single = {name: self._validation.registers(name, "single") for name in COUNTERS}
        natures = {name: self._validation.registers(name, "nature") for name in IMPORT}
        self._natures = {name: of for name, of in natures.items() if np.any(of != Nature.COUNTER)}
        self.findings += [
            event.finding(int(self.meters[event.meter]), name)
            for name, event in self._validation.inferences()
            if self.start * QUARTER <= event.end < self.end * QUARTER
        ]

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
        index = self._index(meter)
        for name, value in self._routed(index, counters).items():
            known = ~np.isnan(value)
            if known.all():
                self._book(name, index, ts, value, final)
            elif known.any() or name in self._held:
                self._book(name, index[known], ts[known], value[known], final)

    def _routed(self, meter: Array, counters: Mapping[str, Array]) -> Mapping[str, Array]:
        """Counters by the book that they go to: those that fall when exporting apart, what is no counter nowhere."""
        routed = dict(counters)
        for name, natures in self._natures.items():
            if name in routed:
                of = natures[meter]
                routed[name] = np.where(of == Nature.COUNTER, routed[name], np.nan)
                routed[name + BOTH_WAYS] = np.where(of == Nature.NET, counters[name], np.nan)
        if NET[0] in routed:
            net = routed.pop(NET[0])
            others = [meter[~np.isnan(routed[name])] for name in (*IMPORT, *EXPORT) if name in routed]
            # Where there is a counter of one way, it is that which counts.
            routed[NET[0] + BOTH_WAYS] = np.where(np.isin(meter, np.concatenate([*others, _NONE])), np.nan, net)
        return routed

    def close(self) -> None:
        """Book what was held back."""
        for name in list(self._held):
            self._book(name, _NONE, _NONE, np.empty(0), True)

    @property
    def idle(self) -> list[Idle]:
        """Counters whose energy depends on how high they stood before the readings that were taken."""
        return list(self._idle.values())

    def uncounted(self) -> list[tuple[tuple[int, ...], int, int]]:
        """Meters and spans [µs] of which no counter of active energy tells anything: all, or up to or after one's."""
        shape = (len(self.meters), self.end - self.start)
        told = self._told().reshape(shape)
        first = np.where(told.any(axis=1), told.argmax(axis=1), shape[1])
        last = np.where(told.any(axis=1), shape[1] - told[:, ::-1].argmax(axis=1), shape[1])
        spans = []
        for lacking, begins, ends in (
            (first > 0, np.zeros_like(first), first),
            (last < shape[1], last, np.full_like(last, shape[1])),
        ):
            if lacking.any():
                low, high = int(begins[lacking].min()), int(ends[lacking].max())
                keys = tuple(self.meters[lacking].tolist())
                spans.append((keys, (self.start + low) * QUARTER, (self.start + high) * QUARTER))
        return spans

    def integrate(self, meter: Array, ts: Array, power: Array) -> None:
        """Take readings of power [kW], later than those taken before, of meters and spans that are `uncounted`."""
        for name, pairs in self._power.pairs(self._index(meter), ts, power).items():
            self._add(name, self._spread(pairs, counted=False))

    def table(self) -> pa.Table:
        """The intervals that anything is known of, by meter and start; the running one with what it has."""
        size = len(self.meters) * (self.end - self.start)
        main, import_kwh = self._first((*IMPORT, FROM_NET[0]), size)
        others = [self._first(names, size) for names in _COUNTERS[1:]]
        covered, close, broken = main["covered"], main["close"], main["broken"].copy()
        grain = np.maximum(main["grain"], others[0][0]["grain"])
        # Both registers are known where both are read; a register that is not there hinders none.
        edges = _both(main, others[0][0])
        # Of import and export, the one of which less is told; where a register tells nothing, there is none.
        told = np.minimum(
            *(np.where((of["covered"] > 0) | of["broken"], of["covered"], np.inf) for of in (main, others[0][0]))
        )
        step = np.maximum.reduce([main["step"], *(other["step"] for other, _ in others)])
        energies = [import_kwh, *(energy for _, energy in others)]
        powered = self._powered()
        for name, place in zip(FROM_POWER, (0, 1), strict=True):
            if name in self._grid:
                grid = self._grid[name]
                energies[place] = np.where(powered, self._energy(name), energies[place])
                covered, close = (
                    np.where(powered, grid[key], of) for key, of in (("covered", covered), ("close", close))
                )
        for other, _ in others:
            # Where a meter has no import counter, the next one tells how much of the interval is known.
            lacking = (covered == 0) & ~broken
            covered = np.where(lacking, other["covered"], covered)
            close = np.where(lacking, other["close"], close)
            broken = np.where(lacking, other["broken"], broken)
        told = np.where(np.isinf(told), covered, told)
        edited = self._edits()
        known = (covered > 0) | broken
        known[list(edited)] = True
        rows = np.flatnonzero(known)
        covered, close, broken = covered[rows] / QUARTER, np.minimum(close[rows] / QUARTER, 1.0), broken[rows]
        energies, step, told = [energy[rows] for energy in energies], step[rows], told[rows] / QUARTER
        uncertain = broken | (covered - close > 1 - COMPLETE)
        measured = np.where(powered[rows], FROM_POWER_RANK, ACTUAL)
        quality = np.where(covered == 0, MISSING, np.where(uncertain, ESTIMATED, measured))
        certain = ~uncertain & (covered > 0) & (close >= COMPLETE)
        # Of import and export, each by itself.
        demands = [np.where(certain & (step <= counter_steps.COARSE * of), of * 4, np.nan) for of in energies[:2]]
        for place, edit in edited.items():
            row = int(np.searchsorted(rows, place))
            quality[row] = EDITED
            for column, name in enumerate(ENERGIES):
                if name in edit.energies:
                    energies[column][row] = edit.energies[name]
                    if column < len(demands):
                        step[row], demands[column][row] = 0.0, 4 * edit.energies[name]
        grain, edges = np.where(powered, 0, grain)[rows], np.where(powered, 0, edges)[rows]
        steps = np.where(step > 0, step, np.nan)
        return self._table(rows, energies, demands, quality, close, steps, told, grain, edges)

    def _table(
        self,
        rows: Array,
        energies: Sequence[Array],
        demands: Sequence[Array],
        quality: Array,
        close: Array,
        step: Array,
        covered: Array,
        grain: Array,
        edges: Array,
    ) -> pa.Table:
        import pyarrow as pa

        width = self.end - self.start
        start = (rows % width + self.start) * QUARTER
        words = pa.DictionaryArray.from_arrays(pa.array(quality.astype("int8")), pa.array(QUALITIES)).cast(pa.string())
        months = np.datetime_as_string(start.astype("datetime64[us]").astype("datetime64[M]"))
        active, _, reactive, apparent = energies
        columns = [
            pa.array(self.meters[rows // width]),
            pa.array(start).cast(pa.timestamp("us", "UTC")),
            *(pa.array(c, from_pandas=True) for c in (*energies, demands[0])),
            pa.array(power_factor(active, reactive, apparent), from_pandas=True),
            words,
            pa.array(close.astype("float32")),
            pa.array(demands[1], from_pandas=True),
            pa.array(step, from_pandas=True),
            pa.array(np.minimum(covered, 1.0).astype("float32")),
            pa.array(np.where(grain > CLOSE_SLOW_US, grain / MINUTE_US, np.nan).astype("float32"), from_pandas=True),
            pa.array(edges, pa.int8()),
            pa.array(months, pa.string()),
        ]
        return pa.table(columns, schema=interval_schema())

    def _index(self, meter: Array) -> Array:
        if not len(meter):
            return _NONE
        places = np.searchsorted(self.meters, np.arange(int(meter.min()), int(meter.max()) + 1))
        return places[meter - meter.min()]

    def _book(self, name: str, meter: Array, ts: Array, value: Array, final: bool) -> None:
        booked = self._booked.setdefault(name, np.full(len(self.meters), NEVER))
        held = self._held.get(name)
        window = self._window
        if window is None or final or not window.suits(meter, ts, held, booked):
            # The window remembers what was booked when it was made.
            window = self._window = ReadingWindow(meter, ts, held, booked.copy(), final, self._validation.limit)
        if not len(window.meter):
            return
        value = window.values(value, held)
        crest = self._crests.pop(name, None)
        if name.endswith(BOTH_WAYS):
            self._book_net(name, window, value, crest)
            np.maximum(booked, window.settled, out=booked)
            self._held[name] = Held(window.meter[window.kept], window.ts[window.kept], value[window.kept])
            return
        self._watch(name, window, value)
        closer = crest is not None or self._cut_within(window) or self._validation.concerns(name, window)
        pieces = None if closer else window.spread(value, self._factor_of(window.ts[0]), self._levels(name))
        if pieces is not None:
            self._add(name, pieces)
        else:
            pairs, events, clean = self._validation.pairs(name, window.meter, window.ts, value, crest)
            self._crest(name, window, value, *clean, crest)
            mask = (pairs.end > booked[pairs.meter]) & (pairs.end <= window.settled[pairs.meter])
            self._add(name, self._spread(pairs.take(mask)))
            self._tell(name, events, window, booked)
        np.maximum(booked, window.settled, out=booked)
        self._held[name] = Held(window.meter[window.kept], window.ts[window.kept], value[window.kept])

    def _book_net(self, key: str, window: ReadingWindow, value: Array, crest: Array | None) -> None:
        """Book what a net counter rises as imported, and what it falls as exported."""
        name, booked = key.removesuffix(BOTH_WAYS), self._booked[key]
        pairs, events, clean = self._validation.net_pairs(name, window.meter, window.ts, value, crest)
        self._crest(key, window, value, *clean, crest)
        mask = (pairs.end > booked[pairs.meter]) & (pairs.end <= window.settled[pairs.meter])
        for book, way in zip(FROM_NET, both_ways(pairs.take(mask)), strict=True):
            self._add(book, self._spread(way))
        self._tell(name, events, window, booked)

    def _tell(self, name: str, events: Sequence[Event], window: ReadingWindow, booked: Array) -> None:
        self.findings += [
            event.finding(int(self.meters[event.meter]), name)
            for event in events
            if booked[event.meter] < event.end <= window.settled[event.meter]
            and self.start * QUARTER <= event.end < self.end * QUARTER
        ]

    def _watch(self, name: str, window: ReadingWindow, value: Array) -> None:
        """Note counters that rise within their noise from where they began."""
        if name not in self._begun:
            first = np.flatnonzero(np.r_[True, ~window.same])
            meter, level = window.meter[first], value[first]
            noise = self._validation.noise(name, meter, level)
            self._begun[name] = {
                int(meter[nth]): Idle(
                    int(self.meters[meter[nth]]), name, int(window.ts[first[nth]]), float(level[nth]), float(noise[nth])
                )
                for nth in np.flatnonzero(noise > 0).tolist()
            }
        begun = self._begun[name]
        if not begun:
            return
        top = np.full(len(self.meters), -np.inf)
        for index, each in begun.items():
            top[index] = each.value + each.noise
        low = value <= top[window.meter]
        for index in np.unique(window.meter[1:][window.same & (value[1:] > value[:-1]) & low[1:]]).tolist():
            self._idle.setdefault((index, name), begun[index])
        for index in np.unique(window.meter[~low & np.isfinite(top[window.meter])]).tolist():
            del begun[index]

    def _crest(
        self, name: str, window: ReadingWindow, value: Array, rows: Array, clean: Array, known: Array | None
    ) -> None:
        """Remember where readings that are held back stand below the highest before them, by no more than noise."""
        if not len(rows) or not len(window.kept):
            return
        meter = window.meter[window.kept]
        first = window.kept[np.r_[True, meter[1:] != meter[:-1]]]
        at = np.maximum(np.searchsorted(rows, first, "right") - 1, 0)
        mine = (rows[at] <= first) & (window.meter[rows[at]] == window.meter[first])
        below = mine & (clean[at] > value[rows[at]])
        crest = np.full(len(self.meters), np.nan) if known is None else known
        crest[window.meter[first]] = np.where(below, clean[at], np.nan)
        if not np.isnan(crest).all():
            self._crests[name] = crest

    def _levels(self, name: str) -> bool:
        return name in self._single and bool(self._single[name].any())

    def _cut_within(self, window: ReadingWindow) -> bool:
        """Whether a ratio begins among these readings, so that pairs must be looked at one by one."""
        changes = self._factors.changes
        if not changes:
            return False
        first, last = int(window.ts.min()) // QUARTER * QUARTER, int(window.ts.max())
        return any(first <= at <= last for _, at in changes)

    def _factor_of(self, instant: int) -> Array:
        """The multiplier of each meter at an instant."""
        return self._factors.at(np.arange(len(self.meters)), np.full(len(self.meters), instant))

    def _spread(self, pairs: Pairs, *, counted: bool = True) -> Pieces:
        """What pairs tell of the intervals that they overlap, each by the ratio valid then."""
        if self._factors.changes and len(pairs.meter):
            first, last = int(pairs.start.min()), int(pairs.end.max())
            for index, instant in self._factors.changes:
                if first < instant < last:
                    pairs = cut(pairs, index, instant)
        return spread(pairs, self._factors.at, counted=counted)

    @cached_property
    def _cells(self) -> Array:
        """The multiplier of each meter at the start of each interval."""
        width = self.end - self.start
        return self._factors.at(
            np.repeat(np.arange(len(self.meters)), width),
            np.tile(np.arange(self.start, self.end), len(self.meters)) * QUARTER,
        )

    def _energy(self, name: str) -> Array:
        """What a book has of each interval, primary."""
        energy: Array = self._grid[name]["inner"] * self._cells + self._grid[name]["energy"]
        return energy

    def _add(self, name: str, pieces: Pieces) -> None:
        inside = (pieces.interval >= self.start) & (pieces.interval < self.end)
        width = self.end - self.start
        place = pieces.meter.astype("int64") * width + pieces.interval - self.start
        at = place[inside]
        grid = self._grid.setdefault(name, {})
        if not grid:
            grid |= _empty(len(self.meters) * width)
            if self._levels(name):
                grid["level"] = np.zeros(len(self.meters) * width)
        for key, energy, where in (("inner", pieces.inner, pieces.within), ("energy", pieces.energy, pieces.place)):
            if inside.all():
                np.add.at(grid[key], place[where], energy)
            else:
                each = inside[where]
                np.add.at(grid[key], place[where[each]], energy[each])
        for key in ("covered", "close"):
            grid[key][at] += getattr(pieces, key)[inside]
        grid["broken"][at] |= pieces.broken[inside]
        if pieces.grain is not None:
            grid["grain"][at] = np.maximum(grid["grain"][at], pieces.grain[inside])
        if pieces.edges is not None:
            grid["edges"][at] |= pieces.edges[inside]
        if "level" in grid and pieces.level is not None:
            grid["level"][at] = np.maximum(grid["level"][at], pieces.level[inside])

    def _first(self, names: Sequence[str], size: int) -> tuple[dict[str, Array], Array]:
        """Books and energy of the first of these counters that knows each interval; NaN where none does."""
        best: dict[str, Any] = _empty(size) | {"step": np.zeros(size)}
        energy = np.full(size, np.nan)
        for name in names:
            if name in self._grid:
                grid = self._grid[name] | {"step": self._step(name)}
                lacking = (best["covered"] == 0) & ~best["broken"]
                best = {key: np.where(lacking, grid[key], best[key]) for key in best}
                energy = np.where(lacking & (grid["covered"] > 0), self._energy(name), energy)
        return best, energy

    def _step(self, name: str) -> Array:
        """The least increment of a counter in each interval, primary."""
        width = self.end - self.start
        counted = [name] if name not in FROM_NET else [*NET, *self._natures]
        step = np.repeat(np.max([self._validation.registers(each, "step") for each in counted], axis=0), width)
        if "level" in self._grid[name]:
            single = np.repeat(self._single[name], width)
            wire = np.divide(self._grid[name]["level"], single, out=np.zeros(len(step)), where=single > 0)
            step = np.maximum(step, np.spacing(wire.astype("float32")) * single)
        if not step.any():
            return step
        return step * self._cells

    def _told(self) -> Array:
        """Which intervals a counter of active energy tells something of."""
        told = np.zeros(len(self.meters) * (self.end - self.start), bool)
        for name in (*IMPORT, *EXPORT, *FROM_NET):
            if name in self._grid:
                told |= (self._grid[name]["covered"] > 0) | self._grid[name]["broken"]
        return told

    def _powered(self) -> Array:
        """Which intervals only power tells of."""
        told = self._told()
        return ~told & (self._grid[FROM_POWER[0]]["covered"] > 0) if FROM_POWER[0] in self._grid else told & False

    def _edits(self) -> dict[int, counter_steps.Edit]:
        """What analysts put in the place of intervals, by the place."""
        width = self.end - self.start
        by_row = {}
        for index, facts in enumerate(self._validation.facts):
            for edit in facts.edits:
                interval = to_micros(edit.start) // QUARTER - self.start
                if 0 <= interval < width:
                    by_row[index * width + interval] = edit
        return by_row


def _empty(size: int) -> dict[str, Array]:
    sums = {key: np.zeros(size) for key in ("inner", "energy", "covered", "close")}
    return sums | {"broken": np.zeros(size, bool), "grain": np.zeros(size, "int64"), "edges": np.zeros(size, "int8")}


def _both(one: dict[str, Array], other: dict[str, Array]) -> Array:
    """Edges at which two registers of a meter are known; those of the only one where the other tells nothing."""
    tells = [(of["covered"] > 0) | of["broken"] for of in (one, other)]
    both = one["edges"] & other["edges"]
    return np.where(tells[0] & tells[1], both, np.where(tells[0], one["edges"], other["edges"]))


def power_factor(active: Array, reactive: Array, apparent: Array) -> Array:
    """Mean power factor from energies [1]: active by apparent, or by the sum of squares; NaN where unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.where(np.isnan(apparent), np.sqrt(active**2 + reactive**2), apparent)
        return np.where(total > 0, np.minimum(active / total, 1.0), np.nan)
