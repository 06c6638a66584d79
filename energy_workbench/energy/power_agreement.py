"""Counter against power: whether what a counter rose by is what the power between its readings comes to.

Both are told of the same hours. Their ratio is that of the sums, and its standard error follows from how far single
hours scatter around it, so few or rough samples of power decide nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np

from energy_workbench.energy.interpolation import Array

DAY_QUARTERS = 96
ENOUGH_QUARTERS = 92
"""Quarter hours of which both must be known: a day, less what its edges lose."""
STEPS = 50
"""Least increments that both must come to."""
ERRORS = 3.0
"""Standard errors by which a ratio must differ."""
SAME = 0.02
"""How far a ratio may be from another in any case, as a share: what displays round, and what a poll is late."""
WEAK = 0.3
"""Relative standard error above which a day says nothing by itself."""
ROUGH = 0.1
"""Relative standard error up to which a power that comes to few steps of the counter decides all the same."""
NO_READING = 100.0
"""An hour with so many times the power of nearly all others was misread."""
SPARE = 1.2
"""The usual direction holds unless another fits the hours this much better."""
RANGE = 0.2
"""How far an hour's ratio may be from a power of ten."""
CLEAR = 0.3
"""Share of what the hours are off without a cut that they may be off with it."""
FEW_HOURS = 3
MOST_HOURS = 0.9
"""Share of the hours that two ranges must explain."""
MIXED_HOURS = 0.3
"""And that must be of one of them alone, where they lie so far apart that an hour with both is none of noise."""


class Way(StrEnum):
    """How the directions of counters and power belong together."""

    SAME = "same"
    TURNED = "turned"
    """What power calls import, the counters call export."""
    BOTH = "both"
    """One counter counts both directions."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What the counters of a meter and its power tell of the same hours.

    Attributes
    ----------
    begin, end : array of int, shape (n,)
        Numbers since 1970 of the first quarter of each hour of which both are known, and of the one after the last;
        ascending.
    counted, powered : array of float, shape (n, 2)
        Import and export, primary [kWh]; NaN where there is no such counter.
    step : float
        Least increment of the counters, primary [kWh]; 0 where that is not known.
    """

    begin: Array
    end: Array
    counted: Array
    powered: Array
    step: float = 0.0

    @property
    def told(self) -> Array:
        """Which of import and export there is a counter of, shape (2,)."""
        return np.asarray(~np.isnan(self.counted).all(axis=0))

    def take(self, rows: Array) -> Hours:
        """Some of the hours."""
        return replace(
            self, begin=self.begin[rows], end=self.end[rows], counted=self.counted[rows],
            powered=self.powered[rows],
        )  # fmt: skip

    @property
    def quarters(self) -> int:
        """Of how many quarters both are known."""
        return int((self.end - self.begin).sum())

    def days(self) -> Iterator[Array]:
        """Places of the hours of each UTC day."""
        edges = np.flatnonzero(np.r_[True, np.diff(self.begin // DAY_QUARTERS) != 0, True])
        return (np.arange(low, high) for low, high in pairwise(edges.tolist()))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Power by counters, of some hours.

    Attributes
    ----------
    way : Way
    ratio : float
        Above zero [1].
    error : float
        Its relative standard error [1].
    begin, end : int
        Numbers of the first quarter and of the one after the last.
    hours : float
        Of which both are known [h].
    counted_kwh, powered_kwh : float
        Both directions together [kWh].
    ranges : int
        Power of ten that power and counter differ by in part of the time; 0 where there is no such.
    """

    way: Way
    ratio: float
    error: float
    begin: int
    end: int
    hours: float
    counted_kwh: float
    powered_kwh: float
    ranges: int = 0

    @property
    def agrees(self) -> bool:
        """Whether counters and power may be the same."""
        return self.way is Way.SAME and not self.ranges and near(self.ratio, 1.0, self.error)


def near(ratio: float, other: float, error: float) -> bool:
    """Whether a ratio may be another."""
    return abs(math.log(ratio / other)) <= max(ERRORS * error, SAME)


def agreements(hours: Hours) -> list[Agreement]:
    """Power by counters over time: one for each stretch in which their ratio is one.

    Stretches of less than a day, or in which too little flowed to tell, are left out.
    """
    hours = _read(hours)
    if not len(hours.begin):
        return []
    if (both := _ranges(hours)) is not None:
        return [both]
    found = []
    for part in _stretches(hours):
        of = _agreement(part)
        if of is not None and _enough(part, of):
            found.append(of)
    return found


def _read(hours: Hours) -> Hours:
    """Without the hours of a misread power."""
    total = hours.powered.sum(axis=1)
    if not total.any():
        return hours.take(np.arange(0))
    odd = total > NO_READING * np.quantile(total, 0.95)
    return hours.take(np.flatnonzero(~odd)) if odd.any() else hours


def _sides(hours: Hours) -> dict[Way, tuple[Array, Array]]:
    """Counted and powered energies that belong together, by how their directions do."""
    told = hours.told
    counted, power = np.nan_to_num(hours.counted), hours.powered
    there = np.flatnonzero(told)
    sides = {way: (counted[:, there], power[:, order][:, there])
             for way, order in ((Way.SAME, [0, 1]), (Way.TURNED, [1, 0]))}  # fmt: skip
    if counted[:, 1].sum() == 0 and told[0]:
        sides[Way.BOTH] = counted[:, :1], power.sum(axis=1, keepdims=True)
    return sides


def _agreement(hours: Hours) -> Agreement | None:
    best: Agreement | None = None
    least = math.inf
    for way, (counted, powered) in _sides(hours).items():
        sums = counted.sum(), powered.sum()
        if min(sums) <= 0:
            continue
        ratio = sums[1] / sums[0]
        size = max(len(hours.begin), 2)
        scatter = math.sqrt(((powered - ratio * counted) ** 2).sum() * size / (size - 1)) / sums[1]
        if best is None or SPARE * scatter < least:
            least = scatter
            best = Agreement(
                way, float(ratio), float(scatter), int(hours.begin[0]), int(hours.end[-1]),
                hours.quarters / 4, float(sums[0]), float(sums[1]),
            )  # fmt: skip
    return best


def _enough(hours: Hours, of: Agreement) -> bool:
    least = STEPS * hours.step
    powered = of.powered_kwh >= least or of.error <= ROUGH
    return hours.quarters >= ENOUGH_QUARTERS and of.counted_kwh >= least and powered


def _stretches(hours: Hours) -> list[Hours]:
    """The hours cut where the ratio changes; a day that tells nothing goes with those before."""
    if _steady(hours):
        return [hours]
    runs: list[list[Array]] = []
    known: Agreement | None = None
    for rows in hours.days():
        of = _agreement(hours.take(rows))
        if of is None or of.error > WEAK or of.counted_kwh < STEPS / 10 * hours.step:
            (runs[-1].append(rows) if runs else runs.append([rows]))
            continue
        if (known is not None and _one(known, of)) or (known is None and runs):
            runs[-1].append(rows)
        else:
            runs.append([rows])
        known = _agreement(hours.take(np.concatenate(runs[-1])))
    parts = [np.concatenate(run) for run in runs]
    return [hours.take(rows) for rows in _cut_at_hours(hours, parts)]


def _steady(hours: Hours) -> bool:
    """Whether no day differs from all of them together."""
    of = _agreement(hours)
    if of is None:
        return True
    if of.way is not Way.SAME:
        return False
    counted, powered = _sides(hours)[Way.SAME]
    days = np.flatnonzero(np.r_[True, np.diff(hours.begin // DAY_QUARTERS) != 0])
    off = ((powered - of.ratio * counted) ** 2).sum(axis=1)
    sums = [np.add.reduceat(each.sum(axis=1), days) for each in (counted, powered)]
    many = np.maximum(np.diff(np.r_[days, len(off)]), 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.sqrt(np.add.reduceat(off, days) * many / (many - 1)) / sums[1]
        apart = np.abs(np.log(sums[1] / sums[0] / of.ratio))
    told = (sums[0] > STEPS / 10 * hours.step) & (sums[1] > 0) & (errors <= WEAK)
    return bool(np.all(apart[told] <= np.maximum(ERRORS * errors[told], 2 * SAME)) and np.all(told | (sums[0] == 0)))


def _one(known: Agreement, of: Agreement) -> bool:
    between = abs(math.log(known.ratio / of.ratio))
    return known.way is of.way and between <= max(ERRORS * math.hypot(known.error, of.error), 2 * SAME)


def _cut_at_hours(hours: Hours, parts: Sequence[Array]) -> list[Array]:
    """Stretches of days, cut at the hour in which one ends and the next begins."""
    parts = list(parts)
    place = 0
    while place + 1 < len(parts):
        if place + 2 < len(parts) and _one_day(hours, parts[place + 1]):
            # A day that is neither may be the one within which it changed.
            cut = _cut(hours, parts[place], parts[place + 1], parts[place + 2])
            if cut is not None:
                day = parts.pop(place + 1)
                parts[place] = np.concatenate([parts[place], day[:cut]])
                parts[place + 1] = np.concatenate([day[cut:], parts[place + 1]])
                place += 1
                continue
        before, after = parts[place], parts[place + 1]
        around = np.concatenate([_days(hours, before)[-1], _days(hours, after)[0]])
        core = before[: -len(_days(hours, before)[-1])], after[len(_days(hours, after)[0]) :]
        sure = [rows if len(rows) else whole for rows, whole in zip(core, (before, after), strict=True)]
        cut = _cut(hours, sure[0], around, sure[1])
        if cut is not None:
            parts[place] = np.concatenate([core[0], around[:cut]])
            parts[place + 1] = np.concatenate([around[cut:], core[1]])
        place += 1
    return [rows for rows in parts if len(rows)]


def _days(hours: Hours, rows: Array) -> list[Array]:
    return [rows[day] for day in hours.take(rows).days()]


def _one_day(hours: Hours, rows: Array) -> bool:
    return len(rows) > 1 and len(_days(hours, rows)) == 1


def _cut(hours: Hours, before: Array, rows: Array, after: Array) -> int | None:
    """After how many of these hours the ratio of those before becomes that of those after; None where it does not."""
    ratios = [of.ratio for part in (before, after) if (of := _agreement(hours.take(part))) is not None]
    if len(ratios) < 2:
        return None
    counted, powered = np.nan_to_num(hours.counted[rows]).sum(axis=1), hours.powered[rows].sum(axis=1)
    off = [abs(powered - ratio * counted) / (1 + ratio) for ratio in ratios]
    cost = np.r_[0.0, np.cumsum(off[0])] + np.r_[np.cumsum(off[1][::-1])[::-1], 0.0]
    cut = int(np.argmin(cost))
    return cut if cost[cut] <= CLEAR * np.maximum(cost[0], cost[-1]) else None


def _ranges(hours: Hours) -> Agreement | None:
    """The hours as one stretch, where power goes to and fro between two powers of ten of the counter."""
    told = hours.told
    counted, powered = np.nan_to_num(hours.counted)[:, told].sum(axis=1), hours.powered[:, told].sum(axis=1)
    clear = (counted > max(4 * hours.step, 0.0)) & (powered > 0)
    if 4 * clear.sum() < DAY_QUARTERS / 2:
        return None
    logs = np.log10(powered[clear] / counted[clear])
    tens, slack = np.rint(logs).astype("int64"), math.log10(1 + RANGE)
    sure = np.abs(logs - tens) <= slack
    others = set(tens[sure & (tens != 0)].tolist())
    if len(others) != 1:
        return None
    (power,) = others
    ends = [int((tens[sure] == end).sum()) for end in (0, power)]
    # An hour may have some of both, and lies between them.
    between = (logs >= min(0, power) - slack) & (logs <= max(0, power) + slack)
    least = MOST_HOURS if abs(power) == 1 else MIXED_HOURS
    if min(ends) < FEW_HOURS or sure.mean() < least or between.mean() < MOST_HOURS:
        return None
    if np.count_nonzero(np.diff(tens[sure])) < 2:
        return None
    of = _agreement(hours)
    if of is None or of.way is not Way.SAME or hours.quarters < ENOUGH_QUARTERS:
        return None
    return replace(of, ranges=power) if of.counted_kwh >= STEPS * hours.step else None
