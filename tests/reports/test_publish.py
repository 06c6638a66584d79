"""Whole reports of a real home: what is written, that its numbers are those of REST and Python, what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

import energy_workbench
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.errors import (
    HomeError,
    InputError,
    NotFoundError,
    PeriodError,
    ReportError,
    WorkbenchError,
)
from energy_workbench.reports.content import words
from energy_workbench.reports.progress import CancelledError, Step
from energy_workbench.reports.publish import Ask, Published, Tools, publish, publish_many
from energy_workbench.runtime.settings import Settings, load
from tests.chromium import ARGUMENTS
from tests.services.test_catalogue import notebook
from tests.waiting import eventually, patience

PERIOD = "2026-10"
COMMAND = [sys.executable, "-c", "from energy_workbench.cli.main import main; main()", "report"]
OPEN = (
    "from energy_workbench.reports import sections\nfrom energy_workbench.reports.report_context import ReportContext\n"
)


def text_of(html: Path) -> str:
    """What people read of a page."""
    body = html.read_text("utf-8").partition("<main>")[2].partition("</main>")[0]
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", body, flags=re.S)))


def tables_of(published: Published) -> dict[str, list[list[Any]]]:
    """Rows of the tables, by their titles."""
    cells = json.loads(published.files["notebook"].read_text())["cells"]
    found = [o["data"] for c in cells for o in c.get("outputs", []) if "data" in o]
    values = [data[kind] for data in found for kind in data if kind.endswith("table+json")]
    return {each["title"]: each["rows"] for each in values}


def linked(home: Path, folder: Path) -> Path:
    """The same home, with its reports somewhere else than in what other tests read."""
    folder.mkdir()
    for path in home.iterdir():
        (folder / path.name).symlink_to(path)
    return folder


def test_a_report_is_named_by_its_period_and_all_its_files_are_beside_each_other(october: Published) -> None:
    assert october.pdf_error is None
    names = {path.name for path in october.files.values()}
    assert {f"monthly-2026-10.{kind}" for kind in ("html", "pdf", "xlsx", "manifest.json")} <= names
    folder = october.files["html"].parent
    assert {path.name for path in folder.iterdir()} == names, "nothing temporary stays"


def test_the_manifest_says_of_what_the_report_was_made_and_has_the_checksum_of_every_file(
    october: Published, plant: Settings
) -> None:
    manifest = json.loads(october.files["manifest"].read_text())
    wb = energy_workbench.open(str(plant.home))
    assert manifest["parameters"] == {"period": PERIOD, "meter": ""}
    assert manifest["registry_revision"] == wb.registry.revision()
    assert manifest["lake_version"] == wb.reader.lake.intervals.snapshot().version
    assert {"python", "duckdb", "plotly", "energy-workbench"} <= set(manifest["versions"])
    assert {"intervals", "registry", "factors"} <= set(manifest["files"])
    for kind, kept in manifest["files"].items():
        content = october.files[kind].read_bytes()
        assert (kept["name"], kept["bytes"]) == (october.files[kind].name, len(content))
        assert kept["sha256"] == hashlib.sha256(content).hexdigest()


def test_no_secret_of_the_home_is_in_any_file_of_a_report(october: Published, plant: Settings) -> None:
    tokens = tokens_of(plant)
    for path in october.files.values():
        content = path.read_bytes()
        assert tokens.editor.encode() not in content
        assert tokens.viewer.encode() not in content
    assert "tokens" not in json.loads(october.files["registry"].read_text())["tables"]


def test_page_pdf_excel_rest_and_python_have_the_same_numbers(october: Published, plant: Settings) -> None:
    tree = re.search(r'<table class="tree.*?</table>', october.files["html"].read_text(), flags=re.S)
    assert tree
    shown = unescape(re.sub(r"<[^>]+>", " ", tree[0]))
    printed = " ".join(page.extract_text() for page in PdfReader(october.files["pdf"]).pages)
    tables = tables_of(october)
    wb = energy_workbench.open(str(plant.home))
    headers = {"Authorization": f"Bearer {tokens_of(plant).viewer}"}
    with TestClient(create_app(plant), base_url="http://127.0.0.1:3000", headers=headers) as rest:

        def get(path: str, **query: Any) -> Any:
            return rest.get(f"/api/Energy{path}", params=query).json()

        energies = get("/energies", period=PERIOD)
        assert energies == wb.energies(PERIOD).to_dict()
        totals = {row["number"]: row["total_kwh"] for row in energies["items"]}
        balance, python = get("/balance", period=PERIOD), wb.balance(PERIOD).to_dict()
        assert balance == python
        errors = {row["number"]: row["uncertainty_percent"] / 100 for row in balance["meters"]}
        rows = {row[0]: row for row in tables["Meters"]}
        meters = get("/meters", limit=1000)["items"]
        assert len(meters) == len(rows) == 42
        for meter in meters:
            answer = get("/consumption/pattern", meter=meter["number"], period=PERIOD, every="1h")
            row = re.search(rf"\s{re.escape(meter['number'])}\s+{re.escape(meter['name'])}\s+([\d,.]+)\s", shown)
            assert row, meter["number"]
            share = errors[meter["number"]]
            total, peak = (words.measured(answer[name], share * answer[name]) for name in ("total_kwh", "peak_kw"))
            assert row[1] == total
            assert total in printed
            assert peak in printed
            assert rows[meter["number"]][2] == totals[meter["number"]]
            # A total is the sum of rounded hours there, and of rounded days here [10⁻⁶ kWh each].
            assert totals[meter["number"]] == pytest.approx(answer["total_kwh"], abs=1e-3)
            assert answer["total_kwh"] == wb.over_time(meter["number"], PERIOD).total_kwh
    nodes = {row["number"]: row for row in balance["items"]}
    for number, _, supply, loss, percent, error, *_ in tables["Losses"]:
        node = nodes[number]
        assert (supply, loss) == (node["supply_kwh"], node["loss_kwh"])
        assert (percent, error) == (node["loss_percent"], node["uncertainty_kwh"])
    shifts = {row["shift"]: row["energy_kwh"] for row in wb.load_shape(None, PERIOD, by="shift").rows}
    assert {row[0]: row[2] for row in tables["Shifts"]} == shifts
    for unit, _, *energies in tables["Units by shift"]:
        assert energies == [row["energy_kwh"] for row in wb.load_shape(unit, PERIOD, by="shift").rows]


def test_each_report_that_ships_is_written_and_its_numbers_are_those_of_python(
    plant: Settings, tmp_path: Path, tools: Tools
) -> None:
    asks = [
        Ask("daily", {"period": "2026-10-22"}),
        Ask("weekly", {"period": "2026-W43", "meter": ""}),
        Ask("losses", {"period": PERIOD}),
        Ask("generation", {"period": PERIOD}),
        Ask("quality", {"period": PERIOD}),
        Ask("meter", {"period": PERIOD, "meter": "unit-a"}),
    ]
    done = {o.ask.name: o for o in publish_many(plant, asks, formats=["html", "xlsx"], out=tmp_path, tools=tools)}
    assert [str(o.error) for o in done.values() if o.error] == []
    tables = {name: tables_of(o.published) for name, o in done.items() if o.published}
    wb = energy_workbench.open(str(plant.home))
    day = wb.over_time(None, "2026-10-22", every="15min")
    assert [row[1] for row in tables["daily"]["Load"]] == [row["energy_kwh"] for row in day.rows]
    week = wb.over_time(None, "2026-W43", every="1d")
    assert [row[1] for row in tables["weekly"]["Days"]] == [row["energy_kwh"] for row in week.rows]
    assert len(tables["losses"]["Losses"]) == len(wb.balance(PERIOD).rows)
    generation = wb.generation(PERIOD)
    assert tables["generation"]["Carbon"][0][1] == generation.scope1_kg
    assert sum(row[4] for row in tables["generation"]["Generation by day"]) == pytest.approx(generation.solar_kwh)
    complete = {row["number"]: row["completeness"] for row in wb.energies(PERIOD).rows}
    assert {row[0]: row[2] for row in tables["quality"]["Completeness"]} == complete
    assert len(tables["quality"].get("Findings", [])) == len(wb.findings(period=PERIOD, limit=200))
    unit = wb.over_time("UNIT-A", PERIOD, every="1d")
    assert [row[1] for row in tables["meter"]["Days"]] == [row["energy_kwh"] for row in unit.rows]
    assert (tmp_path / "UNIT-A" / "meter-2026-10.html").exists()


def test_an_analyst_adds_a_report_by_adding_a_notebook(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    home = linked(plant.home, tmp_path / "home")
    (home / "notebooks").mkdir()
    plain = "import energy_workbench as ew\nwb = ew.open()\nwb.consumption('MAIN', period, every='1d').to_frame()"
    notebook(home / "notebooks" / "boilers.ipynb", 'period: str = "last month"\ntop: int = 3  # Shown', plain)
    cells = [OPEN + "about = ReportContext.open(period)", "sections.cover(about, 'Mine')", "sections.contents()"]
    given = tmp_path / "given"
    given.mkdir()
    notebook(given / "mine.ipynb", 'period: str = "last month"', *cells, "sections.by_unit(about)")
    settings = replace(plant, home=home)
    asks = [Ask("boilers", {"period": PERIOD, "top": "5"}), Ask("mine", {"period": PERIOD})]
    done = [o.published for o in publish_many(settings, asks, notebooks=[given], formats=["html", "pdf"], tools=tools)]
    assert all(done)
    boilers, mine = (each for each in done if each)
    assert boilers.files["html"] == home / "reports" / "boilers-2026-10.html"
    assert json.loads(boilers.files["manifest"].read_text())["parameters"] == {"period": PERIOD, "top": 5}
    assert mine.title == "Mine, October 2026"
    contents = PdfReader(mine.files["pdf"]).pages[1].extract_text()
    assert re.search(r"Units\s*\d", contents)
    with pytest.raises(InputError, match=r"(?s)top.*is no whole number.*colour.*no such parameter"):
        list(publish_many(settings, [Ask("boilers", {"top": "many", "colour": "red"})], tools=tools))


def test_a_chart_is_interactive_in_a_browser_and_an_image_where_no_script_runs(
    october: Published, chromium: str
) -> None:
    from playwright.sync_api import sync_playwright

    charts = october.files["html"].read_text().count('<figure class="chart')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        with browser:
            page = browser.new_page()
            page.goto(october.files["html"].as_uri())
            assert page.evaluate("reportReady") == charts >= 4
            assert page.locator("figure.chart svg.main-svg").count() >= charts
            assert page.locator("figure.chart img").count() == 0
            still = browser.new_context(java_script_enabled=False).new_page()
            still.goto(october.files["html"].as_uri())
            images = still.locator("figure.chart img")
            assert images.count() == charts
            assert all(images.nth(n).bounding_box()["height"] > 100 for n in range(charts))  # type: ignore[index]


def test_no_chart_of_a_report_leads_out_whoever_drew_it(
    october: Published, plant: Settings, chromium: str, tmp_path: Path, tools: Tools
) -> None:
    from playwright.sync_api import sync_playwright

    given = tmp_path / "given"
    given.mkdir()
    own = "import plotly.express as px\nfrom IPython.display import HTML\nfigure = px.bar(y=[1, 2])"
    notebook(given / "mine.ipynb", 'period: str = "last month"', own, "HTML(figure.to_html())", "figure")
    mine = publish(
        plant, "mine", {"period": PERIOD}, notebooks=[given], out=tmp_path / "out", formats=["html"], tools=tools
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for report, least in ((october, 0), (mine, 1)):
            context = browser.new_context()
            page = context.new_page()
            asked: list[str] = []
            windows: list[str] = []
            context.on("request", lambda request, asked=asked: asked.append(request.url))  # type: ignore[misc]
            context.on("page", lambda window, windows=windows: windows.append(window.url))  # type: ignore[misc]
            page.goto(report.files["html"].as_uri())
            assert page.evaluate("reportReady") >= 1
            buttons = page.locator(".modebar-btn[data-title]")
            assert buttons.count() >= least
            titles = [buttons.nth(at).get_attribute("data-title") or "" for at in range(buttons.count())]
            assert not [title for title in titles if re.search("share|cloud|edit|plotly", title, re.I)]
            for at in range(len(titles)):
                buttons.nth(at).dispatch_event("click")
            assert page.locator(".plotly-cloud-dialog").count() == 0
            assert windows == []
            assert [address for address in asked if not address.startswith(("file:", "data:", "blob:"))] == []
        browser.close()


def test_a_report_of_one_meter_goes_to_its_own_folder(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    home = linked(plant.home, tmp_path / "home")
    given = {"period": "2026-W43", "meter": "unit-a"}
    done = publish(replace(plant, home=home), "monthly", given, formats=["html"], tools=tools)
    assert done.files["html"] == home / "reports" / "UNIT-A" / "monthly-2026-W43.html"
    shown = text_of(done.files["html"])
    assert "19 – 25 October 2026" in shown
    assert "UNIT-A-MACHINE-01" in shown
    assert "UNIT-B" not in shown


@pytest.mark.parametrize(
    ("name", "given", "error", "message"),
    [
        ("yearly", {}, NotFoundError, "the reports are"),
        ("monthly", {"period": "2026-13"}, PeriodError, "2026-13"),
        ("monthly", {"period": "2031-01"}, ReportError, "future"),
        ("monthly", {"period": "2025-03"}, ReportError, r"no data of GRID in 2025-03"),
        ("monthly", {"period": PERIOD, "meter": "NO-SUCH"}, NotFoundError, "NO-SUCH"),
        ("monthly", {"period": PERIOD, "colour": "red"}, InputError, "no such parameter"),
        ("generation", {"period": "2025"}, ReportError, r"no data of GRID in 2025"),
        ("quality", {"period": "2025-W10", "meter": "UNIT-A"}, ReportError, r"no data of UNIT-A in 2025-W10"),
        ("meter", {"period": "2025-03", "meter": "dg"}, ReportError, r"no data of DG in 2025-03"),
        ("meter", {"period": PERIOD}, InputError, "name it, such as --meter UNIT-A"),
        ("meter", {"period": PERIOD, "meter": "  "}, NotFoundError, "there is no meter"),
        ("daily", {"period": "tomorrow"}, PeriodError, "tomorrow"),
        ("daily", {"period": ""}, PeriodError, "cannot read the period"),
    ],
)
def test_what_cannot_be_reported_is_refused_before_anything_is_started_and_leaves_no_file(
    plant: Settings,
    tmp_path: Path,
    name: str,
    given: dict[str, str],
    error: type[WorkbenchError],
    message: str,
    unstartable: None,
) -> None:
    with pytest.raises(error, match=message):
        publish(plant, name, given, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_report_of_ones_own_is_refused_as_those_that_ship_where_it_says_what_it_is_about(
    plant: Settings, tmp_path: Path, unstartable: None
) -> None:
    given, parameters = tmp_path / "given", 'period: str = "last month"\nmeter: str = ""'
    given.mkdir()
    notebook(given / "one.ipynb", parameters, OPEN + "about = ReportContext.of_one(period, meter=meter)")
    notebook(given / "all.ipynb", parameters, OPEN + "about = ReportContext.open(period=period)")
    notebook(given / "plain.ipynb", parameters, "1 + 1")
    for name, more, message in (
        ("one", {}, "name it, such as"),
        ("one", {"meter": "UNIT-B"}, "no data of UNIT-B in 2025"),
        ("all", {"meter": "UNIT-B"}, "no data of GRID in 2025"),
        ("plain", {"meter": "NO-SUCH"}, "NO-SUCH"),
    ):
        with pytest.raises(WorkbenchError, match=message):
            publish(plant, name, {"period": "2025", **more}, notebooks=[given], out=tmp_path / "out")


def test_of_a_batch_nothing_is_started_before_the_first_that_may_succeed(
    plant: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools: Tools
) -> None:
    started: list[str] = []
    begin = tools.begin
    monkeypatch.setattr(tools, "begin", lambda execute: started.append("kernel") or begin(execute))
    asks = [Ask("meter", {"period": PERIOD, "meter": meter}) for meter in ("NO-SUCH", "DG", "NOR-THIS")]
    done = publish_many(plant, asks, formats=["html"], out=tmp_path, tools=tools)
    first = next(done)
    assert (first.ask, type(first.error), started) == (asks[0], NotFoundError, [])
    assert [(o.ask, type(o.error)) for o in done] == [(asks[1], type(None)), (asks[2], NotFoundError)]
    assert started == ["kernel"]


def test_a_meter_that_was_deleted_since_is_reported_as_it_was(plant_home: Path, tmp_path: Path, tools: Tools) -> None:
    home = tmp_path / "home"
    shutil.copytree(plant_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENERGY_WORKBENCH_NOW", "2026-11-03T06:30:00+05:30")
        wb = energy_workbench.open(str(home))
        wb.delete_meter("UNIT-A-MACHINE-01")
        done = publish(load(home), "meter", {"period": PERIOD, "meter": "UNIT-A-MACHINE-01"}, formats=["html"],
                       out=tmp_path / "out", tools=tools)  # fmt: skip
    assert "UNIT-A-MACHINE-01" in text_of(done.files["html"])


def test_a_period_half_of_which_is_there_is_marked_as_incomplete(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    # The history of the home begins on 28 September.
    done = publish(plant, "monthly", {"period": "2026-09"}, formats=["html"], out=tmp_path, tools=tools)
    assert done.incomplete
    assert done.completeness is not None
    assert 0.05 < done.completeness < 0.2
    shown = text_of(done.files["html"])
    assert "Incomplete: part of the period's data is missing" in shown
    assert "what no register shows is in none" in shown
    low = publish(plant, "monthly", {"period": "2026-09"}, formats=["html"], out=tmp_path, threshold=0.01, tools=tools)
    assert not low.incomplete


def test_a_running_month_says_until_when_and_is_not_compared(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    done = publish(plant, "monthly", {"period": "this month"}, formats=["html"], out=tmp_path, tools=tools)
    assert done.incomplete
    shown = text_of(done.files["html"])
    assert "In progress: data until 3 Nov 2026, 06:30" in shown
    assert "like days" not in shown
    assert done.files["html"].name == "monthly-2026-11.html"


def test_an_unknown_format_or_paper_is_refused(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    for formats in (["docx"], []):
        with pytest.raises(InputError, match="html, pdf, xlsx"):
            publish(plant, "monthly", {"period": PERIOD}, formats=formats, out=tmp_path)
    with pytest.raises(InputError, match="a4, letter"):
        publish(plant, "monthly", {"period": PERIOD}, paper="a5", out=tmp_path, tools=tools)


def test_a_folder_that_cannot_be_written_is_said_so(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="cannot be written"):
        publish(plant, "monthly", {"period": PERIOD}, formats=["html"], out=tmp_path / "file", tools=tools)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("y = 1\n1 / 0", r"cell 2 \(y = 1\) failed: ZeroDivisionError"),
        (
            "from energy_workbench.reports.content.blocks import Figure\n"
            "Figure({'data': [{'type': 'bar', 'y': []}]}, 'Load')",
            "'Load' would be blank",
        ),
        (
            "from IPython.display import display\n"
            "display({'application/vnd.plotly.v1+json': {'data': [{'type': 'bar', 'y': [1], 'visible': False}]},"
            " 'text/plain': 'Load'}, raw=True)",
            "'Load' was not drawn: Error: it is blank",
        ),
        ("from IPython.display import HTML\nHTML('<p>\U00013000</p>')", "no font of this machine"),
    ],
)
def test_a_failed_cell_a_blank_chart_and_a_missing_font_fail_loudly_and_keep_the_notebook(
    plant: Settings, chromium: str, tmp_path: Path, source: str, message: str, tools: Tools
) -> None:
    notebooks, out = tmp_path / "notebooks", tmp_path / "out"
    notebooks.mkdir()
    notebook(notebooks / "bad.ipynb", 'period: str = "last month"', source)
    with pytest.raises(ReportError, match=message) as raised:
        publish(plant, "bad", {"period": PERIOD}, out=out, notebooks=[notebooks], tools=tools)
    assert str(out / "bad-2026-10.failed.ipynb") in str(raised.value)
    assert [path.name for path in out.iterdir()] == ["bad-2026-10.failed.ipynb"]
    assert source.splitlines()[0] in (out / "bad-2026-10.failed.ipynb").read_text()
    notebook(notebooks / "bad.ipynb", 'period: str = "last month"', "1 + 1")
    publish(plant, "bad", {"period": PERIOD}, formats=["html"], out=out, notebooks=[notebooks], tools=tools)
    assert not (out / "bad-2026-10.failed.ipynb").exists(), "the failure is over"


def test_reports_of_a_batch_with_a_bad_one_among_them_are_those_that_are_written_alone(
    plant: Settings, tmp_path: Path, chromium: str, tools: Tools
) -> None:
    cells = [OPEN + "about = ReportContext.open(period)", "sections.contents()", "sections.summary(about)"]
    blank = "from energy_workbench.reports.content.blocks import Figure\nFigure({'data': [{'type': 'bar', 'y': [1], "
    notebook(tmp_path / "blank.ipynb", 'period: str = "last month"', *cells, blank + "'visible': False}]}, 'Load')")
    last = Ask("meter", {"period": PERIOD, "meter": "DG"})
    asks = [
        Ask("meter", {"period": PERIOD, "meter": "UNIT-A"}),
        Ask("meter", {"period": PERIOD, "meter": "NO-SUCH"}),
        Ask("blank", {"period": PERIOD}),
        Ask("losses", {"period": PERIOD}),
        last,
    ]
    formats = ["html", "pdf"]
    done = list(publish_many(plant, asks, formats=formats, out=tmp_path / "batch", notebooks=[tmp_path], tools=tools))
    assert [type(o.error) for o in done] == [type(None), NotFoundError, ReportError, type(None), type(None)]
    there = {path.name.partition("-2026")[0] for path in (tmp_path / "batch").iterdir()}
    assert there == {"UNIT-A", "DG", "losses", "blank"}
    alone = publish(plant, last.name, last.parameters, formats=formats, out=tmp_path / "alone")
    batch = done[-1].published
    assert batch
    assert tables_of(batch) == tables_of(alone)
    # But for the notebooks' own times, and the names that plotly makes up.
    assert batch.files["html"].read_text() == alone.files["html"].read_text()
    pages = [[page.extract_text() for page in PdfReader(each.files["pdf"]).pages] for each in (batch, alone)]
    assert pages[0] == pages[1]
    drawn = [[page.get_contents().get_data() for page in PdfReader(each.files["pdf"]).pages] for each in (batch, alone)]
    assert drawn[0] == drawn[1]


def test_progress_is_told_and_a_report_can_be_cancelled_at_any_step(
    plant: Settings, tmp_path: Path, tools: Tools
) -> None:
    steps: list[Step] = []
    publish(
        plant,
        "meter",
        {"period": PERIOD, "meter": "DG"},
        formats=["html"],
        out=tmp_path / "a",
        tell=steps.append,
        tools=tools,
    )
    shares = [step.done for step in steps]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1], steps[0].name) == (0.0, 1.0, "meter DG")
    assert {"opening the workbench", "cell 3 of 13", "writing the page"} <= {step.doing for step in steps}
    cancelled = threading.Event()

    def cancel(step: Step) -> None:
        if step.doing.startswith("cell 3"):
            cancelled.set()

    asks = [Ask("meter", {"period": PERIOD, "meter": meter}) for meter in ("UNIT-A", "DG")]
    out = tmp_path / "b"
    with pytest.raises(CancelledError, match="nothing of it was written"):
        list(publish_many(plant, asks, formats=["html"], out=out, tell=cancel, cancelled=cancelled))
    assert not list(out.iterdir())


def test_ctrl_c_ends_a_cell_that_never_ends_and_leaves_nothing(plant: Settings, tmp_path: Path) -> None:
    notebooks, out, sign = tmp_path / "notebooks", tmp_path / "out", tmp_path / "sign"
    notebooks.mkdir()
    source = f"import os, pathlib, time\npathlib.Path({str(sign)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    notebook(notebooks / "endless.ipynb", 'period: str = "last month"', source)
    command = [*COMMAND, "endless", "--notebooks", str(notebooks), "--out", str(out), "--home", str(plant.home)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:

        def begun() -> bool:
            assert process.poll() is None, process.communicate()
            return sign.exists() and bool(sign.read_text())

        eventually(begun, "the cell that never ends", 120)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=patience(30))
    finally:
        process.kill()
    assert process.returncode == CancelledError.exit_code
    assert "cancelled" in told
    assert "Traceback" not in told
    assert not list(out.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(int(sign.read_text()), 0)


def test_without_a_chromium_the_page_is_written_and_the_command_fails(plant: Settings, tmp_path: Path) -> None:
    out, nothing = tmp_path / "out", tmp_path / "nothing"
    nothing.mkdir()
    done = subprocess.run(
        [*COMMAND, "monthly", "--period", PERIOD, "--meter", "UNIT-B", "--out", str(out)],
        env={**os.environ, "PATH": str(nothing), "PLAYWRIGHT_BROWSERS_PATH": str(nothing)}
        | {"ENERGY_WORKBENCH_HOME": str(plant.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ReportError.exit_code, done.stderr
    assert "no Chromium was found" in done.stderr
    assert "Traceback" not in done.stderr
    names = {path.name for path in out.iterdir()}
    assert names >= {"monthly-2026-10.html", "monthly-2026-10.xlsx", "monthly-2026-10.manifest.json"}
    assert not (out / "monthly-2026-10.pdf").exists()
    assert "pdf" not in json.loads((out / "monthly-2026-10.manifest.json").read_text())["files"]


def test_a_disk_that_is_full_mid_way_is_told_and_leaves_nothing(
    plant: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools: Tools
) -> None:
    from energy_workbench.reports import report_files

    def full(*_: Any) -> None:
        # /dev/full answers as a full disk does.
        with open("/dev/full", "w") as device:
            device.write("x" * 100_000)

    monkeypatch.setattr(report_files, "write_excel", full)
    with pytest.raises(HomeError, match="No space left on device"):
        publish(plant, "meter", {"period": PERIOD, "meter": "DG"}, formats=["html", "xlsx"], out=tmp_path, tools=tools)
    assert not list(tmp_path.iterdir())


def test_settings_choose_the_paper(plant: Settings, tmp_path: Path, tools: Tools) -> None:
    home = linked(plant.home, tmp_path / "home")
    (home / "workbench.toml").write_text('paper = "letter"\n')
    settings = load(home)
    done = publish(
        settings, "meter", {"period": PERIOD, "meter": "DG"}, formats=["html"], out=tmp_path / "out", tools=tools
    )
    assert "size: letter" in done.files["html"].read_text()
    shutil.rmtree(tmp_path / "out")
