"""Vendors' encodings of power factors, and the project's convention (the sign of active power)."""

from __future__ import annotations

from collections.abc import Mapping

ENCODINGS = (
    "sign_of_active_power",
    "schneider_4q",
    "eastron_sign",
    "neg_leading_capacitive",
    "separate_kind_register",
    "unsigned_sign_from_q",
    "sunspec_pct_or_unity",
)
"""How a register holds a power factor.

`sign_of_active_power` is the project's own convention. `schneider_4q` folds the quadrant in: above 1 is
2 − PF leading, below −1 is −2 − PF leading (Schneider Electric, PM5500 power factor register format).
`eastron_sign` is + capacitive, − inductive; `neg_leading_capacitive` the opposite. The others are
magnitudes, with what leads or lags told elsewhere.
"""


def phase_of(quantity: str) -> str:
    """`l1`, `l2`, `l3` or `total`, from the name of a power factor."""
    tail = quantity.rsplit("_", 1)[-1]
    return tail if tail in ("l1", "l2", "l3") else "total"


def active_power_of(quantity: str) -> str:
    """The active power that signs a power factor."""
    return f"active_power_{phase_of(quantity)}"


def needs_active_power(encoding: str) -> bool:
    """Whether a power factor so encoded gets its sign from active power."""
    return encoding not in ("sign_of_active_power", "schneider_4q")


def read_power_factor(encoding: str, quantity: str, value: float, values: Mapping[str, float | None]) -> float:
    """A power factor as the register says it → signed by active power [1].

    Parameters
    ----------
    values : mapping of str to float or None
        What was read with it; without the active power of the same phase the magnitude is returned.
    """
    if encoding == "sign_of_active_power":
        return value
    if encoding == "schneider_4q":
        if abs(value) > 2:
            return value  # no quadrant is there: it stays impossible, for the next stage to see
        return 2 - value if value > 1 else (-2 - value if value < -1 else value)
    magnitude = abs(value)
    return -magnitude if (values.get(active_power_of(quantity)) or 0.0) < 0 else magnitude


def write_power_factor(encoding: str, quantity: str, value: float, values: Mapping[str, float | None]) -> float:
    """A power factor signed by active power → as the register says it [1].

    Parameters
    ----------
    values : mapping of str to float or None
        Its reactive power (positive is inductive) tells leading from lagging; inductive without it.
    """
    reactive = values.get(f"reactive_power_{phase_of(quantity)}") or 0.0
    if encoding == "sign_of_active_power":
        return value
    if encoding == "schneider_4q":
        # Leading is quadrant II and IV: active and reactive power of opposite signs.
        leading = reactive * value < 0 and abs(value) < 1
        return (2 - value if value > 0 else -2 - value) if leading else value
    magnitude = abs(value)
    if encoding == "eastron_sign":
        return -magnitude if reactive > 0 else magnitude
    if encoding == "neg_leading_capacitive":
        return -magnitude if reactive < 0 else magnitude
    return magnitude
