"""Tariffs of OpenEI's Utility Rate Database, as its REST interface gives them.

Fields as https://openei.org/services/doc/rest/util_rates/?version=7 describes them; lookbacks as REopt reads them.
Ratchets count months before the one that is billed. What has a price and is not understood is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, Literal, TypedDict

from energy_workbench.domain.errors import InputError, Problem, printable
from energy_workbench.domain.tariffs.charges.adjustment import AdjustmentCharge
from energy_workbench.domain.tariffs.charges.charge import Charge, DemandUnit
from energy_workbench.domain.tariffs.charges.demand import DemandCharge, Ratchet
from energy_workbench.domain.tariffs.charges.energy import BlocksPer, EnergyCharge, ExportCredit
from energy_workbench.domain.tariffs.charges.fixed import FixedCharge
from energy_workbench.domain.tariffs.charges.percent import MinimumCharge
from energy_workbench.domain.tariffs.files.urdb_fields import Fields, Json, is_absent, is_nothing
from energy_workbench.domain.tariffs.files.urdb_schedule import month_windows, spans
from energy_workbench.domain.tariffs.rates import FREE, Rate
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.tariff import Tariff, Version

ENERGY: Final = "Energy"
EXPORT: Final = "Export"
FLAT: Final = "Demand"
TOU: Final = "Time-of-use demand"
BEGINNING: Final = date(1970, 1, 1)
"""From when a rate holds that states no start."""

_BLOCKS: Final[Mapping[str, BlocksPer]] = {
    "kwh": "month",
    "kwh daily": "day",
    "kwh/kw": "kW",
    "kwh/kw daily": "kW day",
}
_DEMAND_UNITS: Final[Mapping[str, tuple[DemandUnit, Literal["day", "month"]]]] = {
    "kW": ("kW", "month"),
    "kVA": ("kVA", "month"),
    "kW daily": ("kW", "day"),
    "kVA daily": ("kVA", "day"),
}
_SAID: Final = (
    "label utility name uri approved is_default startdate enddate supercedes supersedes sector servicetype description "
    "source sourceparent basicinformationcomments peakkwcapacitymin peakkwcapacitymax peakkwcapacityhistory "
    "demandunits peakkwhusagemin peakkwhusagemax peakkwhusagehistory voltageminimum voltagemaximum voltagecategory "
    "phasewiring demandattrs demandcomments energyattrs energycomments fixedattrs energykeyvals demandkeyvals "
    "fixedkeyvals dgrules usenetmetering eia eiaid country revisions latest_update latestupdate zip state rate rateid"
)
"""What is known to have no price in it."""
_PRICED: Final = (
    "energyratestructure energyweekdayschedule energyweekendschedule demandratestructure demandweekdayschedule "
    "demandweekendschedule demandrateunit demandwindow flatdemandstructure flatdemandmonths flatdemandunit "
    "demandratchetpercentage lookbackpercent lookbackrange lookbackmonths fixedmonthlycharge fixedchargefirstmeter "
    "fixedchargeeaaddl fixedchargeunits minmonthlycharge annualmincharge mincharge minchargeunits "
    "fueladjustmentsmonthly"
)
_KNOWN: Final = frozenset(f"{_SAID} {_PRICED}".split())
_DOLLARS: Final = ("USA", "US", "UNITED STATES", "PRI", "GUM", "VIR", "ASM", "MNP")
_REMARKS: Final = ("energycomments", "demandcomments", "basicinformationcomments")


def read_urdb(text: str, name: str = "tariff") -> list[Tariff]:
    """The tariffs of a JSON text: one tariff, or `{"items": [tariff, …]}`.

    Raises
    ------
    InputError
        If one of them cannot be used: `problems` names each field.
    """
    try:
        found: Json = json.loads(text, parse_float=Decimal, parse_constant=lambda word: word)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        problem = Problem(f"{name}, line {line}", "", "", f"not valid JSON: {getattr(error, 'msg', error)}")
        raise InputError(f"{name} is no tariff of OpenEI", [problem]) from None
    items = found.get("items") if isinstance(found, Mapping) and "items" in found else [found]
    problems: list[Problem] = []
    tariffs = []
    if not isinstance(items, Sequence) or isinstance(items, str) or not items:
        problems.append(Problem(name, "items", "", "is no list of tariffs"))
        items = []
    for number, item in enumerate(items):
        where = name if len(items) == 1 else f"{name}, tariff {number + 1}"
        if not isinstance(item, Mapping):
            problems.append(Problem(where, "", "", "is no tariff: an object with its fields"))
            continue
        reader = _Reader(where, {key.lower(): value for key, value in item.items()})
        tariff = reader.tariff()
        problems += reader.problems
        if tariff:
            tariffs.append(tariff)
    if problems:
        raise InputError(f"{name} is no tariff of OpenEI that can be used", problems)
    return tariffs


@dataclass
class _Reader(Fields):
    """One tariff: what its fields charge."""

    notes: list[str] = field(default_factory=list)

    def tariff(self) -> Tariff | None:
        for key, value in self.fields.items():
            if key.startswith("coincidentrate") and is_nothing(self.fields.get("coincidentratestructure")):
                continue
            if key not in _KNOWN and not is_nothing(value):
                self.wrong(key, value, "is a field that is not understood: what it costs is not known")
        country = str(self.fields.get("country") or "USA")
        if country.upper() not in _DOLLARS:
            self.wrong("country", country, "has a currency that is not stated: write the tariff as our own YAML")
        charges = tuple(self.charges())
        if not charges and not self.problems:
            self.wrong("energyratestructure", None, "is missing, and nothing else has a price")
        self.remarks()
        start = self.day("startdate") or BEGINNING
        if self.problems:
            return None
        version = Version(
            valid_from=start,
            seasons={name: spans(months) for name, months in self.seasons.items()},
            schedules=self.schedules,
            charges=charges,
        )
        found = Tariff(
            name=str(self.fields.get("name") or self.fields.get("label") or "unnamed").strip(),
            currency="USD",
            utility=str(self.fields.get("utility") or ""),
            source=str(self.fields.get("source") or self.fields.get("uri") or ""),
            note="; ".join(self.notes),
            rounding=Rounding(),
            versions=(version,),
        )
        for path, reason in (*found.wrong(), *version.wrong(), *_charges_wrong(charges)):
            self.wrong(".".join(map(str, path)), None, reason)
        return None if self.problems else found

    def charges(self) -> Iterator[Charge]:
        yield from self.demand()
        yield from self.energy()
        yield from self.fuel()
        yield from self.fixed()
        yield from self.minimum()

    def energy(self) -> Iterator[Charge]:
        structure = self.structure("energyratestructure", "sell", "unit")
        if not structure:
            return
        windows = self.windows("energy", len(structure))
        if windows is None:
            return
        used = [(name, structure[period]) for name, period in windows.items()]
        units = {str(tier.get("unit") or "kWh").lower() for _, tiers in used for tier in tiers}
        if len(units) > 1 or not units <= set(_BLOCKS):
            self.wrong("energyratestructure", None, f"has units that are not understood together: {', '.join(units)}")
            return
        rates = {name: self.rate("energyratestructure", tiers) for name, tiers in used}
        per = _BLOCKS[units.pop()]
        if per.startswith("kW") and is_absent(self.fields.get("flatdemandstructure")):
            # Tiers are by the month's demand, also where nothing is charged for it, or by windows only.
            minutes = int(self.number("demandwindow") or 15)
            yield DemandCharge(name=FLAT, block=minutes, rate=FREE, ratchet=self.ratchet())
        yield EnergyCharge(
            name=ENERGY,
            blocks_per=per,
            demand=FLAT if per.startswith("kW") else "",
            **_by_window("energy", rates),
        )
        if any("sell" in tier for _, tiers in used for tier in tiers):
            sold = {name: self.rate("energyratestructure", tiers, "sell") for name, tiers in used}
            if per in ("month", "day"):
                yield ExportCredit(name=EXPORT, blocks_per=per, **_by_window("energy", sold))
            else:
                self.wrong("energyratestructure.sell", None, "with tiers by demand is not understood")

    def demand(self) -> Iterator[Charge]:
        flat = self.structure("flatdemandstructure")
        tou = self.structure("demandratestructure")
        block = self.number("demandwindow")
        minutes = 15 if not block else int(block)
        if not block and (flat or tou):
            self.notes.append("OpenEI states no length of the demand's block: 15 min")
        ratchet = self.ratchet()
        if flat:
            months = (
                [Decimal(0)] * 12 if is_absent(self.fields.get("flatdemandmonths")) else self.row("flatdemandmonths")
            )
            if months is not None and self.periods_known("flatdemandmonths", months, len(flat)):
                windows, seasons = month_windows(months)
                self.seasons |= seasons
                if len(windows) > 1:
                    self.schedules["flat"] = windows
                rates = {name: self.rate("flatdemandstructure", flat[int(name.split()[-1])]) for name in windows}
                yield from self.demand_charge(FLAT, "flatdemandunit", minutes, "flat", rates, ratchet)
        if tou:
            tou_windows = self.windows("demand", len(tou))
            if tou_windows is not None:
                rates = {name: self.rate("demandratestructure", tou[period]) for name, period in tou_windows.items()}
                own = replace(ratchet, windows="same") if ratchet and not flat else None
                yield from self.demand_charge(TOU, "demandrateunit", minutes, "demand", rates, own)

    def demand_charge(
        self, name: str, unit_field: str, minutes: int, schedule: str, rates: dict[str, Rate], ratchet: Ratchet | None
    ) -> Iterator[Charge]:
        unit = str(self.fields.get(unit_field) or "kW")
        if unit not in _DEMAND_UNITS:
            self.wrong(unit_field, unit, f"is a unit that is not understood: {', '.join(_DEMAND_UNITS)}")
            return
        quantity, per = _DEMAND_UNITS[unit]
        yield DemandCharge(
            name=name,
            unit=quantity,
            block=minutes,
            per=per,
            ratchet=ratchet,
            **_by_window(schedule, rates),
        )

    def ratchet(self) -> Ratchet | None:
        percents = self.row("demandratchetpercentage", whole=False) or []
        shares = {each for each in percents if each}
        months = tuple(number for number, each in enumerate(percents, start=1) if each)
        lookback = self.number("lookbackpercent")
        flags = self.row("lookbackmonths") or []
        looked_at = tuple(number for number, each in enumerate(flags, start=1) if each)
        reach = int(self.number("lookbackrange") or 0)
        if shares and lookback:
            self.wrong("demandratchetpercentage", None, "and lookbackPercent are both there: which holds is not known")
        elif len(shares) > 1:
            self.wrong("demandratchetpercentage", None, "has several shares, which is not understood")
        elif shares:
            share = _share(shares.pop())
            return Ratchet(share=share, months=11, of=() if len(months) == 12 else months)
        elif lookback and reach and looked_at and len(looked_at) < 12:
            self.wrong("lookbackRange", reach, "and lookbackMonths are both there: which holds is not known")
        elif lookback and (reach or looked_at):
            of = looked_at if looked_at and len(looked_at) < 12 else ()
            return Ratchet(share=_share(lookback), months=reach or 11, of=of)
        return None

    def fuel(self) -> Iterator[Charge]:
        values = self.row("fueladjustmentsmonthly", whole=False)
        if not values or not any(values):
            return
        start = (self.day("startdate") or BEGINNING).year
        years = range(start, max(start, datetime.now(UTC).year) + 2)
        months = {f"{year}-{month:02}": each for year in years for month, each in enumerate(values, start=1)}
        yield AdjustmentCharge(name="Fuel adjustment", months=months)

    def fixed(self) -> Iterator[Charge]:
        per = self.per("fixedchargeunits")
        monthly = self.number("fixedmonthlycharge")
        first, more = self.number("fixedchargefirstmeter"), self.number("fixedchargeeaaddl")
        if monthly and first:
            self.wrong(
                "fixedmonthlycharge", monthly, "and fixedchargefirstmeter are both there: which holds is not known"
            )
        if rate := first if first is not None else monthly:
            yield FixedCharge(name="Fixed charge", rate=rate, per=per)
        if more:
            yield FixedCharge(
                name="Further meters",
                rate=more,
                per=per,
                times="further_meters",
            )

    def minimum(self) -> Iterator[Charge]:
        if least := self.number("mincharge"):
            yield MinimumCharge(name="Minimum charge", least=least, per=self.per("minchargeunits"))
        if least := self.number("minmonthlycharge"):
            yield MinimumCharge(name="Minimum of a month", least=least)
        if least := self.number("annualmincharge"):
            yield MinimumCharge(name="Minimum of a year", least=least, per="year")

    def remarks(self) -> None:
        """What a reader must know, as it has no price that can be reckoned with."""
        if end := self.day("enddate"):
            self.notes.append(f"OpenEI says that it ended on {end}")
        if self.fields.get("usenetmetering") or self.fields.get("dgrules"):
            self.notes.append(f"net metering: {self.fields.get('dgrules') or 'yes'}, which is not netted here")
        for key in _REMARKS:
            if text := self.fields.get(key):
                self.notes.append(printable(str(text), 300))
        for key in ("energyattrs", "demandattrs", "fixedattrs", "energykeyvals", "demandkeyvals", "fixedkeyvals"):
            if not is_nothing(self.fields.get(key)):
                self.notes.append(f"{key}, not priced: {printable(json.dumps(self.fields[key], default=str), 300)}")


class _ByWindow(TypedDict, total=False):
    rate: Rate
    schedule: str
    rates: Mapping[str, Rate]


def _by_window(schedule: str, rates: Mapping[str, Rate]) -> _ByWindow:
    """A charge's rates: one by itself, where there is one window only."""
    if len(rates) == 1:
        return {"rate": next(iter(rates.values()))}
    return {"schedule": schedule, "rates": dict(rates)}


def _charges_wrong(charges: Sequence[Charge]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for charge in charges:
        for path, reason in charge.wrong():
            yield (charge.name, *path), reason


def _share(value: Decimal) -> Decimal:
    """A share: percentages are written as 0.8 and as 80."""
    return value / 100 if value > 2 else value
