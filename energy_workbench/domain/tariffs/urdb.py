"""Tariffs of the OpenEI Utility Rate Database, as downloaded: one JSON object, or `{"items": [object]}`.

Fields are those of https://openei.org/services/doc/rest/util_rates/ (versions 7 and 8). Every key is either taken,
known to price nothing, or refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from energy_workbench.domain.tariffs.charges.basis import BLOCKS, DemandBasis
from energy_workbench.domain.tariffs.charges.charge import POWERS, Charge, Common
from energy_workbench.domain.tariffs.charges.demand import Demand
from energy_workbench.domain.tariffs.charges.energy import Energy, Export
from energy_workbench.domain.tariffs.charges.fixed import Fixed, Minimum
from energy_workbench.domain.tariffs.located import Problems
from energy_workbench.domain.tariffs.rates import Block, Rate, Rates
from energy_workbench.domain.tariffs.rounding import CENT, EXACT, NONE
from energy_workbench.domain.tariffs.seasons import Seasons
from energy_workbench.domain.tariffs.tariff import Tariff, Version
from energy_workbench.domain.tariffs.windows import DAY, Scheme, Span, Window

ALWAYS: Final = date(1900, 1, 1)
LOOKBACK: Final = 11
"""Months of a ratchet whose range is not stated (version 7 has no field for it)."""
UNITS: Final = {None: "month", "kWh": "month", "kWh daily": "day of the month", "kWh/kW": "kWh per kW"}
PRICELESS: Final = (
    "label", "uri", "name", "approved", "is_default", "utility", "eiaid", "eia", "sector", "description", "source",
    "sourceparent", "basicinformationcomments", "startdate", "enddate", "effectivedate", "revisions", "supersedes",
    "supercedes", "servicetype", "rateuri", "country", "latest_update", "voltagecategory", "voltageminimum",
    "voltagemaximum", "phasewiring", "peakkwcapacitymin", "peakkwcapacitymax", "peakkwcapacityhistory",
    "peakkwhusagemin", "peakkwhusagemax", "peakkwhusagehistory", "demandunits", "minmonthlycharge_comments",
    "energycomments", "demandcomments", "fixedcomments", "energyattrs", "demandattrs", "fixedattrs", "dgrules",
    "usenetmetering", "flatdemandunit", "demandrateunit", "coincidentrateunit", "fixedchargeunits", "minchargeunits",
    "_id",
)  # fmt: skip
"""What describes a tariff, and prices nothing."""
MAY_BE_NOTHING: Final = (
    "coincidentratestructure", "coincidentrateschedule", "coincidentsched", "coincidentrateweekdayschedule",
    "demandreactivepowercharge", "annualmincharge", "fixedmonthlycharge", "minmonthlycharge",
)  # fmt: skip
"""What is refused where it asks for anything."""


def read_urdb(text: str, file: str = "tariff.json") -> Tariff:
    """The tariff of a file's text; its name is the record's, else its label.

    Raises
    ------
    InputError
        If something is not understood: by name.
    """
    problems = Problems(file)
    record = _record(text, problems)
    problems.refuse()
    tariff = record.tariff()
    problems.refuse()
    return tariff


def _record(text: str, problems: Problems) -> _Record:
    try:
        found = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        problems.add(getattr(error, "lineno", 1), "", "", f"not valid JSON: {error}")
        return _Record({}, problems)
    if isinstance(found, dict) and "items" in found:
        items = found["items"]
        if not isinstance(items, list) or len(items) != 1:
            count = len(items) if isinstance(items, list) else 0
            problems.add(0, "items", "", f"has {count} tariffs: leave one, and import each by itself")
            return _Record({}, problems)
        found = items[0]
    if not isinstance(found, dict):
        problems.add(0, "", "", "is no tariff of OpenEI: one object, or items with one")
        return _Record({}, problems)
    return _Record(found, problems)


class Tier(NamedTuple):
    """A tier of a period, as the record has it."""

    rate: Decimal
    adj: Decimal
    sell: Decimal
    max: Decimal | None
    unit: str | None


Tiers = list[Tier]
"""Those of a period, lowest first."""


@dataclass
class _Record:
    """One record, whose keys are taken one after the other."""

    values: dict[Any, Any]
    problems: Problems

    def __post_init__(self) -> None:
        self.taken: set[str] = set()

    def tell(self, key: str, value: object, reason: str) -> None:
        self.problems.add(0, key, "" if isinstance(value, list | dict) else str(value), reason)

    def take(self, key: str) -> Any:
        self.taken.add(key)
        return self.values.get(key)

    def number(self, key: str) -> Decimal:
        value = self.take(key)
        if value is None:
            return Decimal(0)
        if isinstance(value, Decimal) and value.is_finite():
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError:
            self.tell(key, value, "is no number")
            return Decimal(0)

    def tariff(self) -> Tariff:
        name = str(self.take("name") or self.take("label") or "")
        if not name:
            self.tell("name", "", "is missing, and there is no label: add one")
        schemes: dict[str, Scheme] = {}
        charges: list[Charge] = [*self._energy(schemes), *self._flat_demand(schemes), *self._demand(schemes)]
        charges += self._fixed()
        minimum = self._minimum(charges)
        self._leftover()
        if not charges and not self.problems.found:
            self.tell("energyratestructure", "", "is missing: there is nothing that this tariff charges")
        note = f"until {self._day('enddate', None)}" if self.values.get("enddate") else ""
        version = Version(self._day("startdate", ALWAYS) or ALWAYS, Seasons.of_months(), schemes, (*charges, *minimum))
        source = str(self.values.get("uri") or self.values.get("source") or "")
        return Tariff(name, "USD", (version,), source=source, note=note, rounding=CENT)

    def _day(self, key: str, default: date | None) -> date | None:
        value = self.take(key)
        if isinstance(value, dict):
            value = value.get("$date")
        if value is None:
            return default
        try:
            seconds = float(value)
            # Dumps of the database have milliseconds, answers of its service seconds.
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC).date()
        except (TypeError, ValueError, OverflowError, OSError):
            pass
        try:
            return datetime.fromisoformat(str(value)).date()
        except ValueError:
            self.tell(key, value, "is no date: seconds since 1970")
            return default

    def _energy(self, schemes: dict[str, Scheme]) -> list[Charge]:
        structure = self._structure("energyratestructure")
        if not structure:
            return []
        units = {tier.unit for period in structure for tier in period}
        per = {UNITS.get(unit, "") for unit in units}
        if len(per) > 1 or "" in per:
            for unit in units:
                self.tell(
                    "energyratestructure",
                    unit,
                    f"units that are understood, one in a tariff: {', '.join(filter(None, UNITS))}",
                )
            return []
        scheme = self._scheme("energy", "energyweekdayschedule", "energyweekendschedule", len(structure))
        schemes["energy"] = scheme
        by = per.pop()
        basis = DemandBasis("kW", self._window()) if by == "kWh per kW" else None
        rates = self._rates("energyratestructure", structure, scheme)
        of = "Demand" if self.values.get("flatdemandstructure") else "Demand by time"
        charges: list[Charge] = [Energy(Common("Energy"), "kWh", rates, by, rates.blocked, basis, billing_demand_of=of)]
        self._same_tiers("energyratestructure", rates, scheme)
        sells = [{tier.sell for tier in period} for period in structure]
        if any(len(sell) > 1 for sell in sells):
            self.tell("energyratestructure", "", "`sell` differs by tier: that is not understood")
        elif any(sell != {Decimal(0)} for sell in sells):
            by_window = tuple((name, (Block(min(sell)),)) for name, sell in zip(scheme.names, sells, strict=False))
            charges.append(Export(Common("Export"), "kWh", Rates("energy", by_window)))
        return charges

    def _flat_demand(self, schemes: dict[str, Scheme]) -> list[Charge]:
        structure = self._structure("flatdemandstructure")
        months = self.take("flatdemandmonths")
        if not structure:
            return []
        if not _periods(months, 12, len(structure)):
            self.tell("flatdemandmonths", months, f"must be twelve numbers of periods from 0 to {len(structure) - 1}")
            return []
        names = Seasons.of_months().names
        windows = tuple(
            Window(f"period {at + 1}", tuple(Span(0, 0, (names[month],)) for month in range(12) if months[month] == at))
            for at in range(len(structure))
        )
        schemes["flat demand"] = scheme = Scheme("flat demand", windows, {})
        return [self._demand_charge("Demand", "flatdemandstructure", structure, scheme, "flatdemandunit")]

    def _demand(self, schemes: dict[str, Scheme]) -> list[Charge]:
        structure = self._structure("demandratestructure")
        if not structure:
            self.take("demandweekdayschedule"), self.take("demandweekendschedule")
            return []
        scheme = self._scheme("demand", "demandweekdayschedule", "demandweekendschedule", len(structure))
        schemes["demand"] = scheme
        return [self._demand_charge("Demand by time", "demandratestructure", structure, scheme, "demandrateunit")]

    def _demand_charge(self, name: str, key: str, structure: list[Tiers], scheme: Scheme, unit_key: str) -> Charge:
        unit = self.take(unit_key) or "kW"
        if unit not in POWERS:
            self.tell(unit_key, unit, f"is not understood: {', '.join(POWERS)}")
            unit = "kW"
        share, months, within = self._ratchet()
        basis = DemandBasis(str(unit), self._window())
        return Demand(
            Common(name), basis, self._rates(key, structure, scheme), ratchet_share=share, ratchet_months=months,
            ratchet_in=within, ratchet_whole=months > 0,
        )  # fmt: skip

    def _ratchet(self) -> tuple[Decimal, int, tuple[int, ...]]:
        """Share, months that it looks back, and months of the year whose maxima hold on."""
        lookback, given = self.number("lookbackpercent"), self.take("lookbackmonths")
        months = int(self.number("lookbackrange")) or LOOKBACK
        if lookback:
            within = tuple(at + 1 for at, wanted in enumerate(given or ()) if wanted)
            return (lookback / 100 if lookback > 1 else lookback), months, () if len(within) == 12 else within
        shares = self.take("demandratchetpercentage")
        if shares is None:
            return Decimal(0), 0, ()
        shares = shares if isinstance(shares, list) else [shares] * 12
        wanted = {share for share in shares if share}
        if len(shares) != 12 or len(wanted) > 1 or not all(isinstance(share, Decimal) for share in wanted):
            self.tell("demandratchetpercentage", "", "must be twelve numbers, all alike but for zeros")
            return Decimal(0), 0, ()
        if not wanted:
            return Decimal(0), 0, ()
        share = wanted.pop()
        within = tuple(at + 1 for at, each in enumerate(shares) if each)
        return (share / 100 if share > 1 else share), months, () if len(within) == 12 else within

    def _window(self) -> int:
        minutes = self.take("demandwindow")
        if minutes is None:
            return 15
        if str(int(minutes)) not in BLOCKS:
            self.tell("demandwindow", minutes, f"is not understood: {', '.join(BLOCKS)} minutes")
            return 15
        return int(minutes)

    def _fixed(self) -> list[Charge]:
        charges: list[Charge] = []
        unit = str(self.values.get("fixedchargeunits") or "$/month")
        for key, name, further in (
            ("fixedchargefirstmeter", "Fixed", False), ("fixedchargeeaaddl", "Fixed, further meters", True),
        ):  # fmt: skip
            if not (rate := self.number(key)):
                continue
            if unit == "$/month":
                charges.append(Fixed(Common(name), rate, "further meter" if further else "month"))
            elif unit == "$/day" and not further:
                charges.append(Fixed(Common(name), rate, "day"))
            elif unit == "$/year" and not further:
                charges.append(Fixed(Common(name), NONE(EXACT.divide(rate, Decimal(12))), "month"))
            else:
                self.tell("fixedchargeunits", unit, f"is not understood of {key}: $/month, $/day, $/year")
        if not charges and (rate := self.number("fixedmonthlycharge")):
            charges.append(Fixed(Common("Fixed"), rate, "month"))
        return charges

    def _minimum(self, charges: list[Charge]) -> list[Charge]:
        unit, rate = str(self.values.get("minchargeunits") or "$/month"), self.number("mincharge")
        if not rate:
            rate = self.number("minmonthlycharge")
        if not rate:
            return []
        if unit not in ("$/month", "$/day"):
            self.tell("minchargeunits", unit, "is not understood: $/month, $/day")
            return []
        return [Minimum(Common("Minimum"), rate, tuple(each.name for each in charges), unit[2:])]

    def _structure(self, key: str) -> list[Tiers]:
        """Periods with their tiers; none, told, where it is something else."""
        value = self.take(key)
        if value is None or value == []:
            return []
        sound = isinstance(value, list) and all(
            isinstance(period, list) and period and all(isinstance(tier, dict) for tier in period) for period in value
        )
        if not sound:
            self.tell(key, value, "must be a list of periods, each a list of tiers")
            return []
        for period in value:
            for tier in period:
                for name in tier:
                    if name not in Tier._fields:
                        self.tell(key, name, f"of a tier is not understood: {', '.join(Tier._fields)}")
        return [[self._tier(key, tier) for tier in period] for period in value]

    def _tier(self, key: str, tier: Mapping[Any, Any]) -> Tier:
        numbers = {name: self._of(key, tier.get(name)) for name in ("rate", "adj", "sell")}
        top = None if tier.get("max") is None else self._of(key, tier["max"])
        return Tier(**numbers, max=top, unit=tier.get("unit"))

    def _rates(self, key: str, structure: list[Tiers], scheme: Scheme) -> Rates:
        by_window = ((name, self._tiers(key, tiers)) for name, tiers in zip(scheme.names, structure, strict=False))
        return Rates(scheme.name, tuple(by_window))

    def _tiers(self, key: str, tiers: Tiers) -> Rate:
        blocks: list[Block] = []
        for at, tier in enumerate(tiers):
            last = at == len(tiers) - 1
            top = None if last else tier.max or Decimal(0)
            if top is not None and (not top or (blocks and top <= (blocks[-1].up_to or 0))):
                self.tell(key, top, "`max` of a tier goes down")
            blocks.append(Block(tier.rate + tier.adj, top))
        return tuple(blocks)

    def _of(self, key: str, value: object) -> Decimal:
        if value is None:
            return Decimal(0)
        try:
            return Decimal(str(value))
        except ArithmeticError:
            self.tell(key, value, "of a tier is no number")
            return Decimal(0)

    def _scheme(self, name: str, weekday: str, weekend: str, count: int) -> Scheme:
        """Twelve months by 24 hours, of working days and of weekends: no holiday is told apart."""
        spans: list[list[Span]] = [[] for _ in range(count)]
        months = Seasons.of_months().names
        for key, days in ((weekday, "workday"), (weekend, "weekend")):
            table = self.take(key)
            if table is None and count == 1:
                table = [[Decimal(0)] * 24] * 12
            if not isinstance(table, list) or len(table) != 12 or not all(_periods(row, 24, count) for row in table):
                self.tell(key, "", f"must be twelve rows of 24 numbers of periods, from 0 to {count - 1}")
                continue
            for month, row in zip(months, table, strict=True):
                for period, begin, end in _runs(row):
                    spans[period].append(Span(begin * 60, end * 60 % DAY, (month,), (days,)))
        return Scheme(name, tuple(Window(f"period {at + 1}", tuple(each)) for at, each in enumerate(spans)), {})

    def _same_tiers(self, key: str, rates: Rates, scheme: Scheme) -> None:
        """All periods of a month fill the tiers together, so that these must end alike."""
        ends = {name: tuple(block.up_to for block in rate) for name, rate in rates.by_window}
        for month in Seasons.of_months().names:
            names = [each.name for each in scheme.windows if any(month in span.seasons for span in each.spans)]
            if len({ends[name] for name in names}) > 1:
                self.tell(key, "", f"tiers of the periods of month {month} end differently: that is not understood")
                return

    def _leftover(self) -> None:
        for key, value in self.values.items():
            if key in self.taken or key in PRICELESS:
                continue
            if key in MAY_BE_NOTHING and not _asks(value):
                continue
            self.tell(str(key), value, "is not understood")


def _periods(row: object, count: int, most: int) -> bool:
    if not isinstance(row, list) or len(row) != count:
        return False
    return all(isinstance(each, Decimal) and each == int(each) and 0 <= each < most for each in row)


def _runs(row: Iterable[Decimal]) -> list[tuple[int, int, int]]:
    """Runs of hours of one period: the period, the first hour, the one after the last."""
    runs: list[tuple[int, int, int]] = []
    for hour, period in enumerate(map(int, row)):
        if runs and runs[-1][0] == period:
            runs[-1] = (period, runs[-1][1], hour + 1)
        else:
            runs.append((period, hour, hour + 1))
    return runs


def _asks(value: object) -> bool:
    """Whether there is anything but zeros in a value."""
    if isinstance(value, list):
        return any(_asks(each) for each in value)
    if isinstance(value, dict):
        return any(_asks(each) for key, each in value.items() if key in ("rate", "adj"))
    return bool(value)
