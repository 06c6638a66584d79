"""Values that a simulated meter reports: its units and ratios, its counters, and faults that change them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from collector.plant import electrical
from collector.plant.electrical import X
from collector.plant.faults import FaultKind, Faults
from collector.plant.model import COUNTERS, Plant, Segment, generator_litres
from collector.plant.tree import GENERATOR_KW, TANK_LITRES, PlantMeter
from energy_workbench.domain.entities import MeterType
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import AppliedBy
from energy_workbench.domain.time.clock import EPOCH

IMPORT, EXPORT, REACTIVE_IMPORT, REACTIVE_EXPORT, APPARENT, HOURS, STARTS = range(len(COUNTERS))


class Readout:
    """One meter's view of the plant.

    Parameters
    ----------
    plant : Plant
    meter : PlantMeter
    faults : Faults
        Those of counters change what is told, never what is counted.
    """

    def __init__(self, plant: Plant, meter: PlantMeter, faults: Faults | None = None) -> None:
        self.plant = plant
        self.meter = meter
        self.column = plant.index[meter.number]
        self.wired = electrical.wiring(meter, plant.seed)
        self.divisor = {name: meter.ratio.factor(q.scaling) for name, q in QUANTITIES.items()}
        self.ratio = self.divisor["energy_active_import"]
        self.generator = meter.type is MeterType.GENERATOR
        self.begun = _begun(meter, plant.seed)
        self.faults = (faults or Faults()).of_counters(meter.number)
        self._serial = random.Random(f"serial {plant.seed} {meter.number}").randrange(10**7, 10**8)  # noqa: S311

    def serial(self, second: float) -> int:
        """Serial number; another one after each exchange."""
        exchanges = sum(f.kind is FaultKind.EXCHANGE and f.start <= second for f in self.faults)
        return self._serial + 7919 * exchanges

    def offsets(self, second: float) -> Sequence[float] | None:
        """What to add to each counter since the origin [primary kWh, kvarh, kVAh, h, 1]; None while all tell 0."""
        offsets = self.begun
        upcoming = None
        for fault in self.faults:
            if fault.kind is FaultKind.GLITCH:
                if fault.active(second):
                    return None
            elif second < fault.start:
                upcoming = upcoming or fault
            elif fault.kind is FaultKind.ROLLOVER:
                offsets = (-self._counted(fault.start)[IMPORT], *offsets[1:])
            else:
                # A new meter counts from the moment that it is on the line.
                begin = fault.end if fault.kind is FaultKind.EXCHANGE and fault.end < math.inf else fault.start
                offsets = tuple(-c for c in self._counted(begin))
        if upcoming and upcoming.kind is FaultKind.ROLLOVER:
            offsets = (upcoming.modulus * self.ratio - self._counted(upcoming.start)[IMPORT], *offsets[1:])
        return offsets

    def _counted(self, second: float) -> list[float]:
        return self.plant.counted(EPOCH + timedelta(seconds=second))[:, self.column].tolist()

    def at(self, segment: Segment, part: float, second: float) -> dict[str, float | None]:
        """Everything the meter knows at an instant, as it reports it.

        Parameters
        ----------
        segment : Segment
            The minute that holds the instant.
        part : float
            Of that minute [0, 1].
        second : float
            Since 1970 [s].

        Returns
        -------
        dict of str to float or None
            In the workbench's units, before CT and PT where the meter does not apply them.
        """
        i = self.column
        p = float(segment.p[0, i] + (segment.p[1, i] - segment.p[0, i]) * part)
        q = float(segment.q[0, i] + (segment.q[1, i] - segment.q[0, i]) * part)
        first, last, before = segment.rates[:, i, 0].tolist(), segment.rates[:, i, 1].tolist(), segment.before[:, i]
        counted = [
            b + (f + (n - f) * (part / 2)) * (part / 60) for b, f, n in zip(before.tolist(), first, last, strict=True)
        ]
        offsets = self.offsets(second)
        told = [c + o for c, o in zip(counted, offsets, strict=True)] if offsets else [0.0] * len(COUNTERS)
        live = segment.grid if self.meter.type is MeterType.GRID else segment.busbar
        primary = told_values(
            math, self.wired, p, q, told, second, live=float(live), demand=float(segment.demand[i]),
            turning=float(segment.generator) if self.generator else None, grid=float(segment.grid),
        )  # fmt: skip
        return {name: value / self.divisor[name] for name, value in primary.items()} | self.settings(second)

    def settings(self, second: float) -> dict[str, float | None]:
        """What is set in the meter: where the workbench applies the ratio, the meter knows none."""
        ratio = self.meter.ratio
        inside = ratio.applied_by is AppliedBy.METER
        return {
            "ct_primary": (ratio.ct_primary or 5.0) if inside else 5.0,
            "ct_secondary": 5.0,
            "vt_primary": (ratio.pt_primary or self.meter.voltage) if inside else 110.0,
            "vt_secondary": (ratio.pt_secondary or self.meter.voltage) if inside else 110.0,
            "ct_ratio": ratio.ct if inside else 1.0,
            "vt_ratio": ratio.pt if inside else 1.0,
            "serial_number": float(self.serial(second)),
            "demand_period": 15.0,
            "system_type": 3.0,
            "energy_prefix": 0.0,
            "register_order": 0.0,
            "phase_rotation": 1.0,
            "phase_sequence": 0.0,
        }


def told_values(
    x: Any,
    wired: electrical.Wiring,
    p: X,
    q: X,
    told: Sequence[X],
    second: X,
    *,
    live: X,
    grid: X,
    demand: X | None = None,
    turning: X | None = None,
) -> dict[str, X]:
    """Gauges, counters and demand, primary, of one instant or of many; see `electrical`.

    Parameters
    ----------
    told : sequence
        Counters in the order of `COUNTERS`.
    turning : float or ndarray, optional
        Given for a generator: 1 while it turns. Its controller shows what it delivers as positive.
    """
    if turning is not None:
        p, live = -p, turning
    values = electrical.gauges(x, wired, p, q, live, second)
    values |= electrical.energies(wired, *told[: APPARENT + 1])
    if demand is not None:
        values["demand_active_power"] = values["demand_active_power_last"] = demand
    if turning is not None:
        values |= _engine(x, p, told, second, turning)
        values |= {f"mains_voltage_{phase}_n": wired.volts * grid for phase in ("l1", "l2", "l3")}
        values["mains_frequency"] = grid * electrical.frequency(x, second)
    return values


def _engine(x: Any, p: X, told: Sequence[X], second: X, turning: X) -> dict[str, X]:
    """The engine of a generator: warm and at 1500 rpm while it turns."""
    burnt = generator_litres(told[HOURS], told[EXPORT])
    return {
        "run_hours": told[HOURS],
        "engine_starts": told[STARTS],
        # Filled up whenever 30 % are left.
        "fuel_level": 100 - (burnt / TANK_LITRES * 100) % 70,
        "engine_speed": turning * (1500 + 2 * x.sin(second / 7.0)),
        "engine_oil_pressure": turning * (410 + 15 * x.sin(second / 57.0)),
        "engine_coolant_temperature": 31 + turning * (49 + 3 * x.sin(second / 311.0)),
        "engine_oil_temperature": 32 + turning * (58 + 3 * x.sin(second / 401.0)),
        "engine_load": p / GENERATOR_KW * 100,
        "engine_state": turning * 3,
        "control_mode": turning * 0 + 1,
        "battery_voltage": 25.6 + turning * 1.8,
        "charge_alternator_voltage": turning * 27.6,
    }


def _begun(meter: PlantMeter, seed: int) -> tuple[float, ...]:
    """What the counters showed at the origin: the meter was there some weeks before [kWh, kvarh, kVAh, h, 1]."""
    if meter.type is MeterType.GENERATOR:
        return (0.0, 41_372.6, 0.0, 0.0, 0.0, 83.4, 112.0)
    hours = random.Random(f"begun {seed} {meter.number}").uniform(300, 900)  # noqa: S311
    energy = meter.rated_kw * hours * 0.6
    lagging = energy * (1 / meter.power_factor**2 - 1) ** 0.5
    export = 0.004 * energy if meter.type in (MeterType.GRID, MeterType.MAIN) else 0.0
    return (energy, export, lagging, 0.0, math.hypot(energy, lagging), 0.0, 0.0)
