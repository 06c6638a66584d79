"""An amount divided to the cent: each gets its quota, and what is left goes to the largest remainders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from energy_workbench.domain.tariffs.money import EXACT


def divided(amount: Decimal, weights: Mapping[str, int], places: int = 2) -> dict[str, Decimal]:
    """Shares of an amount in proportion to weights; their sum is the amount, always.

    Parameters
    ----------
    weights : mapping of str to int
        0 or more; evenly where all are 0. Of remainders as large, that of the name which comes first is the larger.
    places : int
        Decimals of a share, or those of the amount where it has more.

    Raises
    ------
    ValueError
        If there is nobody to have a share, or a weight is negative.
    """
    if not weights or min(weights.values()) < 0:
        raise ValueError("an amount is divided among somebody, by weights of 0 or more")
    exponent = amount.as_tuple().exponent
    places = max(places, -exponent if isinstance(exponent, int) else 0)
    units = int(abs(amount).scaleb(places, context=EXACT))
    whole = sum(weights.values())
    counted = weights if whole else dict.fromkeys(weights, 1)
    whole = whole or len(weights)
    quotas = {name: divmod(units * weight, whole) for name, weight in counted.items()}
    left = units - sum(quota for quota, _ in quotas.values())
    largest = sorted(quotas, key=lambda name: (-quotas[name][1], name))[:left]
    sign = -1 if amount < 0 else 1
    return {
        name: Decimal(sign * (quota + (name in largest))).scaleb(-places, context=EXACT)
        for name, (quota, _) in quotas.items()
    }
