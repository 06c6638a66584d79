"""Running reports' notebooks in one kernel, one after the other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.errors import HomeError, NotFoundError
from energy_workbench.reports.kernel import Executed, FailedError, Kernel
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.reports import catalogue
from tests.services.test_catalogue import notebook

NOW = datetime(2026, 10, 31, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel(timeout=60) as one:
        yield one


def run(kernel: Kernel, home: Path, path: Path, *sources: str, batch: str = "one", **given: Any) -> Executed:
    report = catalogue.load(notebook(path / "r.ipynb", *sources))
    told = {"home": str(home), "now": NOW.isoformat(), "threshold": 0.95, "folder": str(path), "batch": batch}
    return kernel.execute(report, given, told, (str(path), "r"))


def printed(done: Executed) -> str:
    cells = done.notebook.cells
    return "".join(o.text for c in cells for o in c.get("outputs", []) if o.output_type == "stream").strip()


def test_a_notebook_sees_its_parameters_the_home_and_one_fixed_now(
    kernel: Kernel, plant: Settings, tmp_path: Path
) -> None:
    source = (
        "import energy_workbench as ew\nfrom energy_workbench.domain.time.clock import now\n"
        "print(repr(text), top, ew.open().settings.home, now().isoformat())"
    )
    awkward = "\"quote' \\ {braces}\nnew line ünïcode"
    before = dict(os.environ)
    done = run(kernel, plant.home, tmp_path, 'text: str = ""\ntop: int = 1', source, text=awkward, top=7)
    assert printed(done) == f"{awkward!r} 7 {plant.home} {NOW.isoformat()}"
    assert dict(os.environ) == before


def test_nothing_of_one_report_is_left_for_the_next(kernel: Kernel, plant: Settings, tmp_path: Path) -> None:
    run(kernel, plant.home, tmp_path, "x: int = 1", "secret = 42")
    done = run(kernel, plant.home, tmp_path, "x: int = 1", "print('secret' in globals())")
    assert printed(done) == "False"


def test_a_later_batch_in_a_kernel_that_was_kept_finds_settings_that_were_changed(
    kernel: Kernel, plant_home: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(plant_home, tmp_path / "home"))
    source = "import energy_workbench as ew\nprint(ew.open().settings.loss_threshold_percent)"
    for batch, percent in (("first", 7), ("second", 9)):
        (home / "workbench.toml").write_text(f"loss_threshold_percent = {percent}\n")
        done = run(kernel, home, tmp_path, "x: int = 1", source, batch=batch)
        assert float(printed(done)) == percent


def test_an_error_of_the_workbench_comes_out_as_itself(kernel: Kernel, plant: Settings, tmp_path: Path) -> None:
    source = "from energy_workbench.domain.errors import NotFoundError\nraise NotFoundError('there is no meter X')"
    with pytest.raises(FailedError) as raised:
        run(kernel, plant.home, tmp_path, "x: int = 1", source)
    assert isinstance(raised.value.error, NotFoundError)
    assert str(raised.value.error) == "there is no meter X"


def test_any_other_error_names_the_notebook_and_the_cell_and_has_the_notebook(
    kernel: Kernel, plant: Settings, tmp_path: Path
) -> None:
    with pytest.raises(FailedError, match=r"r\.ipynb: cell \d \(y = x\) failed: ZeroDivisionError") as raised:
        run(kernel, plant.home, tmp_path, "x: int = 1", "y = x\n1 / 0", x=1)
    outputs = [o for c in raised.value.notebook.cells for o in c.get("outputs", [])]
    assert [o.ename for o in outputs] == ["ZeroDivisionError"]


def test_a_cell_that_never_ends_and_one_that_kills_its_kernel_are_errors_and_the_next_report_is_written(
    plant: Settings, tmp_path: Path
) -> None:
    with Kernel(timeout=20) as one:
        for source in ("import time\ntime.sleep(600)", "import os\nos._exit(3)"):
            one._timeout = 3 if "sleep" in source else 20
            with pytest.raises(FailedError, match="took too long"):
                run(one, plant.home, tmp_path, "x: int = 1", source)
        one._timeout = 60
        assert printed(run(one, plant.home, tmp_path, "x: int = 1", "print(5)")) == "5"


def test_a_home_that_is_none_is_an_error_before_anything_is_executed(kernel: Kernel, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="not initialised"):
        run(kernel, tmp_path / "nothing", tmp_path, "x: int = 1", "print(5)")
