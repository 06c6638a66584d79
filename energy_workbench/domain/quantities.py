"""The vocabulary of measured quantities: one name, label, unit and kind for each.

Names follow IEC 61557-12 (power metering and monitoring devices): a magnitude, then what it is
measured on (`l1`, `l1_n`, `l1_l2`, `total`). Profiles translate what a vendor calls a register
into one of these names; nothing above the profiles knows a vendor's word.

Power factor is signed by the project's convention: the sign of active power (IEC; positive =
import). Leading or lagging is told by the sign of reactive power, positive = inductive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from energy_workbench.domain.errors import InputError


class Kind(StrEnum):
    """What a value of a quantity means over time."""

    GAUGE = "gauge"
    """The value of an instant."""
    COUNTER = "counter"
    """Grows without end, but for rollover, reset and exchange."""
    DEMAND = "demand"
    """A mean over the meter's own demand period."""
    AMOUNT = "amount"
    """What flowed in the `interval_minutes` that end at the reading's instant."""
    INFO = "info"
    """A setting or identity of the meter."""


class Scaling(StrEnum):
    """Which transformer a secondary value must be multiplied with to be primary."""

    NONE = "none"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER = "power"
    """Power and energy: current and voltage transformer both."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured magnitude.

    Attributes
    ----------
    name : str
        Canonical name, as in the columns of the `readings` view.
    label : str
        What people read.
    unit : str
        The workbench's unit; every profile converts to it at decode. `""` for none.
    kind : Kind
    scaling : Scaling
    """

    name: str
    label: str
    unit: str
    kind: Kind
    scaling: Scaling


INTERVAL_ENERGIES = {
    name: f"interval_{name}"
    for name in ("energy_active_import", "energy_active_export", "energy_reactive_import", "energy_apparent_import")
}
"""Counter → energy of one interval, of meters whose data are no counter but the energy of each interval."""
INTERVAL_MINUTES = "interval_minutes"
"""How long the interval was that ended at the reading's instant [min]."""
INTERVAL_ESTIMATED = "interval_estimated"
"""1 where the sender says that the energy of the interval was estimated or substituted."""

PHASES = ("l1", "l2", "l3")
LINES = ("l1_l2", "l2_l3", "l3_l1")

UNIT_FACTORS: dict[str, tuple[str, float]] = {
    "W": ("kW", 1e-3),
    "kW": ("kW", 1.0),
    "MW": ("kW", 1e3),
    "var": ("kvar", 1e-3),
    "kvar": ("kvar", 1.0),
    "VA": ("kVA", 1e-3),
    "kVA": ("kVA", 1.0),
    "Wh": ("kWh", 1e-3),
    "kWh": ("kWh", 1.0),
    "MWh": ("kWh", 1e3),
    "varh": ("kvarh", 1e-3),
    "kvarh": ("kvarh", 1.0),
    "VAh": ("kVAh", 1e-3),
    "kVAh": ("kVAh", 1.0),
    "degC": ("°C", 1.0),
    "s": ("h", 1 / 3600),
}
"""Unit on the wire → (the workbench's unit, factor). Units not named here stay as they are."""


ACRONYMS = {"thd": "THD", "pf": "power factor", "ct": "CT", "vt": "VT", "dc": "DC", "f32": "(float)", "kwh": "(kWh)"}
CONDUCTORS = {"l1": "L1", "l2": "L2", "l3": "L3", "n": "N"}


def _label(name: str) -> str:
    """What people read: `voltage_l1_l2` is "Voltage L1-L2"."""
    words: list[str] = []
    conductor = False
    for part in name.split("_"):
        word = CONDUCTORS.get(part) or ACRONYMS.get(part, part)
        if conductor and part in CONDUCTORS:
            words[-1] += f"-{word}"
        else:
            words.append(word)
        conductor = part in CONDUCTORS
    text = " ".join(words)
    return text[0].upper() + text[1:]


def _build() -> dict[str, Quantity]:
    quantities: dict[str, Quantity] = {}

    def add(unit: str, kind: Kind, scaling: Scaling, *names: str) -> None:
        for name in names:
            quantities[name] = Quantity(name, _label(name), unit, kind, scaling)

    gauge, counter, demand, info = Kind.GAUGE, Kind.COUNTER, Kind.DEMAND, Kind.INFO
    none, volts, amps, power = Scaling.NONE, Scaling.VOLTAGE, Scaling.CURRENT, Scaling.POWER

    add("V", gauge, volts, *(f"voltage_{p}_n" for p in PHASES), "voltage_ln_avg")
    add("V", gauge, volts, *(f"voltage_{p}" for p in LINES), "voltage_ll_avg")
    add("V", gauge, none, *(f"mains_voltage_{p}_n" for p in PHASES))
    add("A", gauge, amps, *(f"current_{p}" for p in (*PHASES, "n", "g", "avg", "sum", "total", "vector_sum")))
    for magnitude, unit in (("active", "kW"), ("reactive", "kvar"), ("apparent", "kVA")):
        add(unit, gauge, power, *(f"{magnitude}_power_{p}" for p in (*PHASES, "total")))
    add("kW", gauge, power, "active_power_import_total", "active_power_export_total")
    add("1", gauge, none, *(f"power_factor_{p}" for p in (*PHASES, "total")), "power_factor_total_iec")
    add("1", gauge, none, *(f"displacement_pf_{p}" for p in (*PHASES, "total")))
    add("Hz", gauge, none, "frequency", "mains_frequency")
    add(
        "%", gauge, none,
        *(f"thd_{m}_{p}" for m in ("voltage", "current") for p in (*PHASES, "avg")),
        *(f"thd_voltage_{p}" for p in LINES),
        "current_unbalance", "current_unbalance_worst", "voltage_unbalance",
        "voltage_unbalance_ll_worst", "voltage_unbalance_ln_worst",
    )  # fmt: skip
    add("deg", gauge, none, *(f"phase_angle_{p}" for p in PHASES))

    for magnitude, unit in (("active", "kWh"), ("reactive", "kvarh"), ("apparent", "kVAh")):
        base = f"energy_{magnitude}"
        add(
            unit,
            counter,
            power,
            *(f"{base}_{d}" for d in ("import", "export", "total", "net", "resettable", "t1", "t2")),
        )
        for direction in ("import", "export", "total"):
            add(unit, counter, power, *(f"{base}_{direction}_{p}" for p in PHASES))
            for part in ("t1", "t2", "partial", "resettable", "kilo", "residual", "f32", "kwh"):
                add(unit, counter, power, f"{base}_{direction}_{part}")
    add("kvarh", counter, power, *(f"energy_reactive_{p}" for p in ("inductive", "capacitive")))
    add("kvarh", counter, power, *(f"energy_reactive_import_{q}" for q in ("q1", "q2")))
    add("kvarh", counter, power, *(f"energy_reactive_export_{q}" for q in ("q3", "q4")))

    for counter_name, amount in INTERVAL_ENERGIES.items():
        add(quantities[counter_name].unit, Kind.AMOUNT, power, amount)
    add("min", info, none, INTERVAL_MINUTES)
    add("", info, none, INTERVAL_ESTIMATED)

    for magnitude, unit in (("active", "kW"), ("reactive", "kvar"), ("apparent", "kVA")):
        base = f"demand_{magnitude}_power"
        tails = ("", "_last", "_max", "_min", "_predicted", "_import", "_import_max", "_export", "_export_max")
        add(unit, demand, power, *(f"{base}{tail}" for tail in tails))
    add("kW", demand, power, "active_power_total_avg_max")
    add("A", demand, amps, *(f"demand_current_{p}{t}" for p in (*PHASES, "n") for t in ("", "_max")))
    add("A", demand, amps, "demand_current_max", "demand_current_avg_max")

    add("h", counter, none, "run_hours", "load_hours", "on_hours")
    add("L", gauge, none, "fuel_volume")
    add("L", counter, none, "fuel_used")
    add("%", gauge, none, "fuel_level", "engine_load")
    add("rpm", gauge, none, "engine_speed")
    add("kPa", gauge, none, "engine_oil_pressure")
    add("°C", gauge, none, "engine_oil_temperature", "engine_coolant_temperature", "cabinet_temperature")
    add("V", gauge, none, "battery_voltage", "charge_alternator_voltage", "dc_voltage")
    add("A", gauge, none, "dc_current")
    add("kW", gauge, none, "dc_power")
    add("Ah", counter, none, "charge_total")
    add("", counter, none, "interruptions", "engine_starts")
    add("", gauge, none, "engine_state", "operating_state", "control_mode")
    add("V", info, none, "vt_primary", "vt_secondary")
    add("A", info, none, "ct_primary", "ct_secondary")
    add("1", info, none, "ct_ratio", "ct_ratio_numerator", "ct_ratio_denominator", "vt_ratio")
    add("min", info, none, "demand_period")
    add(
        "", info, none,
        "serial_number", "manufacturer_code", "model_number", "system_type", "wiring_type", "vt_in_use",
        "register_order", "word_order_setting", "energy_prefix", "phase_rotation", "phase_sequence",
        "power_factor_total_kind",
    )  # fmt: skip
    return quantities


QUANTITIES: dict[str, Quantity] = _build()


def quantity(name: str) -> Quantity:
    """The quantity of that canonical name.

    Raises
    ------
    InputError
        If there is none of that name; the message offers the nearest names.
    """
    try:
        return QUANTITIES[name]
    except KeyError:
        import difflib

        near = difflib.get_close_matches(name, QUANTITIES, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "see the glossary for all names"
        raise InputError(f"there is no quantity {name!r}: {hint}") from None
