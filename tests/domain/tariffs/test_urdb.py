"""Tariffs of OpenEI as they are downloaded: what they say, and what is refused by name."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.urdb import read_urdb

HOURS = [[0] * 8 + [1] * 12 + [0] * 4 for _ in range(12)]
RECORD = {
    "label": "539f6a23ec4f024411ec8bf9", "name": "General Service", "utility": "Example Power", "sector": "Commercial",
    "startdate": 1514764800, "enddate": 1546300800, "approved": True, "uri": "https://openei.org/apps/USURDB/rate/view/0",
    "energyratestructure": [[{"max": 500, "rate": 0.11, "adj": 0.01, "unit": "kWh"}, {"rate": 0.09, "unit": "kWh"}],
                            [{"max": 500, "rate": 0.2, "unit": "kWh"}, {"rate": 0.15, "unit": "kWh"}]],
    "energyweekdayschedule": HOURS, "energyweekendschedule": [[0] * 24] * 12,
    "demandratestructure": [[{"rate": 4.5}], [{"rate": 9}]], "demandrateunit": "kW", "demandwindow": 15,
    "demandweekdayschedule": HOURS, "demandweekendschedule": [[0] * 24] * 12,
    "flatdemandstructure": [[{"rate": 7}], [{"rate": 8}]], "flatdemandmonths": [0] * 5 + [1] * 4 + [0] * 3,
    "flatdemandunit": "kW", "demandratchetpercentage": [0.5] * 12, "fixedchargefirstmeter": 30,
    "fixedchargeunits": "$/month", "mincharge": 45, "minchargeunits": "$/month", "usenetmetering": False,
    "energycomments": "None of it is true.",
}  # fmt: skip


def read(**changes: object):
    return read_urdb(json.dumps({**RECORD, **changes}), "r.json")


def test_a_record_has_its_charges_and_its_name_is_the_records():
    made = read()
    version = made.versions[0]
    assert (made.name, made.currency, str(version.since), made.note) == (
        "General Service",
        "USD",
        "2018-01-01",
        "until 2019-01-01",
    )
    assert [charge.name for charge in version.charges] == ["Energy", "Demand", "Demand by time", "Fixed", "Minimum"]
    rates = dict(version.charges[0].rates.by_window)
    assert [(block.rate, block.up_to) for block in rates["period 1"]] == [
        (Decimal("0.12"), 500),
        (Decimal("0.09"), None),
    ]
    assert version.charges[4].on == ("Energy", "Demand", "Demand by time", "Fixed")
    assert all(not scheme.faults(version.seasons) for scheme in version.schemes.values())


def test_a_list_with_one_item_is_it_and_without_a_name_the_label_is_it():
    text = json.dumps({"items": [{**RECORD, "name": ""}]})
    assert read_urdb(text).name == RECORD["label"]
    with pytest.raises(InputError, match="has 2 tariffs"):
        read_urdb(json.dumps({"items": [RECORD, RECORD]}))


def test_a_date_may_be_of_a_dump_of_the_database():
    assert str(read(startdate={"$date": "2019-07-01T07:00:00.000Z"}).versions[0].since) == "2019-07-01"
    assert str(read(startdate=1561939200000).versions[0].since) == "2019-07-01"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("coincidentratestructure", [[{"rate": 3}]], "coincidentratestructure: is not understood"),
        ("demandreactivepowercharge", 0.5, "demandreactivepowercharge '0.5': is not understood"),
        ("surprise", 1, "surprise '1': is not understood"),
        ("energyratestructure", [[{"rate": 1, "unit": "therm"}]], "energyratestructure 'therm'"),
        ("energyratestructure", [[{"rate": 1, "effective": 3}]] * 2, "energyratestructure 'effective': of a tier"),
        ("energyratestructure", 5, "must be a list of periods"),
        ("energyweekdayschedule", [[0] * 23] * 12, "energyweekdayschedule: must be twelve rows of 24"),
        ("energyweekdayschedule", [[2] * 24] * 12, "energyweekdayschedule: must be twelve rows of 24"),
        ("flatdemandmonths", [0] * 11, "flatdemandmonths: must be twelve"),
        ("flatdemandunit", "hp", "flatdemandunit 'hp': is not understood: kW, kVA"),
        ("demandwindow", 5, "demandwindow '5': is not understood: 15, 30, 60"),
        ("fixedchargeunits", "$/ell", "fixedchargeunits '$/ell': is not understood"),
        ("minchargeunits", "$/year", "minchargeunits '$/year': is not understood"),
        (
            "demandratchetpercentage",
            [0.5] * 6 + [0.7] * 6,
            "demandratchetpercentage: must be twelve numbers, all alike",
        ),
        ("startdate", "soon", "startdate 'soon': is no date"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(key, value, told):
    with pytest.raises(InputError) as raised:
        read(**{key: value})
    assert told in str(raised.value)


def test_tiers_that_end_differently_in_one_month_are_refused():
    periods = json.loads(json.dumps(RECORD["energyratestructure"]))
    periods[1][0]["max"] = 700
    with pytest.raises(InputError, match="tiers of the periods of month 01 end differently"):
        read(energyratestructure=periods)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", "5", '{"items": []}', '{"name": "x"}'])
def test_what_is_no_record_is_refused(text):
    with pytest.raises(InputError):
        read_urdb(text)
