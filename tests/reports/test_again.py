"""A report can be written again, with the same numbers, whatever became of the plant since."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from deltalake import DeltaTable

import energy_workbench
from energy_workbench.domain.errors import NotFoundError, ReportError, WorkbenchError
from energy_workbench.lake.build.intervals import build
from energy_workbench.reports.publish import Ask, Published, Tools, publish, publish_again, publish_many
from energy_workbench.runtime.settings import Settings, load
from energy_workbench.services.workbench import Workbench
from tests.reports.conftest import NOW
from tests.reports.test_publish import PERIOD, tables_of, text_of

ASKED = (
    Ask("monthly", {"period": PERIOD}),
    Ask("generation", {"period": PERIOD}),
    Ask("quality", {"period": PERIOD}),
    Ask("meter", {"period": PERIOD, "meter": "UNIT-A"}),
)


@pytest.fixture(scope="module")
def moved_on(
    plant_home: Path, tmp_path_factory: pytest.TempPathFactory, tools: Tools
) -> Iterator[dict[str, Published]]:
    """Reports of a home in which everything changed afterwards."""
    folder = tmp_path_factory.mktemp("again")
    home = Path(shutil.copytree(plant_home, folder / "home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENERGY_WORKBENCH_NOW", NOW)
        settings = load(home)
        done = publish_many(settings, ASKED, formats=["html", "xlsx"], out=folder / "out", tools=tools)
        first = {o.ask.name: o.published for o in done if o.published}
        assert len(first) == len(ASKED)
        wb = energy_workbench.open(str(home))
        assert isinstance(wb, Workbench)
        change(wb, settings)
        yield first


def change(wb: Workbench, settings: Settings) -> None:
    """Edit an old ratio, factor, tree, setting and name; build the intervals anew, and vacuum all versions."""
    before = wb.energies(PERIOD).to_dict()
    old = wb.meter_ratios("UNIT-A")[0]
    wb.edit_ratio("UNIT-A", None, {**old, "ct_primary": 2 * old["ct_primary"], "valid_from": None}, by="test")
    wb.set_factor({"name": "diesel", "value": 9.9, "valid_from": None, "source": "a test"})
    wb.update_meter("UNIT-B", {"parent": "SMD", "name": "Another name"})
    wb.delete_meter("UNIT-C-MACHINE-01")
    (settings.home / "workbench.toml").write_text('loss_threshold_percent = 50\nshifts = "All 00:00, Rest 12:00"\n')
    known = wb.registry.evidence(settings.profiles_path)
    begin = wb._period("2026-09")
    build(wb.reader.lake, wb.registry.all_ratios(), start=begin.start, end=None, evidence=known)
    for name in ("intervals", "readings"):
        table = DeltaTable(str(wb.reader.lake.path / name))
        table.optimize.compact()
        table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    after = wb.energies(PERIOD).to_dict()
    assert after != before, "the numbers of the home are others now"


@pytest.mark.parametrize("name", [ask.name for ask in ASKED])
def test_after_a_vacuum_and_edits_of_the_past_a_report_is_written_again_with_the_same_numbers(
    moved_on: dict[str, Published], tmp_path: Path, name: str, tools: Tools
) -> None:
    first = moved_on[name]
    again = publish_again(first.files["manifest"], formats=["html", "xlsx"], out=tmp_path, tools=tools)
    assert tables_of(again) == tables_of(first)
    assert text_of(again.files["html"]) == text_of(first.files["html"])
    assert again.files["html"].name == first.files["html"].name
    then, now = (json.loads(each.files["manifest"].read_text()) for each in (first, again))
    for same in ("written_at", "lake_version", "registry_revision", "parameters", "title", "completeness"):
        assert now[same] == then[same], same


def test_a_report_that_was_written_again_can_be_written_again(
    moved_on: dict[str, Published], tmp_path: Path, tools: Tools
) -> None:
    once = publish_again(moved_on["meter"].files["manifest"], formats=["html"], out=tmp_path / "once", tools=tools)
    twice = publish_again(once.files["manifest"], formats=["html"], out=tmp_path / "twice", tools=tools)
    assert tables_of(twice) == tables_of(moved_on["meter"])
    for kind in ("intervals", "registry", "factors"):
        assert len(twice.files[kind].read_bytes()) > 0


def test_a_meter_that_was_deleted_or_moved_since_is_where_it_was_then(
    moved_on: dict[str, Published], tmp_path: Path, tools: Tools
) -> None:
    first = moved_on["monthly"]
    settings = load(first.files["manifest"].parent.parent / "home")
    now = publish(settings, "monthly", {"period": PERIOD}, formats=["html"], out=tmp_path, tools=tools)
    rows = [row[0] for row in tables_of(now)["Meters"]]
    assert rows == [row[0] for row in tables_of(first)["Meters"]]
    assert "UNIT-C-MACHINE-01" in rows
    living = [row["number"] for row in energy_workbench.open(str(settings.home)).energies(PERIOD).rows]
    assert "UNIT-C-MACHINE-01" not in living


def test_names_with_html_are_text_on_every_page_in_every_chart_and_in_the_mail(
    plant_home: Path, tmp_path: Path, chromium: str, monkeypatch: pytest.MonkeyPatch, tools: Tools
) -> None:
    from pypdf import PdfReader

    from energy_workbench.reports.rendering.mail import compose

    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
    monkeypatch.setenv("ENERGY_WORKBENCH_NOW", NOW)
    home = Path(shutil.copytree(plant_home, tmp_path / "home"))
    wb = energy_workbench.open(str(home))
    assert isinstance(wb, Workbench)
    wb.update_meter("UNIT-A", {"name": evil, "number": "<b>U</b>/../A"})
    wb.update_meter("GRID", {"name": evil})
    done = publish(load(home), "monthly", {"period": PERIOD}, out=tmp_path / "out", tools=tools)
    page = done.files["html"].read_text()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>U</b>" not in page
    printed = " ".join(" ".join(p.extract_text().split()) for p in PdfReader(done.files["pdf"]).pages)
    assert "<b>U</b>/../A" in printed
    assert "<script" not in compose(done.files["manifest"]).html
    one = publish(load(home), "meter", {"period": PERIOD, "meter": "<b>U</b>/../A"}, formats=["html"], tools=tools)
    assert one.files["html"].parent.parent == home / "reports"
    assert "<script>alert" not in one.files["html"].read_text()


@pytest.mark.parametrize("kind", ["intervals", "registry", "factors", "notebook"])
def test_an_input_that_was_changed_is_refused(october: Published, tmp_path: Path, kind: str, tools: Tools) -> None:
    folder = Path(shutil.copytree(october.files["html"].parent, tmp_path / "copy"))
    archive = folder / october.files[kind].name
    archive.write_bytes(archive.read_bytes() + b" ")
    with pytest.raises(ReportError, match="checksum"):
        publish_again(folder / october.files["manifest"].name, formats=["html"], tools=tools)
    archive.unlink()
    with pytest.raises(NotFoundError, match=archive.name):
        publish_again(folder / october.files["manifest"].name, formats=["html"], tools=tools)


def test_a_report_made_with_a_setting_that_is_refused_today_is_written_again(
    october: Published, tmp_path: Path, tools: Tools
) -> None:
    folder = Path(shutil.copytree(october.files["html"].parent, tmp_path / "copy"))
    registry, manifest = (folder / october.files[kind].name for kind in ("registry", "manifest"))
    plant = json.loads(registry.read_text())
    plant["settings"]["billing_day"] = 99
    registry.write_text(json.dumps(plant))
    was = hashlib.sha256(october.files["registry"].read_bytes()).hexdigest()
    now = hashlib.sha256(registry.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(was, now))
    again = publish_again(manifest, formats=["html"], out=tmp_path / "again", tools=tools)
    assert tables_of(again) == tables_of(october)


@pytest.mark.parametrize(
    ("content", "error"), [(None, NotFoundError), ("{}", ReportError), ("[", ReportError), ("[1]", ReportError)]
)
def test_what_is_no_manifest_is_refused(
    tmp_path: Path, content: str | None, error: type[WorkbenchError], tools: Tools
) -> None:
    if content is not None:
        (tmp_path / "x.manifest.json").write_text(content)
    with pytest.raises(error):
        publish_again(tmp_path / "x.manifest.json", tools=tools)


def test_a_notebook_that_asks_in_its_own_way_is_written_again_too(
    plant: Settings, tmp_path: Path, plant_home: Path, tools: Tools
) -> None:
    from tests.services.test_catalogue import notebook

    source = (
        "import energy_workbench as ew\nwb = ew.open()\n"
        'print(wb.sql("select count(*) as n, sum(energy_import_kwh) as kwh from intervals").to_dict())\n'
        "print(wb.readings('MAIN', '2026-10-22', ['active_power_total'], limit=5).to_dict())\n"
        "print(wb.findings(limit=3), wb.events('MAIN'), wb.status_summary().to_dict(), wb.factors())\n"
        "print(wb.demand('MAIN', period).to_dict(), wb.overview('2026-10-22').cards)"
    )
    notebook(tmp_path / "own.ipynb", 'period: str = "last month"', source)
    first = publish(
        plant, "own", {"period": PERIOD}, formats=["html"], out=tmp_path / "out", notebooks=[tmp_path], tools=tools
    )
    again = publish_again(first.files["manifest"], formats=["html"], out=tmp_path / "again", tools=tools)

    def printed(done: Published) -> str:
        cells = json.loads(done.files["notebook"].read_text())["cells"]
        return "".join("".join(o["text"]) for c in cells for o in c.get("outputs", []) if "text" in o)

    assert len(printed(first)) > 500
    assert printed(again) == printed(first)
