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
from typing import Any

from energy_workbench.core.errors import ReportError
from energy_workbench.reports.chromium import Chromium, Tab, find

HERE = Path(__file__).parent
PAPERS = {"a4": "A4", "letter": "letter"}
"""Papers, and how a style sheet calls them."""
INCH = 96.0
SIDE_MARGINS = {"a4": 32 / 25.4, "letter": 32 / 25.4}
WIDTHS = {"a4": 210 / 25.4, "letter": 8.5}
"""Widths of the papers [in]."""
FILL = """pages => { for (const line of document.querySelectorAll(".contents a")) {
  line.querySelector(".page-number").textContent = pages[line.getAttribute("href").slice(1)] || ""; } }"""
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


class Press:
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
        self._pages = 0

    def __enter__(self) -> Press:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the browser; the next report starts another."""
        if self._browser is not None:
            self._browser.__exit__(None, None, None)
        self._browser = self._studio = None
        self._pages = 0

    def warm(self) -> None:
        """Start the browser and plotly.js, while something else is done; what hinders it is told when it is needed."""
        with suppress(ReportError):
            self._open_studio()

    def draw(self, figures: Sequence[tuple[str, dict[str, Any]]], paper: str) -> list[Drawn]:
        """Draw charts, each with the name that an error tells.

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
            found = []
            for name, figure in figures:
                answer = studio.evaluate(f"draw({json.dumps(figure)}, {width})", f"the chart {name!r} was not drawn")
                found.append(Drawn(answer["svg"], base64.b64decode(answer["png"].partition(",")[2])))
            return found
        except BaseException:
            self.stop()
            raise

    def print(self, html: Path, paper: str, number: Callable[[bytes], Mapping[str, int]] | None = None) -> bytes:
        """Print a page to PDF: margins, heads and page numbers are those of its style sheet.

        Parameters
        ----------
        number : callable, optional
            Told the printed pages, it gives the page of each place; these are put into the table of contents, and
            the page is printed again.

        Raises
        ------
        ReportError
            If there is no Chromium, it fails, or a font lacks characters of the page.
        """
        try:
            return self._print(html, paper, number)
        except BaseException:
            # Whatever a page left behind, the next one does not meet it.
            self.stop()
            raise

    def _print(self, html: Path, paper: str, number: Callable[[bytes], Mapping[str, int]] | None) -> bytes:
        browser = self._started()
        self._pages += 1
        with browser.tab() as page:
            page.call("Page.enable")
            page.call("Emulation.setEmulatedMedia", media="print")
            width = content_width(paper)
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
            page.call("Page.navigate", url=html.absolute().as_uri())
            page.wait_for("Page.loadEventFired")
            missing = page.evaluate((HERE / "template" / "fonts.js").read_text("utf-8"), f"{html}: fonts")
            if missing:
                shown = " ".join(missing[:20])
                raise ReportError(
                    f"no font of this machine has {len(missing)} characters of the report, they would be boxes: {shown}"
                    " (install fonts that have them, such as fonts-noto or fonts-noto-cjk)"
                )
            # The first time only to see which page is which: without the tags for readers, in half the time.
            if number is not None and (pages := number(_printed(page, tagged=False))):
                page.evaluate(f"({FILL})({json.dumps(pages)})", f"{html}: contents")
            return _printed(page)

    def _started(self) -> Chromium:
        if self._pages >= RECYCLE:
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
def plotly() -> str:
    """plotly.js as its Python package ships it."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")
