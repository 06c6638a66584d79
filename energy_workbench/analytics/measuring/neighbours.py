"""A wrong CT, told by the balance with the neighbours: one factor on one meter closes it, hour by hour.

Supply − demand of a node is losses, a share of the supply, where all is right. Where one meter shows a k-th of what
flows, the rest follows that meter hour by hour instead; a load that nobody meters follows none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from energy_workbench.analytics.measuring.causes import SECONDARY, STANDARD_CT
from energy_workbench.domain.entities import Meter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LEAST_HOURS: Final = 24
OFF: Final = 0.05
"""A balance that is off by less than that share of the supply blames nobody."""
LOSSES: Final = (-0.02, 0.08)
"""Losses that a node may have, as a share of its supply."""
CLOSED: Final = 0.02
"""How far the hours may be from closing with the factor, as a share of the supply."""
BETTER: Final = 3.0
"""How many times closer the hours must be with the factor than without."""
SAME: Final = 0.03
"""How far a factor may be from that of a CT, as a share."""
ERRORS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """A meter whose CT may be entered wrongly.

    Attributes
    ----------
    meter : Meter
    factor : float
        What its energy must be multiplied with for the balance to close [1].
    plates : tuple of str
        What its CT may be instead.
    others : tuple of str
        Numbers of the meters that may be it just as well.
    node : str
        Number of the node whose balance it is.
    """

    meter: Meter
    factor: float
    plates: tuple[str, ...]
    others: tuple[str, ...]
    node: str

    @property
    def text(self) -> str:
        """In words."""
        plates = f" (entered: {self.meter.ratio.ct_text}; it may be {' or '.join(self.plates)})" if self.plates else ""
        others = f"; {' or '.join(self.others)} may be it just as well" if self.others else ""
        return (
            f"the balance of {self.node} closes where {self.meter.number} counts {self.factor:.4g} times what it does: "
            f"its CT may be entered wrongly{plates}{others}"
        )


def suspects(node: Meter, supply: Array, demand: Mapping[int, Array], children: Sequence[Meter]) -> list[Suspect]:
    """Meters of a node with a factor that closes its balance.

    Parameters
    ----------
    supply : array of float, shape (n,)
        What went through the node's meter in each hour [kWh].
    demand : mapping of int to array of float, shape (n,)
        By key of each child what it took, less what it gave [kWh].
    """
    known = ~np.isnan(supply + sum(demand[child.key] for child in children))
    supply = supply[known]
    if len(supply) < LEAST_HOURS or supply.sum() <= 0:
        return []
    taken = {child.key: demand[child.key][known] for child in children}
    total = np.sum(list(taken.values()), axis=0)
    rest = supply - total
    if abs(rest.sum()) < OFF * supply.sum():
        return []
    found = []
    mean, plain = float(supply.mean()), _off(rest - rest.sum() / supply.sum() * supply)
    if plain <= CLOSED * mean:
        # It is off by one share in every hour: so is the node itself, or a child of the same shape.
        share = float(total.sum() / supply.sum())
        found += [(node, share)] if share < 1 - LOSSES[1] or share > 1 - LOSSES[0] else []
    for child in children:
        factor = _closing(rest, supply, taken[child.key], max(plain, CLOSED * mean * BETTER if found else plain))
        if factor is not None:
            found.append((child, factor))
    fitting = [(meter, factor, plates) for meter, factor in found if (plates := tuple(_plates(meter, factor)))]
    numbers = [meter.number for meter, *_ in fitting]
    return [
        Suspect(meter, factor, plates, tuple(each for each in numbers if each != meter.number), node.number)
        for meter, factor, plates in fitting
    ]


def _closing(rest: Array, supply: Array, own: Array, plain: float) -> float | None:
    """The factor of a child with which the hours close; None where there is none, or it is not sure."""
    sides = np.stack([supply, own], axis=1)
    if np.linalg.matrix_rank(sides) < 2:
        return None
    (share, more), *_ = np.linalg.lstsq(sides, rest, rcond=None)
    off = _off(rest - sides @ np.array([share, more]))
    if not LOSSES[0] <= share <= LOSSES[1] or more <= -1 or off > CLOSED * supply.mean() or BETTER * off > plain:
        return None
    variance = off**2 * len(rest) / max(len(rest) - 2, 1) * np.linalg.inv(sides.T @ sides)[1, 1]
    factor = 1 + float(more)
    return factor if ERRORS * float(np.sqrt(variance)) <= SAME * factor else None


def _plates(meter: Meter, factor: float) -> Iterator[str]:
    """CTs that a meter may have instead of the one that is entered."""
    ratio = meter.ratio
    if not ratio.has_ct:
        return
    for primary in STANDARD_CT:
        for secondary in (SECONDARY, 1.0):
            other = primary / secondary / ratio.ct
            if abs(other - 1) > SAME and abs(other / factor - 1) <= SAME:
                yield f"{primary:g}/{secondary:g}"
                break
    for name, other in (("applied twice", 1 / ratio.ct), ("not applied", ratio.ct)):
        if abs(other - 1) > SAME and abs(other / factor - 1) <= SAME:
            yield name


def _off(rest: Array) -> float:
    return float(np.sqrt(np.mean(rest**2)))
