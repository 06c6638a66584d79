"""Demand charges: what is billed of a measured demand, and its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from energy_workbench.analytics.tariffs.bill import MonthFacts, key_of
from energy_workbench.analytics.tariffs.blocks import pieces
from energy_workbench.analytics.tariffs.hours_of_use import peak_of, settled, year_so_far
from energy_workbench.analytics.tariffs.measured_demand import ENERGY_OF, measured
from energy_workbench.analytics.tariffs.part import WHOLE, Costs, Demand, Part, Priced
from energy_workbench.analytics.tariffs.power_factor import power_factor
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.money import EXACT, product, to_places, total
from energy_workbench.domain.tariffs.rates import Rate


class Billed:
    """What is billed of a demand: at the charge's rate, and above the contract at another.

    Attributes
    ----------
    normal, excess : Decimal
    looked_at, unknown : list of date
        Earlier months that it rests on, and those of them that nobody knows.
    notes : tuple of str
    """

    def __init__(self, charge: DemandCharge, part: Part, window: str, demand: Demand) -> None:
        rounding = part.rounding(charge)
        self.looked_at: list[date] = []
        self.unknown: list[date] = []
        self.notes: tuple[str, ...] = ()
        value = rounding.of_quantity(self._by_power_factor(charge, part, demand.value))
        self.normal, self.excess = max(value, charge.minimum), Decimal(0)
        if charge.minimum > value:
            self.notes = (f"measured {value:f}; the least that is billed is {charge.minimum:f}",)
        if terms := charge.contract:
            contract = part.contract_demand(charge, terms.demand)
            least = EXACT.multiply(contract, terms.minimum_share)
            limit = EXACT.multiply(contract, 1 + terms.tolerance)
            if value < least:
                share = _percent(terms.minimum_share)
                self._raise_to(least, f"measured {value:f}; {share} % of {contract:f} contracted")
            if terms.excess_rate is not None and value > limit:
                self.excess, self.normal = value - limit, limit
        if ratchet := charge.ratchet:
            months = [each for each in part.months_before(ratchet.months) if not ratchet.of or each.month in ratchet.of]
            self.looked_at = months
            self.unknown = [each for each in months if each not in part.history]
            known = [(_earlier(part.history[each], charge, window), each) for each in months if each in part.history]
            highest, when = max(known, default=(Decimal(0), part.month.month_first))
            floor = rounding.of_quantity(EXACT.multiply(highest, ratchet.share))
            if floor > self.normal + self.excess:
                self._raise_to(
                    floor - self.excess,
                    f"measured {value:f}; {_percent(ratchet.share)} % of {highest:f} in {when:%Y-%m}",
                )

    def _by_power_factor(self, charge: DemandCharge, part: Part, measured: Decimal) -> Decimal:
        if charge.target_power_factor is None:
            return measured
        found = power_factor(charge, part)
        if found is None or found >= charge.target_power_factor:
            return measured
        self.notes = (f"measured {measured:f}, at a power factor of {to_places(found, 4):f}",)
        return to_places(EXACT.divide(EXACT.multiply(measured, charge.target_power_factor), found), 6)

    def _raise_to(self, least: Decimal, note: str) -> None:
        if least > self.normal:
            self.normal, self.notes = least, (note,)


def billed_demand(charge: DemandCharge, part: Part) -> Decimal:
    """The highest billed demand of a charge's windows, which thresholds of energy may be by."""
    found = (Billed(charge, part, window, each) for window, each in measured(charge, part).items())
    return max((each.normal + each.excess for each in found), default=Decimal(0))


def demand_lines(charge: DemandCharge, part: Part) -> Iterator[Priced]:
    """Lines of a demand charge."""
    demands = measured(charge, part)
    lines = [priced for window, each in demands.items() for priced in _of_window(charge, part, window, each)]
    if charge.per == "year" or charge.hours_of_use:
        yield from _of_year(charge, part, demands, lines)
    else:
        yield from lines


def _of_window(charge: DemandCharge, part: Part, window: str, demand: Demand) -> Iterator[Priced]:
    billed = Billed(charge, part, window, demand)
    rate = charge.by_window[window]
    share = {"month": part.share, "year": part.share / 12, "day": WHOLE}[charge.per]
    notes = (*demand.notes, *billed.notes, *part.notes(charge.schedule))
    more = max(demand.could_be - demand.value, Decimal(0))
    unknown = product(Decimal(demand.unknown), Fraction(charge.block, 60)) if demand.unknown else Decimal(0)
    for bounds, price, piece in pieces(billed.normal, billed.normal, rate, WHOLE):
        line = part.line(
            charge,
            piece,
            _unit(charge),
            price,
            share=share,
            window=window,
            block=bounds,
            at=demand.at,
            depends_on=tuple(billed.looked_at),
            provisional=bool(billed.unknown),
            missing_hours=unknown,
            could_change=abs(product(more, price, share)) if more and piece else Decimal(0),
            notes=notes,
        )
        yield Priced(line, _spread(charge, part, window, line.amount))
    if billed.excess and charge.contract and charge.contract.excess_rate is not None:
        excess_rate = charge.contract.excess_rate
        line = part.line(
            charge, billed.excess, _unit(charge), excess_rate, share=share, window=window, detail="excess", at=demand.at
        )
        yield Priced(line, _spread(charge, part, window, line.amount))


def _spread(charge: DemandCharge, part: Part, window: str, amount: Decimal) -> Costs:
    """In proportion to the energy of its window."""
    channel = part.channel(ENERGY_OF[charge.unit], charge)
    return part.spread(amount, part.weights(channel, charge.schedule, part.names(charge.schedule).index(window)))


def _unit(charge: DemandCharge) -> str:
    return f"{charge.unit} · d" if charge.per == "day" else charge.unit


def _of_year(charge: DemandCharge, part: Part, demands: Mapping[str, Demand], lines: list[Priced]) -> Iterator[Priced]:
    """Of the year's maximum so far, a twelfth each month; or of a charge whose rate is by hours of use."""
    year = year_so_far(charge.hours_of_use, part, charge)
    rates = {key_of(charge.name, window): rate for window, rate in charge.by_window.items()}
    earlier = [{key: each.demands.get(key, Decimal(0)) for key in rates} for each in year.facts]
    if charge.per == "month":
        billed = total(_cost(rates[key], value) for each in earlier for key, value in each.items())
        yield from settled(charge, part, year, lines, billed, billed)
        return
    so_far = {key: max((each[key] for each in earlier), default=Decimal(0)) for key in rates}
    now = dict(so_far)
    of_year: list[Priced] = []
    # A window that does not occur in a month (of another season) has its twelfth in it all the same.
    for window in charge.by_window:
        key, demand = key_of(charge.name, window), demands.get(window, Demand(value=Decimal(0)))
        if demand.value >= now[key]:
            now[key] = demand.value
        else:
            told = f"the year's maximum is of an earlier month; this one's is {demand.value:f}"
            demand = replace(demand, value=now[key], at=(), notes=(*demand.notes, told))
        of_year.extend(_of_window(charge, part, window, demand))
    months = Fraction(len(year.facts), 12)
    known_now, before = (
        product(total(_cost(rates[key], value) for key, value in peaks.items()), months) for peaks in (now, so_far)
    )
    yield from settled(charge, part, year, of_year, known_now, before)


def _cost(rate: Rate, demand: Decimal) -> Decimal:
    return total(product(piece, price) for _, price, piece in pieces(demand, demand, rate, WHOLE))


def _earlier(facts: MonthFacts, charge: DemandCharge, window: str) -> Decimal:
    if charge.ratchet and charge.ratchet.windows == "any":
        return peak_of(facts, charge.name)
    return facts.demands.get(key_of(charge.name, window), Decimal(0))


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"
