"""Meters of every profile as a test's device answers them: one plant's values, in that model's own words."""

from __future__ import annotations

import math
from typing import Any

from collector.profile.decode import encode
from collector.profile.identity import Identity
from collector.profile.profile import Profile
from collector.profile.register import Cell
from collector.profile.wire_types import TYPES
from energy_workbench.domain.quantities import LINES, PHASES, QUANTITIES, Kind
from tests.collector.device import Device


def plausible_values(profile: Profile, hertz: float = 50.02) -> dict[str, float | None]:
    """What a meter of that profile would say of one busy three-phase load (of phase 1 where it has no other)."""
    several = "voltage_l2_n" in profile.by_quantity or "voltage_l1_l2" in profile.by_quantity
    share = {"l1": 0.36, "l2": 0.33, "l3": 0.31} if several else {"l1": 1.0}
    active, reactive = 83.4, 36.1
    apparent = math.hypot(active, reactive)
    values: dict[str, float | None] = {"frequency": hertz, "mains_frequency": hertz}
    for tail, part in {**share, "total": 1.0}.items():
        values[f"active_power_{tail}"] = active * part
        values[f"reactive_power_{tail}"] = reactive * part
        values[f"apparent_power_{tail}"] = apparent * part
        values[f"power_factor_{tail}"] = values[f"displacement_pf_{tail}"] = active / apparent
    for number, phase in enumerate(share):
        volts = 230.4 + number
        values[f"voltage_{phase}_n"] = values[f"mains_voltage_{phase}_n"] = volts
        values[f"current_{phase}"] = apparent * share[phase] * 1000 / volts
        values[f"thd_voltage_{phase}"], values[f"thd_current_{phase}"] = 1.9, 12.5
    for number, line in enumerate(LINES if len(share) == len(PHASES) else ()):
        values[f"voltage_{line}"] = (231.4 + number / 2) * math.sqrt(3)
    for name in profile.quantities:
        meant = QUANTITIES[name]
        if name not in values and name not in profile.derived:
            values[name] = {Kind.COUNTER: 4711.0, Kind.DEMAND: 71.0, Kind.GAUGE: 3.0, Kind.INFO: 1.0}[meant.kind]
            if name.endswith("_residual"):
                values[name] = 2.5  # what does not fill a unit of the counter beside it
    if "power_factor_total_iec" in values:
        values["power_factor_total_iec"] = active / apparent
    return {name: value for name, value in values.items() if name in profile.by_quantity}


def device_words(profile: Profile, hertz: float = 50.02, base: int = 40_000) -> dict[Cell, int]:
    """Everything that a device of that profile has, by function code and address."""
    words = encode(profile, plausible_values(profile, hertz))
    if profile.sunspec_model is not None:
        return sunspec_words(profile, words, base)
    for entry in profile.identify:
        words = {**_identity(profile, entry), **words}
    return words


def device_of(profile: Profile, **more: Any) -> Device:
    """A device of that profile, unit 1."""
    alone = {
        (entry.function_code, entry.address, entry.words): [entry.expected[0]]
        for entry in profile.identify
        if isinstance(entry.expected, tuple) and entry.words == 1
    }
    return Device({1: device_words(profile)}, alone=alone, **more)


def sunspec_words(profile: Profile, words: dict[Cell, int], base: int) -> dict[Cell, int]:
    """A chain of the common model, the profile's model and the end."""
    length = max(address for _, address in words) + 1
    chain = [0x5375, 0x6E53, 1, 66, *_text("Example Works", 16), *_text("Meter Three", 16), *[0] * 34]
    start = base + len(chain)
    chain += [profile.sunspec_model or 0, length - 2]
    found = {(3, base + at): word for at, word in enumerate(chain)}
    for address in range(2, length):
        found[3, start + address] = words.get((3, address), 0)
    return found | {(3, start + length): 0xFFFF, (3, start + length + 1): 0}


def _identity(profile: Profile, entry: Identity) -> dict[Cell, int]:
    if entry.type in TYPES:
        number = entry.expected[0] if isinstance(entry.expected, tuple) else 1234
        words = [number >> 16 * at & 0xFFFF for at in reversed(range(entry.words))]
    else:
        said = profile.vendor if "manufacturer" in entry.meaning else entry.expected or profile.model
        words = _text(str(said), entry.words)
    return {(entry.function_code, entry.address + at): word for at, word in enumerate(words)}


def _text(text: str, words: int) -> list[int]:
    raw = text.encode()[: 2 * words].ljust(2 * words, b"\0")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, 2 * words, 2)]
