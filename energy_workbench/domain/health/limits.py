"""Limits of a meter's health: what is watched, from where on it is a warning, and from where on critical.

Each limit is entered at its threshold and left only a hysteresis below it, and both take as long as its
`seconds` say, so that a value beside the threshold does not go to and fro.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from energy_workbench.domain.nameplate import earthed
from energy_workbench.domain.ratios import Ratio


@dataclass(frozen=True, slots=True)
class Limit:
    """Thresholds of one rule, in its unit; None is off.

    Attributes
    ----------
    warning, critical : float or None
        From here on.
    hysteresis : float
        How far back it must come to be well again.
    seconds : float
        How long it must last to count [s].
    """

    warning: float | None
    critical: float | None
    hysteresis: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is watched.

    Attributes
    ----------
    name, label, unit : str
    meaning : str
        What is compared, in a sentence.
    source : str
        Where the default comes from.
    default : Limit
    low : bool
        Whether lower is worse.
    most : float
        The highest threshold that makes sense.
    """

    name: str
    label: str
    unit: str
    meaning: str
    source: str
    default: Limit
    low: bool = False
    most: float = 1000.0


RULES: Final[dict[str, Rule]] = {
    rule.name: rule
    for rule in (
        Rule(
            name="voltage",
            label="Voltage deviation",
            unit="%",
            meaning="The phase farthest from its nominal voltage.",
            source="EN 50160: ±10 % of nominal for 95 % of a week, down to −15 % always",
            default=Limit(10.0, 15.0, 1.0, 60.0),
            most=100.0,
        ),
        Rule(
            name="voltage_unbalance",
            label="Voltage unbalance",
            unit="%",
            meaning="Largest deviation of a voltage from the mean of the three, in per cent of the mean (NEMA MG 1).",
            source="EN 50160: 2 %; NEMA MG 1, 14.36: no motor above 5 %",
            default=Limit(2.0, 5.0, 0.3, 60.0),
            most=200.0,
        ),
        Rule(
            name="missing_phase",
            label="Missing phase",
            unit="%",
            meaning="The lowest phase voltage in per cent of the highest, while that one is there.",
            source="A lost phase that loads feed back keeps some voltage; EN 50160 calls below 5 % an interruption",
            default=Limit(None, 20.0, 10.0, 10.0),
            low=True,
            most=100.0,
        ),
        Rule(
            name="no_voltage",
            label="No voltage",
            unit="%",
            meaning="The highest phase voltage in per cent of nominal; not asked of producers, which may rest.",
            source="EN 50160: below 5 % of nominal the supply is interrupted",
            default=Limit(5.0, None, 5.0, 30.0),
            low=True,
            most=100.0,
        ),
        Rule(
            name="current_unbalance",
            label="Current unbalance",
            unit="%",
            meaning="Largest deviation of a current from the mean of the three, in per cent of the mean, under load.",
            source="No standard limits it; 1 % of voltage unbalance makes 6 to 10 % in a motor (NEMA MG 1, 14.36)",
            default=Limit(25.0, 50.0, 4.0, 300.0),
            most=200.0,
        ),
        Rule(
            name="power_factor",
            label="Power factor",
            unit="1",
            meaning="Active by apparent power without its sign, under load.",
            source="What a loaded induction motor stays above; suppliers ask for 0.9 and more at an incomer",
            default=Limit(0.70, 0.50, 0.02, 300.0),
            low=True,
            most=1.0,
        ),
        Rule(
            name="overcurrent",
            label="Overload of the CT",
            unit="%",
            meaning="The highest current in per cent of the CT's rated primary current.",
            source="IEC 61869-2: accuracy is specified up to 120 % of the rated current",
            default=Limit(110.0, 120.0, 4.0, 60.0),
        ),
        Rule(
            name="overload",
            label="Overload",
            unit="%",
            meaning="Active power in per cent of the meter's rated power.",
            source="NEMA MG 1, 14.37: a service factor of 1.15 is for exceptional load",
            default=Limit(110.0, 125.0, 5.0, 300.0),
        ),
        Rule(
            name="frequency",
            label="Frequency deviation",
            unit="Hz",
            meaning="Distance from the nominal frequency.",
            source="EN 50160: ±1 % for 99.5 % of a year; 47 to 52 Hz always",
            default=Limit(0.5, 2.0, 0.1, 30.0),
            most=30.0,
        ),
        Rule(
            name="stuck_counter",
            label="Stuck counter",
            unit="min",
            meaning="How long the energy stood still while several of its steps should have been counted.",
            source="A counter of 0.1 kWh moves each 6 min at 1 kW",
            default=Limit(15.0, 60.0, 0.0, 0.0),
            most=100_000.0,
        ),
    )
}
"""By name, in the order in which people are told."""

PARTS: Final = ("warning", "critical", "hysteresis", "seconds")
NOMINAL: Final[dict[str, tuple[float, float, float]]] = {
    "nominal_voltage": (400.0, 10.0, 1_000_000.0),
    "nominal_frequency": (50.0, 10.0, 500.0),
    "least_load": (20.0, 0.0, 100.0),
}
"""What the rules refer to, with its lowest and highest value: nominal line to line voltage [V] where there is no
PT, nominal frequency [Hz], and the load [% of rated power, else of the CT] below which a meter is at rest."""

PHASE_VOLTAGES: Final = {208.0: 120.0, 220.0: 127.0, 380.0: 220.0, 400.0: 230.0, 415.0: 240.0, 480.0: 277.0}
"""Nominal line to line → line to neutral where the pair is rounded (IEC 60038; 415 V as 240 V by custom) [V]."""


def _defaults() -> dict[str, float | None]:
    defaults: dict[str, float | None] = {name: value for name, (value, _, _) in NOMINAL.items()}
    for rule in RULES.values():
        defaults |= {f"{rule.name}_{part}": getattr(rule.default, part) for part in PARTS}
    return defaults


DEFAULTS: Final = _defaults()
"""Every field with its default: those of `NOMINAL`, and `<rule>_<part>` of each rule; None is off."""


OFF: Final = "off"
"""What switches a threshold off; null brings the default back."""
LONGEST_SECONDS: Final = 86_400.0


def bounds(field: str) -> tuple[float, float]:
    """The least and the greatest value of a field of `DEFAULTS`, in its unit."""
    if field in NOMINAL:
        return NOMINAL[field][1:]
    rule, _, part = field.rpartition("_")
    return 0.0, LONGEST_SECONDS if part == "seconds" else RULES[rule].most


def can_be_off(field: str) -> bool:
    """Whether a field of `DEFAULTS` is a threshold, which may be off."""
    return field not in NOMINAL and field.endswith(("_warning", "_critical"))


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one meter, or of the site.

    Parameters
    ----------
    fields : mapping of str to float or None
        All of `DEFAULTS`.
    own_voltage : float or None
        Nominal line to line voltage that was given for this very meter [V].
    """

    fields: Mapping[str, float | None]
    own_voltage: float | None = None

    def of(self, rule: str) -> Limit:
        """The thresholds of a rule."""
        warning, critical, hysteresis, seconds = (self.fields[f"{rule}_{part}"] for part in PARTS)
        return Limit(warning, critical, hysteresis or 0.0, seconds or 0.0)

    def number(self, name: str) -> float:
        """One of `NOMINAL`."""
        return self.fields[name] or 0.0

    def nominal_voltage(self, ratio: Ratio) -> float:
        """Nominal voltage line to line [V]: the meter's own, else its PT's, else the site's."""
        if self.own_voltage:
            return self.own_voltage
        if not (ratio.pt_primary and ratio.pt_secondary):
            return self.number("nominal_voltage")
        # One between line and earth is rated for the phase voltage.
        return ratio.pt_primary * (math.sqrt(3.0) if earthed(ratio.pt_secondary) else 1.0)


def phase_voltage(line: float) -> float:
    """Nominal voltage line to neutral of one line to line [V]."""
    return PHASE_VOLTAGES.get(line, line / math.sqrt(3.0))


def resolved(site: Mapping[str, float | None], own: Mapping[str, float | None] | None = None) -> Limits:
    """Limits of a meter: the defaults, what the site overrides of them, and what the meter overrides of those.

    Parameters
    ----------
    site, own : mapping of str to float or None
        By field of `DEFAULTS`, only what was given; None is off.
    """
    own = own or {}
    return Limits({**DEFAULTS, **site, **own}, own.get("nominal_voltage"))


def contradictions(limits: Limits) -> dict[str, str]:
    """Thresholds that cannot be meant together: field → why; empty where all is well."""
    problems = {}
    for rule in RULES.values():
        limit = limits.of(rule.name)
        thresholds = [value for value in (limit.warning, limit.critical) if value is not None]
        if len(thresholds) == 2 and (thresholds[1] > thresholds[0] if rule.low else thresholds[1] < thresholds[0]):
            field = f"{rule.name}_critical"
            problems[field] = (
                f"must not be {'above' if rule.low else 'below'} the warning's {thresholds[0]:g} {rule.unit}"
            )
        if not rule.low and thresholds and limit.hysteresis >= min(thresholds) > 0:
            problems[f"{rule.name}_hysteresis"] = f"must be less than {min(thresholds):g} {rule.unit}, the lowest limit"
    return problems
