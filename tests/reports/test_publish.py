"""Whole reports of a real home: what is written, that its numbers are those of REST, and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

import energy_workbench
from energy_workbench.api.access import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.core.errors import (
    HomeError,
    InputError,
    NotFoundError,
    PeriodError,
    ReportError,
    WorkbenchError,
)
from energy_workbench.core.settings import Settings
from energy_workbench.reports import monthly
from energy_workbench.reports.publish import Published, publish, publish_again

PERIOD = "2026-10"


def text_of(html: Path) -> str:
    """What people read of a page."""
    body = html.read_text("utf-8").partition("<main>")[2].partition("</main>")[0]
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", body, flags=re.S)))


@pytest.fixture(scope="module")
def october(plant_home: Path, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The report of October, once for all tests that look into it."""
    from energy_workbench.core.settings import load
    from tests.reports.conftest import NOW

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENERGY_WORKBENCH_NOW", NOW)
        return publish(load(plant_home), "monthly", {"period": "last month"}, out=tmp_path_factory.mktemp("out"))


def test_a_report_is_named_by_its_period_and_all_its_files_are_beside_each_other(october: Published) -> None:
    assert october.pdf_error is None
    names = {path.name for path in october.files.values()}
    assert {"monthly-2026-10.html", "monthly-2026-10.pdf", "monthly-2026-10.manifest.json"} <= names
    folder = october.files["html"].parent
    assert {path.name for path in folder.iterdir()} == names, "nothing temporary stays"


def test_the_manifest_has_the_checksum_of_every_file(october: Published) -> None:
    manifest = json.loads(october.files["manifest"].read_text())
    assert manifest["parameters"]["period"] == PERIOD
    for kind, kept in manifest["files"].items():
        content = october.files[kind].read_bytes()
        assert (kept["name"], kept["bytes"]) == (october.files[kind].name, len(content))
        assert kept["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_numbers_are_those_of_rest(october: Published, plant: Settings, tmp_path: Path) -> None:
    shown = text_of(october.files["html"])
    printed = " ".join(page.extract_text() for page in PdfReader(october.files["pdf"]).pages)
    headers = {"Authorization": f"Bearer {tokens_of(plant).viewer}"}
    with TestClient(create_app(plant), base_url="http://127.0.0.1:3000", headers=headers) as rest:
        meters = rest.get("/api/Energy/meters", params={"limit": 1000}).json()["items"]
        assert len(meters) == 42
        for meter in meters:
            asked = {"meter": meter["number"], "period": PERIOD, "every": "1h"}
            answer = rest.get("/api/Energy/consumption/pattern", params=asked).json()
            row = re.search(rf"\s{re.escape(meter['number'])}\s+{re.escape(meter['name'])}\s+([\d,.]+)\s", shown)
            assert row, meter["number"]
            total = f"{answer['total_kwh']:,.1f}"
            assert row[1] == total
            assert total in printed
            assert f"{answer['peak_kw']:,.1f}" in printed


def test_the_executed_notebook_is_kept_with_its_parameters(october: Published) -> None:
    notebook = json.loads(october.files["notebook"].read_text())
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert any('period = "2026-10"' in source for source in sources)


def test_written_again_without_a_home_it_is_the_same_page(october: Published, tmp_path: Path) -> None:
    again = publish_again(october.files["manifest"], formats=["html"], out=tmp_path)
    assert again.files["html"].read_bytes() == october.files["html"].read_bytes()
    assert again.files["html"].name == october.files["html"].name


def test_archived_inputs_that_were_changed_are_refused(october: Published, tmp_path: Path) -> None:
    folder = shutil.copytree(october.files["html"].parent, tmp_path / "copy")
    archive = folder / october.files["inputs"].name
    archive.write_text(archive.read_text().replace("GRID", "GRIP", 1))
    with pytest.raises(ReportError, match="checksum"):
        publish_again(folder / october.files["manifest"].name, formats=["html"])


@pytest.mark.parametrize(("content", "error"), [(None, NotFoundError), ("{}", ReportError), ("[", ReportError)])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str | None, error: type[WorkbenchError]) -> None:
    if content is not None:
        (tmp_path / "x.manifest.json").write_text(content)
    with pytest.raises(error):
        publish_again(tmp_path / "x.manifest.json")


def test_a_report_of_one_meter_goes_to_its_own_folder(plant: Settings, tmp_path: Path) -> None:
    from dataclasses import replace

    # The same home, with its reports somewhere else than in what other tests read.
    linked = tmp_path / "home"
    linked.mkdir()
    for path in plant.home.iterdir():
        (linked / path.name).symlink_to(path)
    done = publish(replace(plant, home=linked), "monthly", {"period": "2026-W43", "meter": "unit-a"}, formats=["html"])
    assert done.files["html"] == linked / "reports" / "UNIT-A" / "monthly-2026-W43.html"
    shown = text_of(done.files["html"])
    assert "19 – 25 October 2026" in shown
    assert "UNIT-A-MACHINE-01" in shown
    assert "UNIT-B" not in shown


@pytest.mark.parametrize(
    ("name", "given", "error", "message"),
    [
        ("weekly", {}, NotFoundError, "the reports are"),
        ("monthly", {"period": "2026-13"}, PeriodError, "2026-13"),
        ("monthly", {"period": "2031-01"}, ReportError, "future"),
        ("monthly", {"period": PERIOD, "meter": "NO-SUCH"}, NotFoundError, "NO-SUCH"),
        ("monthly", {"period": PERIOD, "colour": "red"}, InputError, "no such parameter"),
    ],
)
def test_what_cannot_be_reported_is_refused_before_anything_is_written(
    plant: Settings, tmp_path: Path, name: str, given: dict[str, str], error: type[WorkbenchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        publish(plant, name, given, formats=["html"], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_period_of_which_nothing_is_known_is_refused_and_leaves_no_file(plant: Settings, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no data of GRID in 2025-03"):
        publish(plant, "monthly", {"period": "2025-03"}, formats=["html"], out=tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_an_unknown_format_is_refused(plant: Settings, tmp_path: Path) -> None:
    for formats in (["docx"], []):
        with pytest.raises(InputError, match="html, pdf"):
            publish(plant, "monthly", {"period": PERIOD}, formats=formats, out=tmp_path)


def test_a_folder_that_cannot_be_written_is_said_so(plant: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="cannot be written"):
        publish(plant, "monthly", {"period": PERIOD}, formats=["html"], out=tmp_path / "file")


def test_without_a_chromium_the_page_is_written_and_the_command_fails(plant: Settings, tmp_path: Path) -> None:
    out, nothing = tmp_path / "out", tmp_path / "nothing"
    nothing.mkdir()
    command = [sys.executable, "-c", "from energy_workbench.cli import main; main()", "report", "monthly"]
    done = subprocess.run(
        [*command, "--period", PERIOD, "--meter", "UNIT-B", "--out", str(out)],
        env={**os.environ, "PATH": str(nothing), "PLAYWRIGHT_BROWSERS_PATH": str(nothing)}
        | {"ENERGY_WORKBENCH_HOME": str(plant.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ReportError.exit_code, done.stderr
    assert "no Chromium was found" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in out.iterdir()} >= {"monthly-2026-10.html", "monthly-2026-10.manifest.json"}
    assert not (out / "monthly-2026-10.pdf").exists()
    assert "pdf" not in json.loads((out / "monthly-2026-10.manifest.json").read_text())["files"]


def test_a_running_month_is_not_compared_and_ends_now(plant: Settings) -> None:
    data = monthly.collect(energy_workbench.open(str(plant.home)), "this month")
    assert data.previous is None
    assert data.period["until"] == "2026-11-03T01:00:00+00:00"
    assert {row["days"] for row in data.meters} == {3}


def test_a_month_is_compared_with_the_calendar_month_before(plant: Settings) -> None:
    wb = energy_workbench.open(str(plant.home))
    data = monthly.collect(wb, PERIOD, "UNIT-C")
    assert data.previous is not None
    assert data.previous["total_kwh"] == wb.pattern("UNIT-C", "2026-09", every="1d").total_kwh
    assert [row["number"] for row in data.meters] == ["UNIT-C", "UNIT-C-MACHINE-01"]
