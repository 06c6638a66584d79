"""The PDF: a real Chromium typesets it, and the pages are looked into."""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from nbformat import v4
from pypdf import PdfReader

from energy_workbench.core.errors import ReportError
from energy_workbench.reports import chromium as browser
from energy_workbench.reports import monthly
from energy_workbench.reports.elements import Figure
from energy_workbench.reports.page import render
from energy_workbench.reports.pdf import write_pdf
from tests.reports.payloads import monthly as october

pytestmark = pytest.mark.browser
A4 = (595, 842)


def cell(*parts: Any) -> Any:
    bundles = [p._repr_mimebundle_() if isinstance(p, Figure) else {"text/html": p._repr_html_()} for p in parts]
    return v4.new_code_cell("", outputs=[v4.new_output("display_data", bundle) for bundle in bundles])


def typeset(folder: Path, cells: list[Any], title: str = "Title") -> tuple[int, PdfReader]:
    html, pdf = folder / "report.html", folder / "report.pdf"
    html.write_text(render(v4.new_notebook(cells=cells), title), "utf-8")
    return write_pdf(html, pdf), PdfReader(pdf)


@pytest.fixture(scope="module")
def printed(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, PdfReader]:
    data = october()
    cells = [cell(*section(data).parts) for section in monthly.SECTIONS]
    return typeset(tmp_path_factory.mktemp("pdf"), cells, "Monthly energy report, October 2026")


def test_every_page_is_a4_and_all_but_the_cover_are_numbered(printed: tuple[int, PdfReader]) -> None:
    pages = printed[1].pages
    assert len(pages) >= 6
    for number, page in enumerate(pages, start=1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        label = f"Page {number} of {len(pages)}"
        assert (label in page.extract_text()) == (number > 1)


def test_the_cover_is_alone_on_its_page(printed: tuple[int, PdfReader]) -> None:
    cover = printed[1].pages[0].extract_text()
    assert "Monthly energy report" in cover
    assert "Demo plant" in cover
    assert "Summary" not in cover


def test_the_head_of_the_table_of_meters_is_on_each_of_its_pages(printed: tuple[int, PdfReader]) -> None:
    texts = [" ".join(page.extract_text().split()) for page in printed[1].pages]
    with_machines = [text for text in texts if text.count("-MACHINE-") > 10 and "9 Oct 11:15" in text]
    assert len(with_machines) >= 2
    assert all("Of parent" in text for text in with_machines)


def test_all_92_meters_are_in_the_pdf(printed: tuple[int, PdfReader]) -> None:
    text = "\n".join(page.extract_text() for page in printed[1].pages)
    for row in october().meters:
        assert row["number"] in text


def test_charts_are_drawn_as_vectors(printed: tuple[int, PdfReader]) -> None:
    charts, reader = printed
    assert charts == 3
    assert not any(page.images for page in reader.pages)
    strokes = [len(re.findall(rb"\b(?:re|c|l)\b", page.get_contents().get_data())) for page in reader.pages]
    text = [page.extract_text() for page in reader.pages]
    flow = next(i for i, t in enumerate(text) if "Where the energy went" in t)
    assert strokes[flow] > 50
    assert "UNIT-J" in text[flow], "labels of a chart are text"


def test_the_pdf_is_tagged_titled_and_has_an_outline(printed: tuple[int, PdfReader]) -> None:
    reader = printed[1]
    assert reader.metadata.title == "Monthly energy report, October 2026"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    outline = str(reader.outline)
    for title in ("Summary", "Where the energy went", "Meters", "Losses"):
        assert title in outline


def test_a_chart_that_cannot_be_drawn_is_an_error_and_no_blank(chromium: str, tmp_path: Path) -> None:
    chart = cell(Figure({"data": [{"type": "bar", "y": [1]}], "layout": {}}, "a bar"))
    html = tmp_path / "broken.html"
    page = render(v4.new_notebook(cells=[chart]), "x").replace("=> Plotly.react(", "=> Plotly.noSuchPlot(")
    html.write_text(page, "utf-8")
    with pytest.raises(ReportError, match="the charts were not drawn"):
        write_pdf(html, tmp_path / "broken.pdf")
    assert not (tmp_path / "broken.pdf").exists()


def test_a_browser_that_ends_at_once_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path / "chromium", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ReportError, match="ended"):
        write_pdf(tmp_path / "x.html", tmp_path / "x.pdf")


def test_a_browser_that_hangs_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    program = fake(tmp_path / "chromium", f"sleep 321.5 & echo $! > {tmp_path}/child; wait")
    begun = time.monotonic()
    with pytest.raises(ReportError, match="did not answer"), browser.Chromium(program, timeout=1):
        pass
    assert time.monotonic() - begun < 10
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)


def test_without_a_chromium_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(browser, "APPLICATIONS", ())
    with pytest.raises(ReportError, match="apt install chromium"):
        browser.find()


def test_the_newest_chromium_of_playwright_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for build in ("1100", "1200"):
        (tmp_path / f"chromium-{build}" / "chrome-linux").mkdir(parents=True)
        fake(tmp_path / f"chromium-{build}" / "chrome-linux" / "chrome", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(browser, "APPLICATIONS", ())
    assert "chromium-1200" in str(browser.find())


def fake(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
