"""A warm browser that draws charts and typesets pages: one for as many reports as are written together."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from energy_workbench.domain.errors import ReportError
from energy_workbench.typesetting.chromium import Chromium, Tab, find

HERE = Path(__file__).parent
PAPERS = {"a4": "A4", "letter": "letter"}
"""Papers, and how a style sheet calls them."""
INCH = 96.0
SIDE_MARGINS = {"a4": 32 / 25.4, "letter": 32 / 25.4}
WIDTHS = {"a4": 210 / 25.4, "letter": 8.5}
"""Widths of the papers [in]."""
PLACES = """[...document.querySelectorAll(".contents a")].map(line => line.getAttribute("href").slice(1))"""
"""What the lines of the contents point to."""
FILL = """pages => document.querySelectorAll(".contents .page-number").forEach(
  (at, line) => { at.textContent = pages[line] || ""; })"""
"""Puts the number of its page beside each line of the contents."""
RECYCLE = 100
"""Reports after which a new browser takes over, so that its memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as it was drawn: vectors for paper, and an image for where neither vectors nor scripts are shown."""

    svg: str
    png: bytes


def content_width(paper: str) -> int:
    """Width of what is printed [CSS px]; charts are drawn for it, so that none is scaled or cut."""
    return int((WIDTHS[paper] - SIDE_MARGINS[paper]) * INCH)


class Printer:
    """A browser, used as a context manager; it is started when it is first needed.

    Parameters
    ----------
    timeout : float
        Longest wait for any step of Chromium [s].
    """

    def __init__(self, timeout: float = 60.0) -> None:
        self._timeout = timeout
        self._browser: Chromium | None = None
        self._studio: Tab | None = None
        self._sheet: Tab | None = None
        self._printed = 0
        self._pages: list[int | None] = []

    def __enter__(self) -> Printer:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the browser; the next report starts another."""
        if self._browser is not None:
            self._browser.__exit__(None, None, None)
        self._browser = self._studio = self._sheet = None
        self._printed = 0

    def warm(self) -> None:
        """Start the browser and plotly.js, while something else is done; what hinders it is told when it is needed."""
        with suppress(ReportError):
            self._open_studio()

    def draw(self, figures: Sequence[tuple[str, Mapping[str, object]]], paper: str) -> list[Drawn]:
        """Draw charts (figures of Plotly), each with the name that an error tells.

        Raises
        ------
        ReportError
            If there is no Chromium, or a chart cannot be drawn or is blank.
        """
        if not figures:
            return []
        try:
            studio = self._open_studio()
            width = content_width(paper)
            drawn = []
            for name, figure in figures:
                answer = studio.evaluate(f"draw({json.dumps(figure)}, {width})", f"the chart {name!r} was not drawn")
                drawn.append(Drawn(answer["svg"], base64.b64decode(answer["png"].partition(",")[2])))
            return drawn
        except BaseException:
            self.stop()
            raise

    def print(self, html: str, paper: str, number: Callable[[bytes], Mapping[str, int]] | None = None) -> bytes:
        """Print a page to PDF: margins, heads and page numbers are those of its style sheet.

        Parameters
        ----------
        html : str
            The page, with all that it needs inside.
        number : callable, optional
            Told the printed pages, it gives the page of each place; these are put into the table of contents, and
            the page is printed again where they were not there yet.

        Raises
        ------
        ReportError
            If there is no Chromium, it fails, or a font lacks characters of the page.
        """
        try:
            printed = self._print(html, paper, number)
            if "<script" in html and self._sheet is not None:
                # What a notebook's own script leaves behind, the next report does not meet.
                self._sheet.close()
                self._sheet = None
            return printed
        except BaseException:
            # Whatever a page left behind, the next one does not meet it.
            self.stop()
            raise

    def _print(self, html: str, paper: str, number: Callable[[bytes], Mapping[str, int]] | None) -> bytes:
        page = self._opened(html, paper)
        missing = page.evaluate(_fonts(), "the fonts of a page")
        if missing:
            shown = " ".join(missing[:20])
            raise ReportError(
                f"no font of this machine has {len(missing)} characters of the report, they would be boxes: {shown}"
                " (install fonts that have them, such as fonts-noto or fonts-noto-cjk)"
            )
        if number is None:
            return _printed(page)
        # Where no page is known, the first print is only to see which is which: without the tags for readers, in half
        # the time. Reports of a batch are often alike: one print is enough where the pages of the one before hold.
        places = page.evaluate(PLACES, "the contents of a page")
        known = self._pages if len(self._pages) == len(places) else []
        for tagged in (bool(known), True, True):
            page.evaluate(f"({FILL})({json.dumps(known)})", "the contents of a page")
            printed = _printed(page, tagged=tagged)
            at = number(printed)
            pages = [at.get(place) for place in places]
            if tagged and pages == known:
                break
            known = pages
        self._pages = known
        return printed

    def _opened(self, html: str, paper: str) -> Tab:
        """The page in a tab that is kept: a new one costs as much as the printing."""
        browser = self._started()
        self._printed += 1
        if self._sheet is None:
            self._sheet = browser.open_tab()
            self._sheet.call("Page.enable")
            self._sheet.call("Emulation.setEmulatedMedia", media="print")
        sheet = self._sheet
        width = content_width(paper)
        sheet.call("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
        frame = sheet.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        browser.forget(sheet.session)
        sheet.call("Page.setDocumentContent", frameId=frame, html=html)
        sheet.wait_for("Page.loadEventFired")
        return sheet

    def _started(self) -> Chromium:
        if self._printed >= RECYCLE:
            self.stop()
        if self._browser is None:
            self._browser = Chromium(find(), self._timeout).__enter__()
        return self._browser

    def _open_studio(self) -> Tab:
        """A page with plotly.js, in which charts are drawn one after the other."""
        browser = self._started()
        if self._studio is None:
            self._studio = browser.open_tab()
            self._studio.evaluate(
                "document.documentElement.innerHTML = '<body style=\"margin:0;background:#fff\"></body>'; 1", "a page"
            )
            self._studio.evaluate(plotly() + ";1", "plotly.js did not start")
            self._studio.evaluate((HERE / "template" / "studio.js").read_text("utf-8") + ";1", "the studio")
        return self._studio


def _printed(page: Tab, *, tagged: bool = True) -> bytes:
    answer = page.call(
        "Page.printToPDF",
        preferCSSPageSize=True,
        printBackground=True,
        generateTaggedPDF=tagged,
        generateDocumentOutline=tagged,
    )
    return base64.b64decode(answer["data"])


@cache
def _fonts() -> str:
    return (HERE / "template" / "fonts.js").read_text("utf-8")


@cache
def plotly() -> str:
    """plotly.js as its Python package ships it."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")
