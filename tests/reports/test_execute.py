"""Running a report's notebook in a kernel of its own."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy_workbench.core.errors import NotFoundError, ReportError
from energy_workbench.reports import catalogue
from energy_workbench.reports.execute import execute
from tests.reports.test_catalogue import notebook

NOW = datetime(2026, 10, 31, 6, 30, tzinfo=UTC)


def test_a_notebook_sees_its_parameters_the_home_and_one_fixed_now(tmp_path: Path) -> None:
    source = (
        "import os\nfrom energy_workbench.core.clock import now\n"
        "print(repr(text), top, os.environ['ENERGY_WORKBENCH_HOME'], now().isoformat())"
    )
    report = catalogue.load(notebook(tmp_path / "r.ipynb", 'text: str = ""\ntop: int = 1', source))
    awkward = "\"quote' \\ {braces}\nnew line ünïcode"
    before = dict(os.environ)
    done = execute(report, {"text": awkward, "top": 7}, home=tmp_path / "home {x}", now=NOW)
    printed = "".join(o.text for c in done.cells for o in c.get("outputs", []) if o.output_type == "stream")
    assert printed.strip() == f"{awkward!r} 7 {tmp_path / 'home {x}'} {NOW.isoformat()}"
    assert dict(os.environ) == before


def test_an_error_of_the_workbench_comes_out_as_itself(tmp_path: Path) -> None:
    source = "from energy_workbench.core.errors import NotFoundError\nraise NotFoundError('there is no meter X')"
    report = catalogue.load(notebook(tmp_path / "r.ipynb", "x: int = 1", source))
    with pytest.raises(NotFoundError, match=r"^there is no meter X$"):
        execute(report, {}, home=tmp_path, now=NOW)


def test_any_other_error_names_the_notebook_and_the_cell(tmp_path: Path) -> None:
    report = catalogue.load(notebook(tmp_path / "r.ipynb", "x: int = 1", "y = x\n1 / 0"))
    with pytest.raises(ReportError, match=r"r\.ipynb: cell \d \(y = x\) failed: ZeroDivisionError"):
        execute(report, {}, home=tmp_path, now=NOW)


def test_a_cell_that_never_ends_is_an_error(tmp_path: Path) -> None:
    report = catalogue.load(notebook(tmp_path / "r.ipynb", "x: int = 1", "import time\ntime.sleep(600)"))
    with pytest.raises(ReportError, match="took too long"):
        execute(report, {}, home=tmp_path, now=NOW, timeout=1)
