"""What a report is about can be read from its notebook, where it says so plainly; nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy_workbench.services.reports import catalogue
from energy_workbench.services.reports.notebook_context import Opens, opens
from tests.services.test_catalogue import notebook

BOTH = 'period: str = "last month"\nmeter: str = ""'


@pytest.mark.parametrize("name", catalogue.names())
def test_every_report_that_ships_says_what_it_is_about(name: str) -> None:
    found = opens(catalogue.find(name))
    assert found == Opens(one=name == "meter", meter=name != "generation")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["about = ReportContext.open(period, meter)"], Opens(one=False, meter=True)),
        (["x = 1", "ReportContext.of_one(period, meter=meter)"], Opens(one=True, meter=True)),
        # By its name in earlier versions.
        (["about = Subject.open(period, meter)"], Opens(one=False, meter=True)),
        (["about: ReportContext = ReportContext.open(period=period)"], Opens(one=False, meter=False)),
        (['about = ReportContext.open("2026-10", meter)'], None),
        (['about = ReportContext.open(period, "MAIN")'], None),
        (['period = "2026-10"\nabout = ReportContext.open(period)'], None),
        (["for period in ():\n    pass", "about = ReportContext.open(period)"], None),
        (["%matplotlib inline", "about = ReportContext.open(period)"], None),
        (["if meter:\n    about = ReportContext.open(period, meter)"], None),
        (["def about():\n    return ReportContext.open(period)"], None),
        (["about = subject.open(period)"], None),
        (["about = ReportContext.open()"], None),
        (["1 + 1"], None),
    ],
)
def test_a_notebook_tells_it_by_opening_its_context_with_its_own_parameters(
    tmp_path: Path, cells: list[str], found: Opens | None
) -> None:
    assert opens(catalogue.load(notebook(tmp_path / "own.ipynb", BOTH, *cells))) == found


def test_notebooks_of_earlier_versions_find_it_by_its_name_then() -> None:
    from energy_workbench.reports import report_context, subject

    assert subject.Subject is report_context.ReportContext
