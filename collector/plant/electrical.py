"""Voltages, currents and powers per phase that belong to a power: for one instant or for many.

Every function takes `x`, the module whose `sin` and `sqrt` to use: `math` for one instant, where a
server answers one request, `numpy` for arrays, where a history of months is made. The formulas
are the same lines, so a live reading and a historic one never disagree.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from collector.plant.tree import PlantMeter

if TYPE_CHECKING:
    import numpy as np

X = TypeVar("X", float, "np.ndarray")
"""A number of one instant, or an array of many."""
TAU = 6.283185307179586
ROOT_3 = 3**0.5
NO_LOAD = 1e-6
"""Keeps the power factor of nothing at 1, as most meters show it."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is fixed about the three phases of one meter, or of many as columns of arrays.

    Attributes
    ----------
    volts : float or ndarray, shape (meters, 1)
        Nominal line to neutral, primary [V].
    share : tuple of three
        Part of the power in each phase, sums to 1.
    offset : tuple of three
        Relative deviation of each phase's voltage [1].
    phase : float or ndarray
        Sets this meter's small ripples apart from others' [rad].
    """

    volts: Any
    share: tuple[Any, Any, Any]
    offset: tuple[Any, Any, Any]
    phase: Any


def wiring(meter: PlantMeter, seed: int) -> Wiring:
    """The wiring of a meter; the unbalance is small, the same at each start."""
    chance = random.Random(f"{seed} {meter.number}")  # noqa: S311
    first, second = chance.uniform(-0.012, 0.012), chance.uniform(-0.012, 0.012)
    a, b = chance.uniform(-0.003, 0.003), chance.uniform(-0.003, 0.003)
    first, second = first + meter.lean[0], second + meter.lean[1]
    return Wiring(
        volts=meter.voltage * (1 + meter.tap) / ROOT_3,
        share=((1 + first) / 3, (1 + second) / 3, (1 - first - second) / 3),
        offset=(a, b, -a - b),
        phase=chance.uniform(0, TAU),
    )


def together(wirings: Sequence[Wiring]) -> Wiring:
    """Many wirings as one, for arrays of shape (meters, instants)."""
    import numpy as np

    columns = np.array([(w.volts, *w.share, *w.offset, w.phase) for w in wirings]).T[:, :, None]
    return Wiring(columns[0], tuple(columns[1:4]), tuple(columns[4:7]), columns[7])


def frequency(x: Any, second: X) -> X:
    """Of the grid, within 49.9 and 50.1 [Hz]."""
    hertz: X = 50 + 0.045 * x.sin(second / 613.0) + 0.03 * x.sin(second / 131.7) + 0.015 * x.sin(second / 17.3)
    return hertz


def gauges(x: Any, wired: Wiring, p: X, q: X, live: X, second: X) -> dict[str, X]:
    """All gauges of one meter, primary.

    Parameters
    ----------
    x : module
        `math` or `numpy`.
    p, q : float or ndarray
        Active [kW] and reactive power [kvar] as the meter counts them.
    live : float or ndarray
        1 where there is voltage, else 0; there p and q are 0.
    second : float or ndarray
        Since 1970 [s].

    Returns
    -------
    dict of str to float or ndarray
        In the workbench's units; by quantity.
    """
    values: dict[str, X] = {}
    slow = 0.012 * x.sin(second * (TAU / 86_400)) + 0.004 * x.sin(second / 977.0 + wired.phase)
    level = live * wired.volts * (1 + slow + 0.0015 * x.sin(second / 41.0 + wired.phase))
    s = x.sqrt(p * p + q * q)
    pf = (p + NO_LOAD) / (s + NO_LOAD)
    dark = (1 - live) * wired.volts  # keeps 0/0 away; the current is 0 with the power
    amps_total: Any = 0.0
    volts = []
    for k, phase in enumerate(("l1", "l2", "l3")):
        share = wired.share[k]
        v = level * (1 + wired.offset[k])
        i = s * share * 1000 / (v + dark)
        volts.append(v)
        amps_total = amps_total + i
        values[f"voltage_{phase}_n"] = v
        values[f"current_{phase}"] = i
        values[f"active_power_{phase}"] = p * share
        values[f"reactive_power_{phase}"] = q * share
        values[f"apparent_power_{phase}"] = s * share
        values[f"power_factor_{phase}"] = values[f"displacement_pf_{phase}"] = pf
        values[f"thd_voltage_{phase}"] = live * (1.9 + 0.3 * x.sin(second / 701.0 + wired.phase + k))
        values[f"thd_current_{phase}"] = live * (7.5 + 1.5 * x.sin(second / 533.0 + wired.phase + k))
    for name, (one, other) in (("l1_l2", (0, 1)), ("l2_l3", (1, 2)), ("l3_l1", (2, 0))):
        a, b = volts[one], volts[other]
        values[f"voltage_{name}"] = x.sqrt(a * a + b * b + a * b)  # 120° apart
        values[f"thd_voltage_{name}"] = values["thd_voltage_l1"]
    i1, i2, i3 = (values[f"current_{phase}"] for phase in ("l1", "l2", "l3"))
    # Phasors 120° apart; rounding can make nearly balanced currents a hair negative.
    neutral = i1 * i1 + i2 * i2 + i3 * i3 - i1 * i2 - i2 * i3 - i3 * i1
    values["current_n"] = x.sqrt(abs(neutral))
    values["current_vector_sum"] = values["current_n"]
    values["current_sum"] = values["current_total"] = amps_total
    values["current_avg"] = amps_total / 3
    values["voltage_ln_avg"] = (volts[0] + volts[1] + volts[2]) / 3
    values["voltage_ll_avg"] = (values["voltage_l1_l2"] + values["voltage_l2_l3"] + values["voltage_l3_l1"]) / 3
    values["active_power_total"], values["reactive_power_total"], values["apparent_power_total"] = p, q, s
    values["power_factor_total"] = values["power_factor_total_iec"] = values["displacement_pf_total"] = pf
    values["frequency"] = live * frequency(x, second)
    return values


def energies(wired: Wiring, imported: X, exported: X, reactive_in: X, reactive_out: X, apparent: X) -> dict[str, X]:
    """All counters of one meter that follow from its five; the same unit as they have."""
    counters: dict[str, X] = {}
    for magnitude, plus, minus in (("active", imported, exported), ("reactive", reactive_in, reactive_out)):
        base = f"energy_{magnitude}"
        counters[f"{base}_import"], counters[f"{base}_export"] = plus, minus
        counters[f"{base}_total"], counters[f"{base}_net"] = plus + minus, plus - minus
        for k, phase in enumerate(("l1", "l2", "l3")):
            share = wired.share[k]
            counters[f"{base}_import_{phase}"], counters[f"{base}_export_{phase}"] = plus * share, minus * share
            counters[f"{base}_total_{phase}"] = (plus + minus) * share
        counters[f"{base}_import_partial"] = plus
    for copy in ("import", "export"):
        counters[f"energy_active_{copy}_f32"] = counters[f"energy_active_{copy}"]
    counters["energy_reactive_inductive"], counters["energy_reactive_capacitive"] = reactive_in, reactive_out
    counters["energy_apparent_import"] = counters["energy_apparent_total"] = apparent
    return counters
