"""The meter's own CT and PT registers against those entered, and its counters against what the display showed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from energy_workbench.analytics.commissioning.checks import Check, Verdict
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.ratios import AppliedBy, Ratio

SAME: Final = 0.005
"""How far two ratios, or a factor between two numbers, may lie apart, as a share."""
MARGIN: Final = 1.5
"""How much more power may have flowed between two looks than the meter showed at one of them."""
DECIMALS: Final = 3
"""Places after the point that a counter's number tells its step by."""


def transformers(values: Mapping[str, float | None], ratio: Ratio) -> Iterator[Check]:
    """The meter's registers of CT and PT against the ratio that is entered.

    Parameters
    ----------
    values : mapping of str to float or None
        As the meter says them.
    """
    ct = _own(values, "ct", ("ct_ratio_numerator", "ct_ratio_denominator"))
    pt = _own(values, "vt", None)
    entered_ct, entered_pt = (
        _factor(ratio, "ct"),
        _factor(ratio, "pt"),
    )
    for kind, own, entered, plate in (("ct", ct, entered_ct, ratio.ct_text), ("pt", pt, entered_pt, ratio.pt_text)):
        if own is None:
            if plate:
                text = f"cannot be told: the meter has no such register, or it was not read; {plate} is entered"
                yield Check(kind, kind.upper(), Verdict.CANNOT_TELL, text)
            continue
        yield _compared(kind, own, entered, plate, ratio.applied_by)


@dataclass(frozen=True, slots=True)
class Own:
    """A ratio as a meter's registers say it."""

    factor: float
    text: str


def _own(values: Mapping[str, float | None], kind: str, parts: tuple[str, str] | None) -> Own | None:
    for first, second in ((f"{kind}_primary", f"{kind}_secondary"), *([parts] if parts else [])):
        upper, lower = values.get(first), values.get(second)
        if upper and lower:
            return Own(upper / lower, f"{upper:g}/{lower:g}")
    found = values.get(f"{kind}_ratio")
    return Own(found, f"{found:g}") if found else None


def primary_of(ratio: Ratio, kind: str) -> float | None:
    """Primary side of the CT [A] or PT [V]; None where there is none."""
    found: float | None = getattr(ratio, f"{kind}_primary")
    return found


def _factor(ratio: Ratio, kind: str) -> float:
    primary, secondary = primary_of(ratio, kind), getattr(ratio, f"{kind}_secondary")
    return primary / secondary if primary and secondary else 1.0


def _compared(kind: str, own: Own, entered: float, plate: str | None, applied: AppliedBy) -> Check:
    name, said = kind.upper(), plate or "none"
    if applied is AppliedBy.WORKBENCH:
        # The workbench multiplies: a meter that does so too would count everything twice.
        if _near(own.factor, 1.0) or _near(entered, 1.0):
            return Check(kind, name, Verdict.OK, f"the meter has {own.text}, the workbench applies {said}")
        text = f"the meter has {own.text} and applies it, and the workbench applies {said} again"
        return Check(kind, name, Verdict.WRONG, text)
    if plate is None and not _near(own.factor, 1.0):
        text = f"the meter has {own.text}, and none is entered: enter it, so that classes and ratings are right"
        return Check(kind, name, Verdict.WRONG, text)
    if _near(own.factor, entered):
        return Check(kind, name, Verdict.OK, f"the meter has {own.text}, {said} is entered")
    text = f"the meter has {own.text} and {said} is entered: {own.factor / entered:.4g} times"
    return Check(kind, name, Verdict.WRONG, text)


def display(
    shown: Mapping[str, float],
    values: Mapping[str, float | None],
    ratio: Ratio,
    *,
    seconds: float,
    power_kw: float | None,
) -> Iterator[Check]:
    """A counter as somebody read it on the display against its register.

    Parameters
    ----------
    shown : mapping of str to float
        By quantity, in its unit, as the display showed it.
    values : mapping of str to float or None
        As the meter says them.
    seconds : float
        Between the two looks [s].
    power_kw : float or None
        Active power as the meter says it [kW]; None where it is not known.
    """
    flowed = MARGIN * abs(power_kw or 0.0) * abs(seconds) / 3600
    for name, said in shown.items():
        label, unit = quantity(name).label, quantity(name).unit
        read = values.get(name)
        if read is None:
            yield Check("display", label, Verdict.CANNOT_TELL, f"cannot be told: {label} was not read")
            continue
        steps = _step(said) + _step(read)
        difference, allowed = read - said, steps + flowed
        facts = (
            f"the display showed {said:,.10g} {unit}, the register {read:,.10g} {unit}: {difference:+.4g}, "
            f"and {allowed:.3g} are possible by the steps and {abs(seconds):.0f} s between"
        )
        if abs(difference) <= allowed + 1e-9:
            yield Check("display", label, Verdict.OK, facts)
        else:
            yield Check("display", label, Verdict.WRONG, facts + _suspected(read, said, ratio))


def _suspected(read: float, said: float, ratio: Ratio) -> str:
    """Which factor may stand between them."""
    if not said or not read:
        return ""
    factor = read / said
    ct, pt = _factor(ratio, "ct"), _factor(ratio, "pt")
    plates = {name: value for name, value in (("CT", ct), ("PT", pt)) if not _near(value, 1.0)}
    if len(plates) > 1:
        plates["CT × PT"] = ct * pt
    known = {f"{10.0**power:g}": 10.0**power for power in range(-6, 7) if power}
    known |= plates | {f"1/{name}": 1 / value for name, value in plates.items()}
    found = [name for name, value in known.items() if _near(factor, value)]
    return f". The register is {' or '.join(found)} times the display" if found else ""


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * abs(other)


def _step(value: float) -> float:
    """The least step that a number shows."""
    text = f"{value:.{DECIMALS}f}".rstrip("0")
    return 10.0 ** -len(text.partition(".")[2])
