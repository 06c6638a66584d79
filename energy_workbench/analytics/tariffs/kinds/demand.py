"""Lines of demand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.tariffs.demand import STEP, Measured, block_powers, block_starts, measured
from energy_workbench.analytics.tariffs.line import Line, Priced
from energy_workbench.analytics.tariffs.load import decimal
from energy_workbench.analytics.tariffs.local_time import micros
from energy_workbench.analytics.tariffs.month import BillingMonth, Part, key, months_before
from energy_workbench.analytics.tariffs.price import Above, kind_of, price
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.charges.demand import AnnualDemand, Demand, NamedPeaks
from energy_workbench.domain.tariffs.rates import Rate, split
from energy_workbench.domain.tariffs.rounding import EXACT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ZERO, TWELVE = Decimal(0), Decimal(12)
GRAIN = "intervals do not divide the blocks of the demand: it is the mean of longer ones"
RATE = Decimal("1e-10")


def _of_month(charge: Demand | AnnualDemand, month: BillingMonth, window: str) -> Measured:
    found = measured(month, charge.basis, month.in_window(charge, window))
    month.facts_demand[key(charge, window)] = found.value
    month.facts_demand[charge.name] = max(found.value, month.facts_demand.get(charge.name, ZERO))
    return found


def _spread(month: BillingMonth, part: Part, mask: Array | None) -> Array:
    """A demand's cost is spread over the energy of its window."""
    energy = month.load.kwh[part.cut]
    return energy if mask is None else np.where(mask[part.cut], energy, 0)


def _amount(
    month: BillingMonth, part: Part, charge: Charge, quantity: Decimal, rate: Decimal, days: int | None = None
) -> Decimal:
    return month.rounding(charge)(part.prorated(EXACT.multiply(quantity, rate), days))


@price.register
def _demand(charge: Demand, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    lines: list[Priced] = []
    for window, rate in charge.rates.by_window:
        if not (days := part.days_of(charge.rates.scheme, window)):
            continue
        found = _of_month(charge, month, window)
        billed, contract, unknown = _billed(charge, month, window, found)
        lines += _lines(charge, month, part, window, days, found, billed, rate, contract, unknown)
    return lines


def billing_demand(charge: Demand, month: BillingMonth, part: Part) -> Decimal:
    """The highest billing demand of a charge's windows [kW or kVA]."""
    windows = [window for window, _ in charge.rates.by_window if part.days_of(charge.rates.scheme, window)]
    return max((_billed(charge, month, each, _of_month(charge, month, each))[0] for each in windows), default=ZERO)


def _billed(
    charge: Demand, month: BillingMonth, window: str, found: Measured
) -> tuple[Decimal, Decimal | None, list[str]]:
    """The billing demand of a window, the contract demand, and months before of which nothing is known."""
    ratchet, unknown = _ratchet(charge, month, charge.name if charge.ratchet_whole else key(charge, window))
    contract = month.account.contract if month.account.contract is not None else charge.contract
    billed = max(found.value, ratchet, (contract or ZERO) * charge.minimum_share)
    if charge.ratchet_whole and charge.ratchet_months:
        billed = max(billed, measured(month, charge.basis, None).value)
    return (billed if charge.quantity is None else charge.quantity(billed)), contract, unknown


def _lines(
    charge: Demand, month: BillingMonth, part: Part, window: str, days: int, found: Measured, billed: Decimal,
    rate: Rate, contract: Decimal | None, unknown: list[str],
) -> list[Priced]:  # fmt: skip
    parts: list[tuple[Decimal, Decimal, str]] = []
    over = ZERO
    if charge.excess_rate is not None and contract is not None:
        value = charge.quantity(found.value) if charge.quantity is not None else found.value
        over = max(ZERO, value - contract * charge.excess_above)
    ordinary = billed - over if charge.excess_instead else billed
    parts += [(quantity, of, "") for quantity, of in split(ordinary, rate)]
    if over and charge.excess_rate is not None:
        parts.append(
            (over, charge.excess_rate, f"above {charge.excess_above * (contract or ZERO)} {charge.basis.unit}")
        )
    notes = [f"the demand of {each} is not known" for each in unknown] + ([GRAIN] if found.coarse else [])
    if found.value < billed:
        notes.append(f"measured {found.value.normalize():f} {charge.basis.unit}")
    mask = month.in_window(charge, window)
    more = sum((q * r for q, r in split(max(billed, found.with_estimates), rate)), ZERO) - sum(
        (q * r for q, r in split(billed, rate)), ZERO
    )
    return [
        Priced(
            Line(
                charge.name, kind_of(charge), quantity, charge.basis.unit, of,
                _amount(month, part, charge, quantity, of, days), window=window, at=found.at,
                share=(Decimal(days) / part.of).quantize(STEP), estimated=found.estimated, missing=found.missing,
                could_change=part.prorated(more, days).quantize(Decimal("0.01")) if at == 0 and more else ZERO,
                provisional=bool(unknown), notes=tuple([*notes, note] if note else notes),
            ),
            lambda: _spread(month, part, mask),
        )
        for at, (quantity, of, note) in enumerate(parts)
    ]  # fmt: skip


def _ratchet(charge: Demand, month: BillingMonth, name: str) -> tuple[Decimal, list[str]]:
    """The least demand by the months before, and those of which nothing is known."""
    highest, unknown = ZERO, []
    for back in range(1, charge.ratchet_months + 1):
        number = (month.first.month - 1 - back) % 12 + 1
        if charge.ratchet_in and number not in charge.ratchet_in:
            continue
        earlier = month.earlier(back)
        if earlier is None or name not in earlier.demands:
            unknown.append(_name(month, back))
        else:
            highest = max(highest, earlier.demands[name])
    return EXACT.multiply(highest, charge.ratchet_share), unknown


def _name(month: BillingMonth, back: int) -> str:
    return months_before(month.first, back)


@price.register
def _annual(charge: AnnualDemand, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    months = (month.first.month - charge.year_month) % 12
    lines: list[Priced] = []
    for window, rate in charge.rates.by_window:
        found, name = _of_month(charge, month, window), key(charge, window)
        before, unknown = ZERO, []
        for back in range(1, months + 1):
            earlier = month.earlier(back)
            if earlier is None or name not in earlier.demands:
                unknown.append(_name(month, back))
            else:
                before = max(before, earlier.demands[name])
        value = found.value
        if charge.quantity is not None:
            before, value = charge.quantity(before), charge.quantity(value)
        so_far = max(before, value)
        notes = [f"the demand of {each} is not known" for each in unknown] + ([GRAIN] if found.coarse else [])
        rose = months and so_far > before
        for yearly, quantity, note in _months(rate, so_far, before, months if rose else 0):
            of = EXACT.divide(yearly, TWELVE)
            mask = month.in_window(charge, window)
            line = Line(
                charge.name, kind_of(charge), quantity, charge.basis.unit, of.quantize(RATE).normalize(),
                _amount(month, part, charge, quantity, of), window=window, at=found.at if value >= before else (),
                share=part.share, estimated=found.estimated, missing=found.missing,
                could_change=ZERO, provisional=bool(unknown), notes=tuple([*notes, note] if note else notes),
            )  # fmt: skip
            lines.append(Priced(line, lambda mask=mask: _spread(month, part, mask)))  # type: ignore[misc]
    return lines


def _months(rate: Rate, so_far: Decimal, before: Decimal, months: int) -> list[tuple[Decimal, Decimal, str]]:
    """Rate a year, quantity and note of each line: this month's twelfth, and what earlier months lack."""
    lines = [(of, quantity, "") for quantity, of in split(so_far, rate)]
    if months:
        had = dict(enumerate(quantity for quantity, _ in split(before, rate)))
        for at, (quantity, of) in enumerate(split(so_far, rate)):
            lines.append((of * months, quantity - had.get(at, ZERO), f"correction of {months} earlier months"))
    return lines


@price.register
def _named(charge: NamedPeaks, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    starts = month.load.starts
    if not len(starts):
        return []
    size = max(1, charge.basis.minutes // month.load.minutes)
    blocks = block_starts(month, charge.basis, size)
    end = int(starts[-1]) + month.load.minutes * 60_000_000
    places, missing = [], 0
    for instant in charge.instants:
        at = micros(instant)
        if not int(starts[0]) <= at < end or not len(blocks):
            continue
        block = int(blocks[max(0, int(np.searchsorted(starts[blocks], at, "right")) - 1)])
        if month.load.known[block : block + size].all():
            places.append(block)
        else:
            missing += 1
    if not places and not missing:
        return []
    powers = block_powers(month, charge.basis, np.array(places, np.int64), size)
    quantity = EXACT.divide(decimal(int(powers.sum())), Decimal(max(len(places), 1))).quantize(STEP)
    line = Line(
        charge.name, kind_of(charge), quantity, charge.basis.unit, charge.rate,
        _amount(month, part, charge, quantity, charge.rate), at=tuple(int(starts[place]) for place in places),
        share=part.share, missing=(Decimal(missing) / (missing + len(places))).quantize(STEP),
        provisional=bool(missing), notes=(f"{missing} of the named peaks are not known",) if missing else (),
    )  # fmt: skip
    return [Priced(line, lambda: _spread(month, part, None))]
