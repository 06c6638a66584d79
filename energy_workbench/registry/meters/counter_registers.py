"""Modulus and resolution of counter registers, by the meter's profile."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from energy_workbench.domain.quantities import QUANTITIES, UNIT_FACTORS, Kind
from energy_workbench.energy.counter_steps import Register
from energy_workbench.energy.positional_parts import are_places, step_of
from energy_workbench.runtime.paths import shipped

COUNTS: Final = {
    "int16": 2**15, "uint16": 2**16, "int32": 2**31, "uint32": 2**32, "acc32": 2**32, "int48": 2**47, "uint48": 2**48,
    "int64": 2**63, "uint64": 2**64, "bcd16": 10**4, "bcd32": 10**8, "bcd48": 10**12, "bcd64": 10**16,
    "int32_m10k": 10**8, "uint32_m10k": 10**8, "int48_m10k": 10**12, "uint48_m10k": 10**12,
    "int64_m10k": 10**16, "uint64_m10k": 10**16,
}  # fmt: skip
"""Types of whole numbers by how many a counter can tell apart: `acc32` is SunSpec's accumulator, `…_m10k` is Mod10."""

SINGLES: Final = {"float32": 1, "float16": 2**13}
"""Types of floats whose increment grows so far that it matters, in increments of a float32 of the same size."""


def counter_registers(profile: str, own: Path) -> Mapping[str, Register]:
    """Registers of the counters of a profile, by quantity; empty where there is no such profile that can be read.

    Parameters
    ----------
    profile : str
        Id; an order of words or bytes after it changes neither modulus nor increment.
    own : Path
        Folder of the user's profiles, which win over shipped ones of the same id.
    """
    profile = profile.partition(":")[0]
    for folder in (own, shipped("collector/profiles")):
        path = folder / f"{profile}.yaml"
        try:
            return _read(path, path.stat().st_mtime_ns)
        except OSError:
            continue
    return {}


@lru_cache(maxsize=256)
def _read(path: Path, _modified: int) -> Mapping[str, Register]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 - a safe loader
        rows = content["registers"]
        registers = {row["quantity"]: _register(row) for row in rows if _counts(row["quantity"])}
        derived = content.get("derived") or {}
        stated = content.get("positional")
        for name, parts in derived.items():
            if _counts(name) and name not in registers:
                known = {part: registers[part] for part in parts if part in registers}
                steps = {part: register.step for part, register in known.items()}
                registers[name] = _sum(known, places=are_places(steps) if stated is None else name in stated)
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError):
        # The collector says what is wrong with the file; here it only tells nothing.
        return {}
    return registers


def _counts(quantity: str) -> bool:
    return quantity in QUANTITIES and QUANTITIES[quantity].kind is Kind.COUNTER


def _sum(parts: Mapping[str, Register], *, places: bool) -> Register:
    """Of a number in several registers it begins again where its highest place does; a sum of counters nowhere."""
    steps = [part.step for part in parts.values()]
    top = max(parts.values(), key=lambda part: part.step, default=None) if places else None
    return Register(
        modulus=top.modulus if top else None,
        step=step_of(steps, places=places),
        single=max((part.single for part in parts.values()), default=0.0),
    )


def _register(row: Mapping[str, Any]) -> Register:
    if row.get("scale_register") is not None:
        # The device itself says what one is worth.
        return Register()
    unit = QUANTITIES[row["quantity"]].unit
    target, factor = UNIT_FACTORS.get(row.get("unit", unit), (unit, 1.0))
    if target != unit:
        return Register()
    worth = Fraction(str(row.get("scale", 1))) * Fraction(factor).limit_denominator(1_000_000)
    counts = COUNTS.get(row["type"])
    if counts is None:
        return Register(single=float(worth * SINGLES.get(row["type"], 0)))
    modulus = counts * worth
    if row.get("digits") is not None:
        modulus = 10 ** row["digits"] * worth
    elif row.get("modulus") is not None:
        modulus = Fraction(str(row["modulus"])) * Fraction(factor).limit_denominator(1_000_000)
    stated = row.get("digits") is not None or row.get("modulus") is not None
    return Register(modulus=float(modulus), step=float(worth), stated=stated)
