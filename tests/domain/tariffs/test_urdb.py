"""OpenEI's tariffs as they are downloaded: what is taken, and what is refused by name."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge
from energy_workbench.domain.tariffs.files.tariff_files import read_tariffs
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff, write_tariff
from energy_workbench.domain.tariffs.files.urdb import read_urdb
from energy_workbench.domain.tariffs.tariff import Tariff

PEAK = [[0] * 12 + [1] * 6 + [0] * 6] * 12
NONE = [[0] * 24] * 12
RATE: dict[str, Any] = {
    "label": "539f6a23ec4f024411ec8bf9",
    "utility": "A municipal utility",
    "name": "Large general service",
    "uri": "https://apps.openei.org/USURDB/rate/view/539f6a23ec4f024411ec8bf9",
    "approved": True,
    "startdate": 1514764800,
    "enddate": None,
    "sector": "Commercial",
    "description": "for demands above 50 kW",
    "peakkwcapacitymin": 50,
    "voltagecategory": "Secondary",
    "energyratestructure": [
        [{"rate": 0.05123, "adj": 0.0012, "unit": "kWh"}],
        [{"rate": 0.11, "unit": "kWh", "sell": 0.03}],
    ],
    "energyweekdayschedule": PEAK,
    "energyweekendschedule": NONE,
    "flatdemandunit": "kW",
    "flatdemandstructure": [[{"rate": 8.5, "max": 100}, {"rate": 7.25}], [{"rate": 10}]],
    "flatdemandmonths": [0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
    "demandrateunit": "kW",
    "demandratestructure": [[{"rate": 0}], [{"rate": 4.5}]],
    "demandweekdayschedule": PEAK,
    "demandweekendschedule": NONE,
    "demandwindow": 30,
    "demandratchetpercentage": [0.8] * 12,
    "demandattrs": [{"Minimum demand": "50 kW"}],
    "fixedchargefirstmeter": 120.5,
    "fixedchargeunits": "$/month",
    "mincharge": 500,
    "minchargeunits": "$/month",
    "fueladjustmentsmonthly": [0.001] * 12,
    "usenetmetering": False,
    "coincidentratestructure": [],
}


def read(**more: Any) -> Tariff:
    (tariff,) = read_urdb(json.dumps(RATE | more), "rate.json")
    return tariff


def test_a_tariff_is_taken_as_it_is_downloaded() -> None:
    tariff = read()
    (version,) = tariff.versions
    kinds = [(charge.kind, charge.name) for charge in version.charges]
    assert kinds == [
        ("demand", "Demand"),
        ("demand", "Time-of-use demand"),
        ("energy", "Energy"),
        ("export", "Export"),
        ("adjustment", "Fuel adjustment"),
        ("fixed", "Fixed charge"),
        ("minimum", "Minimum charge"),
    ]
    assert (tariff.name, tariff.currency, version.valid_from) == ("Large general service", "USD", date(2018, 1, 1))
    energy = next(each for each in version.charges if isinstance(each, EnergyCharge))
    assert energy.rates["period 0"].blocks[0].rate == Decimal("0.05243")
    flat, tou = (each for each in version.charges if isinstance(each, DemandCharge))
    assert (flat.block, flat.ratchet and flat.ratchet.share, tou.ratchet) == (30, Decimal("0.8"), None)
    assert [block.to for block in flat.rates["period 0"].blocks] == [100, None]
    assert "Minimum demand" in tariff.note


def test_it_can_be_written_as_our_own() -> None:
    tariff = read()
    assert read_tariff(write_tariff(tariff)) == tariff


def test_a_response_of_the_interface_has_items() -> None:
    text = json.dumps({"items": [RATE, RATE | {"name": "", "label": "the label"}]})
    assert [each.name for each in read_urdb(text)] == ["Large general service", "the label"]


def test_names_of_fields_may_be_in_capitals() -> None:
    tariff = read(demandratchetpercentage=None, lookbackPercent=0.6, lookbackRange=6, lookbackMonths=[0] * 12)
    demand = tariff.versions[0].charges[0]
    assert isinstance(demand, DemandCharge)
    assert demand.ratchet is not None
    assert (demand.ratchet.share, demand.ratchet.months, demand.ratchet.of) == (Decimal("0.6"), 6, ())


def test_a_lookback_may_be_of_named_months() -> None:
    months = [0] * 5 + [1] * 4 + [0] * 3
    demand = read(demandratchetpercentage=None, lookbackpercent=80, lookbackmonths=months).versions[0].charges[0]
    assert isinstance(demand, DemandCharge)
    assert demand.ratchet is not None
    assert (demand.ratchet.share, demand.ratchet.of) == (Decimal("0.8"), (6, 7, 8, 9))


REFUSED = [
    ({"coincidentratestructure": [[{"rate": 5}]]}, "coincidentratestructure"),
    ({"demandreactivepowercharge": 0.4}, "demandreactivepowercharge"),
    ({"a_new_charge": 3}, "a_new_charge"),
    ({"demandrateunit": "hp"}, "demandrateunit"),
    ({"fixedchargeunits": "$/kWh"}, "fixedchargeunits"),
    ({"energyratestructure": [[{"rate": 0.1, "unit": "therm"}]] * 2}, "energyratestructure"),
    ({"energyratestructure": [[{"rate": "0.1"}]]}, "energyratestructure.rate"),
    ({"energyratestructure": [[{"rate": 0.1, "surcharge": 1}]]}, "energyratestructure.surcharge"),
    (
        {"energyratestructure": [[{"rate": 0.1, "max": 100}, {"rate": 0.2, "max": 50}, {"rate": 0.3}]] * 2},
        "energyratestructure.max",
    ),
    ({"energyratestructure": [[{"rate": 0.1}, {"rate": 0.2}]] * 2}, "energyratestructure.max"),
    ({"energyweekdayschedule": [[0] * 23] * 12}, "energyweekdayschedule"),
    ({"energyweekdayschedule": [[7] * 24] * 12}, "energyweekdayschedule"),
    ({"energyweekendschedule": None}, "energyweekendschedule"),
    ({"flatdemandmonths": [0] * 11}, "flatdemandmonths"),
    ({"flatdemandmonths": [2] * 12}, "flatdemandmonths"),
    ({"demandratchetpercentage": [0.5, 0.8] * 6}, "demandratchetpercentage"),
    ({"lookbackpercent": 0.5, "lookbackrange": 11}, "demandratchetpercentage"),
    ({"demandwindow": 7}, "Demand.block"),
    ({"startdate": "2018"}, "startdate"),
    ({"fixedmonthlycharge": 5}, "fixedmonthlycharge"),
]


@pytest.mark.parametrize(
    ("more", "field"), REFUSED, ids=[f"{field} {index}" for index, (_, field) in enumerate(REFUSED)]
)
def test_what_is_not_understood_is_refused_by_name(more: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        read(**more)
    assert field in [each.field for each in refused.value.problems], refused.value


@pytest.mark.parametrize(
    "text",
    ["", "[", "[]", "{}", "3", '{"items": []}', '{"items": 3}', '{"items": ["a"]}', '{"error": "no such rate"}', "NaN"],
)
def test_what_is_no_tariff_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_urdb(text, "rate.json")
    assert refused.value.problems


def test_nothing_of_several_is_taken_where_one_is_wrong() -> None:
    with pytest.raises(InputError) as refused:
        read_urdb(json.dumps({"items": [RATE, RATE | {"a_new_charge": 1}]}), "rates.json")
    assert [each.where for each in refused.value.problems] == ["rates.json, tariff 2"]


def test_a_file_is_read_by_its_form() -> None:
    own = write_tariff(read())
    assert read_tariffs(json.dumps(RATE), "a.json") == read_tariffs(json.dumps(RATE), "a.txt") == [read()]
    assert read_tariffs(own, "a.yaml") == [read()]
    braces = (
        "{name: a, currency: EUR, versions: [{valid_from: 2026-01-01, charges: [{kind: fixed, name: b, rate: 1}]}]}"
    )
    assert read_tariffs(braces, "a.yaml")[0].currency == "EUR"
    with pytest.raises(InputError, match="not valid JSON"):
        read_tariffs("{name: a}", "a.json")


def test_units_of_what_is_not_there_are_no_charge() -> None:
    assert read(coincidentrateunit="kW", coincidentrateschedule=NONE).versions == read().versions
    with pytest.raises(InputError, match="coincidentratestructure"):
        read(coincidentrateunit="kW", coincidentratestructure=[[{"rate": 1}]])


def test_a_country_of_another_currency_is_refused() -> None:
    assert read(country="USA").currency == "USD"
    with pytest.raises(InputError, match="has a currency that is not stated"):
        read(country="CAN")
