"""What makes power and counter differ by a factor: all that it may be, and the likeliest of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from energy_workbench.domain.ratios import Ratio
from energy_workbench.energy.power_agreement import Agreement, Way, near

STANDARD_CT: Final = (
    5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 100, 120, 125, 150, 160, 200, 250, 300, 400, 500, 600, 750, 800, 1000,
    1200, 1250, 1500, 1600, 2000, 2500, 3000, 4000, 5000, 6000,
)  # fmt: skip
"""Primary currents of current transformers [A] (IEC 61869-2:2012, 5.201.1, and their usual multiples)."""
SECONDARY: Final = 5.0
"""Of most of them [A]."""
TENS: Final = tuple(power for power in range(-6, 7) if power)
SIGN, RANGE = "sign", "range"


@dataclass(frozen=True, slots=True)
class Cause:
    """What may stand between power and counter.

    Attributes
    ----------
    name : str
        As a formula: `10^3`, `CT`, `1/CT`, `√3`, `sign`, `range`.
    factor : float
        Power by counter that it makes [1].
    text : str
        In words.
    """

    name: str
    factor: float
    text: str


def causes(found: Agreement, ratio: Ratio, *, changed: bool = False) -> list[Cause]:
    """All that a difference may be, the likeliest first; none where no known cause fits.

    Parameters
    ----------
    ratio : Ratio
        As it is entered.
    changed : bool
        Whether counters and power agreed just before or after.
    """
    if found.ranges:
        return [Cause(RANGE, 10.0**found.ranges, f"power or counter changes its range: in part of the time power is "
                      f"10^{found.ranges} times the counter")]  # fmt: skip
    sign = [] if found.way is Way.SAME else [_sign(found)]
    if near(found.ratio, 1.0, found.error):
        return sign
    fitting = [cause for cause in _factors(ratio) if near(found.ratio, cause.factor, found.error)]
    if not fitting and not ratio.has_ct:
        fitting = list(_not_entered(found))
    if changed and any(cause.name.startswith("10^") for cause in fitting):
        text = "power or counter changed its range, and they agree at another time"
        fitting.insert(0, Cause(RANGE, found.ratio, text))
    return [*fitting, *sign] if fitting else sign


def _factors(ratio: Ratio) -> Iterator[Cause]:
    """Known factors, the likeliest first."""
    plates: list[tuple[str, float, str]] = []
    if ratio.ct != 1.0:
        plates.append(("CT", ratio.ct, f"the CT {ratio.ct_text}"))
    if ratio.pt != 1.0:
        plates.append(("PT", ratio.pt, f"the PT {ratio.pt_text}"))
    if len(plates) > 1:
        plates.append(("CT·PT", ratio.ct * ratio.pt, f"CT and PT, {ratio.ct_text} and {ratio.pt_text},"))
    for name, factor, words in plates:
        yield Cause(name, factor, f"{words} is in the power and not in the counter")
        yield Cause(f"1/{name}", 1 / factor, f"{words} is in the counter and not in the power")
    for power in TENS:
        yield Cause(f"10^{power}", 10.0**power, f"one of them has a unit or decimals by 10^{abs(power)} off")
    root = math.sqrt(3.0)
    yield Cause("√3", root, "√3 between line and phase voltage is in one of them only")
    yield Cause("1/√3", 1 / root, "√3 between line and phase voltage is in one of them only")
    yield Cause("3", 3.0, "the counter has one phase of three")
    yield Cause("1/3", 1 / 3, "the power is that of one phase of three")
    yield Cause("2", 2.0, "the power is twice what it should be, or the counter half")
    yield Cause("1/2", 0.5, "the power is half of what it should be, or the counter twice")


def _not_entered(found: Agreement) -> Iterator[Cause]:
    """A transformer of usual size that one of them knows of and nobody entered."""
    for name, ratio, where in (("CT", found.ratio, "power"), ("1/CT", 1 / found.ratio, "counter")):
        sizes = [each for each in STANDARD_CT if each > SECONDARY and near(ratio, each / SECONDARY, found.error)]
        if sizes:
            nearest = min(sizes, key=lambda each: abs(math.log(ratio * SECONDARY / each)))
            plates = f"{sizes[0]}/5" if len(sizes) == 1 else f"of {sizes[0]}/5 to {sizes[-1]}/5"
            factor = nearest / SECONDARY
            text = f"a CT {plates}, which is not entered, is in the {where} only"
            yield Cause(name, factor if name == "CT" else 1 / factor, text)


def _sign(found: Agreement) -> Cause:
    if found.way is Way.BOTH:
        return Cause(SIGN, 1.0, "the counter counts import and export as one")
    text = "power has the other sign: what it gives as import the counter has as export, or CTs are reversed"
    return Cause(SIGN, -1.0, text)


def named(found: Sequence[Cause]) -> str:
    """What it may be, in words."""
    texts = list(dict.fromkeys(cause.text for cause in found))
    if not texts:
        return "no known factor fits it"
    if {cause.name for cause in found} >= {SIGN} and len(texts) > 1:
        *others, sign = texts
        return f"{' or '.join(others)}; and {sign}"
    return " or ".join(texts)
