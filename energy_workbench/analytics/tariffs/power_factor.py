"""The average power factor of a billing month."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from energy_workbench.analytics.tariffs.part import Part
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.money import EXACT, of_micro


def power_factor(charge: Charge, part: Part) -> Decimal | None:
    """kWh ÷ kVAh of the month, of those intervals that know both; None where nothing flowed.

    Raises
    ------
    InputError
        If the meter tells neither reactive nor apparent energy.
    """
    apparent, active = part.channel("kVAh", charge), part.whole.channels["kWh"]
    both = np.ones(len(apparent.values)) if apparent.missing is None else ~apparent.missing
    whole = of_micro(int(apparent.values.sum()))
    if not whole:
        return None
    return EXACT.divide(of_micro(int((active.values * both).sum())), whole)
