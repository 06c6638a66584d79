"""One finding a meter, of all that its counters, its power, its wiring and its neighbours tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from energy_workbench.analytics.measuring.causes import Cause, named
from energy_workbench.analytics.measuring.neighbours import Suspect
from energy_workbench.domain.health.finding_words import MEASURING, NEIGHBOURS, POWER, WIRING
from energy_workbench.domain.health.findings import Evidence, Finding
from energy_workbench.energy.power_agreement import Agreement, Way


@dataclass(frozen=True, slots=True)
class Differing:
    """Counters and power that differ, and all that this may be."""

    found: Agreement
    causes: Sequence[Cause]

    @property
    def text(self) -> str:
        """In words."""
        found = self.found
        sign = "−" if found.way is Way.TURNED else ""
        error = 100 * found.error
        scatter = f" ± {error:.2g} %" if error >= 0.005 else ""
        return (
            f"over {found.hours:,.0f} h power comes to {sign}{found.powered_kwh:,.6g} kWh and the counters to "
            f"{found.counted_kwh:,.6g} kWh, {sign}{found.ratio:.4g} times{scatter}: {named(self.causes)}"
        )

    @property
    def evidence(self) -> Evidence:
        """The numbers."""
        found = self.found
        names = [cause.name for cause in self.causes]
        return {
            "factors": names,
            "likely": names[0] if names else None,
            "power_by_counter": float(f"{(-1 if found.way is Way.TURNED else 1) * found.ratio:.6g}"),
            "standard_error": float(f"{found.ratio * found.error:.3g}"),
            "hours": found.hours,
            "power_kwh": round(found.powered_kwh, 3),
            "counter_kwh": round(found.counted_kwh, 3),
        }


def joined(
    meter: int,
    start: datetime,
    end: datetime,
    differing: Differing | None,
    wiring: Sequence[str] = (),
    neighbours: Sequence[Suspect] = (),
) -> Finding | None:
    """What is wrong with how a meter measures; None where nothing is.

    Parameters
    ----------
    start, end : datetime
        In which it was seen.
    wiring : sequence of str
        What its phases tell, in words.
    """
    parts = {
        POWER: [differing.text] if differing else [],
        WIRING: list(wiring),
        NEIGHBOURS: [each.text for each in neighbours],
    }
    told = [name for name in MEASURING if parts[name]]
    if not told:
        return None
    evidence = dict(differing.evidence) if differing else {}
    if wiring:
        evidence["wiring"] = "; ".join(wiring)
    if neighbours:
        evidence["neighbours"] = "; ".join(parts[NEIGHBOURS])
        evidence["factor_by_neighbours"] = float(f"{neighbours[0].factor:.6g}")
    return Finding(
        name=told[0], meter=meter, start=start, end=end, text="; ".join(text for name in told for text in parts[name]),
        evidence=evidence,
    )  # fmt: skip
