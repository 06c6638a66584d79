"""Linear forms: what the energy of a meter without registers of its own is made of, at one time.

A node without a meter is the sum of what is below it, a formula whatever it says; both come down to factors of the
registers of measured meters, so that what stands in two places of a balance counts by its net factor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from energy_workbench.domain.entities import Flow, Meter, Part, ProductionRegister

Form = Mapping[tuple[int, str], float]
"""By key and register (`import`, `export`) of measured meters their factors [1]."""


def main_register(meter: Meter) -> str:
    """The register that says what a meter takes, or a producer produces."""
    exports = meter.flow is Flow.PRODUCER and meter.production_register is ProductionRegister.EXPORT
    return "export" if exports else "import"


def taken(meter: Meter, form: Form | None = None) -> dict[tuple[int, str], float]:
    """What a meter takes from the one above less what it delivers to it, as a form.

    Parameters
    ----------
    form : mapping, optional
        That of a calculated meter; by default it has registers of its own.
    """
    sign = -1.0 if meter.flow is Flow.PRODUCER else 1.0
    if form is not None:
        # The sum of what is below it is signed by itself.
        return {of: factor if meter.unread else sign * factor for of, factor in form.items()}
    main = main_register(meter)
    found = {(meter.key, main): sign}
    if meter.flow is not Flow.CONSUMER:
        found[(meter.key, "export" if main == "import" else "import")] = -sign
    return found


def calculated(meters: Sequence[Meter]) -> list[Meter]:
    """Meters of one time with what the calculated ones among them are made of.

    Parameters
    ----------
    meters : sequence of Meter
        In the order of the tree, each with why it is unread, if it is.
    """
    if not any(meter.unread for meter in meters):
        return list(meters)
    by_key = {meter.key: meter for meter in meters}
    below: dict[int, list[Meter]] = {}
    for meter in meters:
        if meter.parent is not None and meter.seen_by_parent:
            below.setdefault(meter.parent, []).append(meter)
    forms: dict[int, Form] = {}
    for meter in reversed(meters):  # each after those below it
        if meter.unread:
            forms[meter.key] = summed([taken(child, forms.get(child.key)) for child in below.get(meter.key, ())])
    return [
        replace(meter, made_of=parts(forms[meter.key], by_key)) if meter.key in forms else meter for meter in meters
    ]


def summed(forms: Sequence[Form]) -> dict[tuple[int, str], float]:
    """Their sum; what cancels is left out."""
    total: dict[tuple[int, str], float] = {}
    for form in forms:
        for of, factor in form.items():
            total[of] = total.get(of, 0.0) + factor
    return {of: factor for of, factor in total.items() if factor}


def parts(form: Form, by_key: Mapping[int, Meter]) -> tuple[Part, ...]:
    """A form as the parts of a calculated meter."""
    return tuple(
        Part(by_key[key], register, factor, register == main_register(by_key[key]))
        for (key, register), factor in sorted(form.items())
    )
