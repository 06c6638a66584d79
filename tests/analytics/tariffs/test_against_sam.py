"""Bills of random tariffs and loads against NREL's engine: UTC, 2018, no holidays, nothing rounded, a cent a line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.tariffs.bill import bill
from energy_workbench.analytics.tariffs.load import Load
from energy_workbench.analytics.tariffs.month import EarlierMonth
from energy_workbench.domain.tariffs.rounding import NONE
from energy_workbench.domain.tariffs.urdb import read_urdb
from tests.analytics.tariffs.loads import starts
from tests.analytics.tariffs.sam import sam
from tests.examples import examples

ZONE = ZoneInfo("UTC")
YEAR = [date(2018, month, 1) for month in range(1, 13)] + [date(2019, 1, 1)]


def cents(least, most):
    return st.integers(least, most).map(lambda value: value / 10_000)


@st.composite
def structures(draw, tops, most_rate, unit=None, tiers=3):
    """Periods with tiers whose ends grow, and are those of each period: the other engine takes no others."""
    count = draw(st.integers(1, tiers))
    periods = []
    ends = sorted(draw(st.lists(st.integers(*tops), min_size=count - 1, max_size=count - 1, unique=True)))
    for _ in range(draw(st.integers(1, 3))):
        tiers_of = [{"rate": draw(cents(0, most_rate))} for _ in range(count)]
        for tier, end in zip(tiers_of, ends, strict=False):
            tier["max"] = end
        if unit:
            tiers_of = [{**tier, "unit": unit} for tier in tiers_of]
        periods.append(tiers_of)
    return periods


@st.composite
def schedules(draw, periods):
    row = st.lists(st.integers(0, periods - 1), min_size=24, max_size=24)
    kinds = draw(st.lists(row, min_size=1, max_size=3))
    return [kinds[draw(st.integers(0, len(kinds) - 1))] for _ in range(12)]


@st.composite
def records(draw):
    unit = draw(st.sampled_from(["kWh", "kWh daily", "kWh/kW"]))
    tops = {"kWh": (1, 20_000), "kWh daily": (1, 900), "kWh/kW": (1, 600)}[unit]
    energy = draw(structures(tops, 5000, unit))
    demand, flat = draw(structures((1, 90), 300_000)), draw(structures((1, 90), 300_000))
    share = draw(st.sampled_from([0, 0.5, 0.85, 1.0]))
    return {
        "name": "Random", "label": "0", "startdate": 0, "energyratestructure": energy,
        "energyweekdayschedule": draw(schedules(len(energy))), "energyweekendschedule": draw(schedules(len(energy))),
        "demandratestructure": demand, "demandwindow": 60, "demandratchetpercentage": [share] * 12,
        "demandweekdayschedule": draw(schedules(len(demand))), "demandweekendschedule": draw(schedules(len(demand))),
        "flatdemandstructure": flat,
        "flatdemandmonths": draw(st.lists(st.integers(0, len(flat) - 1), min_size=12, max_size=12)),
        "fixedchargefirstmeter": draw(cents(0, 5_000_000)), "fixedchargeunits": "$/month",
        "mincharge": draw(st.sampled_from([0, 100, 5000, 50_000])), "minchargeunits": "$/month",
    }  # fmt: skip


def ours(record, load, before):
    """Twelve amounts of each line."""
    made = replace(read_urdb(json.dumps(record)), rounding=NONE)
    earlier = {
        f"2017-{month:02}": EarlierMonth(demands={"Demand": Decimal(str(kw)), "Demand by time": Decimal(str(kw))})
        for month, kw in enumerate(before, 1)
    }
    sums = {name: np.zeros(12) for name in ("Energy", "Demand", "Demand by time", "Fixed", "Minimum")}
    for month in range(12):
        found = bill(made, load, YEAR[month], YEAR[month + 1], zone=ZONE, earlier=earlier)
        earlier[f"2018-{month + 1:02}"] = found.facts
        for line in found.lines:
            sums[line.charge][month] += float(line.amount)
    return sums


@given(records(), st.integers(0, 10_000), st.lists(st.integers(0, 120), min_size=12, max_size=12))
@settings(max_examples=examples(4), deadline=None)
def test_each_line_is_that_of_another_engine(record, seed, before):
    draw = np.random.default_rng(seed)
    kw = np.round(draw.gamma(2.0, 15.0, 8760), 3)
    load = Load.of(starts(YEAR[0], YEAR[-1], ZONE, 60), kw, minutes=60)
    expected, found = sam(record, kw, [float(each) for each in before]), ours(record, load, before)
    for name, amounts in expected.items():
        assert np.abs(found[name] - amounts).max() < 0.01, (name, found[name], amounts)
