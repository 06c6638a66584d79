"""The plant as a function of time: power of every meter at each minute, and its exact integral.

Powers are given at whole minutes (nodes) and run straight between them, so energy is the exact
trapezoid integral.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from collector.plant.electrical import X
from collector.plant.power_series import PowerSeries
from collector.plant.tree import GENERATOR_KW, PlantMeter
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import EPOCH

if TYPE_CHECKING:
    import numpy as np

COUNTERS = ("active_import", "active_export", "reactive_import", "reactive_export", "apparent", "hours", "starts")
DAYS_KEPT = 2
SEGMENTS_KEPT = 4


class Energy(NamedTuple):
    """Primary energy through a meter's import and export registers [kWh]."""

    import_kwh: float
    export_kwh: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day of 1440 minutes of the plant; nodes 0 to 1440, the last being the next day's first.

    Attributes
    ----------
    p, q : ndarray, shape (meters, 1441)
        Primary active [kW] and reactive power [kvar]; active is positive where the import register counts.
    grid, busbar, generator : ndarray of bool, shape (1441,)
        As in `weather.Supply`.
    """

    p: np.ndarray
    q: np.ndarray
    grid: np.ndarray
    busbar: np.ndarray
    generator: np.ndarray


class Plant:
    """The simulated plant.

    Parameters
    ----------
    meters : tuple of PlantMeter
        Parents before children.
    seed : int
        The same seed gives the same plant, whenever it is asked.
    origin : datetime
        A local midnight; nothing is known before it.
    zone : ZoneInfo
        The site's: shifts, weekdays and the sun follow it.
    """

    def __init__(self, meters: tuple[PlantMeter, ...], *, seed: int, origin: datetime, zone: ZoneInfo) -> None:
        import numpy as np

        self.meters = meters
        self.seed = seed
        self.origin = origin
        self.zone = zone
        self.index = {meter.number: i for i, meter in enumerate(meters)}
        self.origin_second = (origin - EPOCH) // timedelta(seconds=1)
        self._lock = threading.RLock()
        self._days: OrderedDict[int, Day] = OrderedDict()
        self._segments: OrderedDict[tuple[int, int], Segment] = OrderedDict()
        self._fresh: tuple[int, tuple[np.ndarray, ...]] | None = None
        self._totals = [np.zeros((len(COUNTERS), len(meters)))]
        self._series = PowerSeries(meters, seed=seed, origin=origin, zone=zone)

    def day(self, number: int) -> Day:
        """The nodes of a day, counted from the origin's.

        Raises
        ------
        InputError
            If the day lies before the origin.
        """
        import numpy as np

        if number < 0:
            raise InputError(f"the plant's past begins at {self.origin.isoformat()}; ask for a later instant")
        with self._lock:
            day = self._days.get(number)
            if day is None:
                made, following = self._nodes(number), self._nodes(number + 1)
                joined = (np.concatenate([a, b[..., :1]], axis=-1) for a, b in zip(made, following, strict=True))
                day = self._days[number] = Day(*joined)
                if len(self._days) > DAYS_KEPT:
                    self._days.popitem(last=False)
            return day

    def _nodes(self, number: int) -> tuple[np.ndarray, ...]:
        """Nodes 0 to 1439 of a day."""
        if self._fresh is None or self._fresh[0] != number:
            self._fresh = (number, self._series.day(number))
        return self._fresh[1]

    def totals(self, number: int) -> np.ndarray:
        """What has gone through each meter from the origin to the start of a day.

        Returns
        -------
        ndarray, shape (counters, meters)
            In the order of `COUNTERS` [kWh, kvarh, kVAh, h, 1].
        """
        import numpy as np

        with self._lock:
            while len(self._totals) <= number:
                day = self.day(len(self._totals) - 1)
                spent = np.stack([_integral(rate) for rate in self._rates(day, slice(None))])
                self._totals.append(self._totals[-1] + spent)
            return self._totals[number]

    @staticmethod
    def _rates(day: Day, nodes: slice) -> Iterator[np.ndarray]:
        """What each counter counts, per hour, at nodes of a day; shape (meters, nodes)."""
        import numpy as np

        p, q, turning = day.p[:, nodes], day.q[:, nodes], day.generator[nodes]
        yield np.maximum(p, 0.0)
        yield np.maximum(-p, 0.0)
        yield np.maximum(q, 0.0)
        yield np.maximum(-q, 0.0)
        yield np.hypot(p, q)
        yield np.broadcast_to(turning.astype(float), p.shape)
        # 60 an hour at one node is one start, counted within the two minutes around it.
        started = np.diff(day.generator.astype(int), prepend=0)[nodes] > 0
        yield np.broadcast_to(started * 60.0, p.shape)

    def counters(self, number: int, minutes: np.ndarray) -> np.ndarray:
        """Counters at whole minutes of a day, from the origin; shape (counters, meters, minutes)."""
        import numpy as np

        counters = []
        for rate, before in zip(self._rates(self.day(number), slice(None)), self.totals(number), strict=True):
            steps = np.zeros_like(rate)
            np.cumsum((rate[:, :-1] + rate[:, 1:]) / 120, axis=1, out=steps[:, 1:])
            counters.append(before[:, None] + steps[:, minutes])
        return np.stack(counters)

    def counted(self, instant: datetime) -> np.ndarray:
        """Counters of all meters at an instant, from the origin; shape (counters, meters)."""
        number, minute, part = self.locate((instant - EPOCH) / timedelta(seconds=1))
        return self.segment(number, minute).counted(part)

    def locate(self, epoch_second: float) -> tuple[int, int, float]:
        """Day, minute of the day and the part of that minute gone, of seconds since 1970."""
        days, rest = divmod(epoch_second - self.origin_second, 86_400.0)
        minute, seconds = divmod(rest, 60.0)
        return int(days), int(minute), seconds / 60

    def segment(self, number: int, minute: int) -> Segment:
        """One minute of the whole plant; the last few are kept."""
        with self._lock:
            segment = self._segments.get((number, minute))
            if segment is None:
                segment = self._segments[number, minute] = self._make_segment(number, minute)
                if len(self._segments) > SEGMENTS_KEPT:
                    self._segments.popitem(last=False)
            return segment

    def _make_segment(self, number: int, minute: int) -> Segment:
        import numpy as np

        day = self.day(number)
        spent = np.stack([_integral(rate) for rate in self._rates(day, slice(0, minute + 1))])
        nodes = slice(minute, minute + 2)
        grid, busbar, generator = (bool(a[nodes].any()) for a in (day.grid, day.busbar, day.generator))
        return Segment(
            p=day.p[:, nodes].T,
            q=day.q[:, nodes].T,
            rates=np.stack(list(self._rates(day, nodes))),
            before=self.totals(number) + spent,
            grid=grid,
            busbar=busbar,
            generator=generator,
            demand=np.maximum(day.p[:, max(0, minute - 15) : minute + 1], 0.0).mean(axis=1),
        )

    def ledger(self, number: str, start: datetime, end: datetime) -> Energy:
        """What truly went through a meter.

        Parameters
        ----------
        number : str
            Of the meter.
        start, end : datetime
            Aware.

        Returns
        -------
        Energy
            Primary [kWh], exact; a generator that counts its production in the export register has it there.

        Raises
        ------
        NotFoundError
            If the plant has no such meter.
        InputError
            If the span begins before the plant's past.
        """
        try:
            column = self.index[number]
        except KeyError:
            raise NotFoundError(f"the plant has no meter {number!r}") from None
        spent = (self.counted(end) - self.counted(start))[:2, column]
        return Energy(float(spent[0]), float(spent[1]))


@dataclass(frozen=True, slots=True)
class Segment:
    """One minute of all meters: straight lines between two nodes.

    Attributes
    ----------
    p, q : ndarray, shape (2, meters)
        At both ends [kW, kvar].
    rates : ndarray, shape (counters, meters, 2)
        What the counters count, per hour, at both ends.
    before : ndarray, shape (counters, meters)
        Counters at the start of the minute.
    grid, busbar, generator : bool
        Whether there is voltage, or the generator turns, within the minute.
    demand : ndarray, shape (meters,)
        Mean import power of the 15 minutes before [kW].
    """

    p: np.ndarray
    q: np.ndarray
    rates: np.ndarray
    before: np.ndarray
    grid: bool
    busbar: bool
    generator: bool
    demand: np.ndarray

    def counted(self, part: float) -> np.ndarray:
        """Counters after a part of the minute [0, 1]; the exact integral of straight lines."""
        first, last = self.rates[..., 0], self.rates[..., 1]
        return self.before + (first + (last - first) * (part / 2)) * (part / 60)


def _integral(rate: np.ndarray) -> np.ndarray:
    """Of straight lines between nodes a minute apart; rates are per hour."""
    return (rate.sum(axis=-1) - (rate[..., 0] + rate[..., -1]) / 2) / 60


def generator_litres(hours: X, energy_kwh: X) -> X:
    """Diesel burnt [L] by a 1.6 MW set: what idling takes and what each kWh takes.

    Together about 0.27 L/kWh at full load and 0.33 at a quarter, as approximate consumption
    charts of 500 kW sets give.
    """
    litres: X = 0.02 * GENERATOR_KW * hours + 0.25 * energy_kwh
    return litres
