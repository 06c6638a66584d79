"""What a report is about can be read from its notebook, where it says so plainly; nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy_workbench.services.reports import catalogue
from energy_workbench.services.reports.subjects import Opens, opens
from tests.services.test_catalogue import notebook

BOTH = 'period: str = "last month"\nmeter: str = ""'


@pytest.mark.parametrize("name", catalogue.names())
def test_every_report_that_ships_says_what_it_is_about(name: str) -> None:
    found = opens(catalogue.find(name))
    assert found == Opens(one=name == "meter", meter=name != "generation")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["about = Subject.open(period, meter)"], Opens(one=False, meter=True)),
        (["x = 1", "Subject.of_one(period, meter=meter)"], Opens(one=True, meter=True)),
        (["about: Subject = Subject.open(period=period)"], Opens(one=False, meter=False)),
        (['about = Subject.open("2026-10", meter)'], None),
        (['about = Subject.open(period, "MAIN")'], None),
        (['period = "2026-10"\nabout = Subject.open(period)'], None),
        (["for period in ():\n    pass", "about = Subject.open(period)"], None),
        (["%matplotlib inline", "about = Subject.open(period)"], None),
        (["if meter:\n    about = Subject.open(period, meter)"], None),
        (["def about():\n    return Subject.open(period)"], None),
        (["about = subject.open(period)"], None),
        (["about = Subject.open()"], None),
        (["1 + 1"], None),
    ],
)
def test_a_notebook_tells_it_by_opening_its_subject_with_its_own_parameters(
    tmp_path: Path, cells: list[str], found: Opens | None
) -> None:
    assert opens(catalogue.load(notebook(tmp_path / "own.ipynb", BOTH, *cells))) == found
