"""Shares of a bill: each line by a key, in whole steps of money, so that the shares are the line, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from energy_workbench.analytics.tariffs.line import Line
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.rounding import EXACT

ZERO, CENT = Decimal(0), Decimal("0.01")
Weights = Mapping[str, Decimal]
"""By who pays the weight of a key: kWh in a window, kW at the peak, m², heads."""


@dataclass(frozen=True)
class Share:
    """What one pays of a line.

    Attributes
    ----------
    payer : str
        A unit, tenant or cost centre.
    weight, of : Decimal
        Its weight, and that of all.
    """

    payer: str
    charge: str
    kind: str
    window: str
    weight: Decimal
    of: Decimal
    amount: Decimal


def split_amount(amount: Decimal, weights: Weights, step: Decimal = CENT) -> dict[str, Decimal]:
    """An amount by weights, in whole steps; the shares are the amount, exactly.

    By largest remainder: each has the whole steps of its exact share, and those that are left go to the largest rests,
    of rests alike to whom is named first by the alphabet. What is smaller than a step is with the first of them.

    Raises
    ------
    InputError
        If there is nobody, a weight is below zero, or all are zero.
    """
    total = sum(weights.values(), ZERO)
    if total <= 0 or any(weight < 0 for weight in weights.values()):
        raise InputError("an amount is shared by weights of which none is below zero and one is above it")
    sign = -1 if amount < 0 else 1
    steps, rest = divmod(abs(amount), step)
    exact = {name: EXACT.divide(EXACT.multiply(steps, weight), total) for name, weight in weights.items()}
    whole = {name: each.to_integral_value("ROUND_FLOOR", EXACT) for name, each in exact.items()}
    order = sorted((name for name in weights if weights[name]), key=lambda name: (whole[name] - exact[name], name))
    for name in order[: int(steps - sum(whole.values(), ZERO))]:
        whole[name] += 1
    shares = {name: sign * whole[name] * step for name in weights}
    shares[order[0]] += sign * rest
    return shares


def allocated(lines: Sequence[Line], keys: Sequence[Weights], step: Decimal = CENT) -> list[Share]:
    """Shares of the lines of a bill, each by its own key.

    Parameters
    ----------
    lines : sequence of Line
        Without taxes' bases being looked at: a tax is shared as its key says, as a rule by what is shared above it.
    keys : sequence of mapping of str to Decimal
        One for each line.

    Raises
    ------
    InputError
        If a key cannot share its line.
    """
    shares: list[Share] = []
    for line, weights in zip(lines, keys, strict=True):
        try:
            amounts = split_amount(line.amount, weights, step)
        except InputError as error:
            raise InputError(f"the line {line.charge!r} cannot be shared: {error.message}") from None
        total = sum(weights.values(), ZERO)
        shares += [
            Share(name, line.charge, line.kind, line.window, weights[name], total, amount)
            for name, amount in amounts.items()
        ]
    return shares


def statement(shares: Sequence[Share]) -> dict[str, Decimal]:
    """By payer the sum of its shares."""
    sums: dict[str, Decimal] = {}
    for share in shares:
        sums[share.payer] = sums.get(share.payer, ZERO) + share.amount
    return sums
