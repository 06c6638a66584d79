"""Rated values of instrument transformers: unusual but possible CT and PT ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from energy_workbench.domain.ratios import Ratio

CT_SECONDARIES: Final = (1.0, 5.0)
"""Rated secondary currents [A]; IEC 61869-2, standard values of the rated secondary current."""
PT_SECONDARIES: Final = (100.0, 110.0, 115.0, 120.0, 200.0, 220.0, 230.0)
"""Rated secondary voltages [V]; IEC 61869-3, standard values: 100 and 110, doubled for long secondary circuits,
115, 120 and 230 in North America."""
_TOLERANCE: Final = 0.003
"""Nameplates round: 110/√3 is 63.509 V and written 63.5 [1]."""


@dataclass(frozen=True, slots=True)
class PlateFinding:
    """One value of a ratio that is possible, but looks wrong: shown to the user, never refused.

    Attributes
    ----------
    name : str
        Dotted: `ct.secondary_above_primary`.
    field : str
        Name of the field, as on the form and in the meter file.
    value : str
        The ratio as on the nameplate.
    reason : str
        Why it looks wrong, and what to look at.
    """

    name: str
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field} ({self.value}): {self.reason}"


def check(ratio: Ratio) -> list[PlateFinding]:
    """What of a ratio looks wrong.

    Parameters
    ----------
    ratio : Ratio
        A possible one: both sides of a transformer above zero, or none.

    Returns
    -------
    list of PlateFinding
        Empty where everything is as usual.
    """
    findings: list[PlateFinding] = []
    if ratio.ct_primary and ratio.ct_secondary and ratio.ct_text:
        findings += _sides("ct", "current", ratio.ct_primary, ratio.ct_secondary, ratio.ct_text)
        if not any(math.isclose(ratio.ct_secondary, usual) for usual in CT_SECONDARIES):
            reason = f"current transformers have 1 A or 5 A, not {ratio.ct_secondary:g} A: look at the nameplate"
            findings.append(PlateFinding("ct.unusual_secondary", "ct_secondary", ratio.ct_text, reason))
    if ratio.pt_primary and ratio.pt_secondary and ratio.pt_text:
        findings += _sides("pt", "voltage", ratio.pt_primary, ratio.pt_secondary, ratio.pt_text)
        if not _usual_voltage(ratio.pt_secondary):
            usual = ", ".join(f"{value:g}" for value in PT_SECONDARIES)
            reason = (
                f"voltage transformers have {usual} V or one of these divided by √3, not {ratio.pt_secondary:g} V: "
                "look at the nameplate"
            )
            findings.append(PlateFinding("pt.unusual_secondary", "pt_secondary", ratio.pt_text, reason))
    return findings


def _sides(kind: str, magnitude: str, primary: float, secondary: float, text: str) -> list[PlateFinding]:
    if secondary <= primary:
        return []
    reason = f"the secondary {magnitude} is above the primary one: are the two sides exchanged?"
    return [PlateFinding(f"{kind}.secondary_above_primary", f"{kind}_secondary", text, reason)]


def earthed(volts: float) -> bool:
    """Whether a PT with this rated secondary voltage [V] is wound between line and earth: 63.5 V is 110 V by √3."""
    return _divided(volts, math.sqrt(3.0)) and not _divided(volts, 1.0)


def _usual_voltage(volts: float) -> bool:
    # The residual winding of an earthed transformer has a third.
    return any(_divided(volts, divisor) for divisor in (1.0, math.sqrt(3.0), 3.0))


def _divided(volts: float, divisor: float) -> bool:
    return any(math.isclose(volts, value / divisor, rel_tol=_TOLERANCE) for value in PT_SECONDARIES)
