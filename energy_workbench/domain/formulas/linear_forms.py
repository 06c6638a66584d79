"""Linear forms: what the energy of a meter without registers of its own is made of, at one time.

A node without a meter is the sum of what is below it, a formula whatever it says; both come down to factors of the
registers of measured meters, so that what stands in two places of a balance counts by its net factor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from energy_workbench.domain.entities import Flow, Meter, Part, ProductionRegister, Unread
from energy_workbench.domain.formulas.expression import linear, named

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
    if not any(meter.unread or meter.formula for meter in meters):
        return list(meters)
    by_key = {meter.key: meter for meter in meters}
    below: dict[int, list[Meter]] = {}
    for meter in meters:
        if meter.parent is not None and meter.seen_by_parent:
            below.setdefault(meter.parent, []).append(meter)
    forms: dict[int, Form | None] = {}
    for meter in meters:
        _work_out(meter.key, by_key, below, forms)
    return [
        replace(meter, made_of=parts(form, by_key)) if (form := forms.get(meter.key)) else meter for meter in meters
    ]


def _work_out(
    key: int, by_key: Mapping[int, Meter], below: Mapping[int, Sequence[Meter]], forms: dict[int, Form | None]
) -> None:
    """The forms of a calculated meter and of those that it is made of; None where that has no end or is not there."""
    waiting, begun = [key], set[int]()
    while waiting:
        here = by_key[waiting[-1]]
        if here.key in forms or not _made(here):
            waiting.pop()
            continue
        needed = [each for each in _needed(here, below) if each not in forms and each in by_key and _made(by_key[each])]
        if needed and here.key not in begun:
            begun.add(here.key)
            waiting += needed
            continue
        # What is still needed then is made of this one.
        forms[here.key] = None if needed else _form(here, by_key, below, forms)
        waiting.pop()


def _made(meter: Meter) -> bool:
    return bool(meter.unread or meter.formula_by_id)


def _needed(meter: Meter, below: Mapping[int, Sequence[Meter]]) -> list[int]:
    if meter.formula_by_id:
        return [int(ref[4:]) for ref in named(meter.formula_by_id)]
    return [child.key for child in below.get(meter.key, ())]


def _form(
    meter: Meter, by_key: Mapping[int, Meter], below: Mapping[int, Sequence[Meter]], forms: Mapping[int, Form | None]
) -> Form | None:
    if not meter.formula_by_id:
        children = below.get(meter.key, ())
        if any(_made(child) and forms.get(child.key) is None for child in children):
            return None
        return summed([taken(child, forms.get(child.key)) for child in children])
    found = []
    for term, factor in linear(meter.formula_by_id).items():
        of = by_key.get(int(term.meter[4:]))
        form = None if of is None else _named(of, term.register, forms)
        if form is None:
            return None
        found.append({each: factor * share for each, share in form.items()})
    return summed(found)


def _named(of: Meter, register: str, forms: Mapping[int, Form | None]) -> Form | None:
    """What a meter stands for in a formula."""
    # One that told nothing yet, and has nothing below it, is not known: it would count as none at all.
    silent = of.unread and of.unread is not Unread.NOT_YET and forms.get(of.key) == {}
    return {(of.key, register or main_register(of)): 1.0} if silent or not _made(of) else forms[of.key]


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
