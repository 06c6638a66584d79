"""The page about tariffs has every kind of charge with all of its keys, and what it shows can be read."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from energy_workbench.analytics.tariffs.pricing import LINES
from energy_workbench.domain.tariffs.charges.charge import Charge, HoursOfUse
from energy_workbench.domain.tariffs.charges.demand import ContractTerms, Ratchet
from energy_workbench.domain.tariffs.charges.kinds import KINDS
from energy_workbench.domain.tariffs.charges.power_factor import Band
from energy_workbench.domain.tariffs.charges.prices import PriceSeries
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.tariff import Tariff, Version

PAGE = (Path(__file__).parents[3] / "docs" / "tariffs.md").read_text("utf-8")
COMMON = {each.name for each in dataclasses.fields(Charge)}


def keys(kind: type) -> set[str]:
    return {each.name for each in dataclasses.fields(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_charge_is_documented_with_its_keys(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \| (.*) \|$", PAGE, re.MULTILINE)
    words = set(re.findall(r"`([a-z_]+)`", row)) | set(re.findall(r"`([a-z_]+):", row))
    shared = {"schedule", "rates", "rate"} if "as of `fixed`" not in row else set()
    assert keys(KINDS[kind]) - COMMON - words - (shared & words) == set()


@pytest.mark.parametrize(
    "made", [Tariff, Version, HolidayCalendar, Rounding, ContractTerms, Ratchet, HoursOfUse, Band, PriceSeries]
)
def test_what_belongs_to_them_is_documented(made: type) -> None:
    assert {name for name in keys(made) if not re.search(rf"\b{name}\b", PAGE)} == set()


def test_each_kind_has_a_function_that_gives_its_lines() -> None:
    assert list(LINES) == list(KINDS)


def test_the_example_on_the_page_is_read() -> None:
    example = next(each for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    tariff = read_tariff(example)
    assert [charge.name for charge in tariff.versions[0].charges] == ["Energy", "Meter", "Duty"]
