"""Finding reports and reading their parameters."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from energy_workbench.domain.errors import InputError, NotFoundError, ReportError
from energy_workbench.services.reports import catalogue, parameters


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


def test_the_reports_that_people_expect_ship() -> None:
    assert {"daily", "weekly", "monthly", "losses", "generation", "quality", "meter"} <= set(catalogue.names())


def test_a_notebook_in_a_folder_is_a_report_and_the_nearest_of_a_name_is_used(tmp_path: Path) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    for folder in (near, far):
        folder.mkdir()
        notebook(folder / "boilers.ipynb", "x: int = 1")
    notebook(near / "monthly.ipynb", "y: int = 1")
    assert catalogue.find("boilers", [near, far]).path == near / "boilers.ipynb"
    assert set(catalogue.find("monthly", [near]).parameters) == {"y"}
    assert "boilers" not in catalogue.names()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a b", "$(reboot)", "'; rm -rf ~", "-rf", "näme", ".hidden", "x" * 65, "a\nb"]
)
def test_a_notebook_with_a_hostile_name_is_no_report_and_is_told(tmp_path: Path, name: str) -> None:
    safe = name.replace("/", "_")
    notebook(tmp_path / f"{safe}.ipynb", "x: int = 1")
    assert safe not in catalogue.names([tmp_path])
    with pytest.raises(NotFoundError) as raised:
        catalogue.find(safe, [tmp_path])
    if not safe.startswith("."):
        assert "1 notebooks are left out" in str(raised.value)


@pytest.mark.parametrize("source", ['x: int = "1"', "x: int = None", "x: str = open", "x: bool = 1"])
def test_a_default_of_another_type_is_an_error_of_the_notebook(tmp_path: Path, source: str) -> None:
    with pytest.raises(ReportError, match="the default of the parameter x is no"):
        catalogue.load(notebook(tmp_path / "bad.ipynb", source))


def test_parameters_that_are_no_python_are_an_error_that_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="line 1"):
        catalogue.load(notebook(tmp_path / "bad.ipynb", "x: int ="))
