"""Finding reports and reading their parameters."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from energy_workbench.core.errors import InputError, NotFoundError, ReportError
from energy_workbench.reports import catalogue, parameters


def notebook(path: Path, *sources: str, tagged: int | None = 0) -> Path:
    """A notebook of code cells; the one at `tagged` holds the parameters."""
    cells = [v4.new_code_cell(source) for source in sources]
    if tagged is not None:
        cells[tagged].metadata["tags"] = ["parameters"]
    nbformat.write(v4.new_notebook(cells=cells), str(path))
    return path


@pytest.fixture
def report(tmp_path: Path) -> catalogue.Report:
    source = 'period: str = "last month"  # What is reported\ntop: int = 5\nlimit: float = 1.5\ndeep: bool = False'
    return catalogue.load(notebook(tmp_path / "small.ipynb", source))


@pytest.mark.parametrize("name", catalogue.names())
def test_every_report_that_ships_has_typed_and_described_parameters(name: str) -> None:
    found = catalogue.find(name)
    assert found.parameters
    assert all(parameter.help for parameter in found.parameters.values())


def test_the_monthly_report_takes_a_period_and_a_meter() -> None:
    assert {"period", "meter"} <= set(catalogue.find("monthly").parameters)


def test_an_unknown_report_is_answered_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError, match="monthly"):
        catalogue.find("../../etc/passwd")


def test_parameters_are_read_with_type_default_and_comment(report: catalogue.Report) -> None:
    period = report.parameters["period"]
    assert (period.type, period.default, period.help) == (str, "last month", "What is reported")


@pytest.mark.parametrize("source", ["period = 'x'", "period: list = []", "import os"])
def test_a_parameter_without_a_plain_type_is_an_error_of_the_notebook(tmp_path: Path, source: str) -> None:
    with pytest.raises(ReportError, match="is not of the form"):
        catalogue.load(notebook(tmp_path / "bad.ipynb", source))


def test_a_notebook_without_a_tagged_cell_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="0 cells are tagged"):
        catalogue.load(notebook(tmp_path / "bad.ipynb", "x: int = 1", tagged=None))


def test_a_damaged_notebook_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "damaged.ipynb"
    path.write_text("{")
    with pytest.raises(ReportError, match=r"damaged\.ipynb"):
        catalogue.load(path)


def test_text_is_converted_to_the_type_of_the_parameter(report: catalogue.Report) -> None:
    assert parameters.check(report, {"top": "7", "limit": "2", "deep": "yes"}) == {
        "period": "last month",
        "top": 7,
        "limit": 2.0,
        "deep": True,
    }


def test_all_wrong_parameters_are_reported_at_once(report: catalogue.Report) -> None:
    with pytest.raises(InputError) as raised:
        parameters.check(report, {"top": "many", "colour": "red", "period": 5, "deep": "perhaps"})
    fields = [problem.field for problem in raised.value.problems]
    assert fields == ["top", "colour", "period", "deep"]
    assert "it has period, top, limit, deep" in raised.value.problems[1].reason


def test_a_number_is_no_yes_and_a_yes_is_no_number(report: catalogue.Report) -> None:
    for given in ({"top": True}, {"limit": True}, {"deep": 1}):
        with pytest.raises(InputError):
            parameters.check(report, given)
