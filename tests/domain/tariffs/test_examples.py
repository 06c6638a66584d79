"""The examples that are shipped are read, say where they are from, and give a bill."""

from datetime import date
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.analytics.tariffs.bill import bill
from energy_workbench.domain.tariffs.reader import read_tariff
from tests.analytics.tariffs.loads import random

EXAMPLES = sorted(
    (
        each
        for each in files("energy_workbench.domain.tariffs").joinpath("examples").iterdir()
        if each.name.endswith(".yaml")
    ),
    key=lambda each: each.name,
)


def test_there_is_one_of_each_structure():
    assert [each.name for each in EXAMPLES] == [
        "flat.yaml", "germany-rlm.yaml", "india-ht.yaml", "uk-half-hourly.yaml", "us-tou-ratchet.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.name)
def test_an_example_says_that_it_is_one_and_gives_a_bill(path):
    text = path.read_text("utf-8")
    made = read_tariff(text, path.name)
    assert text.startswith("# An example of a structure, not a tariff that anybody offers today")
    assert made.name.startswith("Example, ")
    assert "http" in made.source
    for month in (2, 7):
        first, end, zone = date(2026, month, 1), date(2026, month + 1, 1), ZoneInfo("Europe/London")
        found = bill(made, random(first, end, zone), first, end, zone=zone)
        assert found.total > 0
        assert found.costs().total == found.total


def test_the_example_of_the_documentation_is_read():
    page = (Path(__file__).parents[3] / "docs/tariffs.md").read_text("utf-8")
    assert read_tariff(page.split("```yaml\n")[1].split("```")[0]).billing_day == 21
