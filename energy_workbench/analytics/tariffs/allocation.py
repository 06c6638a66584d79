"""A bill allocated to units, tenants or cost centres; the shares are the bill to the cent, always.

Energy is borne at the price of the time at which it was used, demand by what each drew when it was set or by own peaks,
what is a part of other lines as these are. What the site drew beyond all of them, losses and common loads, is borne by
keys, as fixed charges are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final, Literal

import numpy as np

from energy_workbench.analytics.tariffs.billing import PricedMonth
from energy_workbench.analytics.tariffs.interval_costs import spread_of
from energy_workbench.analytics.tariffs.largest_remainder import divided
from energy_workbench.analytics.tariffs.metered_energy import Floats
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.charge import OnLines
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.charges.fixed import FixedCharge
from energy_workbench.domain.tariffs.money import EXACT, total
from energy_workbench.domain.time.clock import to_micros

FINE: Final = 10**9
"""Weights are told to a billionth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who bears a part of a bill.

    Attributes
    ----------
    name : str
    energy : array of float, shape (n,)
        Of the intervals of the bill [kWh]; NaN where it is not known.
    key : float
        By which losses, common loads and fixed charges are borne: an area, heads, a plant's own; None for the energy.
    """

    name: str
    energy: Floats
    key: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one of them bears of one line.

    Attributes
    ----------
    user, charge, kind : str
    amount : Decimal
    basis : str
        By what it was divided: `energy`, `coincident demand`, `own peak`, `key`, `lines`.
    """

    user: str
    charge: str
    kind: str
    amount: Decimal
    basis: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """Shares of a bill.

    Attributes
    ----------
    shares : tuple of Share
        By line of the bill, and by user.
    common_kwh : float
        What the site drew beyond all of them [kWh]; less than 0 where they drew more than it.
    """

    shares: tuple[Share, ...]
    common_kwh: float

    @property
    def totals(self) -> Mapping[str, Decimal]:
        """What each bears."""
        users = dict.fromkeys(share.user for share in self.shares)
        return {user: total(share.amount for share in self.shares if share.user == user) for user in users}

    @property
    def total(self) -> Decimal:
        """What all of them bear: the bill."""
        return total(share.amount for share in self.shares)


def allocated(
    month: PricedMonth, users: Sequence[User], demand_by: Literal["coincidence", "own_peak"] = "coincidence"
) -> Allocation:
    """A bill divided among users.

    Raises
    ------
    InputError
        If there are none, two have one name, or their energies are not of the bill's intervals.
    """
    names = [user.name for user in users]
    if not users or len(set(names)) < len(names):
        raise InputError("a bill is allocated to somebody, each with a name of its own")
    if any(len(user.energy) != month.span.count for user in users):
        raise InputError(f"energies of users are those of the bill's {month.span.count} intervals")
    with localcontext(EXACT):
        return _Allocating(month, users, demand_by).allocation()


class _Allocating:
    """One bill on its way to its users."""

    def __init__(self, month: PricedMonth, users: Sequence[User], demand_by: str) -> None:
        self.month, self.demand_by = month, demand_by
        self.names = [user.name for user in users]
        self.energy = np.vstack([np.nan_to_num(user.energy) for user in users])
        own = self.energy.sum(axis=1)
        keys = np.array([energy if user.key is None else user.key for user, energy in zip(users, own, strict=True)])
        self.keys = keys / keys.sum() if keys.sum() > 0 else np.full(len(users), 1 / len(users))
        site = month.span.channels["kWh"].values / 1e6
        # Where they drew more than the site's meter says, it is theirs in proportion.
        self.common = np.clip(site - self.energy.sum(axis=0), 0, None)
        self.beyond = float(site.sum() - self.energy.sum())
        self.shares: list[Share] = []

    def allocation(self) -> Allocation:
        charges = {charge.name: charge for part in self.month.parts for charge in part.version.charges}
        for part, priced in self.month.priced:
            line = priced.line
            basis, weights = self.weights(part, priced, charges[line.charge])
            if not weights.sum():
                # Such as what was exported while nobody drew anything.
                basis, weights = "key", self.keys
            units = [max(round(weight * FINE), 0) for weight in (weights / (weights.sum() or 1)).tolist()]
            for user, amount in divided(line.amount, dict(zip(self.names, units, strict=True))).items():
                self.shares.append(Share(user=user, charge=line.charge, kind=line.kind, amount=amount, basis=basis))
        return Allocation(tuple(self.shares), self.beyond)

    def weights(self, part: Part, priced: Priced, charge: object) -> tuple[str, Floats]:
        if isinstance(charge, DemandCharge) and priced.line.at:
            return self.of_demand(part, priced, charge)
        if isinstance(charge, FixedCharge):
            return "key", self.keys
        if isinstance(charge, OnLines) and priced.line.unit in ("%", "month", "year"):
            return "lines", self.of_lines(charge, priced)
        return "energy", self.with_common(self.energy, np.abs(spread_of(part, priced)))

    def with_common(self, energy: Floats, costs: Floats) -> Floats:
        """What each bears by energies at the costs of their intervals, and of the common energy by its key."""
        drawn = self.energy.sum(axis=0) + self.common
        price = np.divide(costs, drawn, out=np.zeros_like(costs), where=drawn > 0)
        found: Floats = energy @ price + self.keys * float(self.common @ price)
        return found

    def of_demand(self, part: Part, priced: Priced, charge: DemandCharge) -> tuple[str, Floats]:
        size = max(charge.block // part.whole.minutes, 1)
        if self.demand_by == "own_peak":
            sums = np.apply_along_axis(np.convolve, 1, self.energy, np.ones(size), "valid")
            return "own peak", sums.max(axis=1)
        step = part.whole.minutes * 60_000_000
        places = [(to_micros(at) - part.whole.start) // step for at in priced.line.at]
        inside = [
            place + offset for place in places for offset in range(size) if 0 <= place + offset < part.whole.count
        ]
        common = float(self.common[inside].sum())
        return "coincident demand", self.energy[:, inside].sum(axis=1) + self.keys * common

    def of_lines(self, charge: OnLines, priced: Priced) -> Floats:
        above = [
            share
            for share in self.shares
            if (share.charge in charge.of if charge.of else share.charge != priced.line.charge)
        ]
        found = [float(total(share.amount for share in above if share.user == name)) for name in self.names]
        weights = np.abs(np.array(found))
        return weights if weights.sum() else self.keys
