"""Modulus and resolution of counter registers, by the meter's profile."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from energy_workbench.domain.quantities import QUANTITIES, UNIT_FACTORS, Kind
from energy_workbench.energy.counter_steps import Register
from energy_workbench.runtime.paths import shipped

BITS: Final = {
    "int16": 15, "uint16": 16, "int32": 31, "uint32": 32, "acc32": 32, "int64": 63, "uint64": 64,
}  # fmt: skip
"""Types of whole numbers by the bits that a counter can use: `acc32` is SunSpec's accumulator."""

SINGLE: Final = "float32"


def counter_registers(profile: str, own: Path) -> Mapping[str, Register]:
    """Registers of the counters of a profile, by quantity; empty where there is no such profile that can be read.

    Parameters
    ----------
    profile : str
        Id.
    own : Path
        Folder of the user's profiles, which win over shipped ones of the same id.
    """
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
        for name, parts in derived.items():
            if _counts(name) and name not in registers:
                # A sum moves by the increments of its parts, and begins again with neither.
                known = [registers[part] for part in parts if part in registers]
                registers[name] = Register(
                    step=max((part.step for part in known), default=0.0),
                    single=max((part.single for part in known), default=0.0),
                )
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError):
        # The collector says what is wrong with the file; here it only tells nothing.
        return {}
    return registers


def _counts(quantity: str) -> bool:
    return quantity in QUANTITIES and QUANTITIES[quantity].kind is Kind.COUNTER


def _register(row: Mapping[str, Any]) -> Register:
    if row.get("scale_register") is not None:
        # The device itself says what one is worth.
        return Register()
    unit = QUANTITIES[row["quantity"]].unit
    target, factor = UNIT_FACTORS.get(row.get("unit", unit), (unit, 1.0))
    if target != unit:
        return Register()
    worth = Fraction(str(row.get("scale", 1))) * Fraction(factor).limit_denominator(1_000_000)
    bits = BITS.get(row["type"])
    if bits is not None:
        return Register(modulus=float(2**bits * worth), step=float(worth))
    return Register(single=float(worth)) if row["type"] == SINGLE else Register()
