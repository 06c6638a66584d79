"""Power through each meter now; of a calculated one by the power of what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import fsum

from energy_workbench.analytics.flow import Measured, delivered_and_taken
from energy_workbench.analytics.live import power_kw
from energy_workbench.domain.entities import Flow, Live, Meter


def powers(meters: Iterable[Meter], live: Mapping[int, Live], now: datetime) -> dict[int, Measured]:
    """Power of each meter now [kW], by key; of a calculated one unknown where that of a part of it is not known now.

    Parameters
    ----------
    meters : iterable of Meter
        The tree of now, with what calculated ones are made of.
    live : mapping of int to Live
        By key.
    now : datetime
        UTC.
    """
    there = list(meters)
    measured = {meter.key: Measured.of_power(power_kw(meter, live.get(meter.key), now)) for meter in there}
    return measured | {meter.key: _made(meter, measured) for meter in there if meter.made_of}


def shown_power(meter: Meter, measured: Measured) -> float | None:
    """What people mean by a meter's power [kW]: what it takes, or a producer makes, less what goes the other way."""
    return own(meter, measured, net=True)


def own(meter: Meter, measured: Measured, *, net: bool) -> float | None:
    """What the meter takes, or what a producer produces; net of the other way where power is meant [kW or kWh]."""
    if not measured.known(meter):
        return None
    up, down = delivered_and_taken(meter, measured)
    if meter.flow is Flow.CONSUMER:
        up = measured.exported or 0.0
    main, other = (up, down) if meter.flow is Flow.PRODUCER else (down, up)
    return round(main - other if net else main, 3)


def _made(meter: Meter, measured: Mapping[int, Measured]) -> Measured:
    """The linear form of a calculated meter over what its parts measure now."""
    found = []
    for part in meter.made_of:
        known = measured.get(part.meter.key, Measured())
        value = known.imported if part.register == "import" else known.exported
        if value is None:
            return Measured()
        found.append(part.factor * value)
    if not meter.metered:
        return Measured()
    # Of a node without a meter the directions are told apart, as a meter there would; a formula stays linear.
    return Measured.of_power(fsum(found)) if meter.unread else Measured(fsum(found))
