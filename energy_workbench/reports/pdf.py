"""Typesetting a report's HTML as an A4 PDF, after its charts have been drawn."""

from __future__ import annotations

import base64
from pathlib import Path

from energy_workbench.core.errors import ReportError
from energy_workbench.reports.chromium import Chromium, find

CONTENT_WIDTH = 673
"""Width between the margins of the page [CSS px]: A4 is 210 mm, less 2 x 16 mm, at 96 px an inch.
Charts are laid out for it before printing, so that none is scaled or cut."""


def write_pdf(html: Path, pdf: Path, timeout: float = 60.0) -> int:
    """Print a report to PDF: page size, margins, heads and page numbers are those of its style sheet.

    Parameters
    ----------
    html : Path
        A report as `page.render` makes it; its promise `reportReady` tells when its charts are drawn.
    pdf : Path
        Where to write.
    timeout : float
        Longest wait for any step of Chromium [s].

    Returns
    -------
    int
        Number of charts drawn.

    Raises
    ------
    ReportError
        If there is no Chromium, a chart cannot be drawn, or Chromium fails.
    """
    with Chromium(find(), timeout) as page:
        page.call("Page.enable")
        page.call("Emulation.setEmulatedMedia", media="print")
        page.call(
            "Emulation.setDeviceMetricsOverride", width=CONTENT_WIDTH, height=1000, deviceScaleFactor=1, mobile=False
        )
        page.call("Page.navigate", url=html.absolute().as_uri())
        page.wait_for("Page.loadEventFired")
        answer = page.call("Runtime.evaluate", expression="reportReady", awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            detail = answer["exceptionDetails"]
            reason = detail.get("exception", {}).get("description") or detail.get("text")
            raise ReportError(f"{html}: the charts were not drawn: {str(reason).splitlines()[0]}")
        printed = page.call(
            "Page.printToPDF",
            preferCSSPageSize=True,
            printBackground=True,
            generateTaggedPDF=True,
            generateDocumentOutline=True,
        )
    pdf.write_bytes(base64.b64decode(printed["data"]))
    return int(answer["result"]["value"])
