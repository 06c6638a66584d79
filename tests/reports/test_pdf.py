"""The PDF: a real Chromium typesets it, and the pages are looked into."""

from __future__ import annotations

import itertools
import os
import re
import stat
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4
from pypdf import PdfReader

from energy_workbench.domain.errors import ReportError
from energy_workbench.reports.content.blocks import Column, Figure, heading, paragraph, table
from energy_workbench.reports.content.bundle import FIGURE, charts
from energy_workbench.reports.publish import Published
from energy_workbench.reports.rendering.pdf import pages_of, write_pdf
from energy_workbench.typesetting import chromium as browser
from energy_workbench.typesetting.printing import Printer
from tests.descriptors import crowded
from tests.waiting import eventually

pytestmark = pytest.mark.browser
A4 = (595, 842)


def cell(*parts: Any) -> Any:
    bundles = [part._repr_mimebundle_() for part in parts]
    return v4.new_code_cell("", outputs=[v4.new_output("display_data", bundle) for bundle in bundles])


def bars(**layout: Any) -> Figure:
    return Figure({"data": [{"type": "bar", "y": [1, 2]}], "layout": layout}, "a bar")


def typeset(printer: Printer, folder: Path, *parts: Any, title: str = "Title", paper: str = "a4") -> PdfReader:
    notebook = v4.new_notebook(cells=[cell(*parts)])
    pdf = folder / "report.pdf"
    drawn = printer.draw([(chart["text/plain"], chart[FIGURE]) for chart in charts(notebook)], paper)
    write_pdf(printer, notebook, title, drawn, pdf, paper=paper)
    assert [path.name for path in folder.iterdir()] == ["report.pdf"], "nothing temporary stays"
    return PdfReader(pdf)


@pytest.fixture(scope="module")
def printed(october: Published) -> PdfReader:
    return PdfReader(october.files["pdf"])


def test_chromium_is_heard_by_a_process_with_more_descriptors_than_select_knows() -> None:
    with crowded(), browser.Chromium(browser.find()) as chromium:
        assert chromium.open_tab().session


def test_every_page_is_a4_and_all_but_the_cover_are_numbered(printed: PdfReader) -> None:
    pages = printed.pages
    assert len(pages) >= 6
    for number, page in enumerate(pages, start=1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        label = f"Page {number} of {len(pages)}"
        assert (label in page.extract_text()) == (number > 1)


def test_the_cover_says_site_period_and_completeness_and_is_alone_on_its_page(printed: PdfReader) -> None:
    cover = printed.pages[0].extract_text()
    for text in ("Monthly energy report", "Demo plant", "October 2026", "Data complete", " %"):
        assert text in cover
    assert "Summary" not in cover


def test_the_contents_have_the_pages_on_which_the_chapters_begin(printed: PdfReader) -> None:
    text = printed.pages[1].extract_text()
    lines = re.findall(r"^(.+?)\s*(\d+)$", text.replace("Contents", ""), flags=re.M)
    chapters = [(what.strip(), int(number)) for what, number in lines if not what.startswith("Page")]
    assert len(chapters) >= 8
    for what, number in chapters:
        assert what in printed.pages[number - 1].extract_text(), what


def test_the_head_of_the_table_of_meters_is_on_each_of_its_pages(printed: PdfReader) -> None:
    texts = [" ".join(page.extract_text().split()) for page in printed.pages]
    with_machines = [text for text in texts if text.count("-MACHINE-") > 2]
    assert with_machines
    assert all("Of parent" in text for text in with_machines)


def test_charts_are_drawn_as_vectors_with_labels_of_text(printed: PdfReader) -> None:
    assert not any(page.images for page in printed.pages)
    text = [page.extract_text() for page in printed.pages]
    flow = next(i for i, t in enumerate(text) if "Where the energy went" in t and i > 1)
    strokes = len(re.findall(rb"\b(?:re|c|l)\b", printed.pages[flow].get_contents().get_data()))
    assert strokes > 50
    assert "UNIT-A" in text[flow]


def test_sources_and_loads_of_the_flow_stand_apart_as_they_are_drawn(october: Published, printer: Printer) -> None:
    notebook = nbformat.read(october.files["notebook"], as_version=4)
    figures = [
        (chart["text/plain"], chart[FIGURE])
        for chart in charts(notebook)
        if chart[FIGURE]["data"][0]["type"] == "sankey"
    ]
    [drawn] = printer.draw(figures, "a4")
    columns: dict[int, list[tuple[float, float]]] = {}
    for node in re.findall(r'<g class="sankey-node".*?</g>', drawn.svg, flags=re.S):
        x, y = re.search(r"translate\(([-\d.]+),([-\d.]+)\)", node).groups()  # type: ignore[union-attr]
        height = float(re.search(r'<rect class="node-rect"[^>]*? height="([\d.]+)"', node)[1])  # type: ignore[index]
        columns.setdefault(round(float(x)), []).append((float(y), height))
    assert len(columns) >= 4
    assert sum(map(len, columns.values())) >= 12
    for places in columns.values():
        places.sort()
        for (y, height), (below, _) in itertools.pairwise(places):
            assert below - (y + height) > 4


def test_a_short_table_stays_on_the_page_that_has_room_for_it(printer: Printer, tmp_path: Path) -> None:
    filling = [paragraph("filling") for _ in range(29)]
    short = table("Short", [Column("Head", "text")], [("first",), ("second",), ("third",)])
    rest = [heading("Next chapter"), *(paragraph("words") for _ in range(8))]
    texts = [page.extract_text() for page in typeset(printer, tmp_path, *filling, short, *rest).pages]
    assert "third" in texts[0]
    assert "Next chapter" in texts[1]


def test_the_pdf_is_tagged_titled_small_and_has_an_outline(printed: PdfReader, october: Published) -> None:
    assert printed.metadata.title == "Monthly energy report, October 2026"
    assert printed.trailer["/Root"]["/MarkInfo"]["/Marked"]
    outline = str(printed.outline)
    for title in ("Summary", "Where the energy went", "Meters", "Losses"):
        assert title in outline
    assert october.files["pdf"].stat().st_size < 1_000_000


def test_every_font_is_inside(printed: PdfReader) -> None:
    fonts = {}
    for page in printed.pages:
        for font in page["/Resources"].get_object().get("/Font", {}).values():
            inner = font.get_object()
            for each in inner.get("/DescendantFonts", [inner]):
                fonts[str(inner.get("/BaseFont"))] = each.get_object()
    assert fonts
    for name, font in fonts.items():
        embedded = font["/Subtype"] == "/Type3" or "/FontFile2" in font["/FontDescriptor"].get_object()
        assert embedded, name


def test_on_letter_paper_every_page_is_letter_and_charts_have_its_width(printer: Printer, tmp_path: Path) -> None:
    reader = typeset(printer, tmp_path, heading("Chapter"), bars(), paper="letter")
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in reader.pages} == {(612, 792)}


def test_a_chart_is_never_cut_by_the_end_of_a_page(printer: Printer, tmp_path: Path) -> None:
    lines = [paragraph(f"Line {n}") for n in range(30)]
    reader = typeset(
        printer, tmp_path, *lines, bars(height=400, title={"text": "TOP"}, xaxis={"title": {"text": "BOTTOM"}})
    )
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) == 2
    assert "TOP" in texts[1]
    assert "BOTTOM" in texts[1]


def test_a_long_table_repeats_its_head_and_never_leaves_a_row_alone(printer: Printer, tmp_path: Path) -> None:
    for rows in (44, 45, 46):
        folder = tmp_path / str(rows)
        folder.mkdir()
        reader = typeset(
            printer, folder, table("T", [Column("Number of the row", digits=0)], [[n] for n in range(rows)])
        )
        texts = [page.extract_text() for page in reader.pages]
        assert all("Number of the row" in text for text in texts)
        assert len(re.findall(r"^\d+$", texts[-1], flags=re.M)) >= 3


def test_bars_of_nothing_are_no_blank_chart(printer: Printer) -> None:
    """A generator that stood still all day has a report too."""
    (drawn,) = printer.draw([("still", {"data": [{"type": "bar", "x": ["Mon"], "y": [0.0]}], "layout": {}})], "a4")
    assert "Mon" in drawn.svg


@pytest.mark.parametrize(
    ("trace", "reason"),
    [
        ({"type": "bar", "y": [1], "visible": False}, "blank"),
        ({"type": "scatter", "mode": "none", "y": [1, 2]}, "blank"),
    ],
)
def test_a_chart_that_stays_blank_is_an_error(printer: Printer, trace: dict[str, Any], reason: str) -> None:
    with pytest.raises(ReportError, match=f"'a bar' was not drawn.*{reason}"):
        printer.draw([("a bar", {"data": [trace], "layout": {}})], "a4")


def test_a_character_that_no_font_has_is_an_error_that_names_it(printer: Printer, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no font of this machine has 1 characters.*\U00013000.*fonts-noto"):
        typeset(printer, tmp_path, paragraph("A hieroglyph \U00013000, and ordinary: äß€ ≤ − “x”"))


def chapters(*names: str, lines: int = 1) -> str:
    """A page with contents, each of its chapters as long as that and on a page of its own."""
    body = "".join(f'<h2 id="{n}" style="break-before:page">{n}</h2>{"<p>line</p>" * lines}' for n in names)
    nav = "".join(f'<li><a href="#{n}">{n} <span class="page-number"></span></a></li>' for n in names)
    return f'<html><body><nav class="contents page">{nav}</nav>{body}</body></html>'


def listed(printed: bytes) -> dict[str, int]:
    """What the contents of a print say."""
    text = PdfReader(BytesIO(printed)).pages[0].extract_text()
    return {name: int(page) for name, page in re.findall(r"(\w+) (\d+)", text)}


def test_one_press_prints_many_pages_and_begins_anew_after_a_failure(chromium: str) -> None:
    page = "<html><body>Text</body></html>"
    with Printer() as printer:
        first = printer.print(page, "a4")
        with pytest.raises(ReportError):
            printer.draw([("broken", {"data": [{"type": "bar", "y": [1], "visible": False}]})], "a4")
        assert len(printer.print(page, "a4")) == len(first)


def test_the_contents_of_every_page_of_a_press_are_its_own(printer: Printer) -> None:
    assert listed(printer.print(chapters("a", "b"), "a4", pages_of)) == {"a": 2, "b": 3}
    assert listed(printer.print(chapters("c", "d"), "a4", pages_of)) == {"c": 2, "d": 3}
    assert listed(printer.print(chapters("a", "b", lines=40), "a4", pages_of)) == {"a": 2, "b": 4}
    assert listed(printer.print(chapters("a", "b", "c"), "a4", pages_of)) == {"a": 2, "b": 3, "c": 4}


def test_a_page_does_not_meet_what_the_script_of_another_left(printer: Printer) -> None:
    script = "<script>window.left = (window.left || 0) + 1; document.body.append('left ' + window.left)</script>"
    for _ in range(2):
        printed = printer.print(f"<html><body>{script}</body></html>", "a4")
        assert PdfReader(BytesIO(printed)).pages[0].extract_text() == "left 1"


def test_a_browser_that_ends_at_once_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path / "chromium", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ReportError, match="ended"):
        Printer().print("<html></html>", "a4")


def test_a_machine_without_a_sandbox_is_told_of_and_the_sandbox_is_not_given_up(tmp_path: Path) -> None:
    said = "FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox!"
    program = fake(tmp_path / "chromium", f'echo "$@" > {tmp_path}/flags; echo "{said}" >&2; exit 1')
    with pytest.raises(ReportError, match=r"cannot build its sandbox here.*operations\.md"), browser.Chromium(program):
        pass
    assert ("--no-sandbox" in (tmp_path / "flags").read_text()) == (os.geteuid() == 0)


def test_a_browser_that_hangs_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    program = fake(tmp_path / "chromium", f"sleep 321.5 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(ReportError, match="did not answer"), browser.Chromium(program, timeout=1):
        pass
    child = int((tmp_path / "child").read_text())
    eventually(lambda: not alive(child), "what it started to end")


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
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_browser_complains_of_never_comes_out_of_the_pipe_of_its_answers(chromium: str) -> None:
    # With descriptor 3 taken, the next that is opened is 4: the one on which a browser answers.
    code = (
        "import os, sys; from pathlib import Path; from energy_workbench.typesetting.chromium import Chromium\n"
        "assert os.open(os.devnull, os.O_RDONLY) == 3\n"
        "with Chromium(Path(sys.argv[1])) as browser:\n"
        "    tab = browser.open_tab()\n"
        "    print(tab.evaluate('6 * 7', 'no answer'))"
    )
    done = subprocess.run([sys.executable, "-c", code, chromium], capture_output=True, text=True, check=False)
    assert done.stdout == "42\n", done.stderr
