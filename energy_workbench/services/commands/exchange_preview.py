"""What an exchange of a meter's device changes: intervals built with it and without, and the counters around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.meters import CounterAtExchange, EnergyAtExchange, ExchangePreview
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import Ratio, ratio_at
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.energy.counter_steps import Facts
from energy_workbench.energy.counters import COUNTERS
from energy_workbench.services.retention.told import estimates
from energy_workbench.services.rows.exchanges import device_ratio, exchange_from
from energy_workbench.services.rows.locks import report_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.services.home import Home

NEAR = timedelta(days=3)
"""How far before and after an exchange its neighbouring readings are looked for."""

ROWS = 200
"""So many of them are looked through, as some counters are read less often than others."""

SPANS: tuple[tuple[Literal["day", "month"], str], ...] = (("day", "%Y-%m-%d"), ("month", "%Y-%m"))

NOTHING: Mapping[str, Any] = {}

KWH = ("energy_import_kwh", "energy_export_kwh")


def preview(home: Home, meter: Meter, fields: Mapping[str, Any], *, remove: bool) -> ExchangePreview:
    """What storing an exchange, or with `remove` taking it away, would change."""
    zone, now = home.zone, clock.now()
    exchange = exchange_from({"at": fields.get("at")} if remove else fields, zone, now)
    history = home.registry.ratios(meter.id)
    stored = home.registry.exchanges(meter.id)
    others = [each for each in stored if each.at != exchange.at]
    if remove and len(others) == len(stored):
        raise NotFoundError(f"meter {meter.number} has no exchange at {iso(exchange.at, zone)}: its history shows them")
    ratio = None if remove else device_ratio(fields, ratio_at(history, exchange.at), exchange.at, zone)
    after = others if remove else sorted([*others, exchange], key=lambda each: each.at)
    around = list(_counters(home, meter, exchange, now))
    altered = home.registry.altered_by_exchange(
        meter.id, exchange.at, None if remove else exchange, ratio=ratio, profile=_profile(fields, remove)
    )
    thinned = [f"{text[0].upper()}{text[1:]}." for text in estimates(home.reader, meter.key, exchange.at, zone)]
    return {
        "at": iso(exchange.at, zone),
        "counters": around,
        "energy": _energy(home, meter, exchange.at, stored, after, history, ratio),
        "warnings": [] if remove else [*_warnings(around, exchange, now), *thinned],
        "locked_months": list(altered.months),
        "reports": report_rows(altered.reports, zone),
    }


def _profile(fields: Mapping[str, Any], remove: bool) -> str | None:
    """The profile that comes with the device; one that is taken away takes none with it."""
    return None if remove else fields.get("profile") or None


def _energy(
    home: Home,
    meter: Meter,
    at: datetime,
    before: Sequence[Exchange],
    after: Sequence[Exchange],
    history: Sequence[Ratio],
    ratio: Ratio | None,
) -> list[EnergyAtExchange]:
    """Energy of the day and of the month of an exchange, with the one history of devices and with the other."""
    from energy_workbench.lake.build.intervals import rehearse

    zone, now = home.zone, clock.now()
    if at > now:
        return []
    named = [(name, parse_period(f"{at.astimezone(zone):{form}}", zone, now)) for name, form in SPANS]
    month = named[-1][1]
    facts = home.registry.evidence(home.settings.profiles_path).get(meter.key, Facts())
    ratios = [(meter.key, each) for each in history if ratio is None or each.valid_from != ratio.valid_from]
    variants = (
        ([(meter.key, each) for each in history], before),
        (ratios if ratio is None else [*ratios, (meter.key, ratio)], after),
    )
    tables = [
        rehearse(
            home.reader.lake, dated, [meter.key], month.start, month.end,
            evidence={meter.key: replace(facts, exchanges=tuple(exchanges))},
        )
        for dated, exchanges in variants
    ]  # fmt: skip
    return [_of_span(home, name, span, tables) for name, span in named]


def _of_span(home: Home, name: str, span: Period, tables: Sequence[pa.Table]) -> EnergyAtExchange:
    import pyarrow.compute as pc

    sums: list[Mapping[str, Any]] = []
    for table in tables:
        within = pc.and_(pc.greater_equal(table["start"], span.start), pc.less(table["start"], span.end))
        rows = home.reader.energy_of(table.filter(within), (span.start, span.end), clock.now()).to_pylist()
        sums.append(rows[0] if rows else {})
    before, after = sums
    return {
        "span": name,
        "start": iso(span.start, home.zone),
        "end": iso(span.end, home.zone),
        "before_import_kwh": before.get(KWH[0]),
        "after_import_kwh": after.get(KWH[0]),
        "before_export_kwh": before.get(KWH[1]),
        "after_export_kwh": after.get(KWH[1]),
    }


def _counters(home: Home, meter: Meter, exchange: Exchange, now: datetime) -> Iterator[CounterAtExchange]:
    """Counters that are read or were read off: the last reading before, the first from the exchange on."""
    read = partial(home.reader.readings, meter.key, quantities=COUNTERS, limit=ROWS)
    last = read(exchange.at - NEAR, exchange.at, newest=True).to_pylist()
    first = read(exchange.at, max(exchange.at, min(exchange.at + NEAR, now))).to_pylist()
    for name in COUNTERS:
        old = next((row for row in reversed(last) if row.get(name) is not None), NOTHING)
        new = next((row for row in first if row.get(name) is not None), NOTHING)
        closing, opening = exchange.closing.get(name), exchange.opening.get(name)
        if old or new or closing is not None or opening is not None:
            yield {
                "quantity": name,
                "label": QUANTITIES[name].label,
                "unit": QUANTITIES[name].unit,
                "last": old.get(name),
                "last_at": iso(old.get("ts"), home.zone),
                "closing": closing,
                "opening": opening,
                "first": new.get(name),
                "first_at": iso(new.get("ts"), home.zone),
            }


def _warnings(counters: Sequence[CounterAtExchange], exchange: Exchange, now: datetime) -> list[str]:
    """What looks wrong with readings that were read off, in words."""
    told = []
    if exchange.at > now:
        told.append("It lies ahead: write an exchange down once it is done.")
    for each in counters:
        unit, closing, opening = each["unit"], each["closing"], each["opening"]
        last, first = each["last"], each["first"]
        if closing is not None and last is not None and closing < last:
            told.append(
                f"{each['label']}: the last reading of the old device ({closing:,.10g} {unit}) is less than it was "
                f"read before ({last:,.10g} {unit})."
            )
        if opening is not None and first is not None and first < opening:
            told.append(
                f"{each['label']}: the first reading of the new device ({opening:,.10g} {unit}) is more than it was "
                f"read after ({first:,.10g} {unit})."
            )
    if not any(each["first_at"] for each in counters):
        told.append("Nothing was read of the new device yet: what it counts shows once it is read.")
    return told
