"""Plausibility of electrical values: laws that hold on every supply; pure.

Words read with the wrong register map or in the wrong order give numbers too, but not numbers that obey these
laws together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from energy_workbench.domain.quantities import LINES, PHASES, QUANTITIES, Kind

Values = Mapping[str, float | None]

NOMINAL_HZ = (45.0, 66.0)
"""Around the frequencies of public supplies, 50 and 60 Hz, with what a generator may have for a while [Hz]."""
VOLTS = (20.0, 500_000.0)
"""From the secondary of a small transformer to a transmission line [V]."""
GREATEST = {
    "V": 1e6,
    "A": 1e6,
    "kW": 1e7,
    "kvar": 1e7,
    "kVA": 1e7,
    "Hz": 1e3,
    "%": 1e4,
    "1": 1e6,
    "°C": 2e3,
    "deg": 3600,
}
"""What no plant exceeds, by unit; of settings too."""
GREATEST_COUNT = 1e12
SMALLEST = 1e-7
"""A measured number nearer to zero is none: float words in the wrong order are mostly there [any unit]."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation.

    Attributes
    ----------
    weight : float
        Above 0 speaks for the profile, below against it.
    text : str
    """

    weight: float
    text: str


def evidence(values: Values) -> list[Evidence]:
    """What the values of one reading say for and against themselves."""
    violations = [*_frequency(values), *_voltages(values), *_power_factors(values), *_powers(values), *_numbers(values)]
    return [item for item in violations if item.weight]


def sane(name: str, value: float | None) -> bool:
    """Whether a value is one that a meter could have; a missing one is not."""
    if value is None or not math.isfinite(value):
        return False
    meant = QUANTITIES[name]
    if meant.kind is Kind.COUNTER:
        return 0 <= value < GREATEST_COUNT or name.endswith("_net")
    return value == 0 or SMALLEST < abs(value) < GREATEST.get(meant.unit, 1e10)


def _frequency(values: Values) -> Iterable[Evidence]:
    for name in ("frequency", "mains_frequency"):
        value = values.get(name)
        if value:  # a generator at rest has none
            low, high = NOMINAL_HZ
            if low <= value <= high:
                yield Evidence(3, f"{_label(name)} {value:.4g} Hz")
            else:
                yield Evidence(-6, f"{_label(name)} of {value:.4g} Hz is unlikely")


def _voltages(values: Values) -> Iterable[Evidence]:
    phases = [(n, v) for p in PHASES if (v := values.get(n := f"voltage_{p}_n"))]
    lines = [(n, v) for p in LINES if (v := values.get(n := f"voltage_{p}"))]
    wrong = [f"{_label(n)} of {v:.4g} V" for n, v in (*phases, *lines) if not VOLTS[0] <= v <= VOLTS[1]]
    if wrong:
        yield Evidence(-4, f"{wrong[0]} is unlikely")
        return
    for named in (phases, lines):
        sizes = [value for _, value in named]
        if len(sizes) == 3 and max(sizes) <= 1.3 * min(sizes):
            yield Evidence(2, f"voltages of {_span(sizes)} V agree")
        elif len(sizes) == 1:
            yield Evidence(1, f"voltage {sizes[0]:.4g} V")
    if len(phases) == 3 and len(lines) == 3:
        ratio = sum(v for _, v in lines) / sum(v for _, v in phases)
        if abs(ratio / math.sqrt(3) - 1) < 0.06:
            yield Evidence(3, "line voltages are √3 times phase voltages")
        elif not 0.97 <= ratio <= 2.05:
            yield Evidence(-2, f"line voltages are {ratio:.3g} times phase voltages")


def _power_factors(values: Values) -> Iterable[Evidence]:
    for tail in ("total", *PHASES):
        factor = values.get(f"power_factor_{tail}")
        if factor is None:
            continue
        if abs(factor) > 1.0005 or (factor and abs(factor) < 1e-6):
            yield Evidence(-3, f"{_label(f'power_factor_{tail}')} of {factor:.4g} is none")
            return
        real, apparent = values.get(f"active_power_{tail}"), values.get(f"apparent_power_{tail}")
        if factor and real and apparent and sane(f"active_power_{tail}", real):
            if abs(abs(factor) - abs(real / apparent)) < 0.05:
                yield Evidence(2, f"power factor {factor:.3g} is active over apparent power")
            return


def _powers(values: Values) -> Iterable[Evidence]:
    total, apparent = values.get("active_power_total"), values.get("apparent_power_total")
    reactive = values.get("reactive_power_total")
    if total and apparent and reactive is not None and _all_sane(values, "active", "apparent"):
        if abs(math.hypot(total, reactive) / abs(apparent) - 1) < 0.05:
            yield Evidence(2, "active, reactive and apparent power fit together")
        elif abs(total) > 1.1 * abs(apparent):
            yield Evidence(-2, "more active than apparent power")
    parts = [values.get(f"active_power_{p}") for p in PHASES]
    if total and None not in parts and any(parts):
        off = abs(sum(part for part in parts if part) - total)
        if off <= 0.05 * max(abs(total), *(abs(part or 0) for part in parts)):
            yield Evidence(2, "active power is the sum of its phases")
    products = [
        volts * amps for p in PHASES if (volts := values.get(f"voltage_{p}_n")) and (amps := values.get(f"current_{p}"))
    ]
    if apparent and len(products) == 3 and 0.85 <= sum(products) / 1000 / abs(apparent) <= 1.18:
        yield Evidence(3, "apparent power is voltage times current")


def _all_sane(values: Values, *magnitudes: str) -> bool:
    return all(sane(name := f"{m}_power_total", values[name]) for m in magnitudes)


def _numbers(values: Values) -> Iterable[Evidence]:
    numbers = {name: value for name, value in values.items() if value is not None}
    wrong = [name for name, value in numbers.items() if not sane(name, value)]
    if wrong:
        share = len(wrong) / len(numbers)
        unit = QUANTITIES[wrong[0]].unit
        text = f"{_label(wrong[0])} of {numbers[wrong[0]]:.4g} {'' if unit == '1' else unit}".rstrip()
        yield Evidence(-min(8.0, 1 + 16 * share), f"{text} is impossible ({len(wrong)} of {len(numbers)} values)")


def _span(sizes: list[float]) -> str:
    low, high = f"{min(sizes):.4g}", f"{max(sizes):.4g}"
    return low if low == high else f"{low} to {high}"


def _label(name: str) -> str:
    text = QUANTITIES[name].label
    return text if text[:2].isupper() else text[0].lower() + text[1:]
