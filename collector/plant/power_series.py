"""Power of every meter at each minute of a day: loads, summed up the tree, fed by grid, sun and diesel.

A meter with meters below it carries their sum and its losses at every node, so the balance of every
node is exact at every instant.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from collector.plant import load_shapes, weather
from collector.plant.tree import SOLAR_PEAK_KW, PlantMeter
from energy_workbench.domain.entities import Flow, MeterType

if TYPE_CHECKING:
    import numpy as np

MINUTES = 1440
CAPACITORS = 0.72
"""Share of the busbar's inductive reactive power that the capacitor bank at MAIN covers."""
SOLAR_NIGHT_KW = 0.6
"""What the inverters draw while the sun is down."""


class PowerSeries:
    """Active and reactive power of one plant's meters, day by day; the parameters are those of `model.Plant`."""

    def __init__(self, meters: tuple[PlantMeter, ...], *, seed: int, origin: datetime, zone: ZoneInfo) -> None:
        self.meters = meters
        self.seed = seed
        self.origin = origin
        self.zone = zone
        self._wire()

    def _wire(self) -> None:
        """Find out once what is summed into what, and what each load is."""
        import numpy as np

        number = {meter.number: i for i, meter in enumerate(self.meters)}
        self._main, self._grid = number["MAIN"], number["GRID"]
        self._producers = [i for i, m in enumerate(self.meters) if m.flow is Flow.PRODUCER]
        loads = [i for i, m in enumerate(self.meters) if m.load]
        consuming = {i for i, m in enumerate(self.meters) if m.flow is Flow.CONSUMER}
        self._boards = sorted((consuming | {self._main}) - set(loads), reverse=True)  # children before parents
        self._below = {
            board: [i for i in sorted(consuming) if number.get(self.meters[i].parent or "") == board]
            for board in self._boards
        }
        self._loads = np.array(loads)
        meters = [self.meters[i] for i in loads]
        self._shape = np.array([load_shapes.NAMES.index(m.load) for m in meters])
        self._rated = np.array([m.rated_kw for m in meters])[:, None]
        self._standby = np.array([load_shapes.STANDBY[m.load] for m in meters])[:, None]
        self._steady = np.array([m.load in load_shapes.STEADY for m in meters])[:, None]
        self._essential = np.array([m.essential for m in meters])[:, None]
        self._tangent = np.array([(1 / m.power_factor**2 - 1) ** 0.5 for m in meters])[:, None]

    def _sum_up(self, p: np.ndarray, q: np.ndarray, busbar: np.ndarray) -> None:
        """Fill in the boards from what is below them, losses included; MAIN gets the demand of the whole busbar."""
        for board in self._boards:
            meter, below = self.meters[board], self._below[board]
            p[board] = p[below].sum(axis=0) * (1 + meter.loss_fraction) + meter.loss_fixed_kw * busbar
            q[board] = q[below].sum(axis=0) * (1 + meter.loss_fraction)

    def day(self, number: int) -> tuple[np.ndarray, ...]:
        """Nodes 0 to 1439 of a day, counted from the origin's.

        Returns
        -------
        tuple of ndarray
            Active [kW] and reactive power [kvar], shape (meters, 1440); whether the grid has voltage, the
            busbar has, and the generator turns, shape (1440,).
        """
        import numpy as np

        weekday, minute, day_of_year = self._local(number)
        random = np.random.default_rng((self.seed, number))
        feed = weather.supply(random)
        sun = weather.sunshine(random, minute, day_of_year)
        load = self._load_power(random, weekday, minute, feed)
        p = np.zeros((len(self.meters), MINUTES))
        q = np.zeros_like(p)
        p[self._loads], q[self._loads] = load, load * self._tangent
        self._sum_up(p, q, feed.busbar)
        demand = whole = p[self._main].copy()
        reactive = q[self._main].copy()
        for i in self._producers:
            meter = self.meters[i]
            if meter.type is MeterType.SOLAR:
                # Grid-following inverters: off in an outage, also while the generator runs.
                produced = np.where(sun > 0.002, sun * SOLAR_PEAK_KW, -SOLAR_NIGHT_KW) * feed.grid
                p[i] = produced
                demand = demand - produced
            else:
                carried = np.where(feed.grid, 0.0, whole)
                p[i], q[i] = -carried, np.where(feed.grid, 0.0, reactive)
                demand = demand - carried
        p[self._main] = np.where(feed.grid, demand, 0.0)
        q[self._main] = np.where(feed.grid, reactive * (1 - CAPACITORS), 0.0)
        transformer = self.meters[self._grid]
        lost = transformer.loss_fraction * np.abs(p[self._main]) + transformer.loss_fixed_kw
        p[self._grid] = np.where(feed.grid, p[self._main] + lost, 0.0)
        q[self._grid] = np.where(feed.grid, q[self._main] + 0.04 * np.abs(p[self._main]) + 20.0, 0.0)
        return p, q, feed.grid, feed.busbar, feed.generator

    def _load_power(
        self, random: np.random.Generator, weekday: np.ndarray, minute: np.ndarray, feed: weather.Supply
    ) -> np.ndarray:
        """Power of each load at each minute [kW]."""
        import numpy as np

        count = self._loads.size
        level = load_shapes.levels()[self._shape[:, None], weekday, minute]
        slots = random.random((count, MINUTES // 10))
        # One machine in eight idles between two batches; the others run at their batch's load.
        batch = np.where(slots < 0.12, 0.25, 0.72 + 0.5 * slots)
        activity = np.where(self._steady, 1.0, np.repeat(batch, 10, axis=1))
        noise = 1 + 0.025 * random.standard_normal((count, MINUTES), dtype=np.float32)
        daily = random.uniform(0.93, 1.04, (count, 1))
        share = (self._standby + (level - self._standby) * activity * daily) * noise
        carried = feed.busbar & (feed.grid | self._essential)
        return np.clip(share, 0, 1.1) * self._rated * carried

    def _local(self, number: int) -> tuple[np.ndarray, np.ndarray, float]:
        """Weekday and minute of the local day of each node, and the day of the year."""
        import numpy as np

        start = self.origin.astimezone(UTC) + timedelta(days=number)
        quarters = [(start + timedelta(minutes=15 * k)).astimezone(self.zone) for k in range(MINUTES // 15)]
        weekday = np.repeat([t.weekday() for t in quarters], 15)
        minute = np.repeat([t.hour * 60 + t.minute for t in quarters], 15) + np.tile(np.arange(15), MINUTES // 15)
        return weekday, minute, float(quarters[48].timetuple().tm_yday)
