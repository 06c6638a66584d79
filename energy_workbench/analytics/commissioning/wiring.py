"""Which CTs are reversed or on the wrong phase: told by the angle between voltage and current of each phase.

With the load's angle φ alike in all phases, a right input shows φ, a reversed CT φ + 180°, and the current of another
phase φ ± 120°, by the angles of the voltages (0°, −120°, 120°). What explains the angles with the fewest faults is
named; where several explain them alike, all of them are. The order of the voltages themselves does not show in powers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Final

from energy_workbench.analytics.commissioning.checks import Check, Verdict
from energy_workbench.domain.entities import Flow

PHASES: Final = ("l1", "l2", "l3")
VOLTAGE_ANGLES: Final = (0.0, -120.0, 120.0)
"""Of L1, L2 and L3 [°]."""
USUAL: Final = (-45.0, 65.0)
"""Angles that a load has [°]: a power factor from 0.7 leading to 0.42 lagging."""
IDLE: Final = (-90.0, 90.0)
"""And those that one can have that hardly works: an idle motor, capacitors alone."""
SPREAD: Final = 40.0
"""How far the load's angles of the phases may lie apart [°]."""
LEAST_OF_RATED, LEAST_OF_LARGEST, LEAST_KVA = 0.015, 0.03, 0.05
"""Apparent power of a phase below which its angle says nothing: shares, and what holds where nothing is rated [kVA].

Below 1 to 5 % of the rated current the standards limit the angle errors of CTs of class 1 no more (IEC 61869-2).
"""
SUM_ERROR: Final = 0.03
"""How far the sum of the phases may be from the total, as a share of the apparent power."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What one input of a meter shows, primary.

    Attributes
    ----------
    name : str
        `L1`.
    power, apparent : float
        [kW], [kVA]
    angles : tuple of float
        Of the current behind the voltage [°]; two where the meter does not tell leading from lagging.
    """

    name: str
    power: float
    apparent: float
    angles: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.power:.3g} kW at power factor {self.power / self.apparent:.2f}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A way in which the CTs may be put in: whose current each input has, and which are reversed."""

    order: tuple[int, ...]
    reversed: tuple[bool, ...]

    @property
    def cost(self) -> int:
        """How many things are wrong."""
        moved = sum(at != each for at, each in enumerate(self.order))
        return sum(self.reversed) + moved

    def words(self, phases: Sequence[Phase]) -> str:
        """In words."""
        names = [phase.name for phase in phases]
        said = []
        moved = [names[at] for at, each in enumerate(self.order) if at != each]
        if len(moved) == 2:
            said.append(f"the CTs of {' and '.join(moved)} are swapped")
        elif moved:
            said.append(
                "; ".join(f"input {names[at]} has the CT of {names[each]}" for at, each in enumerate(self.order))
            )
        if turned := [name for name, each in zip(names, self.reversed, strict=True) if each]:
            said.append(f"the CT of {turned[0]} is reversed" if len(turned) == 1 else
                        f"the CTs of {', '.join(turned[:-1])} and {turned[-1]} are reversed")  # fmt: skip
        return " and ".join(said)


def wiring(
    values: Mapping[str, float | None], *, flow: Flow, exports: bool = False, rated_kva: float | None = None
) -> list[Check]:
    """What the phases say of their CTs.

    Parameters
    ----------
    values : mapping of str to float or None
        Primary values by quantity: powers by phase [kW, kvar, kVA], or power factors, currents and voltages.
    flow : Flow
        Which way energy is expected; of a bidirectional meter either.
    exports : bool
        Whether a producer counts what it produces as export.
    rated_kva : float, optional
        Rated apparent power of one phase [kVA], by CT and PT.
    """
    rows = list(_voltages(values))
    shown = [_phase(values, name) for name in PHASES]
    known = [phase for phase in shown if phase is not None]
    if len(known) < 2:
        what = "it reports no power of each phase" if not known else "it reports the power of one phase only"
        return [*rows, *_rotation(values), Check("phases", "", Verdict.CANNOT_TELL, f"cannot be told: {what}")]
    largest = max(phase.apparent for phase in known)
    least = max(LEAST_OF_LARGEST * largest, LEAST_KVA if rated_kva is None else LEAST_OF_RATED * rated_kva)
    told = [phase for phase in known if phase.apparent >= least]
    for phase in known:
        if phase not in told:
            text = f"cannot be told: the load is too small ({phase.apparent:.2g} kVA, {least:.2g} are needed)"
            rows.append(Check("phases", phase.name, Verdict.CANNOT_TELL, text))
    if len(told) >= 2:
        rows += _explained(told, flow, exports)
    else:
        rows.append(Check("phases", "", Verdict.CANNOT_TELL, "cannot be told: too few phases carry a load"))
    return [*rows, *_rotation(values), *_sum(values, known)]


def _explained(told: Sequence[Phase], flow: Flow, exports: bool) -> Iterator[Check]:
    shown = "; ".join(map(str, told))
    bases = (0.0, 180.0) if flow is Flow.BIDIRECTIONAL else (180.0 if flow is Flow.PRODUCER and exports else 0.0,)
    fitting = sorted((fault for fault in _faults(len(told)) if _fits(fault, told, bases)), key=lambda each: each.cost)
    best = [fault for fault in fitting if fault.cost == fitting[0].cost]
    if not best:
        text = (
            f"the angles of the phases fit no way of putting the CTs in: check voltages and CTs of each phase. {shown}"
        )
        yield Check("phases", "", Verdict.WRONG, text)
    elif best[0].cost and _fits(Fault(tuple(range(len(told))), (False,) * len(told)), told, bases, IDLE):
        said = ", or ".join(dict.fromkeys(fault.words(told) for fault in best))
        text = f"cannot be told at so low a power factor: the load is like that, or {said}. {shown}"
        yield Check("phases", "", Verdict.CANNOT_TELL, text)
    elif not best[0].cost:
        for phase in told:
            yield Check("phases", phase.name, Verdict.OK, f"right: {phase}")
    else:
        said = ", or ".join(dict.fromkeys(fault.words(told) for fault in best))
        if all(best[0].reversed) and len(told) == len(PHASES):
            said += ", or what is measured gives energy back"
        touched = {at for fault in best for at in range(len(told)) if fault.reversed[at] or fault.order[at] != at}
        for at, phase in enumerate(told):
            if at in touched:
                yield Check("phases", phase.name, Verdict.WRONG, f"{said}. {shown}")
            else:
                yield Check("phases", phase.name, Verdict.OK, f"right: {phase}")


def _faults(many: int) -> Iterator[Fault]:
    for order in permutations(range(many)):
        for turned in product((False, True), repeat=many):
            yield Fault(order, turned)


def _fits(fault: Fault, told: Sequence[Phase], bases: Sequence[float], usual: tuple[float, float] = USUAL) -> bool:
    """Whether, with that fault taken off, all phases show the angle of one load."""
    places = [VOLTAGE_ANGLES[PHASES.index(phase.name.lower())] for phase in told]
    for base in bases:
        for angles in product(*(phase.angles for phase in told)):
            loads = [
                _wrapped(angle - (places[at] - places[fault.order[at]]) - 180.0 * fault.reversed[at] - base)
                for at, angle in enumerate(angles)
            ]
            if all(usual[0] <= load <= usual[1] for load in loads) and max(loads) - min(loads) <= SPREAD:
                return True
    return False


def _wrapped(angle: float) -> float:
    return (angle + 180.0) % 360.0 - 180.0


def _phase(values: Mapping[str, float | None], name: str) -> Phase | None:
    power, reactive = values.get(f"active_power_{name}"), values.get(f"reactive_power_{name}")
    factor, apparent = values.get(f"power_factor_{name}"), values.get(f"apparent_power_{name}")
    volts, amperes = values.get(f"voltage_{name}_n"), values.get(f"current_{name}")
    if apparent is None and volts is not None and amperes is not None:
        apparent = abs(volts * amperes) / 1000
    if power is None and factor is not None and apparent is not None:
        power = factor * apparent
    if power is None:
        return None
    if apparent is None and reactive is not None:
        apparent = math.hypot(power, reactive)
    if apparent is None and factor:
        apparent = abs(power / factor)
    if apparent is None:
        return None
    apparent = max(apparent, abs(power))
    if reactive is not None and abs(reactive) > 0.01 * apparent:
        return Phase(name.upper(), power, apparent, (math.degrees(math.atan2(reactive, power)),))
    angle = math.degrees(math.acos(power / apparent)) if apparent else 0.0
    return Phase(name.upper(), power, apparent, (angle, -angle))


def _voltages(values: Mapping[str, float | None]) -> Iterator[Check]:
    volts = {name: found for name in PHASES if (found := values.get(f"voltage_{name}_n")) is not None}
    for name, found in volts.items():
        if found < 0.5 * max(volts.values()):
            text = f"{found:.3g} V where another phase has {max(volts.values()):.4g} V: its fuse or lead"
            yield Check("phases", f"voltage {name.upper()}", Verdict.WRONG, text)


def _rotation(values: Mapping[str, float | None]) -> Iterator[Check]:
    """What the meter's own register says of the order of the voltages."""
    turns, sequence = values.get("phase_rotation"), values.get("phase_sequence")
    if turns is None and sequence is None:
        return
    left = (turns if turns is not None else sequence or 0) < 0
    text = "the meter says L1-L3-L2: two voltages are swapped" if left else "the meter says L1-L2-L3"
    yield Check("phases", "order of voltages", Verdict.WRONG if left else Verdict.OK, text)


def _sum(values: Mapping[str, float | None], known: Sequence[Phase]) -> Iterator[Check]:
    total = values.get("active_power_total")
    if total is None or len(known) < len(PHASES):
        return
    summed, apparent = sum(phase.power for phase in known), sum(phase.apparent for phase in known)
    absolute = sum(abs(phase.power) for phase in known)
    if abs(summed - total) <= max(SUM_ERROR * apparent, 0.01):
        return
    of = "the sum of their amounts" if abs(absolute - abs(total)) <= SUM_ERROR * apparent else "another number"
    text = f"the phases sum to {summed:.4g} kW and the total says {total:.4g} kW, {of}: does the profile fit?"
    yield Check("phases", "sum", Verdict.WRONG, text)
