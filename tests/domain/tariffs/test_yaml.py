"""The YAML of tariffs: what is read, what is refused with line and key, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff, write_tariff

TEXT = """\
name: HT industry
currency: INR
utility: a distribution company
billing_day: 21
holidays: {country: IN, region: MH, days: [2026-05-01], working: [2026-08-15]}
rounding: {amount: 2}
versions:
  - valid_from: 2026-04-01
    seasons:
      summer: [04-01/06-30]
      other: [07-01/03-31]
    day_types: {working: [mon, tue, wed, thu, fri, sat], off: [sun, holiday]}
    schedules:
      tod:
        peak:
          - {days: working, hours: [09:00-12:00, 18:00-22:00]}
        night:
          - {hours: 22:00-06:00, seasons: [summer, other]}
        normal: rest
    charges:
      - kind: energy
        name: Energy
        unit: kVAh
        schedule: tod
        rates: {peak: 8.36, night: 5.10, normal: [{to: 1000, rate: 7.1}, {rate: 7.45}]}
      - kind: demand
        name: Demand
        unit: kVA
        block: 30
        rate: 549
        contract: {minimum_share: 0.75, excess_rate: 823.5}
        ratchet: {share: 0.8, months: 11}
      - {kind: power_factor, name: Power factor, neutral: 0.95, of: [Energy], bands: [{low: 0, high: 0.90, percent: 1, each: 0.01}]}
      - {kind: reactive, name: Reactive, rate: 0.1, free_share: 0.5}
      - {kind: adjustment, name: Fuel, months: {2026-04: 0.25, 2026-05: -0.1}}
      - {kind: prices, name: Spot, prices: {start: 2026-04-01T00:00+05:30, minutes: 60, values: [3.1, -0.2]}, adder: 0.5}
      - {kind: export, name: Export, rate: 2.9}
      - {kind: fixed, name: Meter, rate: 100, per: day, times: meters}
      - {kind: percent, name: Discount, percent: -2, of: [Energy, Demand]}
      - {kind: minimum, name: Least, least: 5000}
      - {kind: tax, name: Duty, percent: 7.5, of: [Energy, Demand]}
      - {kind: tax, name: Cess, rate: 0.05, unit: kWh}
"""  # noqa: E501 (a charge is a line)


def test_a_tariff_is_read_exactly_as_it_is_written() -> None:
    tariff = read_tariff(TEXT, "ht.yaml")
    (version,) = tariff.versions
    energy, demand = version.charges[:2]
    assert isinstance(energy, EnergyCharge)
    assert isinstance(demand, DemandCharge)
    assert (tariff.name, tariff.currency, tariff.billing_day) == ("HT industry", "INR", 21)
    assert version.valid_from == date(2026, 4, 1)
    # As decimals, not by way of a float; and by minutes, which YAML would take for a number of base 60.
    assert energy.rates["night"].blocks[0].rate == Decimal("5.10")
    assert str(energy.rates["night"].blocks[0].rate) == "5.10"
    assert energy.rates["normal"].blocks[0].to == 1000
    assert [each.text() for each in version.schedules["tod"]["peak"].clauses[0].hours] == ["09:00-12:00", "18:00-22:00"]
    assert version.schedules["tod"]["night"].clauses[0].hours[0].end == 30 * 60
    assert demand.contract is not None
    assert demand.contract.excess_rate == Decimal("823.5")


def test_what_is_written_is_read_back() -> None:
    tariff = read_tariff(TEXT)
    assert read_tariff(write_tariff(tariff)) == tariff


REFUSED = [
    ("night window longer", "22:00-06:00", "22:00-10:00", 14, "versions.schedules.tod", "night, begun the day before"),
    ("a hole", "normal: rest", "normal: [{hours: 06:00-09:00}]", 14, "versions.schedules.tod", "no window has 12:00"),
    ("an overlap", "[09:00-12:00, 18", "[09:00-23:00, 18", 14, "versions.schedules.tod", "peak and night overlap"),
    (
        "a season that is none",
        "[summer, other]",
        "[sommer]",
        18,
        "versions.schedules.tod.night.seasons",
        "'sommer' is no season",
    ),
    ("a day that is none", "days: working", "days: workdays", 16, "versions.schedules.tod.peak.days", "no type of day"),
    ("days without a season", "[07-01/03-31]", "[08-01/03-31]", 9, "versions.seasons", "07-01 on are in no season"),
    (
        "a day of two seasons",
        "[07-01/03-31]",
        "[06-15/03-31]",
        9,
        "versions.seasons",
        "06-15 on are in summer and other",
    ),
    ("a span that is none", "[07-01/03-31]", "[07-01/02-30]", 11, "versions.seasons.other", "no span of a year"),
    (
        "a block that goes down",
        "to: 1000, rate: 7.1}",
        "to: 1000, rate: 7.1}, {to: 500, rate: 7}",
        25,
        "rates.normal.to",
        "ends above",
    ),
    ("blocks without end", "{rate: 7.45}", "{rate: 7.45, to: 3000}", 25, "rates.normal.to", "leave its `to` out"),
    ("an unknown unit", "unit: kVAh", "unit: kVaH", 23, "versions.charges.unit", "none of kWh, kVAh, kvarh"),
    ("an unknown key", "billing_day: 21", "biling_day: 21", 4, "biling_day", "did you mean billing_day?"),
    ("an unknown kind", "kind: demand", "kind: demnd", 26, "kind", "did you mean demand?"),
    ("no such currency", "currency: INR", "currency: Rs", 2, "currency", "ISO 4217"),
    ("a window without rate", "peak: 8.36, ", "", 25, "versions.charges.rates", "has none for peak"),
    ("a rate of no window", "peak: 8.36", "peek: 8.36", 25, "versions.charges.rates.peek", "is no window of tod"),
    (
        "no such schedule",
        "schedule: tod",
        "schedule: tot",
        24,
        "versions.charges.schedule",
        "there is no schedule 'tot'",
    ),
    (
        "per cent of what is below",
        "of: [Energy], bands",
        "of: [Duty], bands",
        33,
        "versions.charges.of",
        "no charge 'Duty' above",
    ),
    ("the name of another", "name: Meter", "name: Energy", 38, "versions.charges.name", "another charge has that name"),
    ("no length of a block", "block: 30", "block: 25", 29, "versions.charges.block", "5, 10, 15, 20, 30, 60"),
    ("a key twice", "block: 30", "unit: kVA", 29, "unit", "is there twice, first in line 28"),
    ("no region of the country", "region: MH", "region: XX", 5, "holidays.region", "there is none in IN"),
    ("a number that is none", "rate: 549", "rate: 5,49", 30, "versions.charges.rate", "no number"),
    ("no month", "2026-04: 0.25", "2026-13: 0.25", 35, "versions.charges.months.2026-13", "is no month"),
    (
        "a day that no year has",
        "valid_from: 2026-04-01",
        "valid_from: 2026-04-31",
        8,
        "versions.valid_from",
        "is no day",
    ),
    (
        "a tax of nothing",
        "percent: 7.5, of: [Energy, Demand]}\n      - {kind: tax, name: Cess, rate",
        "percent: 1}\n      - {kind: tax, name: Cess, percent: 1, rate",
        42,
        "versions.charges",
        "write one of them",
    ),
    (
        "a band over the neutral",
        "high: 0.90",
        "high: 0.99",
        33,
        "versions.charges.bands",
        "neutral power factor 0.95 within",
    ),
]


@pytest.mark.parametrize(("what", "old", "new", "line", "key", "reason"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_is_wrong_is_told_with_line_and_key(
    what: str, old: str, new: str, line: int, key: str, reason: str
) -> None:
    assert TEXT.count(old) >= 1, what
    with pytest.raises(InputError) as refused:
        read_tariff(TEXT.replace(old, new, 1), "ht.yaml")
    told = [(each.where, each.field, each.reason) for each in refused.value.problems]
    assert any(where == f"ht.yaml, line {line}" and key in field and reason in why for where, field, why in told), told


def test_all_faults_are_told_at_once() -> None:
    text = (
        TEXT.replace("unit: kVAh", "unit: kWatt").replace("block: 30", "block: thirty").replace("per: day", "per: week")
    )
    with pytest.raises(InputError) as refused:
        read_tariff(text)
    assert [each.field for each in refused.value.problems] == [
        "versions.charges.unit",
        "versions.charges.block",
        "versions.charges.per",
    ]


def test_versions_stand_with_the_oldest_first() -> None:
    second = TEXT[TEXT.index("  - valid_from") :].replace("2026-04-01\n", "2026-03-01\n", 1)
    with pytest.raises(InputError, match="is not after the version above it"):
        read_tariff(TEXT + second)


@pytest.mark.parametrize("text", ["", "[]", "just words", "name: [", "name: a\n\tb: c", "&a [*a]", "{name: {a: 1}}"])
def test_what_is_no_tariff_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_tariff(text, "f.yaml")
    assert all(each.where.startswith("f.yaml, line ") for each in refused.value.problems)
    assert refused.value.problems


def test_a_file_that_is_too_long_is_not_read() -> None:
    with pytest.raises(InputError, match="characters"):
        read_tariff("x" * 8_000_001)
