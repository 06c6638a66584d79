"""Energies of intervals that are negative: what flowed back, under the name of the other direction."""

from __future__ import annotations

from collections.abc import Sequence

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.quantities import INTERVAL_ENERGIES
from energy_workbench.lake.imports.shapes.unclear import Reading
from energy_workbench.lake.imports.shapes.value import Value

BACK = {
    INTERVAL_ENERGIES[f"energy_active_{one}"]: INTERVAL_ENERGIES[f"energy_active_{other}"]
    for one, other in (("import", "export"), ("export", "import"))
}


def apart(values: Sequence[Value], reading: Reading) -> tuple[Sequence[Value], list[Problem]]:
    """The same with both directions apart, and values that cannot be energies.

    A meter that has the other direction of its own has no negative energy; one that has not tells both in one series.

    Parameters
    ----------
    reading : Reading
        Is told of which meters the directions were taken apart.
    """
    wrong = {(each.meter, each.quantity) for each in values if each.value < 0 and each.end > each.start}
    if not wrong:
        return values, []
    series = {(each.meter, each.quantity) for each in values}
    both = {(meter, quantity) for meter, quantity in wrong if (meter, BACK.get(quantity)) not in series}
    both = {(meter, quantity) for meter, quantity in both if quantity in BACK}
    for meter in sorted({meter for meter, _ in both}):
        reading.note(f"{meter}: negative energies of intervals are what flowed back, and count in the other direction")
    found: list[Value] = []
    problems = []
    for each in values:
        if (each.meter, each.quantity) in both:
            found.append(each._replace(value=max(each.value, 0.0)))
            found.append(each._replace(quantity=BACK[each.quantity], value=max(-each.value, 0.0)))
            continue
        found.append(each)
        if each.value < 0 and each.end > each.start:
            reason = "is negative, and no energy of an interval"
            problems.append(Problem(f"line {each.line}", each.column, f"{each.value:,.10g}", reason))
    return found, problems
